"""802.1Q tags, one behind the other, and 802.2 LLC."""

from foxpy.layers.llc.wire import Numbered, Snap, Unnumbered, llc
from foxpy.layers.vlan.wire import Tagged, TaggedLlc, vlan
from fuzz.harness import chosen, fuzz

fuzz(chosen(vlan), chosen(llc), classes=[Tagged, TaggedLlc, Snap, Numbered, Unnumbered])
