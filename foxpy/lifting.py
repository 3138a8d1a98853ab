"""Events on their way up through a layer with a header."""

from __future__ import annotations

import attrs

from foxpy.status import Report, Sendable, Status


def lifted(event: Status, header: int) -> Status:
    """``event`` from below as the layer above a header of ``header`` bytes has to hear it."""
    if isinstance(event, Sendable):
        return Sendable(max(event.room - header, 0))
    if isinstance(event, Report):
        return attrs.evolve(event, quoted=event.quoted[header:])
    return event
