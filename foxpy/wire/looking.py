"""What expressions in a definition look at: whether it is known when it is needed, and of a type that can be so used.

mypy finds wrong types as well; what it cannot see is the order of fields, and what is known only when all is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from foxpy.wire.encodings import Argument, ListOf, OneOf, UInt
from foxpy.wire.expressions import Expr, LastByte, Named, Operation, SizeOf, names
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import is_variable
from foxpy.wire.rules import Checksum, Computed, Const, Count, Present, Rest, Sized, Tail, Total, chooser_of


def check_looking(packet: str, fields: Mapping[str, AnyField], guards: tuple[Expr[bool], ...]) -> None:
    """Raise TypeError for the first expression that cannot be evaluated on parse or on build."""
    before: dict[str, AnyField] = {}
    for name, each in fields.items():
        _check_rule(f"{packet}.{name}", each, before, fields)
        before[name] = each
    for guard in guards:
        for named, use in _uses(guard, "truth"):
            if named.name not in fields:
                raise TypeError(f"{packet}: a guard reads {named!r}, which is not a field of it")
            found = fields[named.name]
            _check_use(f"{packet}: a guard", found, use)
            if isinstance(found.encoding, ListOf | OneOf) or isinstance(found.rule, Checksum):
                raise TypeError(f"{packet}: a guard reads {named.name}, which is not a value to tell packets by")


def _check_rule(path: str, each: AnyField, before: Mapping[str, AnyField], fields: Mapping[str, AnyField]) -> None:
    match each.rule:
        case Sized(size=size):
            _check_known(f"{path}: its size", size, before)
        case Tail(size=size):
            ends = [number for number, other in enumerate(before.values()) if isinstance(other.rule, Rest)]
            known = dict(list(before.items())[: min(ends, default=None)])
            _check_known(f"{path}: its size", size, known, "a field before the rest")
            if isinstance(size, LastByte) and each is not list(fields.values())[-1]:
                raise TypeError(f"{path}: last_u8() is the size of what the packet ends with")
        case Count(number=number):
            _check_known(f"{path}: its number of elements", number, before)
        case Present(condition=condition):
            _check_known(f"{path}: its condition", condition, before, use="truth")
        case Computed(expression=expression):
            _check_computed(path, each, expression, before, fields)
        case _:
            pass
    sizes: list[object] = [getattr(each.rule, name, None) for name in ("size", "number", "condition", "expression")]
    if any(isinstance(size, LastByte) for size in sizes) and not isinstance(each.rule, Tail):
        raise TypeError(f"{path}: last_u8() is the size of a tail")
    chooser = chooser_of(each.rule)
    if chooser is not None:
        if not isinstance(chooser, Named) or chooser.name not in before:
            raise TypeError(f"{path}: on= names an earlier field of the packet")
        _check_use(f"{path}: on=", before[chooser.name], "number")
        _check_ready(f"{path}: on=", before[chooser.name])
    for name in each.bound:
        if name not in before:
            raise TypeError(f"{path}: its packets have the argument {name}, which comes later in the packet")


def _check_known(
    what: str,
    expression: object,
    before: Mapping[str, AnyField],
    which: str = "an earlier field",
    use: str = "number",
) -> None:
    """Whether all that ``expression`` reads is known when its field is read, and before the packet is built."""
    for named, used in _uses(expression, use):
        inner = named.field if isinstance(named, SizeOf) else named
        if inner.name not in before:
            raise TypeError(f"{what} reads {named!r}, which is not {which} of the packet")
        found = before[inner.name]
        if isinstance(named, SizeOf):
            if not is_variable(found) or isinstance(found.rule, Rest):
                raise TypeError(f"{what} reads {named!r}, whose size is not variable, or not known yet")
            continue
        _check_use(what, found, used)
        _check_ready(what, found)


def _check_computed(
    path: str, each: AnyField, expression: object, before: Mapping[str, AnyField], fields: Mapping[str, AnyField]
) -> None:
    for named, use in _uses(expression):
        inner = named.field if isinstance(named, SizeOf) else named
        if inner.name not in fields or inner.name == each.name:
            raise TypeError(f"{path}: it is computed from {named!r}, which is not another field of the packet")
        found = fields[inner.name]
        if isinstance(found.rule, Checksum) or (isinstance(found.rule, Computed) and inner.name not in before):
            raise TypeError(f"{path}: it is computed from {inner.name}, which is not known yet")
        if isinstance(named, SizeOf):
            if not is_variable(found):
                raise TypeError(f"{path}: it is computed from {named!r}, whose size is not variable")
        else:
            _check_use(f"{path}: it", found, use)


def _check_ready(what: str, found: AnyField) -> None:
    """Whether a field is known before the sizes of all others are."""
    if isinstance(found.rule, Total | Computed | Checksum):
        raise TypeError(f"{what} reads {found.name}, which is known only when all else is built")


def _check_use(what: str, found: AnyField, use: str) -> None:
    """Whether a field can be used as a number, as a truth or as any value."""
    if use == "value":
        return
    if isinstance(found.rule, Present):
        raise TypeError(f"{what} reads {found.name}, which may be absent")
    value = found.rule.value if isinstance(found.rule, Const) else 0
    whole = isinstance(found.encoding, UInt) and not found.encoding.boolean
    if not (whole or isinstance(found.encoding, Argument) or (use == "truth" and isinstance(found.encoding, UInt))):
        raise TypeError(f"{what} reads {found.name}, which is not an integer")
    if not isinstance(value, int):
        raise TypeError(f"{what} reads {found.name}, which is always {value!r}")


def _uses(expression: object, use: str = "number") -> Iterator[tuple[Named[object], str]]:
    """The fields that ``expression`` reads, and what each is used as: a "number", a "truth" or any "value"."""
    match expression:
        case Named():
            yield expression, use
        case LastByte(condition=condition):
            yield from _uses(condition, "truth")
        case Operation(operator=operator, operands=operands):
            inner = {"in": "value", "and": "truth", "or": "truth", "not": "truth"}.get(operator, "number")
            for operand in operands:
                yield from _uses(operand, inner)
        case _:
            yield from ((named, use) for named in names(expression))
