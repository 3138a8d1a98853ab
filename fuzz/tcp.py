"""TCP and its options."""

from foxpy.layers.tcp.wire import TCP, TcpHeader, tcp_options
from fuzz.harness import fuzz, packets, records

fuzz(packets(TCP, TcpHeader), records(tcp_options), classes=[TCP])
