"""LISTEN (RFC 9293 section 3.10.7.2)."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from foxpy.addresses import Port
from foxpy.layers.tcp import TcpConfig, TcpConnection, TcpPattern
from foxpy.layers.tcp.wire import EndOfOptions, MaximumSegmentSize, NoOperation, OtherOption
from foxpy.testing import Acceptor
from foxpy.testing.collector import ignoring
from foxpy.testing.peer import ACK, FIN, PORT, PSH, RST, SYN, URG
from tests.support.tcp_states import listen

# -- first, RST; second, ACK


@pytest.mark.parametrize("flags", [RST, RST | ACK, RST | SYN, RST | SYN | ACK, RST | FIN])
def test_a_reset_is_ignored(flags: int) -> None:
    with listen() as peer:
        peer.send(flags, seq=5, ack=5)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
        assert peer.counters["to_nobody"] == 1


@pytest.mark.parametrize("flags", [ACK, SYN | ACK, FIN | ACK, ACK | PSH | URG])
def test_an_acknowledgement_is_reset(flags: int) -> None:
    """Any is bad: nothing was sent. <SEQ=SEG.ACK><CTL=RST>."""
    with listen() as peer:
        peer.send(flags, seq=5, ack=777)
        peer.expect(RST, seq=777)
        assert peer.state == "LISTEN"
        assert peer.app.opened == 0


# -- third, SYN


@pytest.mark.requirement("MUST-14", "SHLD-5")
def test_a_syn_is_answered_with_ours() -> None:
    with listen() as peer:
        peer.send(SYN, seq=100, mss=1460)
        peer.expect(SYN | ACK, seq=0, ack=101, mss=1460, window=65535)
        assert peer.state == "SYN-RECEIVED"
        assert peer.app.opened == 0
        assert peer.counters["passive_opens"] == 1


@pytest.mark.parametrize("seq", [0, 1, 4095, 4096, (1 << 31) - 1, (1 << 32) - 4097])
def test_a_syn_may_have_any_number(seq: int) -> None:
    with listen() as peer:
        peer.send(SYN, seq=seq)
        peer.expect(SYN | ACK, ack=seq + 1)
        peer.send(ACK | PSH, b"text")
        peer.app.expect(b"text")
        peer.expect(ACK, at=0.04)


def test_text_and_fin_with_a_syn_wait_for_the_handshake() -> None:
    """ "Any other control or text ... other than SYN and ACK should be queued"."""
    with listen() as peer:
        peer.send(SYN | FIN | PSH, b"all at once")
        peer.expect(SYN | ACK, ack=1)
        peer.seq = 13
        assert peer.app.opened == 0
        peer.forge(ACK, seq=1)
        peer.app.expect(b"all at once")
        assert peer.state == "CLOSE-WAIT"
        peer.expect(ACK, ack=13)


@pytest.mark.requirement("MUST-15", "MUST-16")
def test_without_an_mss_segments_have_536_bytes() -> None:
    with listen() as peer:
        peer.send(SYN)
        peer.expect(SYN | ACK)
        peer.send(ACK)
        peer.app.send(bytes(600))
        peer.expect(ACK, length=536)
        peer.send(ACK)
        peer.expect(ACK | PSH, length=64)


@pytest.mark.requirement("MUST-16")
@pytest.mark.parametrize(
    ("announced", "effective"), [(1000, 1000), (9000, 1460), (65535, 1460), (48, 48), (1, 48), (0, 48)]
)
def test_the_effective_mss_is_what_both_can(announced: int, effective: int) -> None:
    """And no less than 48, whatever a hostile peer says."""
    with listen() as peer:
        peer.send(SYN, mss=announced)
        peer.expect(SYN | ACK)
        peer.send(ACK)
        peer.app.send(bytes(effective))
        peer.expect(ACK | PSH, length=effective)


@pytest.mark.requirement("MUST-4", "MUST-6", "MUST-64")
def test_options_stand_anywhere_and_unknown_ones_are_passed_over() -> None:
    with listen() as peer:
        unknown = OtherOption(kind=254, data=b"xyz")
        peer.send(SYN, options=[unknown, NoOperation(), MaximumSegmentSize(size=700), NoOperation()])
        peer.expect(SYN | ACK)
        peer.send(ACK)
        peer.app.send(bytes(700))
        peer.expect(ACK | PSH, length=700)


@pytest.mark.requirement("MUST-4")
def test_what_is_behind_the_end_of_options_is_padding() -> None:
    with listen() as peer:
        area = bytes([1, 1, 1, EndOfOptions().kind, 2, 4, 2, 188])
        peer.send_bytes(peer.segment(SYN, option_bytes=area))
        peer.seq = 1
        peer.expect(SYN | ACK)
        peer.send(ACK)
        peer.app.send(bytes(536))
        peer.expect(ACK | PSH, length=536)


@pytest.mark.requirement("MUST-7")
@pytest.mark.parametrize(
    "area",
    [
        b"\x02\x00\x05\xb4",
        b"\x02\x01\x05\xb4",
        b"\x02\x03\x05\xb4",
        b"\x02\x05\x05\xb4\x00\x00\x00\x00",
        b"\x01\x01\x01\x02",
        b"\x03\x28\x00\x00",
        b"\xfe\xff\x00\x00",
    ],
)
def test_a_syn_with_an_option_of_illegal_length_is_dropped(area: bytes) -> None:
    with listen() as peer:
        peer.send_bytes(peer.segment(SYN, option_bytes=area))
        peer.expect_nothing()
        assert peer.state == "LISTEN"
        assert peer.counters["bad_options"] == 1


# -- fourth, anything else


@pytest.mark.parametrize("flags", [0, FIN, PSH, URG, FIN | PSH | URG])
def test_anything_else_makes_no_connection(flags: int) -> None:
    """ "Drop the segment, and return": it is answered as a closed port would, which is no state that is kept."""
    with listen() as peer:
        peer.send(flags, b"text")
        peer.drain()
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
        assert peer.app.tcp.query().connections == 0


# -- calls


@pytest.mark.requirement("MUST-41")
def test_listeners_do_not_use_each_other_up() -> None:
    """Several connections of one listener, and a more particular listener to the same port beside it."""
    with listen() as peer:
        own: Acceptor[TcpConnection[IPv4Address]] = Acceptor()
        other = peer.elsewhere(9)
        peer.app.tcp.listen(TcpPattern(PORT, other.host), own)
        for each in (peer, peer.beside(4001), peer.beside(4002), other):
            each.send(SYN)
            each.expect(SYN | ACK)
            each.send(ACK)
            assert each.state == "ESTABLISHED"
        assert [connection.peer for connection, _ in own.accepted] == [other.host]
        assert [each.app.opened for each in (peer, peer.beside(4001), peer.beside(4002))] == [1, 1, 1]


@pytest.mark.requirement("MUST-41")
def test_listening_goes_on_after_a_connection() -> None:
    with listen() as peer:
        peer.send(SYN)
        peer.expect(SYN | ACK)
        peer.send(ACK)
        peer.app.abort()
        peer.expect(RST | ACK)
        assert peer.state == "LISTEN"


def test_listening_ends_when_stopped() -> None:
    with listen() as peer:
        peer.stop()
        assert peer.state == "CLOSED"
        peer.send(SYN, seq=5)
        peer.expect(RST | ACK, seq=0, ack=6)


def test_other_ports_are_closed() -> None:
    with listen() as peer:
        peer.app.tcp.listen(TcpPattern(Port(80)), ignoring)
        peer.send(SYN)
        peer.expect(SYN | ACK)
        assert peer.app.tcp.query().listeners == 2


def test_the_backlog_is_bounded_and_the_oldest_makes_room() -> None:
    with listen(TcpConfig(backlog=3)) as peer:
        for port in range(5000, 5010):
            peer.beside(port).send(SYN)
            peer.beside(port).drain()
        assert peer.app.tcp.query().half_open <= 3
