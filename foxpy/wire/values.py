"""Emitting the value class of a packet and its checked constructor.

A value is made as a draft, whose slots can be set, and becomes a value, which refuses to be changed, by a change of
class: the one way to have plain slots (the fastest attributes) in an object that is immutable. There is a class for
values that were read and one for those that were made: these lack what building fills in, and a ``__getattr__`` for it
would slow down every attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from foxpy.wire.bodies import body_window
from foxpy.wire.checking import (
    bit_fields,
    blob_of,
    body_of,
    elements_of,
    enum_of,
    pass_octets,
    range_test,
    refusal,
    union_of,
    value_of,
)
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.expressions import Expr, names
from foxpy.wire.fields import AnyField, Mutable
from foxpy.wire.layout import Layout, compresses
from foxpy.wire.packet import Packet
from foxpy.wire.reading import convert
from foxpy.wire.rules import MISSING, Const, Present, argument_default
from foxpy.wire.solve import Measure
from foxpy.wire.source import Source
from foxpy.wire.walking import check_guard
from foxpy.wire.window import Window

BODIES: Final = (Packet, bytes, Window)
"""What a value holds as its body as it is given."""


def value_source(layout: Layout, guards: tuple[Expr[bool], ...]) -> Source:
    """The text that defines ``_Draft``, ``_Read`` and ``_make``, the constructor."""
    source, name = Source(f"{layout.name} value"), layout.name
    source.bind("_refusal", lambda values: refusal(layout, values))
    source.bind("_spec", layout.cls)
    source.bind("_read_only", read_only)
    source.bind("_computed", computed)
    fields = list(layout.fields.values())
    constants = [field for field in fields if isinstance(field.rule, Const)]
    with source.block(f"class {name}Draft(_spec):"):
        source.line("_generated = True")
        slots = [slot(field) for field in fields if field not in constants]
        slots += [field.name for field in fields if is_window(field)]
        source.line(f"__slots__ = ({''.join(f'{each!r}, ' for each in slots)})")
        for field in constants:
            assert isinstance(field.rule, Const)
            source.line(f"{field.name} = {source.bind(f'_const_{field.name}', field.rule.value)}")
        for field in fields:
            if slot(field) != field.name and field not in constants and not is_window(field):
                source.line("@_property")
                source.line(f"def {field.name}(self):")
                source.line(f"    return {_shown(source, field)}")
    source.line("")
    for kind in ("Read", "Value"):
        with source.block(f"class {name}{kind}({name}Draft):"):
            source.line("_generated = True")
            source.line("__slots__ = ()")
            source.line("__setattr__ = __delattr__ = _read_only")
            if kind == "Value":
                _missing(source, layout)
        source.line("")
    _constructor(source, layout, guards)
    source.line(f"_Draft, _Read = {name}Draft, {name}Read")
    return source


def _missing(source: Source, layout: Layout) -> None:
    """Emit properties for what is there in values that were read, and is made for others when it is asked for."""
    for field in layout.fields.values():
        if is_window(field):
            code = f"self.{slot(field)} if _type(self.{slot(field)}) is _Window else _body_window(self.{slot(field)})"
            source.bind("_body_window", body_window)
        elif field in layout.parameters or isinstance(field.rule, Const):
            continue
        else:
            code = f"_computed(self, {field.name!r})"
        source.line("@_property")
        source.line(f"def {field.name}(self):")
        source.line(f"    return {code}")


def _constructor(source: Source, layout: Layout, guards: tuple[Expr[bool], ...]) -> None:
    parameters = layout.parameters
    with source.block(f"def _make({', '.join(['_cls', *signature(source, parameters)])}):"):
        for field in parameters:
            normalize(source, layout, field)
        test = range_test(bit_fields(parameters), str)
        if test:
            values = ", ".join(f"'{field.name}': {field.name}" for field in parameters)
            with source.block("try:"):
                source.line(f"_misfit = {test}")
            with source.block("except TypeError:"):
                source.line("_misfit = True")
            with source.block("if _misfit:"):
                source.line(f"raise _refusal({{{values}}})")
        known = {field.name: field.name for field in parameters}
        for guard in guards:
            if all(named.name in known for named in names(guard)):
                check_guard(source, layout, guard, known, "_OutOfRange")
        source.line(f"_self = _new({layout.name}Draft)")
        for field in parameters:
            source.line(f"_self.{slot(field)} = {field.name}")
        source.line(f"_self.__class__ = {layout.name}Value")
        source.line("return _self")
    source.line(f"_make.__name__ = _make.__qualname__ = {layout.name!r}")


def signature(source: Source, parameters: list[AnyField]) -> list[str]:
    """The keyword parameters of a function that takes these fields; those without a default come first."""
    if not parameters:
        return []
    required, optional = [], []
    for field in parameters:
        default = argument_default(field.rule)
        if default is MISSING:
            required.append(field.name)
        elif type(default) in (bool, int):
            optional.append(f"{field.name}={default!r}")
        else:
            optional.append(f"{field.name}={source.bind(f'_default_{field.name}', default)}")
    return ["*", *required, *optional]


def slot(field: AnyField) -> str:
    """The slot that holds a field in a value.

    What is costly to make is not held but made by a property: an address from its bytes, and a body from a packet.
    Values that were read hold their body under its own name as well.
    """
    if isinstance(field.rule, Present):
        return field.name
    match field.encoding:
        case Blob(window=True) | Octets(kind=Callable()):
            return f"_held_{field.name}"
        case _:
            return field.name


def _shown(source: Source, field: AnyField) -> str:
    """The text that makes a field's value from what its slot holds."""
    return convert(source, field, f"self.{slot(field)}", "None")


