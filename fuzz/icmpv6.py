"""ICMPv6, with neighbour discovery and multicast listeners."""

from foxpy.layers.icmpv6 import wire
from fuzz.harness import chosen, fuzz

fuzz(chosen(wire.icmpv6), classes=list(wire.icmpv6.members))
