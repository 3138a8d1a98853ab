"""Checks of what a packet is built from: the quick test in generated code, and the slow search for the fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from foxpy.wire.encodings import Octets, Packed, UInt
from foxpy.wire.errors import OutOfRange
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Bits, Layout
from foxpy.wire.packet import Packet
from foxpy.wire.reading import atom
from foxpy.wire.source import Source
from foxpy.wire.window import Window


def range_test(fields: Iterable[AnyField], code: Callable[[str], str]) -> str:
    """The text of a test that is true if a bit field's value does not fit; empty if there is nothing to test.

    Values of the same width are or-ed together first: a negative number or a bit too high shows in the result.
    """
    widths: dict[int, list[str]] = {}
    for field in fields:
        if isinstance(field.encoding, UInt):
            widths.setdefault(field.encoding.bits, []).append(atom(code(field.name)))
    return " or ".join(
        f"{names[0]} >> {width}" if len(names) == 1 else f"({' | '.join(names)}) >> {width}"
        for width, names in sorted(widths.items())
    )


def crowded(layout: Layout) -> Iterator[Bits]:
    """The fields that, too large, would spill into their neighbour's bits.

    What is highest in its bytes, or alone in them, is checked by ``struct`` when it is packed; a flag is one bit.
    """
    for group in layout.groups():
        yield from (member for member in group.members[1:] if not member.boolean)


def refusal(layout: Layout, values: Mapping[str, object]) -> Exception:
    """The error that says which of ``values`` does not fit: OutOfRange, or TypeError for one of the wrong type."""
    for name, value in values.items():
        field, path = layout.fields[name], f"{layout.name}.{name}"
        if isinstance(field.encoding, UInt):
            if not isinstance(value, int):
                return TypeError(f"{path}: {value!r} is not an integer")
            bits = field.encoding.bits
            if not 0 <= value < 1 << bits:
                return OutOfRange(f"{path}: {int(value)} does not fit in {bits} bits (0..{(1 << bits) - 1})")
        elif isinstance(field.encoding, Octets):
            try:
                octets_of(field, layout.name)(value)
            except (TypeError, OutOfRange) as error:
                return error
    return OutOfRange(f"{layout.name}: {dict(values)!r} cannot be built")


def octets_of(field: AnyField, packet: str) -> Callable[[object], bytes]:
    """A function that gives the bytes of what a field of fixed bytes is given as: bytes, or the field's own type."""
    encoding, path = field.encoding, f"{packet}.{field.name}"
    assert isinstance(encoding, Octets)
    size, kind = encoding.size, encoding.kind

    def octets(value: object) -> bytes:
        if isinstance(value, bytes | bytearray | memoryview):
            packed = bytes(value)
        elif isinstance(kind, type) and isinstance(value, kind):
            packed = cast(Packed, value).packed
        else:
            raise TypeError(f"{path}: needs {size} bytes, got {value!r}")
        if len(packed) != size:
            raise OutOfRange(f"{path}: needs {size} bytes, got {len(packed)}")
        return packed

    return octets


def pass_octets(source: Source, layout: Layout, field: AnyField) -> None:
    """Emit the turning of a parameter for fixed bytes into bytes: what is usual quickly, the rest by ``octets_of``."""
    name, encoding = field.name, field.encoding
    assert isinstance(encoding, Octets)
    unusual = f"_type({name}) is not _bytes or _len({name}) != {encoding.size}"
    if encoding.kind is not None:
        source.line(f"if _type({name}) is {source.bind(f'_kind_{name}', encoding.kind)}:")
        source.line(f"    {name} = {name}.packed")
    source.line(f"{'elif' if encoding.kind is not None else 'if'} {unusual}:")
    source.line(f"    {name} = {source.bind(f'_octets_{name}', octets_of(field, layout.name))}({name})")


def blob_of(field: AnyField, packet: str) -> Callable[[object], bytes]:
    """A function that gives a copy of what a field of variable bytes is given as."""
    path = f"{packet}.{field.name}"

    def blob(value: object) -> bytes:
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value)
        raise TypeError(f"{path}: needs bytes, got {value!r}")

    return blob


def body_of(field: AnyField, packet: str) -> Callable[[object], object]:
    """A function that gives what a body is given as, checked; what can change is copied."""
    path = f"{packet}.{field.name}"

    def body(value: object) -> object:
        if isinstance(value, bytes | bytearray | memoryview):
            return Window(bytes(value), 0, len(bytes(value)))
        if isinstance(value, Window | Packet):
            return value
        raise TypeError(f"{path}: needs bytes, a window or a packet, got {value!r}")

    return body


def elements_of(field: AnyField, packet: str) -> Callable[[object], tuple[object, ...]]:
    """A function that gives a list field's value as a tuple whose members the list's type allows."""
    path, allowed = f"{packet}.{field.name}", field.elements

    def elements(value: object) -> tuple[object, ...]:
        if not isinstance(value, Iterable):
            raise TypeError(f"{path}: needs packets, got {value!r}")
        found = tuple(value)
        for element in found:
            if not isinstance(element, allowed):
                raise TypeError(f"{path}: {element!r} is none of {' | '.join(each.__name__ for each in allowed)}")
        return found

    return elements
