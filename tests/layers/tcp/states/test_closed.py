"""CLOSED: nobody listens and there is no connection (RFC 9293 section 3.10.7.1)."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from foxpy.errors import BadAddress
from foxpy.layers.tcp import TcpAddress, TcpConfig, TcpConnection
from foxpy.layers.tcp.wire import MaximumSegmentSize
from foxpy.protocol import Handler
from foxpy.testing.collector import ignoring
from foxpy.testing.peer import ACK, FIN, PORT, PSH, RST, SYN, URG
from foxpy.waiting import Waiter
from tests.support.tcp_states import closed

HANDLER: Handler[TcpConnection[IPv4Address]] = ignoring

# -- segments


@pytest.mark.parametrize("flags", [ACK, ACK | PSH, SYN | ACK, FIN | ACK, ACK | URG])
@pytest.mark.parametrize("data", [b"", b"text"])
def test_what_has_an_ack_is_reset_at_its_number(flags: int, data: bytes) -> None:
    """<SEQ=SEG.ACK><CTL=RST>."""
    with closed() as peer:
        peer.send(flags, data, seq=100, ack=777)
        peer.expect(RST, seq=777)
        peer.expect_nothing(for_=300.0)
        assert peer.counters["to_nobody"] == peer.counters["resets_sent"] == 1


@pytest.mark.parametrize("flags", [0, SYN, FIN, SYN | FIN, PSH, URG])
@pytest.mark.parametrize("data", [b"", b"text"])
def test_what_has_no_ack_is_reset_with_one(flags: int, data: bytes) -> None:
    """<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>."""
    with closed() as peer:
        peer.send(flags, data, seq=100)
        peer.expect(RST | ACK, seq=0, ack=100 + len(data) + bool(flags & SYN) + bool(flags & FIN))
        peer.expect_nothing(for_=300.0)


@pytest.mark.parametrize("flags", [RST, RST | ACK, RST | SYN, RST | FIN, RST | ACK | SYN])
def test_a_reset_is_dropped(flags: int) -> None:
    with closed() as peer:
        peer.send(flags, seq=100, ack=777)
        peer.expect_nothing(for_=300.0)
        assert peer.counters["to_nobody"] == 1


@pytest.mark.requirement("MUST-3")
def test_a_wrong_checksum_is_dropped() -> None:
    with closed() as peer:
        peer.send_bytes(peer.segment(SYN, checksum=False))
        peer.expect_nothing(for_=300.0)
        assert peer.counters["checksum_errors"] == 1


def test_resets_are_limited() -> None:
    with closed(TcpConfig(resets_per_second=10)) as peer:
        for _ in range(30):
            peer.send(ACK, ack=1)
        assert len(peer.drain()) == 10
        peer.wait(1.0)
        peer.send(ACK, ack=1)
        peer.expect(RST, seq=1)
        assert peer.counters["resets_withheld"] == 20


# -- calls


@pytest.mark.requirement("MUST-2", "MUST-14", "MUST-67", "SHLD-5", "MAY-3")
def test_open_sends_a_syn_with_an_mss() -> None:
    """Of what IP carries at most, MMS_R, less 20 for the header; the peer checks its checksum."""
    with closed() as peer:
        peer.app.open()
        syn = peer.expect(SYN, mss=1460)
        assert isinstance(syn.options[0], MaximumSegmentSize)
        assert peer.state == "SYN-SENT"


@pytest.mark.requirement("MUST-46")
@pytest.mark.parametrize("address", ["224.0.0.1", "239.1.2.3", "255.255.255.255", "192.0.2.255"])
def test_open_to_a_group_is_an_error(address: str) -> None:
    with closed() as peer:
        with pytest.raises(BadAddress):
            peer.app.tcp.begin(TcpAddress(IPv4Address(address), PORT), HANDLER, Waiter())
        assert peer.app.tcp.query().connections == 0


@pytest.mark.requirement("MUST-43")
def test_open_names_our_address() -> None:
    with closed() as peer:
        with pytest.raises(BadAddress, match=r"192\.0\.2\.77 is not an address of this host"):
            peer.app.tcp.begin(TcpAddress(peer.host, PORT, local=IPv4Address("192.0.2.77")), HANDLER, Waiter())
        peer.app.tcp.begin(TcpAddress(peer.host, peer.port, PORT, IPv4Address("192.0.2.1")), HANDLER, Waiter())
        peer.expect(SYN)


@pytest.mark.requirement("MUST-44")
def test_open_asks_ip_for_our_address() -> None:
    with closed() as peer:
        peer.app.open()
        peer.expect(SYN)
        peer.send(SYN | ACK)
        peer.expect(ACK)
        assert peer.app.connection is not None
        assert peer.app.connection.local == IPv4Address("192.0.2.1")


def test_listen() -> None:
    with closed() as peer:
        peer.listen()
        assert peer.state == "LISTEN"
