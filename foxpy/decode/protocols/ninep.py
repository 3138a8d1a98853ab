"""9P2000: the messages that lie whole in a segment."""

from __future__ import annotations

from typing import Final

from foxpy.decode.protocol import protocol
from foxpy.layers.ninep.wire import Message, message
from foxpy.wire import PacketError, reader

TYPES: Final = range(100, 128)
"""Of messages (intro(5))."""

_read_header: Final = reader(Message.size, Message.type)


def _framing(frame: bytes, start: int, end: int) -> int | None:
    """Nothing marks a beginning: a size and a type that make sense are taken for one."""
    try:
        size, kind = _read_header(frame, start, end)
    except PacketError:
        return None
    return start + size if kind in TYPES and Message.MIN <= size <= end - start else None


ninep = protocol("ninep", message, title="9P", framing=_framing)
