"""UDP datagrams in IPv4 and in IPv6 beside scapy's, with checksums over pseudo-headers."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import UDP as Oracle  # noqa: N811
from scapy.packet import Raw

from foxpy.layers.udp.wire import UDP, verify_udp
from tests.differential.oracle import Pair, again, agree, below, bodies, body_of, many, pairs, pseudo, u16s

NUMBER: Final = 17


def theirs(packet: Any) -> dict[str, object]:
    return {
        "sport": packet.sport,
        "dport": packet.dport,
        "length": packet.len,
        "checksum": packet.chksum,
        "body": body_of(packet),
    }


@st.composite
def datagrams(draw: st.DrawFn) -> tuple[Pair, UDP]:
    pair, ports, body = draw(pairs), draw(st.tuples(u16s, u16s)), draw(bodies)
    seed = pseudo(pair, NUMBER, UDP.MIN + len(body))
    datagram = UDP(pseudo=seed, sport=ports[0], dport=ports[1], body=body)
    if body[1:] and draw(st.booleans()):
        # the checksum of these is 0, which is sent as 0xFFFF
        plain = UDP(pseudo=seed, sport=ports[0], dport=ports[1], body=b"\0\0" + body[2:]).build()
        datagram = UDP(pseudo=seed, sport=ports[0], dport=ports[1], body=plain[6:8] + body[2:])
        assert datagram.build()[6:8] == b"\xff\xff"
    return pair, datagram


@many
@given(datagrams())
def test_datagrams_of_ours(drawn: tuple[Pair, UDP]) -> None:
    pair, datagram = drawn
    data = datagram.build()
    ip = below(pair, NUMBER)
    packet = type(ip)(bytes(ip / Raw(data)))[Oracle]
    agree(UDP.parse(data, pseudo=datagram.pseudo), theirs(packet))
    header = bytes(ip)
    made = ip / again(packet, {"len", "chksum"}) / Raw(body_of(packet))
    assert bytes(made)[len(header) :] == data


@many
@given(pairs, u16s, u16s, bodies, bodies)
def test_datagrams_of_scapy(pair: Pair, sport: int, dport: int, body: bytes, behind: bytes) -> None:
    ip = below(pair, NUMBER)
    data = bytes(ip / Oracle(sport=sport, dport=dport) / Raw(body))
    start, end = len(bytes(ip)), len(data)
    seed = pseudo(pair, NUMBER, end - start)
    datagram = UDP.parse(data + behind, start, pseudo=seed)
    agree(datagram, theirs(type(ip)(data + behind)[Oracle]))
    assert verify_udp(data, start, end, seed)
    assert datagram.build() == data[start:]
