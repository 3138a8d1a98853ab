"""A new connection in place of one in TIME-WAIT: RFC 6191, section 2, and MAY-2 of RFC 9293."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, SYN, Options
from tests.support.tcp_ladder import Ladder, established_by

LAST = 1000
"""The last timestamp of the old connection; its last sequence number is 1."""


def time_wait(stamped: bool, config: TcpConfig | None = None) -> Ladder:
    peer = established_by(Options(mss=1000, tsval=LAST if stamped else None), config)
    options = Options(tsval=LAST) if stamped else None
    peer.end.half_close()
    peer.expects(FIN | ACK)
    peer.sends(ACK | FIN, options=options)
    peer.expects(ACK, ack=2)
    assert peer.state == "TIME-WAIT"
    return peer


@pytest.mark.requirement("SHLD-4", "MAY-2")
@pytest.mark.parametrize(
    ("stamped", "tsval", "seq", "reopened"),
    [
        # the previous incarnation used timestamps
        (True, LAST + 1, -5000, True),
        (True, LAST + 0x7FFF_FFFF, -5000, True),
        (True, LAST, 2, True),
        (True, LAST, 1, False),
        (True, LAST - 1, 5000, False),
        (True, None, 2, True),
        (True, None, 1, False),
        # it did not
        (False, 7, -5000, True),
        (False, None, 2, True),
        (False, None, 1, False),
    ],
)
def test_by_timestamp_or_by_number(stamped: bool, tsval: int | None, seq: int, reopened: bool) -> None:
    peer = time_wait(stamped)
    peer.sends(SYN, seq=seq, options=Options(mss=1000, tsval=tsval))
    assert bool(peer.end.reopened) is reopened
    assert peer.state == ("CLOSED" if reopened else "TIME-WAIT")
    if reopened:
        peer.expects_nothing()
    else:
        peer.expects(ACK, ack=2)  # RFC 5961, section 4.2: a peer that means it answers with a reset, and tries again


def test_timestamps_that_the_new_one_would_not_have_count_for_nothing() -> None:
    """Section 2: "If TCP Timestamps would not be enabled for the new incarnation"."""
    peer = time_wait(stamped=True)
    peer.end.machine.configure(TcpConfig(timestamps=False), 0.0)
    peer.sends(SYN, seq=-5000, options=Options(mss=1000, tsval=LAST + 1))
    assert not peer.end.reopened
    peer.expects(ACK, ack=2)


def test_a_syn_ack_reopens_nothing() -> None:
    peer = time_wait(stamped=True)
    peer.sends(SYN | ACK, seq=5000, options=Options(mss=1000, tsval=LAST + 1))
    assert not peer.end.reopened
    peer.expects(ACK, ack=2)
