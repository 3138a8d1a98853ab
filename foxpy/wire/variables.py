"""Emitting the reading of fields of variable size: those whose end is known, and those that show it themselves."""

from __future__ import annotations

from collections.abc import Callable

from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.errors import Malformed, PacketError
from foxpy.wire.expressions import Named, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, compresses
from foxpy.wire.lists import list_reader, number_reader
from foxpy.wire.reading import FORMATS, atom, convert
from foxpy.wire.rules import Count, Rest, chooser_of
from foxpy.wire.source import Source
from foxpy.wire.unions import union_reader
from foxpy.wire.window import Buffer

Lookup = Callable[[Named[object]], str]


def read_span(source: Source, layout: Layout, each: AnyField, buffer: str, start: str, end: str, lookup: Lookup) -> str:
    """The text that reads a field which is ``buffer[start:end]``; ``lookup`` gives that which reads another field."""
    name, bounded = each.name, layout.total is not None or not isinstance(each.rule, Rest)
    match each.encoding:
        case Blob(window=True):
            return f"_Window({buffer}, {start}, {end})"
        case Blob():
            return f"_bytes({buffer}[{start} : {end}])"
        case ListOf(element=UInt() | Octets()):
            return f"{source.bind(f'_list_{name}', number_reader(each, layout.name))}({buffer}, {start}, {end})"
        case ListOf():
            read = source.bind(f"_list_{name}", list_reader(each, bounded))
            return f"{read}({buffer}, {start}, {end}{_context(source, layout, each, lookup)})"
        case OneOf():
            read = source.bind(f"_one_{name}", union_reader(each, exact=True, bounded=bounded))
            return f"{read}({buffer}, {start}, {end}{_context(source, layout, each, lookup)})"
        case Codec() as codec:
            read = source.bind(f"_read_{name}", exactly(codec, layout.name, name, bounded))
            return f"{read}({buffer}, {start}, {end}, {_origin(layout, lookup)})"
        case _:
            raise AssertionError(each)


def read_eagerly(source: Source, layout: Layout, each: AnyField, at: str, beyond: str, lookup: Lookup) -> None:
    """Emit the reading of a field that begins at ``at`` and shows where it ends, into its name and ``_after_``."""
    name, after, bounded = each.name, f"_after_{each.name}", layout.total is not None
    match each.encoding:
        case UInt(bits=bits) | Octets(size=bits) as encoding:
            size = bits // 8 if isinstance(encoding, UInt) else bits
            with source.block(f"if _e - ({at}) < {size}:"):
                fact = f"needs {size} bytes, {{_e - ({at})}} left"
                source.line(f'raise {beyond}(f"{fact}", "{layout.name}", "{name}", {at})')
            source.line(f"{name}, {after} = {_fixed(source, layout, each, at, size)}, {at} + {size}")
        case ListOf():
            read = source.bind(f"_list_{name}", list_reader(each, bounded))
            number = f", _number={render(each.rule.number, lookup)}" if isinstance(each.rule, Count) else ""
            source.line(f"{name}, {after} = {read}(_b, {at}, _e{_context(source, layout, each, lookup)}{number})")
        case OneOf():
            read = source.bind(f"_one_{name}", union_reader(each, exact=False, bounded=bounded))
            source.line(f"{name}, {after} = {read}(_b, {at}, _e{_context(source, layout, each, lookup)})")
        case Codec() as codec:
            read = source.bind(f"_read_{name}", from_there(codec, layout.name, name, bounded))
            source.line(f"{name}, {after} = {read}(_b, {at}, _e, {_origin(layout, lookup)})")
        case _:
            raise AssertionError(each)


def _fixed(source: Source, layout: Layout, each: AnyField, at: str, size: int) -> str:
    """The text that reads an optional field of a fixed number of bytes."""
    if isinstance(each.encoding, Octets):
        return convert(source, each, f"_bytes(_b[{at} : {at} + {size}])", at)
    assert isinstance(each.encoding, UInt)
    order = "<" if each.encoding.little else ">"
    if size in FORMATS:
        code = f"{source.codec('unpack_from', order + FORMATS[size])}(_b, {at})[0]"
    else:
        code = f"_int_from(_b[{at} : {at} + {size}], '{'little' if each.encoding.little else 'big'}')"
    if each.encoding.boolean:
        return f"{code} != 0"
    return convert(source, each, code, at)


def _origin(layout: Layout, lookup: Lookup) -> str:
    return lookup(ORIGIN) if layout.compresses else lookup(START)


def _context(source: Source, layout: Layout, each: AnyField, lookup: Lookup) -> str:
    """The further arguments of a list's or a union's reader: the message's beginning, and what surrounds it."""
    origin = f", {lookup(ORIGIN)}" if compresses(each) else ", 0"
    chooser = chooser_of(each.rule)
    tag = f", _tag={atom(render(chooser, lookup))}" if chooser is not None else ""
    return origin + tag + "".join(f", {name}={lookup(layout.fields[name])}" for name in each.bound)


class _Place(Named[object]):
    def __init__(self, name: str) -> None:
        self.name = name


ORIGIN = _Place("_origin")
"""Where the message begins; looked up like a field."""

START = _Place("_o")
"""Where the packet begins; looked up like a field."""


def from_there(
    codec: Codec[object], packet: str, field: str, bounded: bool
) -> Callable[[Buffer, int, int, int], tuple[object, int]]:
    """A codec's reader, whose errors name the packet and the field; ``bounded`` as in ``list_reader``."""

    def read(buf: Buffer, pos: int, end: int, origin: int) -> tuple[object, int]:
        try:
            value, after = codec.read(buf, pos, end, origin)
        except PacketError as error:
            raise (error.bounded() if bounded else error).at(packet, field, pos) from None
        if not pos <= after <= end:
            raise TypeError(f"{packet}.{field}: {codec!r} read from {pos} to {after}, where {end} is the end")
        return value, after

    return read


def exactly(codec: Codec[object], packet: str, field: str, bounded: bool) -> Callable[[Buffer, int, int, int], object]:
    """A codec's reader for just so many bytes."""
    read_there = from_there(codec, packet, field, bounded)

    def read(buf: Buffer, pos: int, end: int, origin: int) -> object:
        value, after = read_there(buf, pos, end, origin)
        if after != end:
            raise Malformed(f"takes {after - pos} of {end - pos} bytes", packet, field, pos)
        return value

    return read
