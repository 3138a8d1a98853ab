"""DHCP and its options."""

from fuzz.harness import fuzz, packets
from foxpy.layers.dhcp.wire import DHCP

fuzz(packets(DHCP), classes=[DHCP])
