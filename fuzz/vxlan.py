"""VXLAN."""

from foxpy.layers.vxlan.wire import VXLAN
from fuzz.harness import fuzz, packets

fuzz(packets(VXLAN), classes=[VXLAN])
