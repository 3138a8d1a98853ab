"""What protocols over IP have in common: a checksum that covers a pseudo-header."""

from __future__ import annotations

from collections.abc import Sequence

from foxpy.decode.layer import Layer


def pseudo_header(below: Sequence[Layer], proto: int, length: int) -> dict[str, object]:
    """The argument ``pseudo`` for ``length`` bytes of the protocol ``proto``; none where no layer below has one."""
    for at in reversed(range(len(below))):
        layer = below[at]
        if layer.protocol.pseudo is not None and layer.packet is not None:
            return {"pseudo": layer.protocol.pseudo(layer.packet, proto, length, below[at + 1 :])}
    return {}
