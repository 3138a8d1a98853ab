"""Emitting the eager reader: all fields of a packet into a value."""

from __future__ import annotations

from foxpy.wire.encodings import Blob, ListOf, Octets
from foxpy.wire.expressions import Expr
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.lists import list_reader
from foxpy.wire.rules import Const
from foxpy.wire.source import Source
from foxpy.wire.values import signature, slot
from foxpy.wire.walking import Walk, walk


def parse_source(layout: Layout, guards: tuple[Expr[bool], ...], draft: type[object], value: type[object]) -> Source:
    """The text that defines ``_parse``, the public function."""
    source = _source(f"{layout.name} parse", draft, value)
    with source.block(
        f"def _parse({', '.join(['buf', 'start=0', 'end=None', *signature(source, layout.arguments)])}):"
    ):
        entry(source)
        make_value(source, layout, guards)
        source.line("return _self")
    source.line(f"_parse.__qualname__ = '{layout.name}.parse'")
    return source


def take_source(layout: Layout, guards: tuple[Expr[bool], ...], draft: type[object], value: type[object]) -> Source:
    """The text that defines ``_take``, which reads one of many packets and tells where it ends."""
    source = _source(f"{layout.name} take", draft, value)
    with source.block(f"def _take({', '.join(['_b', '_o', '_e', *signature(source, layout.arguments)])}):"):
        walked = make_value(source, layout, guards)
        source.line(f"return _self, {walked.end}")
    return source


def _source(title: str, draft: type[object], value: type[object]) -> Source:
    source = Source(title)
    source.bind("_Draft", draft)
    source.bind("_Value", value)
    return source


def entry(source: Source) -> None:
    """Emit the unwrapping of the parameters ``buf, start, end`` of a public function."""
    with source.block("if _type(buf) is _Window:"):
        source.line("_b, _o, _e = buf.buf, buf.start + start, buf.end if end is None else buf.start + end")
    with source.block("else:"):
        source.line("_b, _o, _e = buf, start, _len(buf) if end is None else end")


def make_value(source: Source, layout: Layout, guards: tuple[Expr[bool], ...]) -> Walk:
    """Emit the reading of one packet from ``_b[_o:_e]`` into ``_self``."""
    walked = walk(source, layout, guards)
    source.line("_self = _new(_Draft)")
    for field in layout.fields.values():
        if not isinstance(field.rule, Const):
            source.line(f"_self.{slot(field)} = {_read(source, layout, field, walked)}")
    source.line("_self.__class__ = _Value")
    return walked


def _read(source: Source, layout: Layout, field: AnyField, walked: Walk) -> str:
    if field.name in walked.spans:
        return read_variable(source, layout, field, "_b", *walked.spans[field.name])
    if isinstance(field.encoding, Octets):
        return field.name  # a value holds the bytes
    return walked.reads[field.name]


def read_variable(source: Source, layout: Layout, field: AnyField, buffer: str, start: str, end: str) -> str:
    """The text that reads a field of variable size from ``buffer[start:end]``."""
    match field.encoding:
        case Blob(window=True):
            return f"_Window({buffer}, {start}, {end})"
        case ListOf():
            return f"{source.bind(f'_list_{field.name}', list_reader(field))}({buffer}, {start}, {end})"
        case _:
            return f"_bytes({buffer}[{start} : {end}])"
