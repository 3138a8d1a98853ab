"""Emitting the lazy reader: a view keeps the buffer and where the variable fields end, and reads a field when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from foxpy.wire.expressions import Expr
from foxpy.wire.layout import Layout, Run
from foxpy.wire.packet import Packet
from foxpy.wire.parsing import entry, read_variable
from foxpy.wire.reading import read_one
from foxpy.wire.rules import Const, Sized
from foxpy.wire.source import Source
from foxpy.wire.values import signature
from foxpy.wire.walking import walk


def view_source(layout: Layout, guards: tuple[Expr[bool], ...]) -> Source:
    """The text that defines the class ``_View``, and the function ``_view`` that makes one and has all checks."""
    source, name = Source(f"{layout.name} view"), layout.name
    source.bind("_spec", layout.cls)
    source.bind("_field", field_property)
    marks = [f"_after_{field.name}" for field in layout.variables if isinstance(field.rule, Sized)]
    kept = marks + [field.name for field in layout.arguments]
    with source.block(f"class {name}View(_spec):"):
        source.line("_generated = True")
        source.line(f"__slots__ = ({''.join(f'{each!r}, ' for each in ['_b', '_o', '_e', *kept])})")
        _fields(source, layout)
        source.line("def push(self, out):")
        source.line("    out.push_bytes(self._b[self._o : self._e])")
    source.line("")
    with source.block(f"def _view({', '.join(['buf', 'start=0', 'end=None', *signature(source, layout.arguments)])}):"):
        entry(source)
        walked = walk(source, layout, guards, wanted=())
        source.line(f"_self = _new({name}View)")
        source.line("_self._b = _b")
        source.line("_self._o = _o")
        source.line(f"_self._e = {walked.end}")
        for each in kept:
            source.line(f"_self.{each} = {each}")
        source.line("return _self")
    source.line("")
    source.line(f"_View, _view.__qualname__ = {name}View, '{name}.view'")
    return source


def _fields(source: Source, layout: Layout) -> None:
    """Emit a property for each field, and the opening of the payload without a window between."""
    anchor, offset = "self._o", 0
    for piece in layout.pieces:
        if isinstance(piece, Run):
            for item in piece.items:
                for field in item.fields:
                    code = read_one(source, item, field, anchor)
                    if isinstance(field.rule, Const):
                        code = source.bind(f"_const_{field.name}", field.rule.value)
                    _property(source, field.name, code)
            offset = piece.size
            continue
        field, start = piece.field, f"{anchor} + {offset}" if offset else anchor
        end = f"self._after_{field.name}" if isinstance(field.rule, Sized) else "self._e"
        _property(source, field.name, read_variable(source, layout, field, "self._b", start, end))
        if field is layout.payload:
            source.line("def open(self, how, /, **arguments):")
            source.line(f"    return how.view(self._b, {start}, {end}, **arguments)")
        anchor = end


def _property(source: Source, name: str, code: str) -> None:
    source.line("@_field")
    source.line(f"def {name}(self):")
    source.line(f"    return {code}")


def field_property(getter: Callable[[Packet], object]) -> property:
    """A property that says why it cannot be assigned to."""

    def refuse(self: Packet, value: object) -> NoReturn:
        raise AttributeError(f"{self._spec.__name__}.{getter.__name__}: packets are read-only")

    return property(getter, refuse)
