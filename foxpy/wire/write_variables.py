"""Writing fields of variable size: a function for each that makes the bytes of what the field is given as."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from foxpy.wire.checking import octets_of
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Encoding, ListOf, Octets, OneOf, UInt
from foxpy.wire.errors import OutOfRange, PacketError
from foxpy.wire.fields import AnyField
from foxpy.wire.lists import list_writer
from foxpy.wire.reading import FORMATS
from foxpy.wire.rules import Until

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet

Encoder = Callable[[object], bytes]


def encoder(field: AnyField, packet: str) -> Encoder:
    """A function that gives the bytes of a field's value. It raises OutOfRange."""
    match field.encoding:
        case ListOf(element=None):
            return cast(Encoder, list_writer(field))
        case ListOf(element=Codec() as codec):
            return _values(codec, field, packet)
        case ListOf(element=UInt(kind=None, boolean=False) as element) if element.bits // 8 in FORMATS:
            form = ("<{}" if element.little else ">{}") + FORMATS[element.bits // 8]
            return lambda values: struct.pack(form.format(len(cast("tuple[int, ...]", values))), *_iterable(values))
        case ListOf(element=UInt() | Octets() as element):
            one = _single(element, field, packet)
            return lambda values: b"".join(map(one, _iterable(values)))
        case OneOf():
            return _nested(f"{field.owner.__name__}.{field.name}")
        case encoding:
            return _single(encoding, field, packet)


def _nested(place: str) -> Encoder:
    def encode(value: object) -> bytes:
        try:
            return cast("Packet", value).build()
        except PacketError as error:
            raise error.within(place) from None

    return encode


def _single(encoding: Encoding, field: AnyField, packet: str) -> Encoder:
    match encoding:
        case UInt(bits=bits, little=little):
            return lambda value: int(cast(int, value)).to_bytes(bits // 8, "little" if little else "big")
        case Octets():
            packed = octets_of(field, packet, encoding)
            return lambda value: packed(value)
        case Codec():
            return _coded(encoding, field, packet)
        case _:
            raise AssertionError(encoding)


def _coded(codec: Codec[object], field: AnyField, packet: str) -> Encoder:
    def encode(value: object) -> bytes:
        out = bytearray()
        try:
            codec.write(out, value, {})
        except PacketError as error:
            raise error.at(packet, field.name, None) from None
        return bytes(out)

    return encode


def _values(codec: Codec[object], field: AnyField, packet: str) -> Encoder:
    """A list's writer by a codec, with what ends it."""
    one = _coded(codec, field, packet)
    last = one(field.rule.end) if isinstance(field.rule, Until) else b""

    def encode(values: object) -> bytes:
        written = list(map(one, _iterable(values)))
        if not all(written):
            raise OutOfRange("an element of 0 bytes", packet, f"{field.name}[{written.index(b'')}]")
        return b"".join(written) + last

    return encode


def _iterable(values: object) -> Iterable[object]:
    assert isinstance(values, Iterable)
    return values
