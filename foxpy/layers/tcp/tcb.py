"""The transmission control block ([9293] section 3.3.1), grouped by role.

Names are the RFC's: ``tcb.snd.una`` is SND.UNA. All sequence numbers here are unwrapped (``sequence.py``). Only the
machine's own modules write to it; the layer reads it for ``query``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from foxpy.layers.tcp.actions import Action
from foxpy.layers.tcp.buffers import SendBuffer
from foxpy.layers.tcp.config import DEFAULT_MSS, TcpConfig
from foxpy.layers.tcp.congestion.base import Ack, CongestionControl, Start
from foxpy.layers.tcp.congestion.choosing import make
from foxpy.layers.tcp.congestion.none import NoControl
from foxpy.layers.tcp.counters import Counters
from foxpy.layers.tcp.delivery import DeliveryRate
from foxpy.layers.tcp.fastopen import FastOpening
from foxpy.layers.tcp.limit import RateLimit
from foxpy.layers.tcp.marks import Ecn
from foxpy.layers.tcp.pathmtu import PathSearch
from foxpy.layers.tcp.reassembly import Reassembly
from foxpy.layers.tcp.repair import Recovery
from foxpy.layers.tcp.rtt import RttEstimator
from foxpy.layers.tcp.segment import ACK, Options
from foxpy.layers.tcp.sent import Sent
from foxpy.layers.tcp.timestamps import SIZE, Stamps

if TYPE_CHECKING:
    from foxpy.layers.tcp.log import DecisionLog

BUFFER: Final = 512 * 1024
"""RCV.BUFF where nobody knows better: 359 full segments, which fit the 500 that Linux keeps for a tap's reader."""
LARGEST_SHARE: Final = 2 * 1024 * 1024
"""What a large second-level cache holds: where what is on its way fits in, it is written and read there."""
LARGEST_BUFFER: Final = 0xFFFF << 8
"""What RCV.BUFF grows to, by and by: 1 Gbit/s for 130 ms, and the most that a window scale of 8 can say."""
LEAST_FOR_OPTIONS: Final = 48
"""The least that a path must carry, header included, for timestamps to leave room for text on it."""

_UNOPENED: Final = NoControl(Start(DEFAULT_MSS, DEFAULT_MSS))
"""Until the handshake is complete, which gives a connection the one that was chosen: until then it sends no text."""


class SendSide:
    """What we send: the sequence variables, the peer's window, and the data on its way."""

    __slots__ = (
        "buffer",
        "capacity",
        "doubted",
        "doubted_seq",
        "fin",
        "fin_wanted",
        "freed",
        "iss",
        "large",
        "last_sent",
        "limit",
        "max_wnd",
        "mss",
        "nxt",
        "offloaded",
        "overdue",
        "paced_until",
        "pacing",
        "peer_mss",
        "proven",
        "sent",
        "shift",
        "short_end",
        "starved",
        "una",
        "up",
        "wl1",
        "wl2",
        "wnd",
    )

    def __init__(self, iss: int, limit: int, capacity: int) -> None:
        self.iss = iss
        self.una = iss
        self.nxt = iss
        self.wnd = 0
        self.wl1 = 0
        self.wl2 = 0
        self.max_wnd = 0
        """MAX.SND.WND, the largest window ever offered ([5961] section 5; Max(SND.WND) of section 3.8.6.2.1)."""
        self.shift = 0
        """The peer's window scale, Snd.Wind.Shift ([7323])."""
        self.limit = limit
        """MMS_S: the largest segment, header included, that the path below carries."""
        self.peer_mss = DEFAULT_MSS
        self.mss = DEFAULT_MSS
        """The effective send MSS (MUST-16)."""
        self.proven = False
        """A segment with as much has arrived."""
        self.doubted = 0
        """What a report says that the path carries which is hard to believe ([5927] section 7.2); 0: there is none."""
        self.doubted_seq = 0
        """The sequence number that it quotes."""
        self.offloaded = 0
        """The largest segment, header included, that is cut to the MSS below; 0: none is."""
        self.large = 0
        """The most text to send at once, to be cut below: a multiple of the MSS, or 0."""
        self.up = iss
        """SND.UP: the octet after the urgent data; urgent mode while it lies ahead of what is sent."""
        self.buffer = SendBuffer()
        self.sent: list[Sent] = []  # a list: an empty deque has 600 bytes
        self.fin_wanted = False
        """The application closed: a FIN follows the last octet of the buffer."""
        self.fin: int | None = None
        """The FIN's sequence number, once sent."""
        self.short_end = iss
        """The end of the last segment sent below the MSS (Nagle's algorithm as in [9293] section A.3)."""
        self.last_sent = 0.0
        self.paced_until = 0.0
        """Where sending is paced: when the next may go."""
        self.pacing = False
        """The pacing timer runs."""
        self.overdue = False
        """It has gone off: what is sent now may have been due for a while."""
        self.freed = 0
        """Bytes acknowledged since ``output`` last saw to it that the room is used again: in one batch they count as in
        flight still, for the question whether the congestion window is what limits."""
        self.capacity = capacity
        """The most that is kept of the application's data now; grows with the congestion window (``room.py``)."""
        self.starved = False
        """The application found the buffer full, and is to hear of room."""

    def pending(self) -> int:
        """Bytes given by the application and not acknowledged."""
        return self.buffer.size + self.nxt - self.una

    def waiting(self) -> bool:
        """Whether there is anything that was never sent."""
        return self.buffer.size > 0 or (self.fin_wanted and self.fin is None)


