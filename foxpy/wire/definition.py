"""What is wrong with a packet's definition, found when its class is created. All here raise TypeError.

mypy finds wrong types; what it cannot see (widths, the order of fields, unions that do not decide) is found here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from foxpy.wire.checking import elements_of, union_of
from foxpy.wire.choice import Choice, arguments_of
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.errors import OutOfRange
from foxpy.wire.expressions import Expr, Named, names
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import compresses, is_variable
from foxpy.wire.looking import check_looking
from foxpy.wire.packet import Packet
from foxpy.wire.rules import (
    MISSING,
    Bounds,
    Checksum,
    Computed,
    Const,
    Count,
    Derived,
    Plain,
    Present,
    Rest,
    Sized,
    Tail,
    Total,
    Until,
    argument_default,
    bounds_of,
    chooser_of,
    default_of,
    given,
)
from foxpy.wire.walking import allowed
from foxpy.wire.window import Window


def check_definition(packet: str, fields: Mapping[str, AnyField], guards: tuple[Expr[bool], ...]) -> None:
    """Raise TypeError for the first field that cannot be as it was written."""
    check_looking(packet, fields, guards)
    before: dict[str, AnyField] = {}
    for name, each in fields.items():
        path = f"{packet}.{name}"
        _check_fit(path, each)
        _check_sizes(path, each)
        _check_values(path, each)
        if isinstance(each.rule, Total | Checksum) and any(is_variable(other) for other in before.values()):
            what = "a checksum" if isinstance(each.rule, Checksum) else "a total"
            raise TypeError(f"{path}: {what} comes before all fields of variable size")
        if isinstance(each.rule, Checksum):
            _check_checksum(path, each.rule, fields, before)
        if isinstance(each.rule, Until) and isinstance(each.encoding, ListOf):
            _check_end(path, each.encoding, each.rule.end)
        if each.elements:
            end = each.rule.end if isinstance(each.rule, Sized | Until) else None
            check_elements(path, each.elements, cast("type[object] | None", end), each)
            _check_told(path, each, before)
        before[name] = each
    for rule, what in ((Total, "total()"), (Checksum, "inet_checksum()")):
        if sum(isinstance(each.rule, rule) for each in fields.values()) > 1:
            raise TypeError(f"{packet}: more than one {what}")
    if any(isinstance(each.rule, Checksum) for each in fields.values()) and any(map(compresses, fields.values())):
        raise TypeError(f"{packet}: no checksum is filled in where names are compressed")


def _check_fit(path: str, each: AnyField) -> None:
    """Whether the right-hand side suits the wire type."""
    match each.encoding, each.rule:
        case (Blob(), (Sized(end=None, on=None) | Rest(on=None) | Tail())):
            pass
        case (Blob(), _):
            raise TypeError(f"{path}: its size is not given; use sized(...), rest(...) or tail(...)")
        case (Codec(whole=True), (Plain() | Present() | Const())) | (ListOf(element=Codec(whole=True)), _):
            raise TypeError(f"{path}: it takes all bytes that there are; use sized(...) or rest(...)")
        case (ListOf(element=None), (Sized(on=None) | Rest(on=None) | Count() | Until())):
            pass
        case (ListOf(element=Codec()), (Sized(end=None, on=None) | Rest(on=None) | Count() | Until())):
            pass
        case (ListOf(), (Sized(end=None, on=None) | Rest(on=None) | Count())):
            pass
        case (ListOf(), Sized() | Rest()):
            raise TypeError(f"{path}: only packets are ended early, aligned or chosen by a field")
        case (ListOf(), _):
            raise TypeError(f"{path}: its size is not given; use sized(...), rest(...), count(...) or until(...)")
        case (OneOf(), (Plain(bounds=Bounds(None, None)) | Present() | Rest())):
            pass
        case (OneOf(), Sized(end=None, align=1)):
            pass
        case (OneOf(), _):
            raise TypeError(f"{path}: a packet in a packet takes sized(...), rest(...), present(...) or nothing")
        case (Codec(), (Plain(bounds=Bounds(None, None)) | Present() | Const())):
            pass
        case (Codec(), (Sized(end=None, align=1, on=None) | Rest(on=None))):
            pass
        case (Codec(), _):
            raise TypeError(f"{path}: a codec's field takes sized(...), rest(...), present(...), const(...) or nothing")
        case _, (Sized() | Rest() | Tail() | Count() | Until()):
            raise TypeError(f"{path}: has a size of its own, and takes no {_word(each)}()")
        case ((UInt(boolean=True) | Octets() | Argument()), Plain(bounds=bounds)) if bounds != Bounds():
            raise TypeError(f"{path}: only numbers have a min and a max")
        case UInt(boolean=False), (Total() | Computed()):
            pass
        case UInt(), Derived():
            pass
        case _, (Derived() | Total() | Computed()):
            raise TypeError(f"{path}: only an integer is derived or a total")
        case UInt(bits=16, little=False, kind=None), Checksum():
            pass
        case _, Checksum():
            raise TypeError(f"{path}: an Internet checksum is a u16")
        case UInt(bits=bits), Present() if bits % 8:
            raise TypeError(f"{path}: what may be absent is whole bytes")
        case Argument(), Present():
            raise TypeError(f"{path}: an argument is not on the wire, and not absent")
        case _:
            pass


def _word(each: AnyField) -> str:
    return type(each.rule).__name__.lower()


def _check_values(path: str, each: AnyField) -> None:
    """Whether a constant or a default fits."""
    value = each.rule.value if isinstance(each.rule, Const) else default_of(each.rule)
    if value is MISSING or (value is None and isinstance(each.rule, Present)):
        return
    match each.encoding:
        case UInt(boolean=True):
            if not isinstance(value, bool):
                raise TypeError(f"{path}: {value!r} is not True or False")
        case UInt(bits=bits, kind=kind, open=still):
            if not isinstance(value, int) or not 0 <= value < 1 << bits:
                raise TypeError(f"{path}: {value!r} does not fit in {bits} bits")
            if kind is not None and not still and value not in set(kind):
                raise TypeError(f"{path}: {value!r} is no {kind.__name__}")
            bounds = bounds_of(each.rule)
            if not (bounds.least or 0) <= value <= (value if bounds.most is None else bounds.most):
                raise TypeError(f"{path}: the default {value!r} is out of its own min and max")
        case Octets(size=size, kind=kind):
            packed = value if isinstance(value, bytes) else getattr(value, "packed", None) if kind else None
            if not isinstance(packed, bytes) or len(packed) != size:
                raise TypeError(f"{path}: {value!r} is not {size} bytes")
        case Codec() as codec:
            try:
                codec.check(value)
            except (ValueError, TypeError, AttributeError) as error:
                raise TypeError(f"{path}: {value!r} cannot be written: {error}") from None
        case ListOf() | OneOf():
            packet = path.partition(".")[0]
            check = elements_of(each, packet) if isinstance(each.encoding, ListOf) else union_of(each, packet)
            try:
                check(value)
            except OutOfRange as error:
                raise TypeError(str(error)) from None
        case Blob(window=window):
            if not isinstance(value, (bytes, bytearray, memoryview, *((Packet, Window) if window else ()))):
                raise TypeError(f"{path}: the default {value!r} is not bytes")
        case _:
            pass


def _check_end(path: str, encoding: ListOf, end: object) -> None:
    """Whether what ends a list can be written behind it."""
    if encoding.element is None:
        if not isinstance(end, type):
            raise TypeError(f"{path}: a list of packets ends with a packet, not with {end!r}")
    elif isinstance(encoding.element, Codec):
        out = bytearray()
        try:
            encoding.element.write(out, encoding.element.check(end), {})
        except (ValueError, TypeError, AttributeError) as error:
            raise TypeError(f"{path}: its end {end!r} cannot be written: {error}") from None
        if not out:
            raise TypeError(f"{path}: its end {end!r} takes no bytes")


def _check_told(path: str, each: AnyField, before: Mapping[str, AnyField]) -> None:
    """Whether the tags of a union's members can be values of the field that chooses."""
    chooser = chooser_of(each.rule)
    for member in each.elements if isinstance(chooser, Named) and chooser.name in before else ():
        assert isinstance(chooser, Named)
        tag = _packet(path, member)._tag
        encoding = before[chooser.name].encoding
        if tag is not None and isinstance(encoding, UInt):
            closed = encoding.kind is not None and not encoding.open and tag not in set(encoding.kind)
            if tag >> encoding.bits or closed:
                raise TypeError(f"{path}: {member.__name__} has the tag {tag}, which {chooser.name} never is")


