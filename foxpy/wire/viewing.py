"""Emitting the lazy reader: a view keeps the buffer and where the variable fields end, and reads a field when asked.

What shows only when it is read where it ends has been read when the view is made, and is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import NoReturn

from foxpy.wire import numbers
from foxpy.wire.editing import check_writable, write_setters
from foxpy.wire.encodings import Argument
from foxpy.wire.expressions import Expr, Named
from foxpy.wire.fields import AnyField, Mutable
from foxpy.wire.layout import Layout, Run
from foxpy.wire.packet import Packet
from foxpy.wire.parsing import entry, reading_parameters
from foxpy.wire.reading import read_one
from foxpy.wire.rules import Const, Rest, Sized
from foxpy.wire.source import Source
from foxpy.wire.straight import straight
from foxpy.wire.variables import read_span
from foxpy.wire.walking import walk


def view_source(layout: Layout, guards: tuple[Expr[bool], ...]) -> Source:
    """The text that defines the class ``_View``, and the function ``_view`` that makes one and has all checks."""
    source, name = Source(f"{layout.name} view"), layout.name
    source.bind("_spec", layout.cls)
    source.bind("_field", field_property)
    kept = kept_slots(layout)
    bases, new = "_spec", "_new"
    is_native = issubclass(layout.cls, Mutable) and numbers.VIEW is not None
    if is_native:
        bases, new = f"_spec, {source.bind('_native_view', numbers.VIEW)}", "_native_view.__new__"
    with source.block(f"class {name}View({bases}):"):
        source.line("_generated = True")
        source.line(f"__slots__ = ({''.join(f'{each!r}, ' for each in ['_b', '_o', '_e', *kept])})")
        write_getters(source, layout)
        if issubclass(layout.cls, Mutable):
            write_setters(source, layout, guards)
        if is_native:
            write_native(source, layout, guards)
        source.line("def _extent(self):")
        source.line("    return self._e - self._o")
        source.line("def push(self, out):")
        if layout.compresses:  # its bytes mean something else in another message
            source.line("    if self._o != self._origin:")
            source.line("        return self.copy().push(out)")
        source.line("    out.push_bytes(self._b[self._o : self._e])")
    source.line("")
    with source.block(f"def _view({', '.join(reading_parameters(source, layout))}):"):
        entry(source, layout.compresses)
        if issubclass(layout.cls, Mutable):
            check_writable(source, name)
        walked = walk(source, layout, guards, wanted=())
        source.line(f"_self = {new}({name}View)")
        source.line("_self._b = _b")
        source.line("_self._o = _o")
        source.line(f"_self._e = {walked.end}")
        for each in kept:
            source.line(f"_self.{each} = {each.removeprefix('_kept_')}")
        if is_native:
            source.line(f"{source.bind('_hold', numbers.hold)}(_self, _b, _o, _numbers)")
        source.line("return _self")
    source.line("")
    source.line(f"_View, _view.__qualname__ = {name}View, '{name}.view'")
    return source


def kept_slots(layout: Layout) -> list[str]:
    """What a view keeps beside the buffer and its bounds."""
    found = ["_origin"] if layout.compresses else []
    for each in layout.variables:
        if not isinstance(each.rule, Rest):
            found.append(f"_after_{each.name}")
            if isinstance(each.rule, Sized) and each.rule.pad > 1:
                found.append(f"_end_{each.name}")
        elif layout.tails:
            found.append(f"_stop_{each.name}")
    return found + [
        f"_kept_{each.name}" for each in (*layout.eager, *layout.arguments) if not isinstance(each.rule, Const)
    ]


def write_getters(source: Source, layout: Layout) -> None:
    """Emit a property for each field, and the opening of the payload without a window between."""
    anchor, offset = "self._o", 0
    for each in layout.fields.values():
        if isinstance(each.rule, Const):
            _property(source, each.name, source.bind(f"_const_{each.name}", each.rule.value))
        elif each in layout.eager or isinstance(each.encoding, Argument):
            _property(source, each.name, f"self._kept_{each.name}")
    for piece in layout.pieces:
        if isinstance(piece, Run):
            for item in piece.items:
                for field in item.fields:
                    if not isinstance(field.rule, Const):
                        _property(source, field.name, read_one(source, item, field, anchor))
            offset = piece.size
            continue
        field, start = piece.field, f"{anchor} + {offset}" if offset else anchor
        anchor, offset = _end(layout, piece.field), 0
        if piece.eager:
            continue
        padded = isinstance(field.rule, Sized) and field.rule.pad > 1
        end = f"self._end_{field.name}" if padded else anchor
        _property(source, field.name, read_span(source, layout, field, "self._b", start, end, _lookup))
        if field is layout.payload:
            source.line("def open(self, how, /, **arguments):")
            source.line("    if arguments:")
            source.line(f"        return how.view(self._b, {start}, {end}, **arguments)")
            source.line(f"    return how.view(self._b, {start}, {end})")


def write_native(source: Source, layout: Layout, guards: tuple[Expr[bool], ...]) -> None:
    """Emit native properties in the place of those that there can be some for."""
    source.bind("_numbers", list[object]())
    source.bind("_native", numbers.native)
    for name, what in islice(straight(layout, guards).items(), numbers.MOST):
        source.line(f"{name} = _native(_numbers, {name}, {source.bind(f'_straight_{name}', what)})")


def _end(layout: Layout, field: AnyField) -> str:
    """The text of where a field and its padding end."""
    if not isinstance(field.rule, Rest):
        return f"self._after_{field.name}"
    return f"self._stop_{field.name}" if layout.tails else "self._e"


def _lookup(named: Named[object]) -> str:
    return f"self.{named.name}"


def _property(source: Source, name: str, code: str) -> None:
    source.line("@_field")
    source.line(f"def {name}(self):")
    source.line(f"    return {code}")


def field_property(getter: Callable[[Packet], object]) -> property:
    """A property that says why it cannot be assigned to."""

    def refuse(self: Packet, value: object) -> NoReturn:
        raise AttributeError(f"{self._spec.__name__}.{getter.__name__}: packets are read-only")

    return property(getter, refuse)
