"""Lists of packets back to back: one generated loop reads them, tag by tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, cast

from foxpy.wire.choice import Choice
from foxpy.wire.fields import AnyField
from foxpy.wire.out import Out
from foxpy.wire.rules import Sized
from foxpy.wire.source import Source
from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet

ListReader = Callable[[Buffer, int, int], tuple["Packet", ...]]
ListWriter = Callable[[Iterable["Packet"]], bytes]


def compile_list(title: str, members: tuple[type[Packet], ...], end: type[Packet] | None) -> ListReader:
    """A function that reads all packets in ``buf[start:end]``, up to one of class ``end`` if that is given."""
    source = Source(f"{title} list")
    choice = Choice(title, members if end is None else (end, *members))
    with source.block("def _read(_b, _o, _e):"):
        source.line("_found = []")
        source.line("_add = _found.append")
        with source.block("while _o < _e:"):
            choice.write(source, lambda member: "break" if member is end else _taking(source, member))
            source.line("_add(_element)")
        source.line("return _tuple(_found)")
    return cast(ListReader, source.load()["_read"])


def _taking(source: Source, member: type[Packet]) -> str:
    take = source.bind(f"_take_{member.__name__}", member._program.take)
    return f"_element, _o = {take}(_b, _o, _e)"


@cache
def list_reader(field: AnyField) -> ListReader:
    """The reader of a list field."""
    rule = field.rule
    end = rule.end if isinstance(rule, Sized) else None
    members = cast("tuple[type[Packet], ...]", field.elements)
    return compile_list(f"{field.owner.__name__}.{field.name}", members, cast("type[Packet] | None", end))


@cache
def list_writer(field: AnyField) -> ListWriter:
    """The writer of a list field, which also pads."""
    rule = field.rule
    align = rule.align if isinstance(rule, Sized) else 1
    return compile_writer(align)


def compile_writer(align: int) -> ListWriter:
    """A function that writes packets back to back and pads with zeros to a multiple of ``align``."""

    def write(elements: Iterable[Packet]) -> bytes:
        out = Out(64)
        for element in reversed(tuple(elements)):
            element.push(out)
        data = out.bytes()
        return data + bytes(-len(data) % align)

    return write
