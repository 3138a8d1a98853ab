"""BGP-4, with AS numbers of two and of four bytes."""

from foxpy.layers.bgp.wire import bgp
from fuzz.harness import chosen, fuzz

fuzz(chosen(bgp), classes=list(bgp.members))
