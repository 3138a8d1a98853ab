"""BGP-4 (RFC 4271): the messages that lie whole in a segment."""

from __future__ import annotations

from typing import Final

from foxpy.decode.protocol import protocol
from foxpy.layers.bgp.wire import Header
from foxpy.layers.bgp.wire import bgp as classifier
from foxpy.wire import PacketError, reader

_read_header: Final = reader(Header.length)


def _framing(frame: bytes, start: int, end: int) -> int | None:
    """A message begins with a marker that nothing else is likely to have, which reading checks (section 4.1)."""
    try:
        (length,) = _read_header(frame, start, end)
    except PacketError:
        return None
    return start + length if Header.MIN <= length <= end - start else None


bgp = protocol("bgp", classifier, framing=_framing)
