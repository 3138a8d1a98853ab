"""What the names in a filter stand for: layers, their fields, and what is in those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Final, TypeAlias

import attrs

from foxpy.decode.checksums import is_right
from foxpy.decode.fields import fields_of, packets_of
from foxpy.decode.filter.kinds import Kind, kind_of_field
from foxpy.decode.frames import Frame
from foxpy.decode.registry import Registry
from foxpy.wire import Packet

Values: TypeAlias = Callable[[Frame], Iterable[object]]
"""All that a name stands for in a frame."""

FRAME: Final[dict[str, Callable[[Frame], int | float]]] = {
    "number": lambda frame: frame.number,
    "time": lambda frame: frame.captured.time,
    "length": lambda frame: frame.captured.length,
    "captured": lambda frame: len(frame.captured.packet),
    "link": lambda frame: frame.captured.linktype,
}
"""The fields of ``frame``, which every packet of a capture has."""

STATES: Final[dict[str, Callable[[Frame], bool]]] = {
    "malformed": lambda frame: frame.malformed,
    "bad_checksum": lambda frame: any(is_right(layer) is False for layer in frame.layers),
    "cut": lambda frame: not frame.captured.whole,
}
"""Names that stand for themselves: what is so of a frame."""


class UnknownName(ValueError):
    """There is no such layer or field. The message says what there is."""


@attrs.frozen
class Meaning:
    """What a name stands for: its values in a frame, and what they are."""

    values: Values
    kind: Kind


def meaning_of(registry: Registry, steps: Sequence[str], *, lists: bool = False) -> Meaning:
    """What ``steps`` stand for; of a list at their end all elements, or the list itself. Raises UnknownName."""
    first, *further = steps
    if first in STATES:
        if further:
            raise UnknownName(f"{first} has no fields; write {first}")
        holds = STATES[first]
        return Meaning(lambda frame: (True,) if holds(frame) else (), Kind.NUMBER)
    if first == "frame":
        return _of_frame(further)
    names = registry.names()
    if first not in names:
        raise UnknownName(f"there is no layer {first!r}{_near(first, [*names, 'frame', *STATES])}")
    reads = registry.protocol(first).reads
    classes = set() if reads is None else set(packets_of(reads))
    kind = _check(first, further, classes)

    def values(frame: Frame) -> Iterator[object]:
        for layer in frame.layers:
            if layer.protocol.name == first:
                if not further:
                    yield layer
                elif layer.packet is not None:
                    yield from _walk(layer.packet, further, 0, lists)

    return Meaning(values, kind)


def _of_frame(further: list[str]) -> Meaning:
    if len(further) != 1 or further[0] not in FRAME:
        asked = ".".join(["frame", *further])
        raise UnknownName(f"there is no {asked}; there are {', '.join(f'frame.{name}' for name in FRAME)}")
    get = FRAME[further[0]]
    return Meaning(lambda frame: (get(frame),), Kind.NUMBER)


def _check(layer: str, steps: Sequence[str], classes: set[type[Packet]]) -> Kind:
    """What kind the values at ``steps`` are. Raises UnknownName for a step that none of ``classes`` has."""
    kind, said = Kind.PACKET, layer
    for step in steps:
        named = {each for each in classes if _is_called(each, step)}
        fields = [field for each in classes for field in fields_of(each) if field.name == step]
        if named:
            classes = named
        elif fields:
            kinds = {kind_of_field(field) for field in fields}
            kind = kinds.pop() if len(kinds) == 1 else Kind.UNKNOWN
            classes = {element for field in fields for element in _elements(field.elements)}
        elif not classes:
            raise UnknownName(f"{said} is {kind.value}, and has no field {step!r}")
        else:
            known = {field.name for each in classes for field in fields_of(each)} | {each.__name__ for each in classes}
            raise UnknownName(f"{said} has no field {step!r}{_near(step, sorted(known))}")
        said += f".{step}"
    return kind


def _elements(elements: Iterable[type[object]]) -> Iterator[type[Packet]]:
    for element in elements:
        if issubclass(element, Packet):
            yield element


def _is_called(packet: type[object], name: str) -> bool:
    """Whether ``name`` is the class or one that it derives from."""
    return any(base.__name__ == name for base in packet.__mro__ if issubclass(base, Packet) and base is not Packet)


def _walk(value: object, steps: Sequence[str], at: int, lists: bool) -> Iterator[object]:
    """What lies behind ``steps[at:]`` in ``value``; nothing where it has no such part."""
    if isinstance(value, tuple) and not (lists and at == len(steps)):
        for each in value:
            yield from _walk(each, steps, at, lists)
    elif at == len(steps):
        if value is not None:
            yield value
    elif isinstance(value, Packet):
        step = steps[at]
        if _is_called(value._spec, step):
            yield from _walk(value, steps, at + 1, lists)
            return
        for field in fields_of(value._spec):
            if field.name == step:
                yield from _walk(getattr(value, step), steps, at + 1, lists)


def _near(name: str, known: Sequence[str]) -> str:
    """What may have been meant, or all that there is."""
    close = get_close_matches(name, known, 3)
    return f"; did you mean {' or '.join(close)}?" if close else f"; there are {', '.join(known)}"
