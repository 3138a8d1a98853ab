"""Packets for people: one line, and bit by bit."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from foxpy.wire.describe import remarks
from foxpy.wire.layout import Fixed, Group, Run
from foxpy.wire.rules import default_of
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

    Of a value, what it builds to is shown. Raises OutOfRange if it cannot be built.
    """
    data = packet.build()
    arguments = {field.name: getattr(packet, field.name) for field in packet._layout.arguments}
    view = packet._spec.view(data, **arguments)
    lines = _Lines(packet._spec, view)
    position = 0
    for piece in packet._layout.pieces:
        if isinstance(piece, Run):
            for item in piece.items:
                lines.fixed(item, data, position)
            position += piece.size
            continue
        name = piece.field.name
        end: int = getattr(view, f"_after_{name}", getattr(view, f"_stop_{name}", len(data)))
        shown = data[position : min(end, position + 8)].hex() + ("..." if end > position + 8 else "")
        lines.add(position, end, shown, name)
        position = end
    return "\n".join([f"{packet._spec.__name__}, {len(data)} bytes", *lines.lines])


class _Lines:
    """The lines of a dump, each with the remark that the packet's definition makes on its field."""

    def __init__(self, spec: type[object], view: Packet) -> None:
        self.view = view
        self.remarks = remarks(spec)
        self.lines: list[str] = []

    def fixed(self, item: Group | Fixed, data: bytes, position: int) -> None:
        start, end = position + item.offset, position + item.offset + item.size
        if isinstance(item, Fixed) or len(item.members) == 1:
            self.add(start, end, data[start:end].hex(), item.fields[0].name)
            return
        bits = f"{int.from_bytes(data[start:end], 'little' if item.little else 'big'):0{8 * item.size}b}"
        for member in item.members:
            last = 8 * item.size - member.shift
            first = last - member.width
            self.add(start, end, "." * first + bits[first:last] + "." * member.shift, member.field.name)

    def add(self, start: int, end: int, shown: str, name: str) -> None:
        place = f"{start}-{end - 1}" if end - start > 1 else f"{start}" if end > start else "-"
        line = f"  {place:>9}  {shown:<32}  {name} = {_short(getattr(self.view, name))}"
        remark = self.remarks.get(name)
        self.lines.append(f"{line:<72}  # {remark}" if remark else line)
