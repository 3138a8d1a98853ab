"""The fields of packet classes, for what treats all packets alike."""

from __future__ import annotations

from typing import Final

from foxpy.decode.protocol import Parses
from foxpy.wire import Packet
from foxpy.wire.encodings import Argument
from foxpy.wire.fields import AnyField

_FIELDS: Final[dict[type[Packet], tuple[AnyField, ...]]] = {}


def fields_of(packet: type[Packet]) -> tuple[AnyField, ...]:
    """The fields of ``packet`` that are on the wire, in its order."""
    found = _FIELDS.get(packet)
    if found is None:
        every = packet._layout.fields.values()
        found = _FIELDS[packet] = tuple(field for field in every if not isinstance(field.encoding, Argument))
    return found


def packets_of(reads: Parses[Packet]) -> tuple[type[Packet], ...]:
    """The packet classes that ``reads`` may give."""
    members: tuple[type[Packet], ...] | None = getattr(reads, "members", None)
    if members is not None:
        return members
    assert isinstance(reads, type)
    assert issubclass(reads, Packet)
    return (reads,)
