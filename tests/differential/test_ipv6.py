"""IPv6 headers and extension headers beside scapy's."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers import inet6, ipsec
from scapy.packet import Raw

from foxpy.layers.ipv6.options import JumboPayload, OtherOption, Pad1, PadN, RouterAlert, padded
from foxpy.layers.ipv6.routing import (
    HomeAddressRoute,
    OtherRoute,
    OtherSegmentOption,
    SegmentPad1,
    SegmentPadN,
    SegmentRoute,
    SourceRoute,
    routing,
)
from foxpy.layers.ipv6.wire import Authentication, Destination, Fragment, HopByHop, IPv6, NextHeader
from foxpy.wire import Packet
from foxpy.wire.strategies import strategy
from tests.differential.oracle import again, agree, bodies, body_of, ip6s, many, u8s, u16s, u32s

Header = HopByHop | Destination | SourceRoute | HomeAddressRoute | SegmentRoute | OtherRoute | Authentication | Fragment

NUMBERS: Final[dict[type[Packet], int]] = {
    HopByHop: 0,
    SourceRoute: 43,
    HomeAddressRoute: 43,
    SegmentRoute: 43,
    Fragment: 44,
    Authentication: 51,
    Destination: 60,
}
COMPUTED: Final = {"plen", "len", "lastentry"}
"""What is left to scapy; of an authentication header it does not know the length."""

# RPL's option and the home address are others to foxpy
OTHERS: Final = sorted({*range(256)} - {0, 1, 5, 0x63, 0xC2, 0xC9})

options = st.one_of(
    strategy(RouterAlert),
    strategy(JumboPayload),
    strategy(OtherOption, kind=st.sampled_from(OTHERS), data=st.binary(max_size=30)),
)
option_lists = st.lists(options, max_size=4).map(lambda found: padded(*found))

# scapy has two more kinds, from a draft, and takes an HMAC to be 42 bytes shorter than RFC 8754 says
segment_options = st.lists(
    strategy(OtherSegmentOption, kind=st.integers(6, 255), data=st.binary(max_size=30)), max_size=3
)


def _aligned(found: list[OtherSegmentOption]) -> list[Packet]:
    gap = -sum(len(option.build()) for option in found) % 8
    return [*found, *([SegmentPad1()] if gap == 1 else [SegmentPadN(zeros=bytes(gap - 2))] if gap else [])]


DRAWN: Final[dict[type[Packet], dict[str, st.SearchStrategy[Any]]]] = {
    HopByHop: {"options": option_lists},
    Destination: {"options": option_lists},
    SourceRoute: {},
    HomeAddressRoute: {},
    SegmentRoute: {"options": segment_options.map(_aligned)},
    Authentication: {},
    Fragment: {},
}
"""The headers, and how their fields are drawn where not as for any packet."""


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[type[Packet]], IPv6]:
    """A packet, and the extension headers that are in it."""
    kinds = draw(
        st.lists(st.sampled_from([HopByHop, Destination, SourceRoute, HomeAddressRoute, SegmentRoute]), max_size=3)
    )
    kinds += draw(st.sampled_from([[], [Fragment]]))  # scapy knows that what is behind one need not be a header
    if not kinds:
        kinds = draw(st.sampled_from([[], [Authentication]]))  # which scapy knows in this place alone
    body = draw(bodies)
    # where there is nothing, scapy looks for the options of a jumbogram in what lies behind the packet
    number = draw(u8s if kinds or body else st.integers(1, 255))
    inside: bytes | Packet = body
    for kind in reversed(kinds):
        inside = draw(strategy(kind, next=st.just(number), body=st.just(inside), **DRAWN[kind]))
        number = NUMBERS[kind]
    return kinds, draw(strategy(IPv6, next=st.just(number), body=st.just(inside)))


def theirs(packet: Any) -> dict[str, object]:
    found = {"next": packet.nh, "body": body_of(packet)}
    match packet:
        case inet6.IPv6():
            return found | {
                "version": packet.version,
                "dscp": packet.tc >> 2,
                "ecn": packet.tc & 3,
                "flow": packet.fl,
                "length": packet.plen,
                "hops": packet.hlim,
                "src": IPv6Address(packet.src),
                "dst": IPv6Address(packet.dst),
            }
        case inet6.IPv6ExtHdrHopByHop() | inet6.IPv6ExtHdrDestOpt():
            return found | {"length": packet.len, "options": list(map(their_option, packet.options))}
        case inet6.IPv6ExtHdrFragment():
            found |= {"reserved": packet.res1, "offset": packet.offset, "reserved2": packet.res2}
            return found | {"more": packet.m, "ident": packet.id}
        case ipsec.AH():
            found |= {"length": packet.payloadlen, "reserved": packet.reserved}
            return found | {"spi": packet.spi, "sequence": packet.seq, "icv": packet.icv}
    found |= {"length": packet.len, "kind": packet.type, "left": packet.segleft}
    addresses = list(map(IPv6Address, packet.addresses))
    match packet:
        case inet6.IPv6ExtHdrSegmentRouting():
            high = packet.unused1 << 7 | packet.protected << 6 | packet.oam << 5 | packet.alert << 4
            found |= {"flags": high | packet.hmac << 3 | packet.unused2, "last": packet.lastentry, "tag": packet.tag}
            return found | {"segments": addresses, "options": list(map(their_segment_option, packet.tlv_objects))}
        case inet6.IPv6ExtHdrRouting(type=2):
            (home,) = addresses
            return found | {"reserved": packet.reserved, "home": home}
        case inet6.IPv6ExtHdrRouting(type=0):
            return found | {"reserved": packet.reserved, "addresses": addresses}
    raise AssertionError(packet)


def their_option(option: Any) -> tuple[str, dict[str, object]]:
    if isinstance(option, inet6.Pad1):
        return "Pad1", {"kind": option.otype}
    found = {"kind": option.otype, "length": option.optlen}
    match option:
        case inet6.PadN():
            return "PadN", found | {"zeros": option.optdata}
        case inet6.RouterAlert():
            return "RouterAlert", found | {"value": option.value}
        case inet6.Jumbo():
            return "JumboPayload", found | {"size": option.jumboplen}
        case _:
            return "OtherOption", found | {"data": option.optdata}


def their_segment_option(option: Any) -> tuple[str, dict[str, object]]:
    match option:
        case inet6.IPv6ExtHdrSegmentRoutingTLVPad1():
            return "SegmentPad1", {"kind": option.type}
        case inet6.IPv6ExtHdrSegmentRoutingTLVPadN():
            return "SegmentPadN", {"kind": option.type, "length": option.len, "zeros": option.padding}
        case _:
            return "OtherSegmentOption", {"kind": option.type, "length": option.len, "data": option.value}


def read(data: bytes, headers: int) -> list[Packet]:
    """foxpy's header, and so many extension headers."""
    packet = IPv6.parse(data)
    found: list[Packet] = [packet]
    number, body = packet.next, packet.body
    for _ in range(headers):
        header: Header
        match number:
            case NextHeader.HOP_BY_HOP:
                header = HopByHop.parse(body)
            case NextHeader.DESTINATION:
                header = Destination.parse(body)
            case NextHeader.FRAGMENT:
                header = Fragment.parse(body)
            case NextHeader.AH:
                header = Authentication.parse(body)
            case NextHeader.ROUTING:
                header = routing.parse(body)
            case _:
                raise AssertionError(number)
        found.append(header)
        number, body = header.next, header.body
    return found


