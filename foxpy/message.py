"""The two shapes of a packet on its way through a stack.

*Up*, a packet is the received frame, immutable ``bytes`` shared by all layers, with the offsets ``start`` and ``end``
of what the layer may look at. Nobody copies it and nobody can change it; who wants to keep a part slices it.

*Down*, a packet is one Writer that collects the headers, outermost first, and the payload beside it. The lowest layer
makes the writer, each layer appends its header, and the device gathers both (``writev``): no layer copies the payload.
"""

from __future__ import annotations

from typing import TypeAlias

Writer: TypeAlias = bytearray
"""The headers of one outgoing packet. It belongs to whoever got it from ``begin`` until it is given to ``commit``."""
