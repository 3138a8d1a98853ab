"""Checks of what a packet is built from: the quick test in generated code, and the slow search for the fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from typing import cast

from foxpy.wire.codec import Codec
from foxpy.wire.encodings import ListOf, Octets, OneOf, Packed, UInt
from foxpy.wire.errors import OutOfRange, PacketError
from foxpy.wire.expressions import render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Bits, Layout
from foxpy.wire.packet import Packet
from foxpy.wire.reading import atom
from foxpy.wire.rules import Plain, Present, Sized, Until, bounds_of
from foxpy.wire.source import Source
from foxpy.wire.walking import allowed, out_of_bounds
from foxpy.wire.window import BUFFERS, Window


def bit_fields(fields: Iterable[AnyField]) -> list[AnyField]:
    """Those of ``fields`` that are numbers and always there."""
    return [each for each in fields if isinstance(each.encoding, UInt) and not isinstance(each.rule, Present)]


def range_test(fields: Iterable[AnyField], code: Callable[[str], str]) -> str:
    """The text of a test that is true if a bit field's value does not fit; empty if there is nothing to test.

    Values of the same width are or-ed together first: a negative number or a bit too high shows in the result.
    """
    widths: dict[int, list[str]] = {}
    bounded = []
    for field in bit_fields(fields):
        assert isinstance(field.encoding, UInt)
        widths.setdefault(field.encoding.bits, []).append(atom(code(field.name)))
        bounded.append(out_of_bounds(bounds_of(field.rule), atom(code(field.name))))
    tests = [
        f"{names[0]} >> {width}" if len(names) == 1 else f"({' | '.join(names)}) >> {width}"
        for width, names in sorted(widths.items())
    ]
    return " or ".join([*tests, *filter(None, bounded)])


def crowded(layout: Layout) -> Iterator[Bits]:
    """The fields that, too large, would spill into their neighbour's bits.

    What is highest in its bytes, or alone in them, is checked by ``struct`` when it is packed; a flag is one bit.
    """
    for group in layout.groups():
        yield from (member for member in group.members[1:] if not member.boolean)


def refusal(layout: Layout, values: Mapping[str, object]) -> Exception:
    """The error that says which of ``values`` does not fit: OutOfRange, or TypeError for one of the wrong type."""
    for name, value in values.items():
        field = layout.fields[name]
        try:
            if isinstance(field.encoding, UInt):
                check_number(field, field.encoding, layout.name, value)
            elif isinstance(field.encoding, Octets):
                octets_of(field, layout.name)(value)
        except (TypeError, OutOfRange) as error:
            return error
    return OutOfRange(f"{dict(values)!r} cannot be built", layout.name)


def check_number(field: AnyField, encoding: UInt, packet: str, value: object) -> int:
    """``value`` if the field can carry it; else raise OutOfRange, or TypeError for one of the wrong type."""
    if not isinstance(value, int):
        raise TypeError(f"{packet}.{field.name}: {value!r} is not an integer")
    bits, bounds = encoding.bits, bounds_of(field.rule)
    if not 0 <= value < 1 << bits:
        fact = f"{int(value)} does not fit in {bits} bits (0..{(1 << bits) - 1})"
        raise OutOfRange(fact, packet, field.name)
    if (bounds.least is not None and value < bounds.least) or (bounds.most is not None and value > bounds.most):
        raise OutOfRange(f"{int(value)}, not {allowed(bounds)}", packet, field.name)
    return value


def enum_of(field: AnyField, packet: str) -> Callable[[object], int]:
    """A function that gives a member of a field's enum for what the field is given as: a member or its number."""
    encoding = field.encoding
    assert isinstance(encoding, UInt)
    assert encoding.kind is not None
    kind, still, path = encoding.kind, encoding.open, f"{packet}.{field.name}"
    members = {int(member): member for member in kind}

    def member_of(value: object) -> int:
        if not isinstance(value, int):
            raise TypeError(f"{path}: {value!r} is not of {kind.__name__}")
        if value in members:
            return members[value]
        if still:
            return check_number(field, encoding, packet, value)
        raise OutOfRange(f"{int(value)} is no {kind.__name__}", packet, field.name)

    return member_of


def value_of(field: AnyField, packet: str) -> Callable[[object], object]:
    """A function that checks what a codec's field, or a field that may be absent, is given as."""
    match field.encoding:
        case Codec() as codec:
            return _checked(codec, packet, field.name)
        case UInt(kind=kind) if kind is not None:
            return enum_of(field, packet)
        case UInt(boolean=True):
            return bool
        case UInt() as number:
            return lambda value: check_number(field, number, packet, value)
        case Octets(kind=address):
            packed = octets_of(field, packet)
            return packed if address is None else lambda value: address(packed(value))
        case OneOf():
            return union_of(field, packet)
        case _:
            raise AssertionError(field)


def _checked(codec: Codec[object], packet: str, field: str) -> Callable[[object], object]:
    """A codec's own check, whose errors name the packet and the field."""

    def check(value: object) -> object:
        try:
            return codec.check(value)
        except PacketError as error:
            raise error.at(packet, field, None) from None
        except (TypeError, ValueError, AttributeError) as error:
            raise TypeError(f"{packet}.{field}: {value!r}: {error}") from error

    return check


