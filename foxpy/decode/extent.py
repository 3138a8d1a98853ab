"""Where a packet that was parsed ends: padding may follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from foxpy.wire import Packet
from foxpy.wire.rules import Rest, Total


class _Extent:
    """What tells where a packet of one class ends."""

    __slots__ = ("fixed", "plus", "rest", "total")

    def __init__(self, spec: type[Packet]) -> None:
        layout = spec._layout
        total, variables = layout.total, layout.variables
        self.total = None if total is None else total.name
        """The field that says it."""
        self.plus = total.rule.plus if total is not None and isinstance(total.rule, Total) else 0
        self.fixed = None if variables else layout.minimum
        """Its size, if that is always the same."""
        self.rest = any(isinstance(each.rule, Rest) for each in variables)
        """Whether it takes all that there is."""


_EXTENTS: Final[dict[type[Packet], _Extent]] = {}


def end_of(packet: Packet, frame: bytes, start: int, end: int, arguments: Mapping[str, object]) -> int:
    """The position behind ``packet``, which was parsed from ``frame[start:end]`` with ``arguments``."""
    spec = packet._spec
    extent = _EXTENTS.get(spec)
    if extent is None:
        extent = _EXTENTS[spec] = _Extent(spec)
    if extent.total is not None:
        counted: int = getattr(packet, extent.total)
        return start + counted + extent.plus
    if extent.rest:
        return end
    if extent.fixed is not None:
        return start + extent.fixed
    # Nothing in the packet says it: reading it once more does
    known = {each.name: arguments[each.name] for each in spec._layout.arguments if each.name in arguments}
    _, behind = spec._program.take(frame, start, end, **known)
    return behind
