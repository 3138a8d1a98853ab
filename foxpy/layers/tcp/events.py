"""What a connection decides, as values: one class for each kind of decision.

An observer is told of them: that of the host (``Runtime.observer``), for every connection that begins while it is
there, or one for a single connection (``Observe``). ``foxpy.decisions`` writes them to a file and reads them back;
docs/decisions.md has them as a table.

Sequence numbers are relative to the initial ones, as in ``query``: the SYN is 0, the first byte 1. Sizes are in bytes,
times in seconds.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import ClassVar, TypeAlias

import attrs

from foxpy.layers.tcp.actions import Timer
from foxpy.layers.tcp.states import Why
from foxpy.layers.tcp.table import Event


class Cause(enum.Enum):
    """Why a segment was sent."""

    OPENING = "opening"
    """Our SYN, or SYN,ACK, for the first time."""
    NEW = "new"
    """Text, or the FIN, for the first time."""
    RESENT = "resent"
    """It was sent before; the event's ``rule`` says what it counted as lost by."""
    WINDOW_PROBE = "window probe"
    """The peer's window is closed: is it still?"""
    TAIL_PROBE = "tail probe"
    """[8985] section 7: nothing was heard for two round trips: new text, or the last segment again."""
    ACKNOWLEDGEMENT = "acknowledgement"
    DELAYED = "delayed acknowledgement"
    """The delay ran out with nothing to ride on."""
    WINDOW_UPDATE = "window update"
    """The application consumed what it held."""
    CHALLENGE = "challenge"
    """[5961]: did the peer mean what came?"""
    KEEPALIVE = "keep-alive"
    RESET = "reset"


class Rule(enum.Enum):
    """By which rule a segment counts as lost."""

    DUPLICATES = "duplicate ACKs"
    """[5681] section 3.2, [6582]: the third duplicate ACK."""
    PARTIAL = "partial ACK"
    """[6582] section 3.2: in recovery, an acknowledgement of less than all that was in flight when it began."""
    RACK = "RACK"
    """[8985]: something arrived that was sent after it, and it is later than that by more than reordering explains."""
    SACK = "SACK"
    """[6675] section 4: three segments behind it arrived."""
    PROBE = "tail loss probe"
    """[8985] section 7.4.2: a probe has repaired it."""
    TIMEOUT = "timeout"
    """[6298]: the retransmission timer went off."""
    SYN_AGAIN = "SYN again"
    """The peer sent its SYN once more, so that our SYN,ACK did not arrive."""
    CLOSED_WINDOW = "closed window"
    """It was sent into a closed window, which has opened."""
    EARLY = "early"
    """[7413]: it came with our SYN, and the peer acknowledged the SYN alone."""
    PATH = "path"
    """It is larger than what the path carries now."""


class Change(enum.Enum):
    """What becomes of a recovery from loss."""

    ENTERED = "entered"
    LEFT = "left"
    """All that was in flight when it began is acknowledged."""
    UNDONE = "undone"
    """Nothing had been lost ([5682], [3522], [2883]): the windows are what they were."""


class Purpose(enum.Enum):
    """What the retransmission timer was set for ([8985] section 8)."""

    TIMEOUT = "timeout"
    """The RTO, or what else waits for it: zero-window probes, the override timeout."""
    TAIL_PROBE = "tail probe"
    REORDERING = "reordering"
    """What has not come by then is not late, but lost."""


class Limit(enum.Enum):
    """What keeps the next byte from being sent now."""

    APPLICATION = "application"
    """There is none: all that the application gave is sent."""
    SEND_BUFFER = "send buffer"
    """The application has more, and finds the send buffer full of what is not acknowledged."""
    PEER = "peer's window"
    CONGESTION = "congestion window"
    PACING = "pacing"
    """The windows have room; congestion control asks for a rate."""
    NAGLE = "Nagle"
    """It makes a short segment, and an earlier one is in flight."""
    REPAIR = "repair"
    """What was lost goes first."""


class Side(enum.Enum):
    """Whose receive window."""

    OURS = "ours"
    THEIRS = "theirs"


Ranges: TypeAlias = tuple[tuple[int, int], ...]


@attrs.frozen(kw_only=True)
class TcpEvent:
    """One decision of one connection."""

    name: ClassVar[str]
    """What it is called in a log."""

    time: float
    """Of the host's clock, virtual or real."""
    connection: str
    """As ``str(TcpConnection)``; of what belongs to no connection, the hosts alone."""


@attrs.frozen(kw_only=True)
class Began(TcpEvent):
    """Someone observes from now on: how the connection stands, and what it is set to."""

    name = "began"

    state: str
    snd_nxt: int
    rcv_nxt: int
    algorithm: str
    """Of congestion control."""
    send_buffer: int
    receive_buffer: int
    nagle: bool
    ack_delay: float
    min_rto: float


@attrs.frozen(kw_only=True)
class StateChanged(TcpEvent):
    """The state, as RFC 9293 names it."""

    name = "state"

    source: str
    target: str
    by: Event
    why: Why | None
    """Of CLOSED alone."""


@attrs.frozen(kw_only=True)
class Agreed(TcpEvent):
    """The handshake is complete: what the two sides agreed on."""

    name = "agreed"

    options: str
    """What both sides offered: timestamps, SACK, window scaling."""
    mss: int
    """The effective send MSS."""
    send_shift: int
    """The scale of the peer's window."""
    receive_shift: int
    receive_buffer: int


