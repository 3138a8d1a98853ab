"""ARP."""

from foxpy.layers.arp.wire import ARP
from fuzz.harness import fuzz, packets

fuzz(packets(ARP), classes=[ARP])
