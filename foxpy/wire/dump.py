"""Packets for people: one line, and bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    return str(value)


def dump(packet: Packet) -> str:
    """A line for each field on the wire: its bytes or bits, its place (first and last byte), its name and value.

    Of a value, what it builds to is shown. Raises OutOfRange if it cannot be built.
    """
    data = packet.build()
    arguments = {field.name: getattr(packet, field.name) for field in packet._layout.arguments}
    view = packet._spec.view(data, **arguments)
    lines = [f"{packet._spec.__name__}, {len(data)} bytes"]
    position = 0
    for piece in packet._layout.pieces:
        if isinstance(piece, Run):
            for item in piece.items:
                lines += _fixed(item, view, data, position)
            position += piece.size
            continue
        field = piece.field
        end = getattr(view, f"_after_{field.name}", len(data))
        value = getattr(view, field.name)
        shown = data[position : min(end, position + 8)].hex() + ("..." if end > position + 8 else "")
        lines.append(_line(position, end, shown, field.name, _short(value)))
        position = end
    return "\n".join(lines)


def _fixed(item: Group | Fixed, view: Packet, data: bytes, position: int) -> list[str]:
    start, end = position + item.offset, position + item.offset + item.size
    if isinstance(item, Fixed) or len(item.members) == 1:
        field = item.fields[0]
        return [_line(start, end, data[start:end].hex(), field.name, str(getattr(view, field.name)))]
    bits = f"{int.from_bytes(data[start:end], 'big'):0{8 * item.size}b}"
    lines = []
    for member in item.members:
        last = 8 * item.size - member.shift
        first = last - member.width
        shown = "." * first + bits[first:last] + "." * member.shift
        lines.append(_line(start, end, shown, member.field.name, str(getattr(view, member.field.name))))
    return lines


def _line(start: int, end: int, shown: str, name: str, value: str) -> str:
    place = f"{start}-{end - 1}" if end - start > 1 else f"{start}" if end > start else "-"
    return f"  {place:>9}  {shown:<32}  {name} = {value}"