@attrs.frozen(kw_only=True)
class Given(TcpEvent):
    """The application gave bytes to be sent."""

    name = "given"

    length: int
    unsent: int
    """In the send buffer with it, in no segment yet."""
    room: int
    """What the send buffer still takes."""


@attrs.frozen(kw_only=True)
class Sent(TcpEvent):
    """A segment was sent. Of one that is cut up below, the whole."""

    name = "sent"

    seq: int
    length: int
    """Text alone."""
    flags: str
    ack: int
    """0 where the segment has no ACK."""
    window: int
    """What it offers, scaled."""
    cause: Cause
    rule: Rule | None
    """Of one that is sent again."""


@attrs.frozen(kw_only=True)
class Acked(TcpEvent):
    """An acknowledgement was taken in that told something; from ``srtt`` on all is as it is afterwards."""

    name = "acked"

    ack: int
    length: int
    """What it acknowledges anew, SYN and FIN counted; 0 for a duplicate."""
    duplicates: int
    """Duplicate ACKs in a row, this one counted ([5681] section 2)."""
    sacked: Ranges
    """The SACK blocks with it: first numbers, and those after the last."""
    rtt: float | None
    """The round trip that it measured."""
    srtt: float
    """0 before the first measurement, as ``rttvar``."""
    rttvar: float
    rto: float
    cwnd: int
    ssthresh: int | None
    """None before the first loss."""
    flight: int
    """Sent and neither acknowledged, SACKed nor lost: [6675]'s pipe."""
    rwnd: int
    """The peer's window."""


@attrs.frozen(kw_only=True)
class Lost(TcpEvent):
    """What counts as lost from now on."""

    name = "lost"

    rule: Rule
    seq: int
    end: int
    """The number after its last."""


@attrs.frozen(kw_only=True)
class RecoveryChanged(TcpEvent):
    """Recovery from a loss begins or ends."""

    name = "recovery"

    change: Change
    rule: Rule
    """What it began by."""
    point: int
    """It ends when this is acknowledged."""
    cwnd: int
    ssthresh: int | None


@attrs.frozen(kw_only=True)
class TimerSet(TcpEvent):
    """A timer was started, or started anew."""

    name = "timer set"

    timer: Timer
    purpose: Purpose | None
    """Of the retransmission timer alone."""
    delay: float


@attrs.frozen(kw_only=True)
class TimerStopped(TcpEvent):
    """A timer was stopped."""

    name = "timer stopped"

    timer: Timer


@attrs.frozen(kw_only=True)
class TimerFired(TcpEvent):
    """A timer went off."""

    name = "timer fired"

    timer: Timer
    purpose: Purpose | None
    in_vain: bool
    """What it was for had happened; to stop it would have cost more."""


@attrs.frozen(kw_only=True)
class WindowChanged(TcpEvent):
    """A receive window changed: what we offered last, or what the peer did."""

    name = "window"

    side: Side
    before: int
    after: int


@attrs.frozen(kw_only=True)
class CongestionChanged(TcpEvent):
    """The congestion window, its threshold or the rate changed."""

    name = "congestion"

    before: int
    cwnd: int
    ssthresh: int | None
    rate: float
    """Bytes a second, where the algorithm asks for pacing; else 0."""


@attrs.frozen(kw_only=True)
class Marked(TcpEvent):
    """The path marked a packet instead of dropping it ([3168])."""

    name = "marked"

    side: Side
    """OURS: one that came to us, and the peer will hear of it. THEIRS: the peer told us, and the congestion window was
    reduced, once for each window of data."""
    cwnd: int
    ssthresh: int | None


@attrs.frozen(kw_only=True)
class SizeChanged(TcpEvent):
    """The effective send MSS changed: the path carries less than was thought, or more."""

    name = "mss"

    before: int
    after: int


@attrs.frozen(kw_only=True)
class Limited(TcpEvent):
    """Something else than before keeps the next byte from being sent."""

    name = "limited"

    by: Limit
    unsent: int
    flight: int
    cwnd: int
    rwnd: int


@attrs.frozen(kw_only=True)
class Dropped(TcpEvent):
    """A segment, or all that is new in it, was thrown away."""

    name = "dropped"

    counter: str
    """The name under which ``query`` counts it."""
    flags: str
    seq: int | None
    """None where the segment belongs to no connection, or cannot be read."""
    ack: int | None
    length: int
    """Text; of a segment that cannot be read, all of it."""


@attrs.frozen(kw_only=True)
class Early(TcpEvent):
    """Text arrived ahead of its turn, and waits for what is missing before it."""

    name = "early"

    seq: int
    length: int
    waiting: int
    """All that waits, with it."""


@attrs.frozen(kw_only=True)
class Delivered(TcpEvent):
    """Text was given to the application."""

    name = "delivered"

    length: int
    held: int
    """Delivered and not consumed, with it; 0 where the application consumes at once."""


KINDS: tuple[type[TcpEvent], ...] = (
    Began,
    StateChanged,
    Agreed,
    Given,
    Sent,
    Acked,
    Lost,
    RecoveryChanged,
    TimerSet,
    TimerStopped,
    TimerFired,
    WindowChanged,
    CongestionChanged,
    Marked,
    SizeChanged,
    Limited,
    Dropped,
    Early,
    Delivered,
)
"""Every kind of event."""

Observer: TypeAlias = Callable[[TcpEvent], None]
"""Is told of decisions while they are made: it must neither raise nor call into the stack."""
