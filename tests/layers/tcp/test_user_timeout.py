"""The user timeout option: RFC 5482."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, SYN, Options
from foxpy.layers.tcp.states import Why
from foxpy.layers.tcp.usertimeout import decode, encode, give_up_after
from tests.support.tcp_ladder import Ladder, established, established_by

HEEDING = TcpConfig(heed_user_timeout=True, user_timeout=150.0)


def told(peer: Ladder, flags: int = ACK) -> int:
    """The user timeout on the next segment, in seconds; 0 where there is none."""
    options = peer.expects(flags).options
    return 0 if options is None else decode(options.user_timeout)


# -- sections 3.3 and 3.4: the format


@pytest.mark.parametrize(
    ("seconds", "value", "back"),
    [
        (1.0, 1, 1),
        (0.2, 1, 1),
        (90.5, 91, 91),
        (32767.0, 32767, 32767),
        (32768.0, 0x8000 | 547, 547 * 60),
        (1e9, 0xFFFF, 32767 * 60),
        (float("inf"), 0xFFFF, 32767 * 60),
    ],
)
def test_seconds_and_minutes(seconds: float, value: int, back: int) -> None:
    assert encode(seconds) == value
    assert decode(value) == back


@given(st.floats(0.01, 1e9))
def test_no_value_that_is_sent_is_a_reserved_one(seconds: float) -> None:
    value = encode(seconds)
    assert 0 < value <= 0xFFFF
    assert decode(value) > 0


def test_reserved_values_are_ignored() -> None:
    for value in (0, 0x8000):
        peer = established_by(Options(mss=1000, user_timeout=value), HEEDING)
        assert give_up_after(peer.end.machine.tcb) == HEEDING.give_up_after


# -- section 3: when it is sent


def test_syns_and_the_first_segment_tell() -> None:
    peer = Ladder(TcpConfig(user_timeout=150.0))
    peer.end.open()
    assert told(peer, SYN) == 150
    peer.sends(SYN | ACK, options=Options(mss=1000))
    assert told(peer) == 150
    peer.end.send(b"data")
    assert told(peer) == 0
    peer = Ladder(TcpConfig(user_timeout=150.0))
    peer.sends(SYN, options=Options(mss=1000))
    assert told(peer, SYN | ACK) == 150


def test_beside_timestamps() -> None:
    peer = Ladder(TcpConfig(user_timeout=150.0))
    peer.end.open()
    peer.expects(SYN)
    peer.sends(SYN | ACK, options=Options(mss=1000, tsval=5))
    options = peer.expects(ACK).options
    assert options is not None
    assert (decode(options.user_timeout), options.tsecr) == (150, 5)


def test_a_change_is_told_with_the_next_segment() -> None:
    peer = established()
    peer.end.machine.configure(TcpConfig(user_timeout=300.0), 0.0)
    peer.end.send(b"data")
    assert told(peer) == 300
    peer.end.machine.configure(TcpConfig(user_timeout=300.0), 0.0)
    peer.end.send(b"data")
    peer.sends(ACK)
    assert told(peer) == 0


def test_a_full_segment_has_no_room_for_it() -> None:
    """MUST-16: it goes with the next that has."""
    peer = established()
    peer.end.machine.configure(TcpConfig(user_timeout=300.0), 0.0)
    peer.end.send(bytes(1000))
    assert told(peer) == 0
    peer.end.send(b"short")
    assert told(peer) == 300


def test_nothing_is_told_by_default() -> None:
    peer = Ladder()
    peer.end.open()
    assert told(peer, SYN) == 0


# -- section 3.1: what is made of it


@pytest.mark.parametrize(("remote", "adopted"), [(10, 150), (120, 150), (400, 400), (601, 600), (32767, 600)])
def test_the_larger_of_both_within_bounds(remote: int, adopted: int) -> None:
    """USER_TIMEOUT = min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT))"""
    peer = established_by(Options(mss=1000, user_timeout=remote), HEEDING)
    assert give_up_after(peer.end.machine.tcb) == adopted


def test_the_lower_bound() -> None:
    config = TcpConfig(heed_user_timeout=True)
    peer = established_by(Options(mss=1000, user_timeout=5), config)
    assert give_up_after(peer.end.machine.tcb) == 100


def test_it_is_above_the_retransmission_timeout() -> None:
    peer = established_by(Options(mss=1000, user_timeout=5), TcpConfig(heed_user_timeout=True, least_user_timeout=1.0))
    peer.end.machine.tcb.rtt.rto = 60.0
    assert give_up_after(peer.end.machine.tcb) > 60


def test_the_last_one_counts() -> None:
    peer = established_by(Options(mss=1000, user_timeout=400), HEEDING)
    peer.sends(ACK, b"x", options=Options(user_timeout=500))
    assert give_up_after(peer.end.machine.tcb) == 500


def test_nobody_heeds_it_unasked() -> None:
    """ "If the CHANGEABLE flag is false, USER_TIMEOUT MUST NOT be changed" """
    peer = established_by(Options(mss=1000, user_timeout=400))
    assert give_up_after(peer.end.machine.tcb) == TcpConfig().give_up_after


def test_the_connection_ends_when_it_says() -> None:
    peer = established_by(Options(mss=1000, user_timeout=300), HEEDING)
    peer.end.send(b"data")
    peer.advance(290)
    assert peer.state == "ESTABLISHED"
    peer.advance(20)
    assert peer.end.finished is Why.TIMED_OUT


def test_keepalives_wait_for_longer() -> None:
    """Section 4.2."""
    config = TcpConfig(heed_user_timeout=True, keepalive=20.0, keepalive_interval=1.0)
    peer = established_by(Options(mss=1000, user_timeout=300), config)
    peer.advance(300)
    peer.expects_nothing()
    peer.advance(3)
    assert peer.sent
