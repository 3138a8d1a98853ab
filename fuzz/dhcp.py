"""DHCP and its options."""

from foxpy.layers.dhcp.wire import DHCP
from fuzz.harness import fuzz, packets

fuzz(packets(DHCP), classes=[DHCP])
