"""Where a packet that was parsed ends: padding may follow it."""

from __future__ import annotations

from collections.abc import Mapping

from foxpy.wire import Packet
from foxpy.wire.rules import Rest, Total


def end_of(packet: Packet, frame: bytes, start: int, end: int, arguments: Mapping[str, object]) -> int:
    """The position behind ``packet``, which was parsed from ``frame[start:end]`` with ``arguments``."""
    layout = packet._layout
    total = layout.total
    if total is not None:
        assert isinstance(total.rule, Total)
        counted: int = getattr(packet, total.name)
        return start + counted + total.rule.plus
    variables = layout.variables
    if not variables:
        return start + layout.minimum
    if any(isinstance(each.rule, Rest) for each in variables):
        return end
    # Nothing in the packet says it: reading it once more does.
    known = {each.name: arguments[each.name] for each in packet._layout.arguments if each.name in arguments}
    _, behind = packet._spec._program.take(frame, start, end, **known)
    return behind
