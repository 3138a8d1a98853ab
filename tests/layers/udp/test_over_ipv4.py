"""UDP over an IPv4 host whose links end in the test (RFC 1122, sections 4.1.3 and 4.1.4)."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from foxpy.addresses import Port
from foxpy.errors import BadAddress
from foxpy.layers.ipv4 import Arrived, Service
from foxpy.layers.udp import Udp, UdpAddress, UdpConnection, UdpPattern, udp
from foxpy.layers.udp.wire import HEADER, append_udp
from foxpy.protocol import Receiver
from foxpy.testing import Acceptor, Collector
from tests.support.ip_bench import FAR, PEER, US, IpBench, datagram

UDP = 17
PORT = Port(7)
SECOND = IPv4Address("192.0.2.3")


def over(bench: IpBench, service: Service | None = None) -> Udp[IPv4Address]:
    layer = udp(bench.ip.carrier(UDP, service))
    layer.initialize()
    return layer


def message(data: bytes) -> bytes:
    """From port 9, without a checksum."""
    out = bytearray()
    append_udp(out, len(data), sport=9, dport=PORT)
    return bytes(out) + data


@pytest.mark.requirement("1122-4.1.3.2-specify", "1122-4.1.3.2-pass", "1122-4.1.4-specify")
def test_the_service_of_a_udp_is_on_every_datagram() -> None:
    bench = IpBench()
    alert = b"\x94\x04\x00\x00"
    layer = over(bench, Service(ttl=9, tos=0x28, options=alert))
    acceptor: Acceptor[UdpConnection[IPv4Address]] = Acceptor()
    layer.listen(UdpPattern(PORT), acceptor)
    layer.send(layer.open(UdpAddress(FAR, PORT), lambda _: Collector())).send(b"ours")
    bench.say(datagram(message(b"theirs"), protocol=UDP))
    connection = layer.open(UdpAddress(PEER, Port(9), PORT), lambda _: Collector())
    layer.send(connection).send(b"answer")
    sent = bench.link.take()
    assert len(acceptor.accepted) == 1
    assert [(packet.ttl, packet.dscp, packet.options) for packet in sent] == [(9, 10, alert)] * 2


@pytest.mark.requirement(
    "1122-4.1.3.5-specify",
    "1122-4.1.3.5-wild",
    "1122-4.1.3.5-told",
    "1122-4.1.3.6-valid",
    "1122-4.1.3.2-receive",
    "1122-4.1.4-full",
    "1122-4.1.4-tos",
)
def test_what_came_with_a_datagram_can_be_asked_for() -> None:
    """Section 4.1.3.2: the options; section 4.1.4: the type of service, and all else that IP tells."""
    bench = IpBench()
    layer = over(bench)
    seen: list[Arrived | None] = []

    class Asking(Receiver):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            seen.append(bench.ip.arrived(frame, start - HEADER))

    layer.listen(UdpPattern(PORT), lambda _: Asking())
    options = b"\x07\x07\x04" + bytes(5)
    bench.say(datagram(message(b"data"), protocol=UDP, dscp=46, ttl=3, options=options))
    bench.say(datagram(message(b"plain"), protocol=UDP))
    assert seen == [Arrived("ip0", PEER, US, 46 << 2, 3, options), Arrived("ip0", PEER, US, 0, 64, b"")]


def test_the_local_address_is_chosen_by_whom_it_concerns() -> None:
    bench = IpBench("192.0.2.1/24", "192.0.2.3/24")
    layer = over(bench)
    given = layer.open(UdpAddress(PEER, PORT, local=SECOND), lambda _: Collector())
    left_open = layer.open(UdpAddress(FAR, PORT), lambda _: Collector())
    assert (given.local, left_open.local) == (SECOND, US)
    layer.send(given).send(b"")
    layer.send(left_open).send(b"")
    assert [packet.src for packet in bench.link.take()] == [SECOND, US]
    with pytest.raises(BadAddress, match="not an address of this host"):
        layer.open(UdpAddress(PEER, PORT, local=FAR), lambda _: Collector())


@pytest.mark.requirement("1122-4.1.3.6-bad-src")
@pytest.mark.parametrize("source", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.255"])
def test_what_is_from_no_host_is_dropped_in_silence(source: str) -> None:
    bench = IpBench()
    layer = over(bench)
    layer.listen(UdpPattern(PORT), lambda _: Collector())
    bench.say(datagram(message(b"data"), src=IPv4Address(source), protocol=UDP))
    assert bench.dropped() == {"bad_source": 1}
    assert layer.query().connections == 0
    assert bench.link.sent == []
