"""Packet checkers: right packets pass, and what is wrong is named with layer, field, expectation and fact."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

import pytest
import trio

from foxpy.addresses import BROADCAST, MacAddress, Port
from foxpy.layers.icmp import IcmpAddress
from foxpy.layers.tcp import TcpAddress, TcpPattern
from foxpy.layers.tcp.wire import ACK, SYN, MaximumSegmentSize
from foxpy.layers.udp import UdpAddress, UdpPattern
from foxpy.testing import Collector, virtual
from foxpy.testing.capture import Capture, capture
from foxpy.testing.checkers import (
    Checker,
    WrongPacket,
    arp,
    ethernet,
    expect,
    icmp,
    ipv4,
    matching,
    payload,
    tcp,
    udp,
)
from foxpy.testing.collector import ignoring
from foxpy.testing.hosts import hosts

LEFT, RIGHT = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
LEFT_MAC, RIGHT_MAC = MacAddress.local(1), MacAddress.local(2)


async def traffic() -> Capture:
    """A ping, a datagram and the beginning of a connection, as they pass the left host's device."""
    left, right = hosts()
    passed = capture(left.device)
    async with left.running(), right.running():
        left.icmp.send(left.icmp.open(IcmpAddress(RIGHT, 5), ignoring)).send(b"ping")
        await trio.sleep(1)
        right.udp.listen(UdpPattern(Port(53)), ignoring)
        left.udp.send(left.udp.open(UdpAddress(RIGHT, Port(53), Port(4000)), ignoring)).send(b"question")
        right.tcp.listen(TcpPattern(Port(80)), ignoring)
        collector = Collector()
        connection = await left.tcp.active_open(TcpAddress(RIGHT, Port(80), Port(4001)), lambda _: collector)
        left.tcp.send(connection).send(b"GET /")
        await trio.sleep(1)
    return passed


FRAMES: Final = virtual(traffic).packets

RIGHT_ONES: Final[dict[str, tuple[Checker, ...]]] = {
    "arp request": (ethernet(dst=BROADCAST, kind=0x0806), arp(operation=1, spa=LEFT, tpa=RIGHT, sha=LEFT_MAC)),
    "arp reply": (ethernet(dst=LEFT_MAC, src=RIGHT_MAC), arp(operation=2, spa=RIGHT, sha=RIGHT_MAC)),
    "echo request": (ethernet(), ipv4(proto=1, src=LEFT), icmp(type=8, code=0, ident=5, seq=0), payload(b"ping")),
    "echo reply": (ethernet(), ipv4(proto=1, src=RIGHT), icmp(type=0, ident=5, seq=0), payload(b"ping")),
    "datagram": (ethernet(), ipv4(proto=17), udp(sport=4000, dport=53, length=16), payload(b"question")),
    "SYN": (ethernet(), ipv4(ttl=64, mf=False, frag=0), tcp(dport=80, flags=SYN, ack=0), payload(size=0)),
    "SYN, ACK": (ethernet(dst=LEFT_MAC), ipv4(src=RIGHT, dst=LEFT), tcp(sport=80, flags=SYN | ACK), payload(b"")),
    "data": (ethernet(kind=0x0800), ipv4(), tcp(sport=4001, flags=lambda flags: bool(flags & ACK)), payload(b"GET /")),
}


@pytest.mark.parametrize("name", RIGHT_ONES)
def test_a_right_packet_passes(name: str) -> None:
    assert len(matching(FRAMES, *RIGHT_ONES[name])) == 1


def the(name: str) -> bytes:
    return matching(FRAMES, *RIGHT_ONES[name])[0]


