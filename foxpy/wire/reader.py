"""Reading a few fields of a header from a received frame, without an object: the way in on the hot path."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, TypeAlias, TypeVar, cast, overload

from foxpy.wire.checking import octets_of
from foxpy.wire.deferred import deferred
from foxpy.wire.expressions import Expr, names, render
from foxpy.wire.fields import AnyField, Declared
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.reading import Unpacking, atom
from foxpy.wire.recording import recordable
from foxpy.wire.rules import Const
from foxpy.wire.source import Source
from foxpy.wire.walking import check_constant, check_guard, check_size

T = TypeVar("T")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
T7 = TypeVar("T7")
T8 = TypeVar("T8")
T9 = TypeVar("T9")
T10 = TypeVar("T10")

Reader: TypeAlias = Callable[[bytes, int, int], T]
"""``read(buf, start, end)``: fields of the packet in ``buf[start:end]``, within ``0 <= start <= end <= len(buf)``."""


@overload
def reader(f1: Expr[T1], /) -> Reader[tuple[T1]]: ...
@overload
def reader(f1: Expr[T1], f2: Expr[T2], /) -> Reader[tuple[T1, T2]]: ...
@overload
def reader(f1: Expr[T1], f2: Expr[T2], f3: Expr[T3], /) -> Reader[tuple[T1, T2, T3]]: ...
@overload
def reader(f1: Expr[T1], f2: Expr[T2], f3: Expr[T3], f4: Expr[T4], /) -> Reader[tuple[T1, T2, T3, T4]]: ...
@overload
def reader(
    f1: Expr[T1], f2: Expr[T2], f3: Expr[T3], f4: Expr[T4], f5: Expr[T5], /
) -> Reader[tuple[T1, T2, T3, T4, T5]]: ...
@overload
def reader(
    f1: Expr[T1], f2: Expr[T2], f3: Expr[T3], f4: Expr[T4], f5: Expr[T5], f6: Expr[T6], /
) -> Reader[tuple[T1, T2, T3, T4, T5, T6]]: ...
@overload
def reader(
    f1: Expr[T1], f2: Expr[T2], f3: Expr[T3], f4: Expr[T4], f5: Expr[T5], f6: Expr[T6], f7: Expr[T7], /
) -> Reader[tuple[T1, T2, T3, T4, T5, T6, T7]]: ...
@overload
def reader(
    f1: Expr[T1], f2: Expr[T2], f3: Expr[T3], f4: Expr[T4], f5: Expr[T5], f6: Expr[T6], f7: Expr[T7], f8: Expr[T8], /
) -> Reader[tuple[T1, T2, T3, T4, T5, T6, T7, T8]]: ...
@overload
def reader(
    f1: Expr[T1],
    f2: Expr[T2],
    f3: Expr[T3],
    f4: Expr[T4],
    f5: Expr[T5],
    f6: Expr[T6],
    f7: Expr[T7],
    f8: Expr[T8],
    f9: Expr[T9],
    /,
) -> Reader[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9]]: ...
@overload
def reader(
    f1: Expr[T1],
    f2: Expr[T2],
    f3: Expr[T3],
    f4: Expr[T4],
    f5: Expr[T5],
    f6: Expr[T6],
    f7: Expr[T7],
    f8: Expr[T8],
    f9: Expr[T9],
    f10: Expr[T10],
    /,
) -> Reader[tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10]]: ...
@recordable
def reader(*fields: Expr[Any]) -> Reader[tuple[object, ...]]:
    """A function that reads ``fields`` of one packet: class attributes, such as ``IPv4.ttl``, or sizes made of them.

    What it gives is typed as the tuple of the fields' types; an address costs an object, ``IPv4.src.number`` none. It
    checks the packet's least size and its constants (Truncated, Malformed), but no lengths: those are values like
    others here. Fields behind one of variable size are refused with TypeError.
    """
    packet = _packet(fields)  # each field has a type of its own: only the overloads above can say which
    layout = packet._layout
    wanted, numbers = set[str](), set[str]()
    at_head = _at_head(layout)
    for each in (each for expression in fields for each in names(expression)):
        if each.name not in at_head:
            raise TypeError(f"{layout.name}.{each.name}: a reader reaches only what lies before variable fields")
        wanted.add(each.name)
        if isinstance(each, Declared) and each.as_number:
            numbers.add(each.name)
    plain = {each.name for expression in fields for each in names(expression) if not _is_number(each)}
    if numbers & plain:
        raise TypeError(f"{layout.name}.{min(numbers & plain)}: is read either as a number or as it is")
    return cast("Reader[tuple[object, ...]]", deferred("_read", lambda: _source(packet, fields, wanted, numbers)))


def _source(packet: type[Packet], fields: tuple[Expr[object], ...], wanted: set[str], numbers: set[str]) -> Source:
    layout = packet._layout
    source = Source(f"{layout.name} reader")
    at_head = _at_head(layout)
    tests = [test for test in packet._program.tests if all(each.name in at_head for each in names(test))]
    checked = {each.name for test in tests for each in names(test)}
    checked |= {name for name in at_head if isinstance(layout.fields[name].rule, Const)}
    with source.block("def _read(_b, _o, _e):"):
        check_size(source, layout)
        unpacking = Unpacking(source, layout.head, "_o", wanted | checked, numbers)
        found = [_text(unpacking, each) for each in fields]
        if found == unpacking.targets and not checked and len(found) > 1:
            source.line(f"return {unpacking.code}")
        else:
            unpacking.emit()
            for item in layout.head.items:
                for field in item.fields:
                    at = f"_o + {item.offset}" if item.offset else "_o"
                    if field.name in numbers and isinstance(field.rule, Const):
                        field = _numbered(field, layout.name)
                    check_constant(source, layout, field, unpacking.reads, at)
            for test in tests:
                check_guard(source, layout, test, unpacking.reads, "_Malformed", "_o")
            source.line(f"return {', '.join(found)}{',' if len(found) == 1 else ''}")
    return source


def _numbered(field: AnyField, packet: str) -> AnyField:
    """A constant of fixed bytes as what it is when it is read as a number."""
    assert isinstance(field.rule, Const)
    numbered = copy(field)
    numbered.rule = Const(int.from_bytes(octets_of(field, packet)(field.rule.value), "big"))
    return numbered


def _at_head(layout: Layout) -> set[str]:
    """The fields that lie before all variable ones."""
    return {each.name for item in layout.head.items for each in item.fields}


def _text(unpacking: Unpacking, each: Expr[object]) -> str:
    if isinstance(each, Declared):
        return unpacking.reads[each.name]
    return render(each, lambda named: atom(unpacking.reads[named.name]))


def _is_number(each: object) -> bool:
    return isinstance(each, Declared) and each.as_number


def _packet(fields: tuple[Expr[object], ...]) -> type[Packet]:
    """The packet that the fields belong to: the most derived one that they were named through."""
    owners = {each.owner for expression in fields for each in names(expression) if isinstance(each, Declared)}
    for owner in owners:
        if issubclass(owner, Packet) and all(issubclass(owner, other) for other in owners):
            return owner
    found = ", ".join(sorted(owner.__name__ for owner in owners)) or "none"
    raise TypeError(f"a reader reads fields of one packet, not of: {found}")
