"""UDP."""

from foxpy.layers.udp.wire import UDP
from fuzz.harness import fuzz, packets

fuzz(packets(UDP), classes=[UDP])
