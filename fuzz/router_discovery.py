"""ICMP Router Discovery."""

from foxpy.layers.router_discovery.wire import RouterAdvertisement, RouterSolicitation
from fuzz.harness import fuzz, packets

fuzz(packets(RouterAdvertisement, RouterSolicitation), classes=[RouterAdvertisement, RouterSolicitation])