def union_of(field: AnyField, packet: str) -> Callable[[object], object]:
    """A function that checks that what a union field is given is one of its members."""
    path, members = f"{packet}.{field.name}", field.elements

    def member(value: object) -> object:
        if not isinstance(value, members):
            raise TypeError(f"{path}: {value!r} is none of {' | '.join(each.__name__ for each in members)}")
        return value

    return member


def agreement(field: AnyField, packet: str) -> Callable[..., None]:
    """A function that checks that the packets in a field have the arguments that they are told when they are read."""

    def agree(value: Packet | tuple[Packet, ...] | None, **told: object) -> None:
        for element in value if isinstance(value, tuple) else () if value is None else (value,):
            arguments = {argument.name for argument in element._layout.arguments}
            for name in arguments & told.keys():
                own = getattr(element, name)
                if own != told[name]:
                    fact = f"{element._spec.__name__} has {name} {own!r}, where it is {told[name]!r}"
                    raise OutOfRange(fact, packet, field.name)

    return agree


def octets_of(field: AnyField, packet: str, element: Octets | None = None) -> Callable[[object], bytes]:
    """A function that gives the bytes of what a field of fixed bytes is given as: bytes, or the field's own type.

    ``element``: of a list's element, whose wire type this is.
    """
    encoding, path = element or field.encoding, f"{packet}.{field.name}"
    assert isinstance(encoding, Octets)
    size, kind = encoding.size, encoding.kind

    def octets(value: object) -> bytes:
        if isinstance(value, BUFFERS):
            packed = bytes(value)
        elif isinstance(kind, type) and isinstance(value, kind):
            packed = cast(Packed, value).packed
        else:
            raise TypeError(f"{path}: needs {size} bytes, got {value!r}")
        if len(packed) != size:
            raise OutOfRange(f"needs {size} bytes, got {len(packed)}", packet, field.name)
        return packed

    return octets


def pass_octets(source: Source, layout: Layout, field: AnyField) -> None:
    """Emit the turning of a parameter for fixed bytes into bytes: what is usual quickly, the rest by ``octets_of``."""
    name, encoding = field.name, field.encoding
    assert isinstance(encoding, Octets)
    code = f"{source.bind(f'_octets_{name}', octets_of(field, layout.name))}({name})"
    if encoding.kind is not None:
        code = f"{name}.packed if _type({name}) is {source.bind(f'_kind_{name}', encoding.kind)} else {code}"
    source.line(f"if _type({name}) is not _bytes or _len({name}) != {encoding.size}:")
    source.line(f"    {name} = {code}")


def blob_of(field: AnyField, packet: str) -> Callable[[object], bytes]:
    """A function that gives a copy of what a field of variable bytes is given as."""
    path = f"{packet}.{field.name}"

    def blob(value: object) -> bytes:
        if isinstance(value, BUFFERS):
            return bytes(value)
        raise TypeError(f"{path}: needs bytes, got {value!r}")

    return blob


def body_of(field: AnyField, packet: str) -> Callable[[object], object]:
    """A function that gives what a body is given as, checked; what can change is copied."""
    path = f"{packet}.{field.name}"

    def body(value: object) -> object:
        if isinstance(value, BUFFERS):
            return Window(bytes(value), 0, len(bytes(value)))
        if isinstance(value, (Packet, Window)):
            return value
        raise TypeError(f"{path}: needs bytes, a window or a packet, got {value!r}")

    return body


def elements_of(field: AnyField, packet: str) -> Callable[[object], tuple[object, ...]]:
    """A function that gives a list field's value as a tuple whose members the list's type allows."""
    path = f"{packet}.{field.name}"
    check, ends = _element_of(field, packet), _ends(field)

    def elements(value: object) -> tuple[object, ...]:
        if not isinstance(value, Iterable) or isinstance(value, str | bytes):
            raise TypeError(f"{path}: needs a sequence, got {value!r}")
        found = tuple(map(check, value))
        if ends is not None:
            for number, each in enumerate(found):
                if ends(each):
                    raise OutOfRange("reads as the list's end", packet, f"{field.name}[{number}]")
        return found

    return elements


def _ends(field: AnyField) -> Callable[[object], bool] | None:
    """Whether an element would be taken for what ends a list; None for a list that nothing in it ends."""
    end = field.rule.end if isinstance(field.rule, Sized | Until) else None
    if end is None:
        return None
    if not isinstance(end, type):
        return lambda value: value == end
    guards = [render(guard, lambda named: f"_each.{named.name}") for guard in cast("type[Packet]", end)._guards]
    return cast("Callable[[object], bool]", eval(f"lambda _each: {' and '.join(guards) or False}"))


def _element_of(field: AnyField, packet: str) -> Callable[[object], object]:
    """A function that checks one element of a list."""
    encoding = field.encoding
    assert isinstance(encoding, ListOf)
    if encoding.element is None:
        return union_of(field, packet)
    single = copy(field)  # an element is checked as a field of its wire type would be
    single.encoding = encoding.element
    single.rule = Plain()
    if isinstance(encoding.element, Octets) and encoding.element.kind is not None:
        kind, packed = encoding.element.kind, octets_of(single, packet)
        return lambda value: value if type(value) is kind else kind(packed(value))
    return value_of(single, packet)
