"""What may be assigned to the fields of a mutable view: why some take nothing, and what the others take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from foxpy.wire.bodies import body_bytes
from foxpy.wire.checking import blob_of, body_of, check_number, elements_of, enum_of, union_of, value_of
from foxpy.wire.encodings import Argument, Blob, ListOf, OneOf, UInt
from foxpy.wire.expressions import names
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, compresses
from foxpy.wire.rules import Checksum, Computed, Const, Count, Derived, Present, Sized, Tail, Total, chooser_of
from foxpy.wire.window import Window
from foxpy.wire.write_variables import encoder


def why_fixed(layout: Layout) -> dict[str, str]:
    """The fields that take nothing, by name, and why."""
    reasons: dict[str, str] = {}
    for field in layout.fields.values():
        for deciding in _read_by(field):
            reasons.setdefault(deciding, f"decides how {field.name!r} is read, and nothing is moved in place")
    for name, field in layout.fields.items():
        match field.rule:
            case _ if isinstance(field.encoding, Argument):
                reasons[name] = "is not on the wire"
            case Const(value=value):
                reasons[name] = f"is always {value!r}"
            case Derived() | Computed():
                reasons[name] = "follows from other fields"
            case Total():
                reasons[name] = "is the size of the packet, which stays"
            case Checksum():
                reasons[name] = "follows from what it covers"
            case _ if compresses(field):
                reasons[name] = "its bytes depend on the rest of the message"
            case _:
                pass
    return reasons


def _read_by(field: AnyField) -> Iterator[str]:
    """The fields that decide how far ``field`` reaches, whether it is there or what it is."""
    expressions: list[object] = [chooser_of(field.rule)]
    match field.rule:
        case Sized(size=size) | Tail(size=size):
            expressions.append(size)
        case Count(number=number):
            expressions.append(number)
        case Present(condition=condition):
            expressions.append(condition)
        case _:
            pass
    for expression in expressions:
        yield from (named.name for named in names(expression))
    yield from field.bound


def fitting(field: AnyField, packet: str) -> Callable[[object], int]:
    """A function that checks what a number is given as, and gives it as it is written."""
    encoding = field.encoding
    assert isinstance(encoding, UInt)
    member_of = enum_of(field, packet) if encoding.kind is not None else None
    boolean = encoding.boolean

    def fit(value: object) -> int:
        number = check_number(field, encoding, packet, value if member_of is None else member_of(value))
        return bool(number) if boolean else int(number)

    return fit


def checking(field: AnyField, packet: str) -> Callable[[object], object]:
    """A function that checks what a field of variable size is given as, and gives what it then reads as."""
    if isinstance(field.rule, Present):
        check = value_of(field, packet)
        return lambda value: None if value is None else check(value)
    match field.encoding:
        case Blob(window=True):
            return body_of(field, packet)
        case Blob():
            return blob_of(field, packet)
        case ListOf():
            return elements_of(field, packet)
        case OneOf():
            return union_of(field, packet)
        case _:
            return value_of(field, packet)


def encoding_of(field: AnyField, packet: str) -> Callable[[object], bytes]:
    """A function that gives the bytes of what ``checking`` gave."""
    if isinstance(field.encoding, Blob):
        return lambda value: body_bytes(cast(Window, value))
    encode = encoder(field, packet)
    if isinstance(field.rule, Present):
        return lambda value: b"" if value is None else encode(value)
    return encode
