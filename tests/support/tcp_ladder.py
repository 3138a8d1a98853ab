"""A TCP state machine against a scripted peer, written as the ladder diagrams of the RFC are.

``peer.sends(SYN)`` is an arrow to the machine, ``peer.expects(SYN | ACK)`` one from it. Sequence numbers are relative:
the SYN is 0, the first octet of text 1, on both sides. The functions at the end give a ladder in each state, every one
made from the one before it.
"""

from __future__ import annotations

from collections import deque

from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, PSH, SYN, Options, Segment, describe
from foxpy.layers.tcp.sequence import MASK
from tests.support.tcp_machines import End, Simulation

WINDOW = 60000
"""What the scripted peer offers, unless told otherwise."""


class Ladder:
    """The machine is ``end``; the ladder is its peer, and its clock."""

    def __init__(
        self,
        config: TcpConfig | None = None,
        *,
        iss: int = 1_000_000,
        peer_iss: int = 5_000_000,
        limit: int = 1020,
    ) -> None:
        """The default ``limit`` makes segments of 1000 bytes."""
        self.iss = iss
        self.peer_iss = peer_iss
        self.simulation = Simulation()
        self.sent: deque[SendSegment] = deque()
        self.end = End(self.simulation, self.sent.append, config, iss, limit)
        self.seq = 0
        """What the peer sends next."""
        self.window = WINDOW

    # -- arrows

    def sends(
        self,
        flags: int,
        data: bytes = b"",
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        urgent: int = 0,
        options: Options | None = None,
    ) -> None:
        """The peer sends a segment, in sequence and acknowledging everything unless told otherwise."""
        self.gives(self.segment(flags, data, seq=seq, ack=ack, window=window, urgent=urgent, options=options))
        self.settle()

    def gives(self, segment: Segment) -> None:
        """A segment within a batch; ``settle`` ends it."""
        if self.end.state == "CLOSED" and not self.end.deleted:
            self.end.accept(segment)
        else:
            self.end.arrives(segment)

    def settle(self) -> None:
        """The batch ends."""
        self.simulation.advance(0)

    def segment(
        self,
        flags: int,
        data: bytes = b"",
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        urgent: int = 0,
        options: Options | None = None,
    ) -> Segment:
        """What ``sends`` would send."""
        if seq is None:
            seq = self.seq
            self.seq += len(data) + (flags & FIN) + ((flags & SYN) >> 1)
        if ack is None:
            ack = self.end.machine.tcb.snd.nxt - self.iss
        return Segment(
            (self.peer_iss + seq) & MASK,
            (self.iss + ack) & MASK if flags & ACK else 0,
            flags,
            self.window if window is None else window,
            urgent,
            data,
            0,
            len(data),
            options,
        )

    def expects(
        self,
        flags: int,
        data: bytes | None = None,
        *,
        seq: int | None = None,
        ack: int | None = None,
        length: int | None = None,
        window: int | None = None,
        ignore: int = PSH,
    ) -> SendSegment:
        """The machine has sent a segment with ``flags`` (but for those in ``ignore``) and whatever else is given."""
        assert self.sent, f"nothing was sent; expected {describe(flags, seq or 0, ack or 0, window or 0, length or 0)}"
        got = self.sent.popleft()
        told = describe(got.flags, self.relative(got.seq), self.peers(got.ack), got.window, len(got.payload))
        assert got.flags & ~ignore == flags, told
        assert seq is None or self.relative(got.seq) == seq, told
        assert ack is None or self.peers(got.ack) == ack, told
        assert data is None or got.payload == data, told
        assert length is None or len(got.payload) == length, told
        assert window is None or got.window == window, told
        if not flags & SYN and got.options is not None and not got.options.user_timeout:
            assert self.end.machine.tcb.agreed(), "options on a segment without SYN, and none agreed on"
        return got

    def expects_nothing(self) -> None:
        """The machine has sent nothing more."""
        assert not self.sent, ", ".join(map(str, self.sent))

    def relative(self, seq: int) -> int:
        """A sequence number of the machine's, relative to its ISS."""
        return ((seq - self.iss + (1 << 31)) & MASK) - (1 << 31)

    def peers(self, seq: int) -> int:
        """A sequence number of the peer's, relative to its ISS."""
        return ((seq - self.peer_iss + (1 << 31)) & MASK) - (1 << 31)

    # -- time

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.simulation.advance(seconds)

    @property
    def state(self) -> str:
        return self.end.state


def syn_sent(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """CLOSED --open--> SYN-SENT."""
    peer = Ladder(config, **numbers)
    peer.end.open()
    peer.expects(SYN, seq=0)
    assert peer.state == "SYN-SENT"
    return peer


def syn_received(config: TcpConfig | None = None, options: Options | None = None, **numbers: int) -> Ladder:
    """A listener gets a SYN."""
    peer = Ladder(config, **numbers)
    peer.sends(SYN, options=options or Options(mss=1000))
    peer.expects(SYN | ACK, seq=0, ack=1)
    assert peer.state == "SYN-RECEIVED"
    return peer


def established(
    config: TcpConfig | None = None, *, mss: int = 1000, scale: int | None = None, window: int = WINDOW, **numbers: int
) -> Ladder:
    """The machine opened actively, and the peer offers no more options than these."""
    return established_by(Options(mss=mss, window_scale=scale), config, window=window, **numbers)


def established_by(
    options: Options, config: TcpConfig | None = None, *, window: int = WINDOW, **numbers: int
) -> Ladder:
    """The machine opened actively; the peer's SYN,ACK has ``options``."""
    peer = syn_sent(config, **numbers)
    peer.window = window
    peer.sends(SYN | ACK, options=options)
    peer.expects(ACK, seq=1, ack=1)
    peer.expects_nothing()
    assert peer.state == "ESTABLISHED"
    assert peer.end.opened
    return peer


def fin_wait_1(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """ESTABLISHED --close--> FIN-WAIT-1."""
    peer = established(config, **numbers)
    peer.end.half_close()
    peer.expects(FIN | ACK, seq=1, ack=1)
    assert peer.state == "FIN-WAIT-1"
    return peer


def fin_wait_2(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """FIN-WAIT-1 --ACK of FIN--> FIN-WAIT-2."""
    peer = fin_wait_1(config, **numbers)
    peer.sends(ACK)
    peer.expects_nothing()
    assert peer.state == "FIN-WAIT-2"
    return peer


def closing(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """FIN-WAIT-1 --FIN--> CLOSING: both closed at once."""
    peer = fin_wait_1(config, **numbers)
    peer.sends(FIN | ACK, ack=1)
    peer.expects(ACK, seq=2, ack=2)
    assert peer.state == "CLOSING"
    return peer


def time_wait(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """FIN-WAIT-2 --FIN--> TIME-WAIT."""
    peer = fin_wait_2(config, **numbers)
    peer.sends(FIN | ACK)
    peer.expects(ACK, seq=2, ack=2)
    assert peer.state == "TIME-WAIT"
    return peer


def close_wait(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """ESTABLISHED --FIN--> CLOSE-WAIT."""
    peer = established(config, **numbers)
    peer.sends(FIN | ACK)
    peer.expects(ACK, seq=1, ack=2)
    assert peer.state == "CLOSE-WAIT"
    assert peer.end.peer_closed
    return peer


def last_ack(config: TcpConfig | None = None, **numbers: int) -> Ladder:
    """CLOSE-WAIT --close--> LAST-ACK."""
    peer = close_wait(config, **numbers)
    peer.end.half_close()
    peer.expects(FIN | ACK, seq=1, ack=2)
    assert peer.state == "LAST-ACK"
    return peer
