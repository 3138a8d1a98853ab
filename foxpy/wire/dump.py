"""Packets for people: one line, and bit by bit."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from foxpy.wire.describe import remarks
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Fixed, Group, Run, compresses
from foxpy.wire.rules import Rest, default_of
from foxpy.wire.window import Window

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet


def one_line(packet: Packet) -> str:
    """``UDP sport=53 dport=1024 body=12 bytes``: what the constructor takes, but what is as by default."""
    parts = [packet._spec.__name__]
    for field in packet._layout.parameters:
        value = getattr(packet, field.name)
        if value != default_of(field.rule):
            parts.append(f"{field.name}={_short(value)}")
    return " ".join(parts)


def _short(value: object) -> str:
    if isinstance(value, Window):
        return f"{len(value)} bytes"
    if isinstance(value, bytes):
        return value.hex() if len(value) <= 16 else f"{len(value)} bytes"
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return value.name if isinstance(value, Enum) else str(value)


def dump(packet: Packet) -> str:
    """A line for each field on the wire: its place (first and last byte), its bits or bytes, its name, value, remark.

    Packets in it follow, indented. Of a value, what it builds to is shown. Raises OutOfRange if it cannot be built.
    """
    data = packet.build()
    lines = _Lines(packet, data, 0, "  ")
    return "\n".join([f"{packet._spec.__name__}, {len(data)} bytes", *lines.lines])


class _Lines:
    """The lines of a packet's dump, each with the remark that the packet's definition makes on its field.

    ``data`` is what the packet builds to, and lies at ``base`` in the packet that is dumped.
    """

    def __init__(self, packet: Packet, data: bytes, base: int, margin: str) -> None:
        layout = packet._layout
        self.data = data
        self.base = base
        self.margin = margin
        self.view = packet._spec.view(data, **{field.name: getattr(packet, field.name) for field in layout.arguments})
        self.remarks = remarks(packet._spec)
        self.lines: list[str] = []
        position = 0
        for piece in layout.pieces:
            if isinstance(piece, Run):
                for item in piece.items:
                    self.fixed(item, position)
                position += piece.size
            else:
                end = self.end(piece.field, position)
                shown = data[position : min(end, position + 8)].hex() + ("..." if end > position + 8 else "")
                self.add(position, end, shown, piece.field.name)
                self.inside(piece.field, position)
                position = end

    def end(self, field: AnyField, position: int) -> int:
        """Where a field of variable size ends that begins at ``position``: as the view knows, or as its value is."""
        known = getattr(self.view, f"_after_{field.name}", getattr(self.view, f"_stop_{field.name}", None))
        if isinstance(known, int):
            return known
        if isinstance(field.rule, Rest) and not self.view._layout.tails:
            return len(self.data)
        from foxpy.wire.extent import size_of_field  # which needs packets, which need this module

        size = size_of_field(self.view, field)
        assert size is not None, field  # a view that does not know keeps nothing that only reading it shows
        return position + size

    def inside(self, field: AnyField, position: int) -> None:
        """Dump the packets that a list or a union has, unless they would be other bytes elsewhere."""
        value = getattr(self.view, field.name)
        for element in value if isinstance(value, tuple) else (value,):
            if not field.elements or element is None or compresses(field):
                return
            data = element.build()
            self.lines.append(f"{self.margin}  {element._spec.__name__}")
            self.lines += _Lines(element, data, self.base + position, self.margin + "  ").lines
            position += len(data)

    def fixed(self, item: Group | Fixed, position: int) -> None:
        start, end = position + item.offset, position + item.offset + item.size
        if isinstance(item, Fixed) or len(item.members) == 1:
            self.add(start, end, self.data[start:end].hex(), item.fields[0].name)
            return
        bits = f"{int.from_bytes(self.data[start:end], 'little' if item.little else 'big'):0{8 * item.size}b}"
        for member in item.members:
            last = 8 * item.size - member.shift
            first = last - member.width
            self.add(start, end, "." * first + bits[first:last] + "." * member.shift, member.field.name)

    def add(self, start: int, end: int, shown: str, name: str) -> None:
        first, last = self.base + start, self.base + end - 1
        place = f"{first}-{last}" if last > first else f"{first}" if last == first else "-"
        line = f"{self.margin}{place:>9}  {shown:<32}  {name} = {_short(getattr(self.view, name))}"
        remark = self.remarks.get(name)
        self.lines.append(f"{line:<72}  # {remark}" if remark else line)