def compare(data: bytes, packet: Any, headers: int) -> list[Packet]:
    found = read(data, headers)
    for ours in found:
        agree(ours, theirs(packet))
        packet = packet.payload
    return found


@many
@given(chains(), bodies)
def test_packets_of_ours(drawn: tuple[list[type[Packet]], IPv6], behind: bytes) -> None:
    kinds, ours = drawn
    data = ours.build()
    packet = inet6.IPv6(data + behind)
    assert [type(each)._spec for each in compare(data, packet, len(kinds))[1:]] == kinds
    made, layer = again(packet, COMPUTED), packet
    for _ in kinds:
        layer = layer.payload
        made /= again(layer, COMPUTED)
    assert bytes(made / Raw(body_of(layer))) == data


scapy_options = st.lists(
    st.one_of(
        st.builds(inet6.RouterAlert, value=u16s),
        st.builds(inet6.Jumbo, jumboplen=u32s),
        st.builds(inet6.HBHOptUnknown, otype=st.sampled_from(OTHERS), optdata=st.binary(max_size=30)),
    ),
    max_size=4,
)
dotted = ip6s.map(str)
routes = st.lists(dotted, max_size=4)
tlvs = st.binary(max_size=30).flatmap(
    lambda value: st.builds(
        inet6.IPv6ExtHdrSegmentRoutingTLV, type=st.integers(6, 255), len=st.just(len(value)), value=st.just(value)
    )
)

scapy_headers = st.one_of(
    st.builds(inet6.IPv6ExtHdrHopByHop, options=scapy_options),
    st.builds(inet6.IPv6ExtHdrDestOpt, options=scapy_options),
    st.builds(inet6.IPv6ExtHdrRouting, type=st.just(0), segleft=u8s, reserved=u32s, addresses=routes),
    st.builds(
        inet6.IPv6ExtHdrRouting, type=st.just(2), segleft=u8s, addresses=st.lists(dotted, min_size=1, max_size=1)
    ),
    st.builds(
        inet6.IPv6ExtHdrSegmentRouting,
        segleft=u8s,
        tag=u16s,
        oam=st.integers(0, 1),
        addresses=st.lists(dotted, min_size=1, max_size=4),
        tlv_objects=st.lists(tlvs, max_size=3),
    ),
)
fragments = st.builds(inet6.IPv6ExtHdrFragment, offset=st.integers(0, 0x1FFF), m=st.integers(0, 1), id=u32s)
scapy_chains = st.builds(
    lambda headers, last: [*headers, *last], st.lists(scapy_headers, max_size=3), st.lists(fragments, max_size=1)
)
scapy_packets = st.builds(inet6.IPv6, tc=u8s, fl=st.integers(0, 2**20 - 1), hlim=u8s, src=dotted, dst=dotted)


@many
@given(scapy_packets, scapy_chains, u8s, bodies)
def test_packets_of_scapy(packet: Any, headers: list[Any], number: int, body: bytes) -> None:
    for header in headers:
        packet /= header.copy()
    packet.lastlayer().nh = number
    data = bytes(packet / Raw(body))
    found = compare(data, inet6.IPv6(data), len(headers))
    for ours in found:
        assert ours.build() == data[-len(ours.build()) :]
        if isinstance(ours, HopByHop | Destination):
            assert padded(*(each for each in ours.options if not isinstance(each, Pad1 | PadN))) == ours.options
