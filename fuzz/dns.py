"""DNS, with compressed names."""

from foxpy.layers.dns.wire import DNS
from fuzz.harness import fuzz, packets

fuzz(packets(DNS), classes=[DNS])
