"""Layers as objects that JSON can hold: every field, named as in the packet's class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TypeAlias

from foxpy.decode.checksums import is_right
from foxpy.decode.fields import fields_of
from foxpy.decode.layer import Layer
from foxpy.wire import Packet, PacketError, Window

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"


def layer_object(layer: Layer) -> dict[str, Json]:
    """``layer``: its protocol, packet class, place and fields, and what is wrong with it.

    A body that the next layer reads is left out of the fields, and what that leaves unread is the ``trailer``.
    """
    found: dict[str, Json] = {"layer": layer.protocol.name}
    if layer.packet is not None:
        found["packet"] = layer.packet._spec.__name__
    found["offset"] = layer.start
    found["length"] = layer.size
    if layer.packet is not None:
        carrying = layer.body if layer.read else None
        found["fields"] = _fields(layer.packet, layer.captured, carrying)
        right = is_right(layer)
        if right is not None:
            found["checksum_right"] = right
        if layer.body is not None and layer.read and layer.read < layer.body[1]:
            found["trailer"] = layer.frame[layer.read : min(layer.body[1], layer.captured)].hex()
    if layer.error is not None:
        found["error"] = error_object(layer.error)
    return found


def error_object(error: PacketError) -> dict[str, Json]:
    """What is wrong, with the packet and the field in which it is, and the offset of that field in the frame."""
    return {
        "kind": type(error).__name__,
        "packet": error.packet,
        "field": error.field,
        "offset": error.offset,
        "path": list(error.path),
        "message": str(error),
    }


def _fields(packet: Packet, captured: int, carrying: tuple[int, int] | None = None) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for field in fields_of(packet._spec):
        value: object = getattr(packet, field.name)
        if isinstance(value, Window) and (value.start, value.end) == carrying:
            continue
        found[field.name] = plain(value, captured)
    return found


def plain(value: object, captured: int) -> Json:
    """``value``, of a field, in what JSON has: addresses in text, bytes and huge numbers in hexadecimal."""
    match value:
        case None | bool() | str():
            return value
        case IntEnum():
            return int(value)
        case int():
            return value if value < 1 << 64 else hex(value)
        case bytes():
            return value.hex()
        case Window():
            return bytes(value.buf[value.start : max(value.start, min(value.end, captured))]).hex()
        case Packet():
            return {"packet": value._spec.__name__, **_fields(value, captured)}
        case Mapping():
            return {str(name): plain(each, captured) for name, each in value.items()}
        case Sequence():
            return [plain(each, captured) for each in value]
        case _:
            return str(value)
