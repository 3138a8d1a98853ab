"""What is wrong with a packet's definition, found when its class is created. All here raise TypeError.

mypy finds wrong types; what it cannot see (widths, the order of fields, unions that do not decide) is found here.
"""

from __future__ import annotations

from collections.abc import Mapping

from foxpy.wire.choice import Choice
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.expressions import Expr, names
from foxpy.wire.fields import AnyField
from foxpy.wire.packet import Packet
from foxpy.wire.rules import MISSING, Checksum, Const, Derived, Rest, Sized, Total, default_of, given


def check_definition(packet: str, fields: Mapping[str, AnyField], guards: tuple[Expr[bool], ...]) -> None:
    """Raise TypeError for the first field that cannot be as it was written."""
    before: dict[str, AnyField] = {}
    for name, each in fields.items():
        path = f"{packet}.{name}"
        _check_fit(path, each)
        _check_values(path, each)
        if isinstance(each.rule, Sized):
            _check_size(path, each.rule, before)
        if isinstance(each.rule, Total | Checksum) and any(_is_variable(other) for other in before.values()):
            what = "a checksum" if isinstance(each.rule, Checksum) else "a total"
            raise TypeError(f"{path}: {what} comes before all fields of variable size")
        if isinstance(each.rule, Checksum):
            _check_checksum(path, each.rule, fields, before)
        if isinstance(each.encoding, ListOf):
            end = each.rule.end if isinstance(each.rule, Sized) else None
            check_elements(path, each.elements, end)
        before[name] = each
    for rule, what in ((Total, "total()"), (Checksum, "inet_checksum()")):
        if sum(isinstance(each.rule, rule) for each in fields.values()) > 1:
            raise TypeError(f"{packet}: more than one {what}")
    for guard in guards:
        for named in names(guard):
            if named.name not in fields:
                raise TypeError(f"{packet}: a guard reads {named!r}, which is not a field of it")


def _check_fit(path: str, each: AnyField) -> None:
    """Whether the right-hand side suits the wire type."""
    match each.encoding, each.rule:
        case ((Blob() | ListOf()), (Sized() | Rest())):
            pass
        case ((Blob() | ListOf()), _):
            raise TypeError(f"{path}: its size is not given; use sized(...) or rest(...)")
        case _, (Sized() | Rest()):
            raise TypeError(f"{path}: has a size of its own, and takes no sized() or rest()")
        case UInt(boolean=False), (Derived() | Total()):
            pass
        case _, (Derived() | Total()):
            raise TypeError(f"{path}: only an integer is derived or a total")
        case UInt(bits=16, little=False), Checksum():
            pass
        case _, Checksum():
            raise TypeError(f"{path}: an Internet checksum is a u16")
        case Argument(), Const():
            raise TypeError(f"{path}: an argument is not on the wire, and not constant")
        case _:
            pass


def _check_values(path: str, each: AnyField) -> None:
    """Whether a constant or a default fits."""
    value = each.rule.value if isinstance(each.rule, Const) else default_of(each.rule)
    if value is MISSING:
        return
    match each.encoding:
        case UInt(bits=bits):
            if not isinstance(value, int) or not 0 <= value < 1 << bits:
                raise TypeError(f"{path}: {value!r} does not fit in {bits} bits")
        case Octets(size=size, kind=kind):
            packed = value if isinstance(value, bytes) else getattr(value, "packed", None) if kind else None
            if not isinstance(packed, bytes) or len(packed) != size:
                raise TypeError(f"{path}: {value!r} is not {size} bytes")
        case Blob() | ListOf() | Argument():
            pass


def _check_size(path: str, rule: Sized, before: Mapping[str, AnyField]) -> None:
    for named in names(rule.size):
        if named.name not in before:
            raise TypeError(f"{path}: its size reads {named!r}, which is not an earlier field of the packet")
        if not isinstance(before[named.name].encoding, UInt | Argument):
            raise TypeError(f"{path}: its size reads {named.name}, which is not an integer")
    if rule.align < 1 or (rule.align > 1 and rule.end is None):
        raise TypeError(f"{path}: align needs an end, or the padding would be read as elements")


def _check_checksum(path: str, rule: Checksum, fields: Mapping[str, AnyField], before: Mapping[str, AnyField]) -> None:
    bits = sum(_bits(each) for each in before.values())
    if bits % 16:
        raise TypeError(f"{path}: a checksum lies at an even offset")
    for named in names(rule.seed):
        if named.name not in fields or not given(fields[named.name].rule):
            raise TypeError(f"{path}: its seed reads {named!r}, which the caller does not give")


def _is_variable(each: AnyField) -> bool:
    return isinstance(each.encoding, Blob | ListOf)


def _bits(each: AnyField) -> int:
    match each.encoding:
        case UInt(bits=bits):
            return bits
        case Octets(size=size):
            return 8 * size
        case _:
            return 0


def check_elements(path: str, elements: tuple[type[object], ...], end: type[object] | None) -> None:
    """Whether a list of ``elements``, ended by ``end``, can be read. Raises TypeError."""
    members: list[type[Packet]] = []
    for element in elements if end is None else (end, *elements):
        if not issubclass(element, Packet):
            raise TypeError(f"{path}: {element.__name__} is not a packet")
        if not element.MIN:
            raise TypeError(f"{path}: {element.__name__} may be of no size at all")
        if any(default_of(argument.rule) is MISSING for argument in element._layout.arguments):
            raise TypeError(f"{path}: {element.__name__} needs arguments, which a list has not")
        members.append(element)
    Choice(path, tuple(members))
    if end is not None:
        rules = [each.rule for each in members[0]._layout.fields.values()]
        if members[0].MIN != 1 or not all(isinstance(rule, Const) and not rule.value for rule in rules):
            raise TypeError(f"{path}: {end.__name__} is not one zero byte, which is what padding is made of")
