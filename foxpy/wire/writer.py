"""Pushing a header in front of its body, without a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from foxpy.wire.appender import check_header, spec_of
from foxpy.wire.building import put_source
from foxpy.wire.deferred import deferred
from foxpy.wire.out import Out
from foxpy.wire.packet import Packet
from foxpy.wire.recording import recordable

P = ParamSpec("P")


@recordable
def writer(packet: Callable[P, Packet], /) -> Callable[Concatenate[Out, P], int]:
    """A function ``put(out, *, ...)`` that pushes the header of ``packet`` and gives the header's size in bytes.

    All that is in ``out`` is the packet's body (behind the ``rest`` field, if one is given). Lengths and checksums are
    filled in. Raises OutOfRange.
    """
    spec = spec_of(packet)
    check_header(spec._layout, "a writer")
    put = deferred("_put", lambda: put_source(spec._layout, spec._program.tests))
    return cast("Callable[Concatenate[Out, P], int]", put)
