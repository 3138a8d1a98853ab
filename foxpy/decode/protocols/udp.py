"""UDP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foxpy.decode.layer import Layer
from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.decode.protocols.transport import pseudo_header
from foxpy.layers.udp.wire import UDP, read_udp
from foxpy.wire import PacketError

NUMBER: Final = 17
"""The IP protocol (IANA)."""


def _arguments(below: Sequence[Layer], frame: bytes, start: int, end: int) -> dict[str, object]:
    try:
        _, _, length, _ = read_udp(frame, start, end)
    except PacketError:
        return {}
    return pseudo_header(below, NUMBER, length)


def _inside(header: UDP) -> Inside:
    # The server's port is mostly the lower one
    return Inside(Table.UDP, tuple(sorted((header.sport, header.dport))), header.body)


def _words(header: UDP, here: Here) -> str:
    ends = here.ends(header.sport, header.dport)
    return f"{ends}: UDP, length {len(header.body)}" if here.next is None else f"{ends}: {here.inner()}"


udp = protocol("udp", UDP, inside=_inside, words=_words, arguments=_arguments, ported=True)
