"""Whether checksums are right as they were sent."""

from __future__ import annotations

from typing import Final

from foxpy.decode.layer import Layer
from foxpy.wire import Packet, verifier
from foxpy.wire.expressions import Named
from foxpy.wire.rules import Checksum


def is_right(layer: Layer) -> bool | None:
    """Whether the checksum of ``layer`` is right, or says that there is none (RFC 768).

    None if the protocol has none, if the packet is not whole, or if the pseudo-header that it covers is not known.
    """
    if layer.packet is None:
        return None
    checked = _checked(layer.packet._spec)
    if checked is None:
        return None
    if not (layer.whole or checked.header):
        return None
    if checked.seed is None:
        return checked.verify(layer.frame, layer.start, layer.end)
    seed = layer.arguments.get(checked.seed)
    return checked.verify(layer.frame, layer.start, layer.end, seed) if isinstance(seed, int) else None


class _Checked:
    """How to verify the checksum of a packet class."""

    __slots__ = ("header", "seed", "verify")

    def __init__(self, spec: type[Packet], rule: Checksum) -> None:
        self.verify = verifier(spec)
        self.seed = rule.seed.name if isinstance(rule.seed, Named) else None
        """The argument that the sum begins with."""
        self.header = rule.over == "header"


_CHECKED: Final[dict[type[Packet], _Checked | None]] = {}


def _checked(spec: type[Packet]) -> _Checked | None:
    if spec not in _CHECKED:
        field = spec._layout.checksum
        _CHECKED[spec] = _Checked(spec, field.rule) if field and isinstance(field.rule, Checksum) else None
    return _CHECKED[spec]
