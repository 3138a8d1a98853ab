"""IPv6."""

from __future__ import annotations

from collections.abc import Sequence

from foxpy.checksum import fold
from foxpy.decode.layer import Layer
from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.decode.protocols.ipv4 import name_of
from foxpy.layers.ipv6.routing import HomeAddressRoute, Routing, SegmentRoute, SourceRoute
from foxpy.layers.ipv6.wire import IPv6, pseudo_header


def _inside(header: IPv6) -> Inside:
    return Inside(Table.IP, (header.next,), header.body)


def _words(header: IPv6, here: Here) -> str:
    ends = f"{header.src} > {header.dst}"
    if here.next is None:
        return f"IP6 {ends}: {name_of(header.next)}, {here.raw(header.body.start, header.body.end)}"
    return f"IP6 {here.inner()}" if here.begins_with_hosts() else f"IP6 {ends}: {here.inner()}"


def _pseudo(header: IPv6, proto: int, length: int, between: Sequence[Layer]) -> int:
    """RFC 8200, section 8.1: of the last address that a routing header names, as long as that is not reached."""
    to = header.dst
    for layer in between:
        match layer.packet:
            case Routing(left=0):
                pass
            case SourceRoute(addresses=addresses) if addresses:
                to = addresses[-1]
            case SegmentRoute(segments=segments) if segments:
                to = segments[0]
            case HomeAddressRoute(home=home):
                to = home
    return fold(pseudo_header(header.src, to, proto, length))


ipv6 = protocol(
    "ipv6",
    IPv6,
    title="IP6",
    inside=_inside,
    words=_words,
    pseudo=_pseudo,
    hosts=lambda header: (str(header.src), str(header.dst)),
)