@pytest.mark.parametrize(
    ("name", "checkers", "message"),
    [
        ("SYN", (ethernet(dst=LEFT_MAC),), f"ethernet.dst: expected {LEFT_MAC}, got {RIGHT_MAC}"),
        ("SYN", (ethernet(kind=0x0806),), "ethernet.kind: expected 0x0806, got 0x0800"),
        ("SYN", (ethernet(), ipv4(ttl=1)), "ipv4.ttl: expected 1, got 64"),
        ("SYN", (ethernet(), ipv4(src=RIGHT)), "ipv4.src: expected 192.0.2.2, got 192.0.2.1"),
        ("SYN", (ethernet(), ipv4(), tcp(flags=SYN | ACK)), "tcp.flags: expected SYN|ACK, got SYN"),
        ("SYN", (ethernet(), ipv4(), tcp(flags=0)), "tcp.flags: expected none, got SYN"),
        ("SYN", (ethernet(), arp()), "arp: cannot be read: "),
        ("arp request", (ethernet(), ipv4()), "ipv4: cannot be read: "),
        ("arp request", (ethernet(), arp(operation=2)), "arp.operation: expected 2, got 1"),
        ("datagram", (ethernet(), ipv4(), udp(dport=54)), "udp.dport: expected 54, got 53"),
        ("datagram", (ethernet(), ipv4(), udp(), payload(b"?")), "payload: expected 1 bytes 3f, got 8 bytes 7175"),
        ("datagram", (ethernet(), ipv4(), udp(), payload(size=9)), "payload.size: expected 9, got 8"),
        ("echo request", (ethernet(), ipv4(), icmp(mtu=1400)), "icmp.mtu: a Echo"),
        ("echo request", (ethernet(), ipv4(), icmp(type=0)), "icmp.type: expected 0, got 8"),
    ],
)
def test_a_wrong_field_is_named(name: str, checkers: tuple[Checker, ...], message: str) -> None:
    with pytest.raises(WrongPacket) as wrong:
        expect(the(name), *checkers)
    assert str(wrong.value).startswith(message)
    assert wrong.value.__notes__[0].startswith(f"in the frame of {len(the(name))} bytes")


def test_a_predicate_is_named_by_its_words() -> None:
    def far(ttl: int) -> bool:
        """a TTL above 200"""
        return ttl > 200

    with pytest.raises(WrongPacket, match=r"^ipv4\.ttl: a TTL above 200 does not hold for 64"):
        expect(the("SYN"), ethernet(), ipv4(ttl=far))


def test_options_are_compared_as_values() -> None:
    def announces(options: tuple[object, ...]) -> bool:
        return MaximumSegmentSize(size=1460) in options

    expect(the("SYN"), ethernet(), ipv4(), tcp(options=announces))
    with pytest.raises(WrongPacket, match=r"^tcp\.options: announces does not hold"):
        expect(the("data"), ethernet(), ipv4(), tcp(options=announces))


def damaged(name: str, at: int) -> bytes:
    frame = bytearray(the(name))
    frame[at] ^= 0x01
    return bytes(frame)


@pytest.mark.parametrize(
    ("name", "at", "checkers", "without"),
    [
        ("SYN", 14 + 8, lambda sums: (ipv4(checksum=sums),), "ipv4"),  # the TTL
        ("data", -1, lambda sums: (ipv4(), tcp(checksum=sums)), "tcp"),
        ("datagram", 14 + 20 + 8, lambda sums: (ipv4(), udp(checksum=sums)), "udp"),
        ("echo request", 14 + 20 + 8, lambda sums: (ipv4(), icmp(checksum=sums)), "icmp"),
    ],
)
def test_checksums_are_verified(
    name: str, at: int, checkers: Callable[[bool], tuple[Checker, ...]], without: str
) -> None:
    frame = damaged(name, at if at >= 0 else the(name).index(b"GET /"))
    with pytest.raises(WrongPacket, match=rf"^{without}\.checksum: expected a right one, it is wrong"):
        expect(frame, ethernet(), *checkers(True))
    expect(frame, ethernet(), *checkers(False))


def test_padding_belongs_to_no_payload() -> None:
    frame = the("datagram")
    assert len(frame) == 60
    expect(frame, ethernet(), payload(size=46))
    expect(frame, ethernet(), ipv4(), payload(size=16))


def test_the_capture_tells_directions_and_times() -> None:
    passed = virtual(traffic)
    assert sorted(passed.packets) == sorted(passed.sent + passed.received)
    assert passed.times == sorted(passed.times)
    assert the("SYN") in passed.sent
    assert the("SYN, ACK") in passed.received
