"""GRE, with its optional fields."""

from foxpy.layers.gre.wire import gre
from fuzz.harness import chosen, fuzz

fuzz(chosen(gre), classes=list(gre.members))