def _check_sizes(path: str, each: AnyField) -> None:
    """Whether bounds, padding and constant sizes leave anything to be given, and what is given by default is so."""
    bounds = bounds_of(each.rule)
    least, most = bounds.least or 0, bounds.most
    if least < 0 or (most is not None and most < least):
        raise TypeError(f"{path}: nothing is {allowed(bounds)}")
    if isinstance(each.encoding, UInt) and least >> each.encoding.bits:
        raise TypeError(f"{path}: min={least} does not fit in {each.encoding.bits} bits")
    if isinstance(each.rule, Sized):
        if each.rule.align < 1 or (each.rule.align > 1 and each.rule.end is None):
            raise TypeError(f"{path}: align needs an end, or the padding would be read as elements")
        if each.rule.pad < 1:
            raise TypeError(f"{path}: pad is at least 1, not {each.rule.pad}")
    size = each.rule.number if isinstance(each.rule, Count) else getattr(each.rule, "size", None)
    if isinstance(size, int):
        if size < 0:
            raise TypeError(f"{path}: nothing has the size {size}")
        if not least <= size <= (size if most is None else most):
            raise TypeError(f"{path}: its size is {size}, and not {allowed(bounds)}")
        least = most = size
    default = default_of(each.rule)
    counted = isinstance(each.encoding, Blob) or isinstance(each.rule, Count)
    if default is MISSING or not counted or not isinstance(default, bytes | bytearray | tuple | list):
        return
    if len(default) < least or (most is not None and len(default) > most):
        raise TypeError(f"{path}: the default {default!r} is not {allowed(Bounds(least, most))} long")