def is_window(field: AnyField) -> bool:
    """Whether a field is a body."""
    return isinstance(field.encoding, Blob) and field.encoding.window


def normalize(source: Source, layout: Layout, field: AnyField) -> None:
    """Emit the passing of a parameter into the form in which its slot holds it; numbers are tested together later."""
    name = field.name
    if isinstance(field.rule, Present):
        with source.block(f"if {name} is not None:"):
            source.line(f"{name} = {source.bind(f'_value_{name}', value_of(field, layout.name))}({name})")
        return
    match field.encoding:
        case Octets():
            pass_octets(source, layout, field)
        case Blob(window=True):
            source.bind("_bodies", BODIES)
            source.line(f"if _type({name}) is not _bytes and not _isinstance({name}, _bodies):")
            source.line(f"    {name} = {source.bind(f'_payload_{name}', body_of(field, layout.name))}({name})")
        case Blob():
            source.line(f"if _type({name}) is not _bytes:")
            source.line(f"    {name} = {source.bind(f'_blob_{name}', blob_of(field, layout.name))}({name})")
        case ListOf():
            source.line(f"if _type({name}) is not _tuple or {name}:")
            source.line(f"    {name} = {source.bind(f'_elements_{name}', elements_of(field, layout.name))}({name})")
        case OneOf():
            source.line(f"{name} = {source.bind(f'_union_{name}', union_of(field, layout.name))}({name})")
        case Codec():
            source.line(f"{name} = {source.bind(f'_value_{name}', value_of(field, layout.name))}({name})")
        case UInt(kind=kind) if kind is not None:
            kind_name = source.bind(f"_kind_{name}", kind)
            source.line(f"if _type({name}) is not {kind_name}:")
            source.line(f"    {name} = {source.bind(f'_enum_{name}', enum_of(field, layout.name))}({name})")
        case UInt() | Argument():
            pass


def read_only(self: Packet, name: str, value: object = None) -> NoReturn:
    what = "values" if isinstance(self, Mutable) else "packets"
    raise AttributeError(f"{type(self)._spec.__name__}.{name}: {what} are read-only")


def computed(self: Packet, name: str) -> object:
    """A field that building fills in, of a value that was not read from the wire: looked up in what it builds to."""
    spec = self._spec
    if name in decided_by_message(spec._layout):
        raise AttributeError(f"{spec.__name__}.{name}: is known only in the message that the packet is written into")
    arguments = {field.name: getattr(self, field.name) for field in spec._layout.arguments}
    return getattr(spec.parse(self.build(), **arguments), name)


def decided_by_message(layout: Layout) -> set[str]:
    """The computed fields that follow from the size of what is compressed: it differs from message to message."""
    compressed = {each.name for each in layout.fields.values() if compresses(each)}
    found = {
        solution.unknown
        for solution in layout.solutions
        if solution.unknown and solution.variable in compressed and solution.measure is Measure.SIZE
    }
    return found | {layout.total.name} if layout.total is not None and compressed else found