class ReceiveSide:
    """What we receive: the window offered, what waits for its turn, and the acknowledgement that is due."""

    __slots__ = (
        "ack_now",
        "adaptive",
        "batch_waiting",
        "buffer",
        "delayed",
        "edge",
        "full",
        "gap",
        "held",
        "holding",
        "irs",
        "most",
        "mss",
        "nxt",
        "pieces",
        "quick",
        "reassembly",
        "round_at",
        "round_nxt",
        "sack",
        "scaling",
        "shift",
        "shut",
        "twice",
        "unacked",
        "up",
        "window",
    )

    def __init__(self, buffer: int, most: int, window: int, mss: int, pieces: int) -> None:
        self.adaptive = window < most
        """The window follows what the path can use."""
        self.window = min(window, buffer)
        """How much of the buffer is offered."""
        self.round_at = 0.0
        """When the round trip began in which the use of the window is being measured."""
        self.gap = False
        """Something came out of order since then."""
        self.round_nxt = 0
        """RCV.NXT then, without what the application still holds."""
        self.irs = 0
        self.nxt = 0
        self.edge = 0
        """The right edge of the window offered: RCV.NXT + RCV.WND."""
        self.shift = 0
        """Our window scale, Rcv.Wind.Shift."""
        self.scaling = False
        """Both sides offered window scaling."""
        self.sack = False
        """The peer takes selective acknowledgements, as we do."""
        self.twice: tuple[int, int] | None = None
        """What came that had come before, as long as that was not told (DSACK, [2883])."""
        self.buffer = buffer
        """RCV.BUFF."""
        self.most = most
        """What RCV.BUFF may grow to."""
        self.holding = False
        """What is delivered stays on account until the application says that it is consumed."""
        self.held = 0
        """RCV.USER: delivered and not consumed."""
        self.shut = False
        """The application reads no more; data that still comes is answered with a reset (SHLD-3)."""
        self.mss = mss
        """The MSS that we announced."""
        self.full = min(DEFAULT_MSS, mss)
        """What counts as a full-sized segment: the largest text seen."""
        self.up = 0
        """RCV.UP."""
        self.pieces = pieces
        """The most small pieces of text to hold that came ahead of their turn."""
        self.reassembly: Reassembly | None = None
        """What came ahead of its turn; None as long as nothing has."""
        self.unacked = 0
        """Bytes received in order since the last acknowledgement."""
        self.ack_now = False
        """An acknowledgement is due that must not be delayed."""
        self.quick = 0
        """So many more segments are acknowledged one by one: the sender is repairing a loss."""
        self.batch_waiting = False
        """The end of the batch has been asked for: there is something to acknowledge, or room to send."""
        self.delayed = False
        """The delayed-ACK timer runs."""

    def sack_blocks(self, most: int) -> list[tuple[int, int]]:
        """What to acknowledge selectively, the most recent first: up to ``most`` blocks, their right edge excluded.

        Ahead of them a DSACK, where there is one to tell, which with this is told."""
        twice = self.twice
        if twice is None or most <= 0:
            return [] if self.reassembly is None else self.reassembly.blocks.report(most)
        self.twice = None  # "each duplicate contiguous sequence of data received is reported in at most one D-SACK"
        return [twice] if self.reassembly is None else [twice, *self.reassembly.blocks.report(most - 1)]

    def ahead(self) -> Reassembly:
        """Where to put what came ahead of its turn."""
        if self.reassembly is None:
            self.reassembly = Reassembly(self.pieces)
        return self.reassembly

    def early(self) -> int:
        """Bytes that came ahead of their turn."""
        return 0 if self.reassembly is None else self.reassembly.size

    def take(self) -> bytes:
        """Remove and return what is next of them. Often empty."""
        reassembly = self.reassembly
        if reassembly is None:
            return b""
        ready = reassembly.take(self.nxt)
        if not reassembly:
            self.reassembly = None
        return ready

    def came_again(self, left: int, right: int) -> None:
        """``left`` to ``right`` has arrived, and had arrived before: the next acknowledgement says so ([2883]), if it
        has not to tell of another one yet, which came first."""
        if self.sack and self.twice is None and left < right:
            self.twice = (left, right)


