"""ICMP messages beside scapy's, and those that quote a datagram beside dpkt's as well."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address
from typing import Any, Final

import dpkt.icmp
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP as Oracle  # noqa: N811
from scapy.packet import Raw

from foxpy.layers.icmp.wire import Echo, OtherIcmp, ParameterProblem, Redirect, TimeExceeded, Unreachable, icmp
from foxpy.layers.ipv4.wire import IPv4
from foxpy.wire.strategies import strategy
from tests.differential.oracle import agree, bodies, body_of, ip4s, many, rebuilt, u8s, u16s, u32s

Message = Echo | Unreachable | Redirect | TimeExceeded | ParameterProblem | OtherIcmp
Quoting = Unreachable | TimeExceeded | ParameterProblem

TIMESTAMPS: Final = (13, 14)
INFORMATION: Final = (15, 16)
MASKS: Final = (17, 18)
NAMES: Final = (37, 38)
OTHERS: Final = sorted({*range(256)} - {0, 3, 5, 8, 11, 12, *TIMESTAMPS, *INFORMATION, *MASKS, *NAMES})


def others(*types: int, size: int) -> st.SearchStrategy[OtherIcmp]:
    """Messages that are bytes to foxpy, of which scapy reads fields of ``size`` bytes."""
    return strategy(OtherIcmp, type=st.sampled_from(types), data=st.binary(min_size=size, max_size=60))


messages = st.one_of(
    strategy(Echo),
    strategy(Redirect),
    # where the byte that RFC 4884 made a length is not 0, scapy looks for extensions in what is quoted: dpkt, below
    strategy(Unreachable, unused=u8s.map(lambda value: value << 8)),
    strategy(TimeExceeded, unused=u32s.map(lambda value: value & 0xFF00FFFF)),
    strategy(ParameterProblem, unused=u16s),
    others(*TIMESTAMPS, size=16),
    others(*INFORMATION, size=4),
    others(*MASKS, size=8),
    others(*NAMES, size=8),
    others(*OTHERS, size=4),
)


def theirs(packet: Any) -> dict[str, object]:
    body = body_of(packet)
    return {"type": packet.type, "code": packet.code, "checksum": packet.chksum} | _by_type(packet, body)


def _by_type(packet: Any, body: bytes) -> dict[str, object]:
    match packet.type:
        case 0 | 8:
            return {"ident": packet.id, "seq": packet.seq, "data": body}
        case 3:
            return {"unused": packet.reserved << 8 | packet.length, "mtu": packet.nexthopmtu, "quoted": body}
        case 5:
            return {"gateway": IPv4Address(packet.gw), "quoted": body}
        case 11:
            return {"unused": packet.reserved << 24 | packet.length << 16 | packet.unused, "quoted": body}
        case 12:
            return {"pointer": packet.ptr, "unused": packet.length << 16 | packet.unused, "quoted": body}
        case 13 | 14:
            times = struct.pack(">III", packet.ts_ori, packet.ts_rx, packet.ts_tx)
            return {"data": struct.pack(">HH", packet.id, packet.seq) + times + body}
        case 15 | 16:
            return {"data": struct.pack(">HH", packet.id, packet.seq) + body}
        case 17 | 18:
            mask = IPv4Address(packet.addr_mask).packed
            return {"data": struct.pack(">HH", packet.id, packet.seq) + mask + body}
        case 37 | 38:  # four bytes more than RFC 1788 has, but as bytes they are right
            return {"data": struct.pack(">HHI", packet.id, packet.seq, packet.unused) + body}
        case _:
            return {"data": struct.pack(">I", packet.unused) + body}


@many
@given(messages)
def test_messages_of_ours(message: Message) -> None:
    data = message.build()
    packet = Oracle(data)
    agree(icmp.parse(data), theirs(packet))
    assert rebuilt(packet, {"chksum"}) == data


quoted = strategy(IPv4, proto=st.just(253)).map(lambda datagram: datagram.build())  # dpkt reads what it knows in it

quoting = st.one_of(*(strategy(shape, quoted=quoted) for shape in (Unreachable, TimeExceeded, ParameterProblem)))


@many
@given(quoting)
def test_messages_that_quote_beside_dpkt(message: Quoting) -> None:
    data = message.build()
    packet = dpkt.icmp.ICMP(data)
    inner = packet.data
    if isinstance(message, ParameterProblem):  # which dpkt describes, and does not look for
        inner = dpkt.icmp.ICMP.ParamProbe(inner)
    found: dict[str, object] = {"type": packet.type, "code": packet.code, "checksum": packet.sum}
    found["quoted"] = bytes(inner.data)
    match message:
        case Unreachable():
            found |= {"unused": inner.pad, "mtu": inner.mtu}
        case TimeExceeded():
            found |= {"unused": inner.pad}
        case ParameterProblem():
            found |= {"pointer": inner.ptr, "unused": inner.pad1 << 16 | inner.pad2}
    agree(icmp.parse(data), found)
    packet.sum = 0  # for dpkt to fill in
    assert bytes(packet) == data


dotted = ip4s.map(str)

scapy_headers = st.one_of(
    st.builds(Oracle, type=st.sampled_from([0, 8]), code=u8s, id=u16s, seq=u16s),
    st.builds(Oracle, type=st.just(3), code=u8s, reserved=u8s, nexthopmtu=u16s),
    st.builds(Oracle, type=st.just(5), code=u8s, gw=dotted),
    st.builds(Oracle, type=st.just(11), code=u8s, reserved=u8s, unused=u16s),
    st.builds(Oracle, type=st.just(12), code=u8s, ptr=u8s, unused=u16s),
    st.builds(Oracle, type=st.sampled_from(TIMESTAMPS), id=u16s, seq=u16s, ts_ori=u32s, ts_rx=u32s, ts_tx=u32s),
    st.builds(Oracle, type=st.sampled_from(INFORMATION), id=u16s, seq=u16s),
    st.builds(Oracle, type=st.sampled_from(MASKS), id=u16s, seq=u16s, addr_mask=dotted),
    st.builds(Oracle, type=st.sampled_from(NAMES), id=u16s, seq=u16s, unused=u32s),
    st.builds(Oracle, type=st.sampled_from(OTHERS), code=u8s, unused=u32s),
)


@many
@given(scapy_headers, bodies)
def test_messages_of_scapy(header: Any, body: bytes) -> None:
    data = bytes(header / Raw(body))
    message = icmp.parse(data)
    agree(message, theirs(Oracle(data)))
    assert message.build() == data
