"""Emitting the eager reader: all fields of a packet into a value."""

from __future__ import annotations

from foxpy.wire.encodings import Blob, Octets
from foxpy.wire.expressions import Expr
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.reading import make_window
from foxpy.wire.rules import Const, Present
from foxpy.wire.source import Source
from foxpy.wire.values import is_window, signature, slot
from foxpy.wire.variables import read_span
from foxpy.wire.walking import Walk, often_empty, walk


def parse_source(layout: Layout, guards: tuple[Expr[bool], ...], draft: type[object], read: type[object]) -> Source:
    """The text that defines ``_parse``, the public function."""
    source = _source(f"{layout.name} parse", draft, read)
    with source.block(f"def _parse({', '.join(reading_parameters(source, layout))}):"):
        entry(source, layout.compresses)
        make_value(source, layout, guards)
        source.line("return _self")
    source.line(f"_parse.__qualname__ = '{layout.name}.parse'")
    return source


def take_source(layout: Layout, guards: tuple[Expr[bool], ...], draft: type[object], read: type[object]) -> Source:
    """The text that defines ``_take``, which reads one of many packets and tells where it ends."""
    source = _source(f"{layout.name} take", draft, read)
    parameters = ["_b", "_o", "_e", "_origin=0", *signature(source, layout.arguments)]
    with source.block(f"def _take({', '.join(parameters)}):"):
        walked = make_value(source, layout, guards)
        source.line(f"return _self, {walked.end}")
    return source


def _source(title: str, draft: type[object], read: type[object]) -> Source:
    source = Source(title)
    source.bind("_Draft", draft)
    source.bind("_Read", read)
    return source


def reading_parameters(source: Source, layout: Layout) -> list[str]:
    """The parameters of the public functions that read: the bytes, and by keyword the packet's arguments."""
    arguments = signature(source, layout.arguments)
    if layout.compresses:
        arguments = [*(arguments or ["*"]), "origin=None"]
    return ["buf", "start=0", "end=None", *arguments]


def entry(source: Source, compresses: bool = False) -> None:
    """Emit the unwrapping of the parameters ``buf, start, end`` of a public function."""
    if compresses:
        source.line("_origin = (start if origin is None else origin) + (buf.start if _type(buf) is _Window else 0)")
    with source.block("if _type(buf) is _Window:"):
        source.line("_b, _o, _e = buf.buf, buf.start + start, buf.end if end is None else buf.start + end")
    with source.block("else:"):
        source.line("_b, _o, _e = buf, start, _len(buf) if end is None else end")


def make_value(source: Source, layout: Layout, guards: tuple[Expr[bool], ...]) -> Walk:
    """Emit the reading of one packet from ``_b[_o:_e]`` into ``_self``."""
    walked = walk(source, layout, guards)
    source.line("_self = _new(_Draft)")
    for field in layout.fields.values():
        if isinstance(field.rule, Const):
            continue
        if is_window(field):
            make_window(source, "_b", *walked.spans[field.name])
            source.line(f"_self.{field.name} = _self.{slot(field)} = _window")
        else:
            source.line(f"_self.{slot(field)} = {_read(source, layout, field, walked)}")
    source.line("_self.__class__ = _Read")
    return walked


def _read(source: Source, layout: Layout, field: AnyField, walked: Walk) -> str:
    if field.name in walked.spans and field.name not in walked.reads:
        code = read_span(source, layout, field, "_b", *walked.spans[field.name], walked.lookup)
        empty = "b''" if isinstance(field.encoding, Blob) else "()"
        return f"{code} if _size_{field.name} else {empty}" if often_empty(field) else code
    if isinstance(field.encoding, Octets) and not isinstance(field.rule, Present):
        return field.name  # a value holds the bytes
    return walked.reads[field.name]
