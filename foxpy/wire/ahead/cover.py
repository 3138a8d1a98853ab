"""Which packets native classes are made of: the rest stays with the exec back end."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import fields, is_dataclass

from foxpy.wire.choice import Choice
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.expressions import Operation, names
from foxpy.wire.fields import AnyField, Mutable
from foxpy.wire.layout import Layout, Run
from foxpy.wire.packet import Packet
from foxpy.wire.rules import Checksum, Const, Derived, Plain, Rest, Rule, Sized, Total, default_of

KNOWN: dict[type[object], frozenset[str]] = {
    UInt: frozenset(("bits", "little", "boolean")),
    Octets: frozenset(("size", "kind")),
    Blob: frozenset(("window",)),
    ListOf: frozenset(),
    Argument: frozenset(),
    Plain: frozenset(("default",)),
    Const: frozenset(("value",)),
    Derived: frozenset(),
    Total: frozenset(("plus",)),
    Checksum: frozenset(("over", "seed", "zero")),
    Sized: frozenset(("size", "align", "end", "default")),
    Rest: frozenset(("default",)),
}
"""The encodings and rules that are covered, and what may be said in them; all else must be as by default."""

OPERATORS = frozenset(("", "+", "-", "*", ">=", ">", "<=", "<", "==", "in", "between"))
TAKEN = frozenset(("MIN", "build", "open", "push", "view", "parse", "i16", "i32", "i64", "u8", "cast", "fold"))


class Uncovered(Exception):
    """Says what keeps a packet from being native."""


def check_covered(spec: type[Packet], covered: Iterable[type[Packet]]) -> None:
    """Raise Uncovered unless ``spec`` can be native; ``covered`` are those of its module that are."""
    layout = spec._layout
    if issubclass(spec, Mutable):
        raise Uncovered("it can be assigned to")
    if layout.variables and any(isinstance(each.rule, Rest) for each in layout.variables[:-1]):
        raise Uncovered("something follows its rest()")
    at_place = {each.name: each for piece in layout.pieces if isinstance(piece, Run) for each in _fields(piece)}
    for name, each in layout.fields.items():
        if (
            name in TAKEN
            or (hasattr(builtins, name) and name != "type")
            or (keyword.issoftkeyword(name) and name != "type")
        ):
            raise Uncovered(f"{name} would hide what generated code needs")
        _check_field(each, set(covered))
        if isinstance(each.rule, Sized):
            _check_expression(name, each.rule.size, at_place)
    for guard in spec._guards:
        _check_expression("a guard", guard, at_place)
    for solution in layout.solutions:
        measure = getattr(solution, "measure", None)
        if measure is not None and measure.name != "SIZE":
            raise Uncovered(f"{solution.variable} is not solved by its size")
    if len(layout.arguments) != len({each.name for each in layout.arguments}):
        raise Uncovered("its arguments")


def _fields(run: Run) -> list[AnyField]:
    return [each for item in run.items for each in item.fields]


def _check_field(each: AnyField, covered: set[type[Packet]]) -> None:
    name = each.name
    for part in (each.encoding, each.rule):
        known = KNOWN.get(type(part))
        if known is None:
            raise Uncovered(f"{name} is a {type(part).__name__}")
        if is_dataclass(part):
            for one in fields(part):
                value = getattr(part, one.name)
                default = one.default if one.default is not NO_DEFAULT else None
                if one.name not in known and value != default:
                    raise Uncovered(f"{name}: {type(part).__name__}({one.name}={value!r})")
    if isinstance(each.encoding, UInt) and each.encoding.boolean and each.encoding.bits != 1:
        raise Uncovered(f"{name}: a boolean of more than a bit")
    if isinstance(each.encoding, Octets) and not (each.encoding.kind is None or isinstance(each.encoding.kind, type)):
        raise Uncovered(f"{name}: is read as what is not a class")
    if isinstance(each.encoding, Blob) and each.encoding.window and not isinstance(each.rule, Rest):
        raise Uncovered(f"{name}: a payload that is not the rest")
    if isinstance(each.encoding, ListOf):
        check_members(name, list_members(each), covered)
    _check_default(each, each.rule)


def list_members(each: AnyField) -> tuple[type[Packet], ...]:
    """The packets of a list, with the one that ends it first."""
    end = each.rule.end if isinstance(each.rule, Sized) else None
    return tuple(one for one in (end, *each.elements) if isinstance(one, type) and issubclass(one, Packet))


def check_members(name: str, members: tuple[type[Packet], ...], covered: set[type[Packet]]) -> None:
    """Raise Uncovered unless all of a union's members are native and are told apart by what lies at its beginning."""
    choice = Choice(name, members)
    for member in members:
        if member not in covered:
            raise Uncovered(f"{name} has {member.__name__} in it")
        if member._by_size:
            raise Uncovered(f"{name}: {member.__name__} is chosen by its size")
        if member._layout.arguments and len(members) > 1 and choice.guards(member):
            arguments = {each.name for each in member._layout.arguments}
            if any(named.name in arguments for guard in choice.guards(member) for named in names(guard)):
                raise Uncovered(f"{name}: chosen by an argument")
        head = {each.name for each in _fields(common_base(members)._layout.head)}
        for guard in choice.guards(member) if len(members) > 1 else ():
            if any(named.name not in head for named in names(guard)):
                raise Uncovered(f"{name}: chosen by what is not in the header that all share")


def common_base(members: tuple[type[Packet], ...]) -> type[Packet]:
    """The nearest packet that all members derive from; one member alone is its own."""
    for base in members[0].__mro__:
        defined = issubclass(base, Packet) and "_layout" in base.__dict__
        if defined and all(issubclass(member, base) for member in members):
            return base
    raise Uncovered("members that have no packet in common")


def _check_default(each: AnyField, rule: Rule) -> None:
    default = default_of(rule)
    match each.encoding:
        case Argument() if not isinstance(default, int | str | bytes | None) and default is not default_of(Const(0)):
            raise Uncovered(f"{each.name}: its default")
        case ListOf() if default not in ((), default_of(Const(0))):
            raise Uncovered(f"{each.name}: its default")
        case _:
            pass


def _check_expression(name: str, expression: object, at_place: dict[str, AnyField]) -> None:
    if isinstance(expression, Operation):
        if expression.operator not in OPERATORS:
            raise Uncovered(f"{name} is computed by {expression.operator}")
        for operand in expression.operands:
            _check_expression(name, operand, at_place)
        return
    if isinstance(expression, int):
        return
    for named in names(expression):
        found = at_place.get(named.name)
        if found is None or not isinstance(found.encoding, UInt) or found.encoding.bits > 62:
            raise Uncovered(f"{name} reads {named.name}")
        return
    raise Uncovered(f"{name} has {expression!r} in it")


def lays_out(layout: Layout) -> bool:
    """Whether there is anything on the wire at all."""
    return bool(layout.minimum or layout.variables)
