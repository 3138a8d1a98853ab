"""What can go wrong on a path, as numbers; and how people write it: ``loss=0.02,delay=20ms,rate=10mbit``."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, cast

import attrs

Direction: TypeAlias = Literal["both", "up", "down"]
"""Which way faults happen: to what is sent (down), to what arrives (up), or both."""

_DIRECTIONS: Final = ("both", "up", "down")
_FORM: Final = "write faults like loss=0.02,delay=20ms,rate=10mbit"


def _probability(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{attribute.name}: {value:g} is not a probability; write 0 to 1, like 0.02, or 2%")


def _duration(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0.0 <= value < 3600.0:
        raise ValueError(f"{attribute.name}: {value:g} s is not between 0 and an hour; write it like 20ms or 1.5s")


def _rate(instance: object, attribute: attrs.Attribute[float | None], value: float | None) -> None:
    if value is not None and not 0.0 < value < float("inf"):
        raise ValueError(f"rate: {value:g} bit/s carries nothing; write it like 10mbit, or leave it out for no limit")


def _queue(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name}: {value} holds nothing; write packets like 100, or bytes like 64kB")


def _direction(instance: object, attribute: attrs.Attribute[Direction], value: str) -> None:
    if value not in _DIRECTIONS:
        raise ValueError(f"direction: {value!r} is none; write both, up or down")


@attrs.frozen(kw_only=True)
class FaultConfig:
    """The faults of a path. They happen to a packet in the order of the fields. Raises ValueError where one is absurd.

    Probabilities are for each packet, and independent of each other.
    """

    loss: float = attrs.field(default=0.0, validator=_probability)
    """The packet is gone."""
    corrupt: float = attrs.field(default=0.0, validator=_probability)
    """One bit of it is flipped."""
    duplicate: float = attrs.field(default=0.0, validator=_probability)
    """It comes twice."""
    reorder: float = attrs.field(default=0.0, validator=_probability)
    """It is held back until one to three later packets have passed, or for 100 ms where none comes."""
    rate: float | None = attrs.field(default=None, validator=_rate)
    """Bits a second, of the bytes that pass here; packets wait for each other. None: no limit."""
    queue: int = attrs.field(default=1000, validator=_queue)
    """Packets that may wait for the rate; what comes when so many do is dropped."""
    queue_bytes: int | None = attrs.field(default=None, validator=attrs.validators.optional(_queue))
    """Bytes that may wait for the rate, in place of packets."""
    delay: float = attrs.field(default=0.0, validator=_duration)
    """Seconds until the packet is at the other end. Keeps the order."""
    jitter: float = attrs.field(default=0.0, validator=_duration)
    """Seconds that the delay varies by, to either side and evenly. Does not keep the order."""
    seed: int | None = None
    """Decides all of it; by default the stack's own seed does."""
    direction: Direction = attrs.field(default="both", validator=_direction)

    @classmethod
    def parse(cls, text: str) -> FaultConfig:
        """Read ``loss=2%,delay=20ms,rate=10mbit,queue=64kB``. Raises ValueError: name, value and remedy."""
        values: dict[str, object] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, given, value = (piece.strip() for piece in part.partition("="))
            read = _READERS.get(name)
            if read is None:
                raise ValueError(f"{name}: there is no such fault; there are {', '.join(_READERS)}")
            if not given or not value:
                raise ValueError(f"{name}: the value is missing; {_FORM}")
            if name in values or (name == "queue" and "queue_bytes" in values):
                raise ValueError(f"{name}: is given twice")
            field, number = read(name, value)
            values[field] = number
        return cls(**values)  # type: ignore[arg-type]  # each reader gives its field's type


def _measure(name: str, value: str, units: dict[str, float], example: str) -> float:
    """A number and a unit; a bare 0 needs none."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-zA-Z%/]*)", value)
    if match is not None:
        number, unit = float(match[1]), match[2].lower()
        if unit in units:
            return number * units[unit]
        if not unit and number == 0.0:
            return 0.0
    known = ", ".join(unit for unit in units if unit)
    raise ValueError(f"{name}: {value!r} cannot be read; write it like {example} (units: {known})")


def _read_probability(name: str, value: str) -> tuple[str, object]:
    return name, _measure(name, value, {"": 1.0, "%": 0.01}, "0.02 or 2%")


def _read_duration(name: str, value: str) -> tuple[str, object]:
    return name, _measure(name, value, {"us": 1e-6, "ms": 1e-3, "s": 1.0}, "20ms")


def _read_rate(name: str, value: str) -> tuple[str, object]:
    units = {"bit": 1.0, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}
    return name, _measure(name, value.removesuffix("/s"), units, "10mbit")


def _read_queue(name: str, value: str) -> tuple[str, object]:
    if value.isdecimal():
        return "queue", int(value)
    units = {"b": 1.0, "kb": 1e3, "mb": 1e6, "kib": 1024.0, "mib": 1048576.0}
    return "queue_bytes", int(_measure(name, value, units, "100 (packets) or 64kB"))


def _read_seed(name: str, value: str) -> tuple[str, object]:
    if not value.removeprefix("-").isdecimal():
        raise ValueError(f"seed: {value!r} is not a whole number; write it like 7")
    return name, int(value)


def _read_direction(name: str, value: str) -> tuple[str, object]:
    return name, cast(Direction, value)


_READERS: Final = {
    "loss": _read_probability,
    "corrupt": _read_probability,
    "duplicate": _read_probability,
    "reorder": _read_probability,
    "rate": _read_rate,
    "queue": _read_queue,
    "delay": _read_duration,
    "jitter": _read_duration,
    "seed": _read_seed,
    "direction": _read_direction,
}
