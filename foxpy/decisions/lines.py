"""One event as one line of JSON, and back: strictly, as a log may come from anywhere.

The fields of a line are those of the event's class, under the same names and in the same order, after ``t``,
``connection`` and ``event``; an enum's member stands as its value. What is read is exactly what was written: a field
missing, unknown, of another type or out of its range is a LogError.
"""

from __future__ import annotations

import enum
import json
import types
import typing
from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeAlias

import attrs

from foxpy.layers.tcp.events import KINDS, Ranges, TcpEvent

LONGEST: Final = 2048
"""Bytes of a line, its end counted; what is written is far below."""
LARGEST: Final = 1 << 62
"""Numbers are below this, either way; none that TCP has comes near it."""
LONGEST_TEXT: Final = 200
MOST_RANGES: Final = 4
"""SACK blocks that an option has room for ([2018] section 3)."""

Value: TypeAlias = int | float | str | bool | enum.Enum | Ranges | None
Read: TypeAlias = Callable[[object], Value]


class LogError(ValueError):
    """A log that cannot be read: says in which line, from 1 on, and in which of its fields."""

    def __init__(self, line: int, field: str, problem: str) -> None:
        super().__init__(f"line {line}, {field}: {problem}")
        self.line = line
        self.field = field


def encode(event: TcpEvent) -> str:
    """``event`` as a line, without its end."""
    values: dict[str, object] = {"t": event.time, "connection": event.connection, "event": event.name}
    for field in _FIELDS[type(event)]:
        value = getattr(event, field)
        values[field] = value.value if isinstance(value, enum.Enum) else value
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def decode(line: bytes, number: int) -> TcpEvent:
    """The event in ``line``, the ``number``-th of its log. Raises LogError."""
    values = parse(line, number)
    time = _take(values, "t", _real, number)
    connection = _take(values, "connection", _text, number)
    name = _take(values, "event", _text, number)
    kind = _KINDS.get(str(name))
    if kind is None:
        raise LogError(number, "event", f"there is no event {name!r}")
    fields = {field: _take(values, field, read, number) for field, read in _FIELDS[kind].items()}
    nothing_more(values, number)
    return kind(time=time, connection=connection, **fields)  # type: ignore[arg-type]  # each has its field's type


def parse(line: bytes, number: int) -> dict[str, object]:
    """The JSON object in ``line``: its values by their names. Raises LogError."""
    try:
        found = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        problem = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise LogError(number, "the line", f"not a JSON object: {problem}") from None
    if not isinstance(found, dict):
        raise LogError(number, "the line", f"not a JSON object but {type(found).__name__}")
    return found


def nothing_more(values: Mapping[str, object], number: int) -> None:
    """All that a line may have was taken out of ``values``. Raises LogError where anything is left."""
    for left in values:
        raise LogError(number, _shown(left), "there is no such field in this event")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands in it twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _take(values: dict[str, object], field: str, read: Read, number: int) -> Value:
    try:
        value = values.pop(field)
    except KeyError:
        raise LogError(number, field, "it is missing") from None
    try:
        return read(value)
    except ValueError as error:
        raise LogError(number, field, str(error)) from None


# -- types of fields


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{_shown(value)} is not a whole number")
    if abs(value) >= LARGEST:
        raise ValueError(f"{_shown(value)} is out of range")
    return value


def _real(value: object) -> float:
    if not isinstance(value, float):
        raise ValueError(f"{_shown(value)} is not a number with a decimal point")
    if not abs(value) < LARGEST:
        raise ValueError(f"{_shown(value)} is out of range")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not a string")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"it has {len(value)} characters, more than {LONGEST_TEXT}")
    if not value.isprintable():
        raise ValueError(f"{_shown(value)} has characters that cannot be printed")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_shown(value)} is neither true nor false")
    return value


def _ranges(value: object) -> Ranges:
    if not isinstance(value, list) or len(value) > MOST_RANGES:
        raise ValueError(f"{_shown(value)} is not a list of at most {MOST_RANGES} pairs")
    found = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError(f"{_shown(pair)} is not a pair")
        found.append((_whole(pair[0]), _whole(pair[1])))
    return tuple(found)


def _member(kind: type[enum.Enum]) -> Read:
    by_value = {str(each.value): each for each in kind}

    def read(value: object) -> enum.Enum:
        member = by_value.get(value) if isinstance(value, str) else None
        if member is None:
            raise ValueError(f"{_shown(value)} is none of {', '.join(by_value)}")
        return member

    return read


def _or_null(read: Read) -> Read:
    def either(value: object) -> Value:
        return None if value is None else read(value)

    return either


_READ: Final[Mapping[object, Read]] = {int: _whole, float: _real, str: _text, bool: _truth, Ranges: _ranges}


def _reader(hint: object) -> Read:
    """What reads a field of the type ``hint``."""
    if isinstance(hint, types.UnionType):
        (inner,) = (each for each in typing.get_args(hint) if each is not type(None))
        return _or_null(_reader(inner))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _member(hint)
    return _READ[hint]


def _readers(kind: type[TcpEvent]) -> dict[str, Read]:
    hints = typing.get_type_hints(kind)
    return {
        field.name: _reader(hints[field.name])
        for field in attrs.fields(kind)
        if field.name not in ("time", "connection")
    }


_FIELDS: Final = {kind: _readers(kind) for kind in KINDS}
_KINDS: Final = {kind.name: kind for kind in KINDS}