class Tcb:
    """One connection's block. ``todo`` is the queue of actions that the executor empties."""

    __slots__ = (
        "ack",
        "acking",
        "announcing",
        "bytes_delivered",
        "challenge",
        "config",
        "congestion",
        "counters",
        "delivery",
        "ecn",
        "fast",
        "finished",
        "heard",
        "keepalives",
        "log",
        "marking",
        "now",
        "offset",
        "orphaned",
        "peer_timeout",
        "rcv",
        "recovery",
        "retransmissions",
        "rtt",
        "search",
        "snd",
        "stamps",
        "timer_running",
        "todo",
    )

    def __init__(
        self,
        config: TcpConfig,
        counters: Counters,
        iss: int,
        limit: int,
        now: float,
        window: int | None = None,
        offset: int = 0,
        marking: bool = False,
    ) -> None:
        """``limit`` is what the path below carries: header, options and text of a segment; ``window`` what may be on
        its way to us, None where nobody knows; ``offset`` what our timestamp clock is moved by."""
        self.config = config
        self.counters = counters
        self.now = now
        """The time of the event being processed."""
        self.snd = SendSide(iss, limit, min(config.initial_send_buffer, config.send_buffer))
        self.rcv = ReceiveSide(
            config.receive_buffer or fitting(window),
            config.receive_buffer or LARGEST_BUFFER,
            config.initial_receive_window,
            announced_mss(config, limit),
            config.reassembly_segments,
        )
        self.recovery = Recovery(self.snd.sent, iss)
        self.rtt = RttEstimator(config.initial_rto, config.min_rto, config.max_rto)
        self.congestion: CongestionControl = _UNOPENED
        self.ack = Ack()
        """What congestion control is told of the acknowledgement that has come."""
        self.delivery: DeliveryRate | None = None
        """The delivery rate's estimator, where congestion control asks for it."""
        self.marking = marking
        """The path below has an ECN field."""
        self.ecn: Ecn | None = None
        """ECN, once agreed on."""
        self.acking = ACK
        """The flags of acknowledgements: ACK, and ECE where a mark is to be told of."""
        self.fast: FastOpening | None = None
        """What this connection has of Fast Open."""
        self.peer_timeout = 0
        """The user timeout that the peer has told, in seconds ([5482]); 0: none."""
        self.announcing = False
        """The next segment is to tell of our own."""
        self.offset = offset
        self.stamps: Stamps | None = None
        """Timestamps, once both sides offered them."""
        self.challenge = RateLimit()
        self.log: DecisionLog | None = None
        """Who is told of decisions, if anybody is."""
        self.todo: list[Action] = []
        self.timer_running = False
        """The retransmission timer is wanted; else it may still run, for nothing."""
        self.heard = now
        """When the last segment came that was in order."""
        self.keepalives = 0
        """Keep-alive probes since then."""
        self.orphaned = False
        """The application closed and let go."""
        self.finished = False
        """The application has been told of the end."""
        self.bytes_delivered = 0
        self.retransmissions = 0
        self.search: PathSearch | None = None
        """Probing of how much the path carries, where that is done."""

    def negotiated(self, options: Options) -> None:
        """Take in the options of the peer's SYN. Its MSS holds for itself, the others only where both offer them."""
        config = self.config
        snd = self.snd
        rcv = self.rcv
        snd.peer_mss = DEFAULT_MSS if options.mss is None else max(options.mss, config.smallest_mss)
        rcv.sack = options.sack_permitted and config.sack
        if options.tsval is not None and self.offers_timestamps():
            self.stamps = Stamps(self.offset, options.tsval, self.now)
        self.fit(snd.limit)
        shift = options.window_scale
        if shift is not None and config.window_scaling:
            snd.shift = min(shift, 14)  # [7323] section 2.3
            rcv.shift = window_shift(rcv.most)
            rcv.scaling = True
        else:
            rcv.buffer = rcv.most = min(rcv.buffer, 0xFFFF)
            rcv.window = rcv.buffer
            rcv.adaptive = False

    def reduced(self) -> None:
        """The congestion window has been reduced, for whatever reason: the first new data from here on says so with
        CWR, and ECE on acknowledgements of what is in flight is no news ([3168] section 6.1.2)."""
        if self.ecn is not None:
            self.ecn.reduced = True
            self.ecn.answered = self.snd.nxt

    def asks_for_ecn(self) -> bool:
        """Whether our SYN asks for ECN."""
        return self.marking and self.config.ecn == "always"

    def agreed(self) -> tuple[str, ...]:
        """What both sides offered, by name."""
        found: list[str] = []
        if self.stamps is not None:
            found.append("timestamps")
        if self.rcv.sack:
            found.append("SACK")
        if self.ecn is not None:
            found.append("ECN")
        if self.rcv.scaling:
            found.append("window scaling")
        return tuple(found)

    def fit(self, limit: int) -> None:
        """Reckon the effective send MSS: what the peer takes, and what the path below carries, less the options that
        every segment has (MUST-16, [6691] section 2). SACK blocks only ride where there is room for them."""
        snd = self.snd
        options = 0 if self.stamps is None else SIZE
        snd.limit = limit
        snd.mss = mss = self.text(limit)
        snd.large = max(0, snd.offloaded - 20 - options) // mss * mss

    def text(self, limit: int) -> int:
        """The most text of a segment of ``limit`` bytes that the peer takes."""
        return max(1, min(self.snd.peer_mss, limit - 20) - (0 if self.stamps is None else SIZE))

    def control(self, start: Start) -> None:
        """Let the congestion control begin that the settings choose."""
        self.congestion = congestion = make(self.config.congestion_control, start)
        self.delivery = DeliveryRate() if congestion.samples else None
        self.ack.delivery_rate = 0.0

    def offers_timestamps(self) -> bool:
        """Whether our SYN has timestamps, if the peer's, where that came first, has them too."""
        return self.config.timestamps and self.snd.limit >= LEAST_FOR_OPTIONS


def fitting(window: int | None) -> int:
    """The receive buffer for a link on which ``window`` bytes may be on their way to us, to all our connections.

    An eighth of it, as they share it; but 512 KiB where it holds that, which is enough for most round trips, and never
    more than 2 MiB: with 4 MiB, bulk into a tap was a sixth slower where a core had 2 MiB of cache (docs/offloads.md).
    Where round trips are long it grows (``window.adapt``).
    """
    if window is None:
        return BUFFER
    return max(min(window, BUFFER), min(window >> 3, LARGEST_SHARE))


def announced_mss(config: TcpConfig, limit: int) -> int:
    """The MSS for our SYN: what the path carries, less the fixed header (MUST-67)."""
    return max(1, min(limit - 20, config.largest_mss))


def window_shift(buffer: int) -> int:
    """The least shift with which a window of ``buffer`` bytes fits into 16 bits ([7323] section 2.2)."""
    return min(14, max(0, (buffer >> 16).bit_length()))
