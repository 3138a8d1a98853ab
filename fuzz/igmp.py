"""IGMP, versions 1 to 3."""

from foxpy.layers.igmp.wire import igmp
from fuzz.harness import chosen, fuzz

fuzz(chosen(igmp), classes=list(igmp.members))
