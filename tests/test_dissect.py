"""Packets in one line: the right words for good ones, and some words for any bytes."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy import dissect
from foxpy.addresses import BROADCAST, MacAddress
from foxpy.decode.reading import DEPTH
from foxpy.dissect import Dissector
from foxpy.layers.arp.wire import ARP
from foxpy.layers.ethernet.wire import EthernetII, Ieee8023, UndefinedFrame
from foxpy.layers.icmp.wire import Echo, OtherIcmp, ParameterProblem, Redirect, TimeExceeded, Unreachable
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.tcp.wire import (
    TCP,
    MaximumSegmentSize,
    NoOperation,
    OtherOption,
    Sack,
    SackBlock,
    SackPermitted,
    Timestamps,
    WindowScale,
)
from foxpy.layers.udp.wire import UDP
from foxpy.wire import Packet

A, B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
NOWHERE = MacAddress(bytes(6))
DISSECTORS: list[Dissector] = [
    dissect.raw,
    dissect.frame,
    dissect.arp,
    dissect.ip,
    dissect.icmp_message,
    dissect.udp,
    dissect.tcp,
]


def line(how: Dissector, packet: Packet) -> str:
    data = packet.build()
    # Somewhere in a larger frame: offsets count.
    return how(b"\xaa\xbb" + data + b"\xcc", 2, 2 + len(data))


PING = Echo(type=8, ident=7, seq=3, data=bytes(56))


def datagram(proto: int, body: Packet | bytes) -> IPv4:
    return IPv4(proto=proto, src=A, dst=B, body=body)


@pytest.mark.parametrize(
    ("how", "packet", "words"),
    [
        (
            dissect.frame,
            EthernetII(dst=RIGHT, src=LEFT, kind=0x0800, body=datagram(1, PING)),
            f"{LEFT} > {RIGHT}, IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 7, seq 3, length 64",
        ),
        (
            dissect.frame,
            EthernetII(
                dst=BROADCAST, src=LEFT, kind=0x0806, body=ARP(operation=1, sha=LEFT, spa=A, tha=NOWHERE, tpa=B)
            ),
            f"{LEFT} > {BROADCAST}, ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28",
        ),
        (
            dissect.frame,
            EthernetII(dst=RIGHT, src=LEFT, kind=0x88B5, body=b"hello"),
            f"{LEFT} > {RIGHT}, ethertype 0x88b5, 6865 6c6c 6f, length 5",
        ),
        (
            dissect.frame,
            Ieee8023(dst=RIGHT, src=LEFT, body=b"\x42\x42\x03", pad=bytes(43)),
            f"{LEFT} > {RIGHT}, 802.3 LLC, dsap 0x42, ssap 0x42, length 0",
        ),
        (
            dissect.frame,
            UndefinedFrame(dst=RIGHT, src=LEFT, kind=1501),
            f"{LEFT} > {RIGHT}, undefined type 0x05dd, length 0",
        ),
        (
            dissect.arp,
            ARP(operation=2, sha=LEFT, spa=A, tha=RIGHT, tpa=B),
            f"ARP, Reply 192.0.2.1 is-at {LEFT}, length 28",
        ),
        (
            dissect.arp,
            ARP(operation=1, sha=LEFT, spa=A, tha=NOWHERE, tpa=A),
            f"ARP, Announcement 192.0.2.1 is-at {LEFT}, length 28",
        ),
        (dissect.arp, ARP(operation=9, sha=LEFT, spa=A, tha=NOWHERE, tpa=A), "ARP, operation 9, length 28"),
        (
            dissect.ip,
            datagram(
                6,
                TCP(
                    sport=40000,
                    dport=80,
                    seq=100,
                    flags=0x02,
                    window=65535,
                    options=(
                        MaximumSegmentSize(size=1460),
                        SackPermitted(),
                        Timestamps(value=5, echo=0),
                        NoOperation(),
                        WindowScale(shift=7),
                    ),
                ),
            ),
            "IP 192.0.2.1.40000 > 192.0.2.2.80: Flags [S], seq 100, win 65535, "
            "options [mss 1460,sackOK,TS val 5 ecr 0,nop,wscale 7], length 0",
        ),
        (
            dissect.tcp,
            TCP(sport=80, dport=40000, seq=0xFFFF_FFFF, ack=101, flags=0x18, window=500, body=b"abc"),
            "80 > 40000: Flags [P.], seq 4294967295:2, ack 101, win 500, length 3",
        ),
        (
            dissect.tcp,
            TCP(
                sport=1,
                dport=2,
                seq=5,
                ack=9,
                flags=0xF5,
                window=0,
                urgent=3,
                options=(Sack(blocks=(SackBlock(left=10, right=20),)), OtherOption(kind=99, data=b"x")),
            ),
            "1 > 2: Flags [FR.UEW], seq 5, ack 9, win 0, urg 3, options [sack 10:20,unknown-99], length 0",
        ),
        (dissect.tcp, TCP(sport=1, dport=2, seq=5, window=0), "1 > 2: Flags [none], seq 5, win 0, length 0"),
        (
            dissect.ip,
            datagram(17, UDP(sport=1053, dport=1024, body=b"answer")),
            "IP 192.0.2.1.1053 > 192.0.2.2.1024: UDP, length 6",
        ),
        (dissect.udp, UDP(sport=53, dport=1024), "53 > 1024: UDP, length 0"),
        (
            dissect.ip,
            IPv4(proto=17, src=A, dst=B, ident=7, frag=185, mf=True, body=bytes(1480)),
            "IP 192.0.2.1 > 192.0.2.2 (fragment 7, 1480-2959+): UDP",
        ),
        (
            dissect.ip,
            IPv4(proto=99, src=A, dst=B, options=b"\x94\x04\0\0", body=b"x"),
            "IP 192.0.2.1 > 192.0.2.2 (options 94040000): protocol 99, 78, length 1",
        ),
        (
            dissect.ip,
            datagram(4, datagram(17, UDP(sport=1, dport=2))),
            "IP 192.0.2.1 > 192.0.2.2: IP 192.0.2.1.1 > 192.0.2.2.2: UDP, length 0",
        ),
        (dissect.icmp_message, Echo(type=0, ident=1, seq=2), "ICMP echo reply, id 1, seq 2, length 8"),
        (
            dissect.icmp_message,
            Unreachable(code=3, quoted=datagram(17, UDP(sport=1, dport=2)).build()),
            "ICMP 192.0.2.2 protocol 17 port unreachable, length 36",
        ),
        (
            dissect.icmp_message,
            Unreachable(code=4, mtu=576, quoted=b""),
            "ICMP unreachable - need to frag (mtu 576), length 8",
        ),
        (dissect.icmp_message, Unreachable(code=77), "ICMP unreachable, code 77, length 8"),
        (dissect.icmp_message, Redirect(code=1, gateway=A), "ICMP redirect to 192.0.2.1, code 1, length 8"),
        (dissect.icmp_message, TimeExceeded(code=0), "ICMP time exceeded in-transit, length 8"),
        (dissect.icmp_message, TimeExceeded(code=1), "ICMP ip reassembly time exceeded, length 8"),
        (dissect.icmp_message, ParameterProblem(pointer=9), "ICMP parameter problem at byte 9, length 8"),
        (dissect.icmp_message, OtherIcmp(type=13, code=2, data=bytes(12)), "ICMP type 13, code 2, length 16"),
    ],
)
def test_good_packets_in_tcpdumps_words(how: Dissector, packet: Packet, words: str) -> None:
    assert line(how, packet) == words


def test_long_bytes_are_cut() -> None:
    assert dissect.raw(bytes(range(32)), 1, 32) == "0102 0304 0506 0708 090a 0b0c 0d0e 0f10 ..., length 31"
    assert dissect.raw(b"", 0, 0) == "length 0"


def test_a_bad_checksum_is_told() -> None:
    packet = bytearray(datagram(17, UDP(sport=1, dport=2)).build())
    packet[10] ^= 1
    assert dissect.ip(bytes(packet), 0, len(packet)) == "IP (bad checksum) 192.0.2.1.1 > 192.0.2.2.2: UDP, length 0"


def test_what_is_cut_short_says_so() -> None:
    packet = datagram(6, TCP(sport=1, dport=2, seq=3, window=4)).build()
    assert "Truncated" not in dissect.ip(packet, 0, len(packet))
    assert dissect.ip(packet, 0, 30) == "IP [IPv4.length: says 40 bytes, 30 there (byte 2)]"
    assert dissect.ip(packet, 0, 5).startswith("IP [")
    inner = datagram(6, b"12345").build()
    assert dissect.ip(inner, 0, len(inner)).startswith("IP 192.0.2.1 > 192.0.2.2: TCP [")


@pytest.mark.parametrize("how", DISSECTORS)
@given(data=st.binary(max_size=80), start=st.integers(0, 10), end=st.integers(0, 90))
def test_any_bytes_give_one_line(how: Dissector, data: bytes, start: int, end: int) -> None:
    start = min(start, len(data))
    text = how(data, start, max(start, min(end, len(data))))
    assert text
    assert "\n" not in text


SEEDS = [
    EthernetII(
        dst=RIGHT, src=LEFT, kind=0x0800, body=datagram(1, Unreachable(code=1, quoted=datagram(6, b"").build()))
    ),
    EthernetII(
        dst=RIGHT,
        src=LEFT,
        kind=0x0800,
        body=datagram(6, TCP(sport=1, dport=2, seq=3, window=4, options=(MaximumSegmentSize(size=9),))),
    ),
    EthernetII(dst=RIGHT, src=LEFT, kind=0x0806, body=ARP(operation=1, sha=LEFT, spa=A, tha=RIGHT, tpa=B)),
    EthernetII(dst=RIGHT, src=LEFT, kind=0x0800, body=datagram(4, datagram(17, UDP(sport=1, dport=2)))),
]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 79), st.integers(0, 255)), max_size=4),
    st.integers(0, 80),
)
def test_damaged_packets_give_one_line(packet: Packet, changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(packet.build())
    for at, value in changes:
        data[at % len(data)] = value
    text = dissect.frame(bytes(data), 0, min(end, len(data)))
    assert text
    assert "\n" not in text


def test_packets_in_packets_in_packets_end_somewhere() -> None:
    packet = b""
    for _ in range(3000):
        packet = datagram(4, packet).build()
    assert dissect.ip(packet, 0, len(packet)).count("192.0.2.1") == DEPTH
