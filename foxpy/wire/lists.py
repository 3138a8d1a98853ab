"""Lists: one generated loop reads packets, tag by tag; numbers and addresses are read all at once."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, cast

from foxpy.wire.choice import Choice, bound_parameters, taking
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import ListOf, Octets, UInt
from foxpy.wire.errors import Malformed, PacketError
from foxpy.wire.fields import AnyField
from foxpy.wire.out import Out
from foxpy.wire.reading import FORMATS, enum_maker
from foxpy.wire.rules import Count, Rule, Sized, Until
from foxpy.wire.source import Source
from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet

ListReader = Callable[..., "tuple[Packet, ...]"]
ListWriter = Callable[[Iterable["Packet"]], bytes]


def compile_list(title: str, members: tuple[type[Packet], ...], end: type[Packet] | None) -> ListReader:
    """A function that reads all packets in ``buf[start:end]``, up to one of class ``end`` if that is given."""
    source = Source(f"{title} list")
    with source.block(f"def _read({', '.join(['_b', '_o', '_e', *bound_parameters(source, members, None)])}):"):
        source.line("_origin = 0")
        _loop(source, title.partition("[")[0], members, end, None)
        source.line("return _tuple(_found)")
    return cast(ListReader, source.load()["_read"])


def compile_walk(
    title: str, members: tuple[type[Packet], ...], end: type[Packet] | None
) -> Callable[[Buffer, int, int], Iterator[tuple[Packet, int]]]:
    """A function that reads packets one by one, when each is asked for, and tells the position behind each."""
    source, place = Source(f"{title} walk"), title.partition("[")[0]
    with source.block(f"def _walk({', '.join(['_b', '_o', '_e', *bound_parameters(source, members, None)])}):"):
        source.line("_number = 0")
        with source.block("while _o < _e:"):
            source.line("_origin = _o")
            with source.block("try:"):
                found = members if end is None else (end, *members)
                Choice(title, found).write(
                    source, lambda member: taking(source, member, None) if member is not end else "return"
                )
            with source.block("except _PacketError as _error:"):
                source.line(f'raise _error.within(f"{place}[{{_number}}]") from None')
            source.line("yield _element, _o")
            source.line("_number += 1")
    return cast("Callable[[Buffer, int, int], Iterator[tuple[Packet, int]]]", source.load()["_walk"])


@cache
def list_reader(field: AnyField, bounded: bool) -> Callable[..., object]:
    """The reader of a list field, whose elements are packets or a codec's values.

    ``bounded``: what encloses the list has said where its bytes end, so that missing ones will not come.
    Its parameters are the buffer, the bounds, where the message begins, the number of elements if there is a count, and
    bound arguments. With a count or an end of its own it gives the position behind the list too.
    """
    title, rule = f"{field.owner.__name__}.{field.name}", field.rule
    members = cast("tuple[type[Packet], ...]", field.elements)
    source = Source(f"{title} list")
    number = ["_number"] if isinstance(rule, Count) else []
    parameters = ["_b", "_o", "_e", "_origin", *number, *bound_parameters(source, members, field)]
    with source.block(f"def _read({', '.join(parameters)}):"):
        if isinstance(rule, Count):
            least = min((member.MIN for member in members), default=1)
            with source.block(f"if _number * {least} > _e - _o:"):
                fact = f"{{_number}} elements need {{_number * {least}}} bytes, {{_e - _o}} left"
                error = "_Malformed" if bounded else "_Truncated"
                source.line(f'raise {error}(f"{fact}", "{field.owner.__name__}", "{field.name}", _o)')
        _loop(source, title, members, cast("type[Packet] | None", end_of(rule)), field, bounded)
        source.line("return _tuple(_found)" + (", _o" if isinstance(rule, Count | Until) else ""))
    return cast("Callable[..., object]", source.load()["_read"])


def end_of(rule: Rule) -> object:
    """What ends a list, if its size does not."""
    return rule.end if isinstance(rule, Sized | Until) else None


def _loop(
    source: Source,
    title: str,
    members: tuple[type[Packet], ...],
    end: object,
    field: AnyField | None,
    bounded: bool = False,
) -> None:
    """Emit the reading of all elements into ``_found``."""
    rule = None if field is None else field.rule
    element = field.encoding.element if field is not None and isinstance(field.encoding, ListOf) else None
    source.line("_found = []")
    source.line("_add = _found.append")
    header = "while _o < _e:"
    if isinstance(rule, Until):
        header = "while True:"
    elif isinstance(rule, Count):
        header = "while _len(_found) < _number:"
    with source.block("try:"), source.block(header):
        if field is None and any(member._layout.compresses for member in members):
            source.line("_origin = _o")  # each is a message of its own
        if isinstance(element, Codec):
            _value(source, element, end)
        else:
            found = members if end is None else (cast("type[Packet]", end), *members)

            def chosen(member: type[Packet]) -> str:
                if member is not end:
                    return taking(source, member, field)
                # what ends an area is padding's first byte, and not looked at; an end of the list's own is read
                return f"{taking(source, member, field)}; break" if isinstance(rule, Until) else "break"

            Choice(title, found).write(source, chosen)
        source.line("_add(_element)")
    error = "_error.bounded()" if bounded else "_error"
    with source.block("except _PacketError as _error:"):
        if isinstance(element, Codec):
            packet, _, name = title.partition(".")
            source.line(f'raise {error}.at("{packet}", f"{name}[{{_len(_found)}}]", _start) from None')
        else:
            source.line(f'raise {error}.within(f"{title}[{{_len(_found)}}]") from None')


def _value(source: Source, codec: Codec[object], end: object) -> None:
    """Emit the reading of one value by ``codec``."""
    read = source.bind("_read_element", codec.read)
    source.line("_start = _o")
    with source.block("if _o >= _e:"):
        source.line('raise _Truncated("no bytes left")')
    source.line(f"_element, _o = {read}(_b, _o, _e, _origin)")
    with source.block("if not _start < _o <= _e:"):
        source.line('raise _Malformed(f"an element of {_o - _start} bytes")')
    if end is not None:
        source.line(f"if _element == {source.bind('_last', end)}:")
        source.line("    break")


def number_reader(field: AnyField, packet: str) -> Callable[[Buffer, int, int], tuple[object, ...]]:
    """The reader of a list of numbers or addresses, which fills ``buf[start:end]``."""
    encoding = field.encoding
    assert isinstance(encoding, ListOf)
    element, step = encoding.element, encoding.step
    assert step is not None

    def refuse(size: int, start: int) -> Malformed:
        return Malformed(f"{size} bytes are no multiple of {step}", packet, field.name, start)

    if isinstance(element, UInt) and step in FORMATS and element.kind is None and not element.boolean:
        letter, order = FORMATS[step], "<" if element.little else ">"

        def unpack(buf: Buffer, start: int, end: int) -> tuple[object, ...]:
            number, left = divmod(end - start, step)
            if left:
                raise refuse(end - start, start)
            return struct.unpack_from(f"{order}{number}{letter}", buf, start)

        return unpack
    read_one = _element_reader(field, element)

    def each(buf: Buffer, start: int, end: int) -> tuple[object, ...]:
        if (end - start) % step:
            raise refuse(end - start, start)
        return tuple(read_one(bytes(buf[at : at + step]), at) for at in range(start, end, step))

    return each


def _element_reader(field: AnyField, element: object) -> Callable[[bytes, int], object]:
    """A function that makes an element of a list of numbers or addresses from its bytes, which lie at an offset."""
    if isinstance(element, Octets):
        kind = element.kind or bytes
        return lambda data, _: kind(data)
    assert isinstance(element, UInt)
    if element.boolean:
        return lambda data, _: any(data)
    make = enum_maker(field) if element.kind is not None else lambda number, _: number
    if element.little:
        return lambda data, at: make(int.from_bytes(data, "little"), at)
    return lambda data, at: make(int.from_bytes(data, "big"), at)


@cache
def list_writer(field: AnyField) -> ListWriter:
    """The writer of a list field of packets, which also pads and ends it."""
    rule = field.rule
    align = rule.align if isinstance(rule, Sized) else 1
    end = cast("type[Packet]", rule.end)().build() if isinstance(rule, Until) else b""
    return compile_writer(f"{field.owner.__name__}.{field.name}", align, end)


def compile_writer(title: str, align: int, end: bytes = b"") -> ListWriter:
    """A function that writes packets back to back and ``end``, and pads with zeros to a multiple of ``align``."""

    def write(elements: Iterable[Packet]) -> bytes:
        out, written = Out(64), tuple(elements)
        number = len(written)
        try:
            for element in reversed(written):
                number -= 1
                element.push(out)
        except PacketError as error:
            raise error.within(f"{title}[{number}]") from None
        data = out.bytes() + end
        return data + bytes(-len(data) % align)

    return write
