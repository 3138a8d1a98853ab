"""RTP, with padding at its end."""

from foxpy.layers.rtp.wire import RTP
from fuzz.harness import fuzz, packets

fuzz(packets(RTP), classes=[RTP])
