"""What the state machine wants done. It queues these and does nothing itself.

After each event the executor takes the actions off the connection's queue in order and performs them (``executor.py``;
the tests have another one that writes them down). So effects have a total order, happen in one place, and the machine
can be driven with neither a network nor a clock.
"""

from __future__ import annotations

import enum
from typing import Final, TypeAlias

from foxpy.layers.tcp.segment import Options, Segment, describe
from foxpy.layers.tcp.states import Why
from foxpy.mypyc_attributes import mypyc_attr


class Timer(enum.Enum):
    """The timers of a connection; each runs at most once at a time."""

    RETRANSMISSION = "retransmission"
    """Also the one that probes zero windows and overrides the silly-window avoidance: they exclude each other."""
    DELAYED_ACK = "delayed ACK"
    KEEPALIVE = "keep-alive"
    PACING = "pacing"
    """What the windows allow is to go now, as congestion control set the rate."""
    LINGER = "linger"
    """The end of TIME-WAIT, or of FIN-WAIT-2 for a connection that nobody reads."""


# To look a member up in its enumeration takes longer than to start the timer.
RETRANSMISSION: Final = Timer.RETRANSMISSION
DELAYED_ACK: Final = Timer.DELAYED_ACK
KEEPALIVE: Final = Timer.KEEPALIVE
PACING: Final = Timer.PACING
LINGER: Final = Timer.LINGER


@mypyc_attr(acyclic=True, free_list_len=1)
class SendSegment:
    """Send a segment. The numbers are as on the wire; the window is scaled already.

    A payload above ``mss`` is to be cut into segments of that size below (``foxpy.offload``).
    """

    __slots__ = ("ack", "capable", "flags", "mss", "options", "payload", "seq", "urgent", "window")

    def __init__(
        self,
        seq: int,
        ack: int,
        flags: int,
        window: int,
        payload: bytes,
        urgent: int = 0,
        options: Options | None = None,
        mss: int = 0,
        capable: bool = False,
    ) -> None:
        self.seq = seq
        self.ack = ack
        self.flags = flags
        self.window = window
        self.payload = payload
        self.urgent = urgent
        self.options = options
        self.mss = mss
        self.capable = capable
        """To be marked, where queues are long, and not dropped: ECT(0) ([3168])."""

    def __str__(self) -> str:
        return "send " + describe(self.flags, self.seq, self.ack, self.window, len(self.payload))


@mypyc_attr(acyclic=True, free_list_len=1)
class Deliver:
    """Give the next bytes of the stream, ``frame[start:end]``, to the application."""

    __slots__ = ("end", "frame", "start")

    def __init__(self, frame: bytes, start: int, end: int) -> None:
        self.frame = frame
        self.start = start
        self.end = end

    def __str__(self) -> str:
        return f"deliver {self.end - self.start}"


class Opened:
    """The handshake is complete: the open call succeeds, the listener gets the connection."""

    __slots__ = ()

    def __str__(self) -> str:
        return "opened"


class PeerClosed:
    """Everything up to the peer's FIN has been delivered."""

    __slots__ = ()

    def __str__(self) -> str:
        return "peer closed"


@mypyc_attr(acyclic=True)
class Room:
    """There is room in the send buffer again, after it had been full."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def __str__(self) -> str:
        return f"room for {self.size}"


@mypyc_attr(acyclic=True)
class UrgentAhead:
    """The next ``size`` bytes of the stream, from what was delivered last, are urgent (MUST-32, MUST-33)."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def __str__(self) -> str:
        return f"urgent: {self.size} ahead"


class DeliveryTrouble:
    """R1 was reached: tell the application, and advise the layer below that the path may be dead (MUST-20, SHLD-9)."""

    __slots__ = ("retransmissions",)

    def __init__(self, retransmissions: int) -> None:
        self.retransmissions = retransmissions

    def __str__(self) -> str:
        return f"trouble: {self.retransmissions} retransmissions"


class CloseAcknowledged:
    """Everything sent has arrived, the FIN too: "the user's CLOSE can be acknowledged" (FIN-WAIT-2)."""

    __slots__ = ()

    def __str__(self) -> str:
        return "close acknowledged"


class Finished:
    """The connection is over for the application: in good order, or as ``why`` says. Said exactly once."""

    __slots__ = ("why",)

    def __init__(self, why: Why) -> None:
        self.why = why

    def __str__(self) -> str:
        return f"finished: {self.why.value}"


@mypyc_attr(acyclic=True, free_list_len=1)
class StartTimer:
    """(Re)start a timer to go off ``delay`` seconds from now."""

    __slots__ = ("delay", "timer")

    def __init__(self, timer: Timer, delay: float) -> None:
        self.timer = timer
        self.delay = delay

    def __str__(self) -> str:
        return f"start {self.timer.value} timer {self.delay:g}"


@mypyc_attr(acyclic=True)
class StopTimer:
    """Stop a timer; it may have gone off, or never been started."""

    __slots__ = ("timer",)

    def __init__(self, timer: Timer) -> None:
        self.timer = timer

    def __str__(self) -> str:
        return f"stop {self.timer.value} timer"


class CallAtEndOfBatch:
    """Call ``Machine.end_of_batch`` once the segments at hand have been taken in."""

    __slots__ = ()

    def __str__(self) -> str:
        return "wait for the end of the batch"


class Reopen:
    """A new SYN came to a connection in TIME-WAIT: give it to the listener (MAY-2), with an ISS above ``last``."""

    __slots__ = ("last", "segment")

    def __init__(self, segment: Segment, last: int) -> None:
        self.segment = segment
        self.last = last

    def __str__(self) -> str:
        return f"reopen above {self.last}"


class Delete:
    """Delete the control block: stop all its timers, free its ports."""

    __slots__ = ()

    def __str__(self) -> str:
        return "delete"


Seldom: TypeAlias = (
    Opened | PeerClosed | Room | UrgentAhead | DeliveryTrouble | CloseAcknowledged | Finished | Reopen | Delete
)
"""What is not done for each segment."""

Action: TypeAlias = SendSegment | Deliver | StartTimer | StopTimer | CallAtEndOfBatch | Seldom

# The ones that carry nothing are made once.
OPENED: Final = Opened()
PEER_CLOSED: Final = PeerClosed()
CLOSE_ACKNOWLEDGED: Final = CloseAcknowledged()
CALL_AT_END_OF_BATCH: Final = CallAtEndOfBatch()
DELETE: Final = Delete()
