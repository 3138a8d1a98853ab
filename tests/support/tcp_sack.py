"""A scripted peer that has SACK, and a flight of segments towards it."""

from __future__ import annotations

import attrs
import pytest

from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, SYN, Options
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.tcb import Tcb
from tests.support.tcp_ladder import syn_sent

TRIP = 0.1
"""The round trip that was measured before the flight."""
FIRST = 1001
"""Where the flight begins. Segments have 1000 bytes: number 0 begins here, number 1 at 2001."""


class Flight:
    """``segments`` of 1000 bytes are in flight to a peer with SACK, all sent at once, TRIP ago by default."""

    def __init__(
        self,
        segments: int = 10,
        config: TcpConfig | None = None,
        *,
        timestamps: bool = False,
        waiting: int = 0,
        age: float = TRIP,
        permitted: bool = True,
        window: int | None = None,
        **numbers: int,
    ) -> None:
        """``waiting``: bytes that wait in the send buffer behind the flight."""
        config = attrs.evolve(config or TcpConfig(), congestion_control="newreno", timestamps=timestamps)
        options = Options(mss=1000, sack_permitted=permitted, tsval=1 if timestamps else None)
        self.peer = peer = syn_sent(config, **numbers)
        if window is not None:
            peer.window = window
        peer.advance(TRIP)
        peer.sends(SYN | ACK, options=options)
        peer.expects(ACK, seq=1, ack=1)
        self.stamped = timestamps
        self.size = peer.end.machine.tcb.snd.mss
        peer.end.send(bytes(self.size))
        peer.expects(ACK)
        peer.advance(TRIP)
        self.first = 1 + self.size
        self.acks(0)
        assert self.tcb.rtt.srtt == pytest.approx(TRIP, rel=0.02)
        self.began = peer.simulation.now
        peer.end.send(bytes(self.size * segments + waiting))
        assert len(peer.sent) == segments
        peer.sent.clear()
        if age:
            peer.advance(age)

    @property
    def tcb(self) -> Tcb:
        return self.peer.end.machine.tcb

    @property
    def cwnd(self) -> int:
        return self.tcb.congestion.window

    def seq(self, number: int) -> int:
        """Where segment ``number`` of the flight begins."""
        return self.first + self.size * number

    def acks(
        self, number: int, *blocks: tuple[int, int], echo: float | None = None, dsack: tuple[int, int] | None = None
    ) -> None:
        """All before segment ``number`` has arrived, and of ``blocks`` those from the first number up to the second.

        ``dsack``, in such numbers, goes first. ``echo``: when the segment was sent whose timestamp comes back.
        """
        peer = self.peer
        told = [(self.seq(left), self.seq(right)) for left, right in ([dsack] if dsack else []) + list(blocks)]
        self.sends(self.seq(number), told, echo)
        peer.settle()

    def sends(self, ack: int, blocks: list[tuple[int, int]], echo: float | None = None) -> None:
        """An acknowledgement with ``blocks`` of relative sequence numbers."""
        peer = self.peer
        iss = peer.iss
        options = Options(sack=tuple(((left + iss) & MASK, (right + iss) & MASK) for left, right in blocks))
        if self.stamped:
            now = peer.simulation.now
            options.tsval = 1 + int(now * 1000)
            options.tsecr = int((now - TRIP if echo is None else echo) * 1000)
        peer.sends(ACK, ack=ack, options=options)

    def expects(self, *numbers: int) -> list[SendSegment]:
        """These segments, and nothing else, have been sent."""
        peer = self.peer
        found = list(peer.sent)
        peer.sent.clear()
        assert [(peer.relative(each.seq) - self.first) / self.size for each in found] == list(numbers)
        return found

    def advance(self, seconds: float) -> None:
        self.peer.advance(seconds)

    def count(self, counter: str) -> int:
        """A counter of the TCP's."""
        found = self.peer.end.counters.read()[counter]
        assert isinstance(found, int)
        return found
