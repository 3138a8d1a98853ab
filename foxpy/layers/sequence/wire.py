"""The header of ``sequence``."""

from __future__ import annotations

from foxpy.wire import Body, Packet, appender, field, reader, rest, total, u16, u32


class Numbered(Packet):
    """The ``number``-th packet, from 0 on and modulo 2**32, that the sender which calls itself ``epoch`` sent.

    A sender draws its epoch, which is never 0, when it starts, so that one that was restarted is not taken for its
    former self; each time it begins anew it takes the next (``foxpy.layers.epochs``). ``known`` is the epoch that the
    other end was last heard to have, 0 for none: it tells that end whether what it sends is understood. The length is
    there because a layer below may have padded the packet.
    """

    length: u16 = total()
    epoch: u32
    known: u32 = field(default=0)
    number: u32
    body: Body = rest(default=b"")


append_numbered = appender(Numbered)
read_numbered = reader(Numbered.length, Numbered.epoch, Numbered.known, Numbered.number)
