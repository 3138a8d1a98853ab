"""The headers that may stand between IPv6 and what it carries; two of them stand behind IPv4 as well."""

from __future__ import annotations

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Protocol, Table, protocol
from foxpy.decode.protocols.ipv4 import name_of
from foxpy.layers.ipv6.routing import HomeAddressRoute, OtherRoute, SegmentRoute, SourceRoute, routing
from foxpy.layers.ipv6.wire import Authentication, Destination, EncapsulatingSecurity, Extension, Fragment, HopByHop

Chained = (
    HopByHop | Destination | Extension | Authentication | SourceRoute | HomeAddressRoute | SegmentRoute | OtherRoute
)


def _inside(header: Chained) -> Inside:
    return Inside(Table.IP, (header.next,), header.body)


def _in_fragment(header: Fragment) -> Inside:
    if header.offset:
        return Inside.unknown(header.body)
    return Inside(Table.IP, (header.next,), header.body, partial=header.more)


def _named(title: str, number: int, here: Here) -> str:
    return f"{title} {here.inner() if here.next is not None else name_of(number)}"


def _fragment_words(header: Fragment, here: Here) -> str:
    offset = 8 * header.offset
    last = offset + len(header.body) - 1
    title = f"frag ({header.ident:#010x}, {offset}-{last}{'+' if header.more else ''})"
    return _named(title, header.next, here)


def _routing_words(header: SourceRoute | HomeAddressRoute | SegmentRoute | OtherRoute, here: Here) -> str:
    return _named(f"RT6 (type {header.kind}, left {header.left})", header.next, here)


def _secured(header: EncapsulatingSecurity, here: Here) -> str:
    return f"ESP(spi={header.spi:#010x},seq={header.sequence:#x}), length {here.size}"


def _proved(header: Authentication, here: Here) -> str:
    return _named(f"AH(spi={header.spi:#010x},seq={header.sequence:#x}):", header.next, here)


ipv6_hop_by_hop: Protocol = protocol(
    "ipv6_hop_by_hop",
    HopByHop,
    title="HBH",
    inside=_inside,
    words=lambda header, here: _named("HBH", header.next, here),
)
ipv6_destination: Protocol = protocol(
    "ipv6_destination",
    Destination,
    title="DSTOPT",
    inside=_inside,
    words=lambda header, here: _named("DSTOPT", header.next, here),
)
ipv6_extension: Protocol = protocol(
    "ipv6_extension",
    Extension,
    title="EXT",
    inside=_inside,
    words=lambda header, here: _named("EXT", header.next, here),
)
ipv6_routing: Protocol = protocol("ipv6_routing", routing, title="RT6", inside=_inside, words=_routing_words)
ipv6_fragment: Protocol = protocol("ipv6_fragment", Fragment, title="frag", inside=_in_fragment, words=_fragment_words)
ah: Protocol = protocol("ah", Authentication, inside=_inside, words=_proved)
esp: Protocol = protocol(
    "esp", EncapsulatingSecurity, inside=lambda header: Inside.unknown(header.body), words=_secured
)
