"""The headers of all the packets that one is cut into: the same but for a few words, and so are their checksums."""

from __future__ import annotations

from typing import Final

from foxpy.checksum import fold, ones_sum
from foxpy.layers.ipv4.wire import CHECKSUM as IPV4_CHECKSUM
from foxpy.layers.ipv4.wire import IDENT as IPV4_IDENT
from foxpy.layers.ipv4.wire import LENGTH as IPV4_LENGTH
from foxpy.layers.tcp.wire import CONTROL, CWR, FIN, PSH, SEQ
from foxpy.layers.udp.wire import LENGTH as UDP_LENGTH
from foxpy.message import Writer
from foxpy.offload import Kind, Offload
from foxpy.wire.copies import copy_of, finished, put

NOWHERE: Final = -1


class Series:
    """Makes one header after the other, each from a copy of the first with the changing words at 0."""

    __slots__ = (
        "_check_at",
        "_control",
        "_first",
        "_header",
        "_ident",
        "_network",
        "_network_size",
        "_network_sum",
        "_pseudo",
        "_seq",
        "_sum",
        "_tcp",
        "_transport",
    )

    def __init__(self, headers: Writer, task: Offload, pseudo: int) -> None:
        """``headers`` are those of the whole packet, with 0 for a transport checksum; ``pseudo`` is the sum of the
        pseudo-header but for the length, 0 where there is none."""
        first = bytes(headers)
        transport = len(first) - task.header
        self._transport = transport
        self._header = task.header
        self._pseudo = pseudo
        self._check_at = transport + task.checksum if task.checksum >= 0 else NOWHERE
        draft = copy_of(first)
        self._network = NOWHERE
        self._network_size = task.network
        self._ident = 0
        if task.version == 4:
            self._network = at = transport - task.network
            self._ident = _word(first, at + IPV4_IDENT)
            put(draft, at + IPV4_LENGTH, 0)
            put(draft, at + IPV4_IDENT, 0)
            put(draft, at + IPV4_CHECKSUM, 0)
        self._tcp = task.kind is Kind.TCP
        self._seq = self._control = 0
        if self._tcp:
            self._seq = _word(first, transport + SEQ) << 16 | _word(first, transport + SEQ + 2)
            self._control = _word(first, transport + CONTROL)
            put(draft, transport + SEQ, 0)
            put(draft, transport + SEQ + 2, 0)
            put(draft, transport + CONTROL, 0)
        else:
            put(draft, transport + UDP_LENGTH, 0)
        self._first = bytes(finished(draft))
        self._network_sum = ones_sum(self._first, transport - task.network, transport)
        self._sum = ones_sum(self._first, transport, len(first)) + pseudo

    def headers(self, number: int, at: int, size: int, last: bool, text_sum: int) -> Writer:
        """Those of packet ``number``, whose ``size`` bytes of payload, from ``at`` on, have the sum ``text_sum``.

        IPv4 identifications count up. TCP's PSH and FIN are the last one's, its CWR is the first one's (RFC 3168,
        section 6.1.2).
        """
        draft = copy_of(self._first)
        size += self._header
        network = self._network
        if network != NOWHERE:
            length = self._network_size + size
            ident = (self._ident + number) & 0xFFFF
            put(draft, network + IPV4_LENGTH, length)
            put(draft, network + IPV4_IDENT, ident)
            put(draft, network + IPV4_CHECKSUM, 0xFFFF - fold(self._network_sum + length + ident))
        transport = self._transport
        total = self._sum + text_sum
        if self._pseudo:
            total += size
        if self._tcp:
            high = (self._seq + at) >> 16 & 0xFFFF
            low = (self._seq + at) & 0xFFFF
            control = self._control
            if not last:
                control &= ~(PSH | FIN)
            if at:
                control &= ~CWR
            put(draft, transport + SEQ, high)
            put(draft, transport + SEQ + 2, low)
            put(draft, transport + CONTROL, control)
            total += high + low + control
        else:
            put(draft, transport + UDP_LENGTH, size)
            total += size
        if self._check_at != NOWHERE:
            check = 0xFFFF - fold(total)
            if not check and not self._tcp:
                check = 0xFFFF  # the same, and 0 says "none" in UDP (RFC 768)
            put(draft, self._check_at, check)
        return finished(draft)


def _word(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]
