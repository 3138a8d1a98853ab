"""The header of ``fragment``."""

from __future__ import annotations

from foxpy.wire import Body, Packet, appender, reader, rest, total, u16, u32


class Fragment(Packet):
    """The bytes from ``offset`` on of a message of ``size`` bytes; one that fits into a packet is its only fragment.

    ``length`` is that of this packet, which a layer below may have padded.
    """

    length: u16 = total()
    message: u32
    size: u32
    offset: u32
    body: Body = rest(default=b"")


append_fragment = appender(Fragment)
read_fragment = reader(Fragment.length, Fragment.message, Fragment.size, Fragment.offset)
