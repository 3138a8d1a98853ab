"""How many bytes a packet takes on the wire."""

from __future__ import annotations

from collections.abc import Sized as Counted
from typing import cast

from foxpy.wire.encodings import Blob, ListOf, OneOf
from foxpy.wire.fields import AnyField
from foxpy.wire.packet import Packet
from foxpy.wire.rules import Sized
from foxpy.wire.values import slot


def wire_size(packet: Packet) -> int:
    """The bytes that ``packet`` takes: of a view those that it was read from, of a value those that it builds to.

    A value is not built for that, unless a codec in it must write to know, or names in it are compressed. Raises
    OutOfRange if it cannot be built then.
    """
    viewed = packet._extent()
    if viewed is not None:
        return viewed
    layout = packet._layout
    sizes = [size_of_field(packet, each) for each in layout.variables]
    if layout.compresses or None in sizes:
        return len(packet.build())
    return layout.minimum + sum(size for size in sizes if size is not None)


def size_of_field(packet: Packet, each: AnyField) -> int | None:
    """The bytes of a field of variable size; None if only writing it tells."""
    held, rule = getattr(packet, slot(each), None), each.rule
    if held is None:  # it is not kept as it was given
        held = getattr(packet, each.name)
    match each.encoding:
        case Blob():
            size = wire_size(held) if isinstance(held, Packet) else len(cast(Counted, held))
        case ListOf(element=None) if isinstance(rule, Sized):
            size = sum(map(wire_size, cast("tuple[Packet, ...]", held)))
            size += -size % rule.align
        case ListOf() as encoding if encoding.step is not None:
            size = len(cast(Counted, held)) * encoding.step
        case OneOf() if held is not None:
            size = wire_size(cast(Packet, held))
        case _:
            return None
    return size + -size % rule.pad if isinstance(rule, Sized) else size
