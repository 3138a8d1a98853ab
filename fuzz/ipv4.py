"""IPv4 and its options."""

from foxpy.layers.ipv4.wire import IPv4, ip_options
from fuzz.harness import fuzz, packets, records

fuzz(packets(IPv4), records(ip_options), classes=[IPv4])
