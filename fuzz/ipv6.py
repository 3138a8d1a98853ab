"""IPv6 and its extension headers."""

from foxpy.layers.ipv6.routing import SegmentRoute, SourceRoute, routing
from foxpy.layers.ipv6.wire import Authentication, Destination, Fragment, HopByHop, IPv6
from fuzz.harness import chosen, fuzz, packets

fuzz(
    packets(IPv6, HopByHop, Destination, Fragment, Authentication),
    chosen(routing),
    classes=[IPv6, Fragment, Authentication, SegmentRoute, SourceRoute],
    seeds=[bytes.fromhex("3b00010400000000")],
)
