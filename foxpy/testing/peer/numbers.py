"""Between arrows, whose numbers are relative, and segments on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from foxpy.layers.tcp.segment import ACK, SYN
from foxpy.layers.tcp.sequence import MASK, unwrap
from foxpy.layers.tcp.wire import (
    TCP,
    MaximumSegmentSize,
    NoOperation,
    Sack,
    SackBlock,
    WindowScale,
    append_tcp,
    fill_tcp,
    tcp_options,
)
from foxpy.testing.peer.arrow import Arrow, Blocks, Option
from foxpy.testing.peer.ends import PORT


class Numbers:
    """The real numbers of what a script calls 0 on either side."""

    def __init__(self, iss: int) -> None:
        self.ours = iss
        self.theirs: int | None = None
        """Of the TCP under test: known once its SYN has come."""

    @property
    def _base(self) -> int:
        return self.theirs or 0

    def arrow(self, segment: bytes, at: float, seq: int, ack: int) -> Arrow:
        """``segment``, which came at ``at``; ``seq`` and ``ack`` are near its numbers. Raises PacketError."""
        packet = TCP.parse(segment)
        if self.theirs is None and packet.flags & SYN:
            self.theirs = packet.seq
        options = tuple(packet.options)
        return Arrow(
            at=at,
            flags=packet.flags,
            seq=unwrap(packet.seq - self._base, seq),
            ack=unwrap(packet.ack - self.ours, ack) if packet.flags & ACK else 0,
            window=packet.window,
            urgent=packet.urgent,
            options=options,
            data=bytes(packet.body),
            sack=_blocks(options, self.ours, ack),
        )

    def segment(self, arrow: Arrow, port: int, pseudo: int | None, area: bytes | None = None) -> bytes:
        """``arrow`` from ``port`` as bytes, with ``area`` in place of its options where given.

        ``pseudo`` is the sum of the pseudo-header without its length; None for no good checksum.
        """
        base = self._base if arrow.flags & ACK else 0
        writer = bytearray()
        append_tcp(
            writer,
            len(arrow.data),
            sport=port,
            dport=PORT,
            seq=(self.ours + arrow.seq) & MASK,
            ack=(base + arrow.ack) & MASK,
            flags=arrow.flags,
            window=arrow.window,
            urgent=arrow.urgent,
            options=tcp_options.build(list(arrow.options)) if area is None else area,
        )
        if pseudo is not None:
            fill_tcp(writer, 0, arrow.data, pseudo + len(writer) + len(arrow.data) if pseudo else 0)
        return bytes(writer) + arrow.data

    def quoted(self, seq: int, port: int) -> bytes:
        """The beginning of a segment of number ``seq`` to ``port``, as an ICMP error quotes it."""
        return (PORT << 16 | port).to_bytes(4, "big") + ((self._base + seq) & MASK).to_bytes(4, "big")

    def options(
        self, mss: int | None, scale: int | None, sack: Iterable[tuple[int, int]], others: Iterable[Option]
    ) -> tuple[Option, ...]:
        """Those of a segment that is sent, aligned as senders do."""
        found: list[Option] = []
        if mss is not None:
            found.append(MaximumSegmentSize(size=mss))
        if scale is not None:
            found += [NoOperation(), WindowScale(shift=scale)]
        base = self._base
        blocks = [SackBlock(left=(base + left) & MASK, right=(base + right) & MASK) for left, right in sack]
        if blocks:
            found += [NoOperation(), NoOperation(), Sack(blocks=blocks)]
        return (*found, *others)

    def sacked(self, options: tuple[Option, ...], near: int) -> Blocks:
        """The blocks among ``options`` that are sent, relative."""
        return _blocks(options, self._base, near)


def _blocks(options: tuple[Option, ...], base: int, near: int) -> Blocks:
    return tuple(
        (unwrap(block.left - base, near), unwrap(block.right - base, near))
        for option in options
        if isinstance(option, Sack)
        for block in option.blocks
    )