def _check_checksum(path: str, rule: Checksum, fields: Mapping[str, AnyField], before: Mapping[str, AnyField]) -> None:
    bits = sum(_bits(each) for each in before.values())
    if bits % 16:
        raise TypeError(f"{path}: a checksum lies at an even offset")
    rest = next((each for each in fields.values() if isinstance(each.rule, Rest)), None)
    if rule.over == "header" and rest is not None and not isinstance(rest.encoding, Blob):
        raise TypeError(f"{path}: a header's checksum covers what precedes bytes, and {rest.name} is not bytes")
    for named in names(rule.seed):
        if named.name not in fields or not given(fields[named.name].rule):
            raise TypeError(f"{path}: its seed reads {named!r}, which the caller does not give")


def _bits(each: AnyField) -> int:
    match each.encoding:
        case UInt(bits=bits):
            return bits
        case Octets(size=size):
            return 8 * size
        case _:
            return 0


def check_elements(
    path: str, elements: tuple[type[object], ...], end: type[object] | None, field: AnyField | None = None
) -> None:
    """Whether a list or a union of ``elements``, ended by ``end``, can be read. Raises TypeError."""
    rule = None if field is None else field.rule
    members = [_packet(path, element) for element in (elements if end is None else (end, *elements))]
    alone = field is not None and isinstance(field.encoding, OneOf)
    tag = None if rule is None else getattr(chooser_of(rule), "name", None)
    for member in members:
        if not member.MIN and not alone:
            raise TypeError(f"{path}: {member.__name__} may be of no size at all")
        if member._by_size and not alone:
            raise TypeError(f"{path}: {member.__name__} is chosen by_size, which elements of a list do not show")
        for argument in arguments_of((member,)):
            known = field is not None and (argument.name in field.bound or argument.name == tag)
            if not known and argument_default(argument.rule) is MISSING:
                raise TypeError(
                    f"{path}: {member.__name__} needs arguments, which a list has not: no earlier field is named "
                    f"{argument.name}"
                )
    if tag is None:
        Choice(path, tuple(members))
    else:
        _check_tags(path, members, tag)
    if end is not None:
        rules = [each.rule for each in members[0]._layout.fields.values()]
        if isinstance(rule, Until):
            if not all(isinstance(rule, Const) for rule in rules):
                raise TypeError(f"{path}: {end.__name__} is written behind the list, so all its fields are const(...)")
        elif members[0].MIN != 1 or not all(isinstance(rule, Const) and not rule.value for rule in rules):
            raise TypeError(f"{path}: {end.__name__} is not one zero byte, which is what padding is made of")


def _packet(path: str, element: type[object]) -> type[Packet]:
    if not issubclass(element, Packet):
        raise TypeError(f"{path}: {element.__name__} is not a packet")
    return element


def _check_tags(path: str, members: list[type[Packet]], tag: str) -> None:
    """Whether each member of a union that a field chooses can be told, and the last takes all others."""
    tags = [member._tag for member in members]
    for member in members[:-1]:
        if member._tag is None:
            raise TypeError(f"{path}: {member.__name__} has no tag, so that none after it is ever chosen")
        if tags.count(member._tag) > 1:
            raise TypeError(f"{path}: {member.__name__}: two have the tag {member._tag}")
    last = members[-1]
    if last._tag is not None:
        raise TypeError(f"{path}: no catch-all; the last member must be one without a tag")
    if all(argument.name != tag for argument in last._layout.arguments):
        raise TypeError(f"{path}: {last.__name__} is to learn its tag from an argument: {tag}: arg[int]")
