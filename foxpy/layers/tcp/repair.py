"""What a connection remembers of losses: the state that ``recovery.py``, ``selective.py`` and ``retransmit.py`` use."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.limit import LONG_AGO
from foxpy.layers.tcp.prr import ProportionalRate
from foxpy.layers.tcp.rack import Rack
from foxpy.layers.tcp.scoreboard import Scoreboard
from foxpy.layers.tcp.sent import Sent
from foxpy.layers.tcp.spurious import Doubt
from foxpy.layers.tcp.tail import TailProbe

# What the retransmission timer runs for: there is one, "with an additional state variable" ([8985] section 8).
TIMEOUT: Final = 0
"""The RTO, or what else waits for it: zero-window probes, the override timeout."""
PROBE: Final = 1
"""PTO: a tail loss probe."""
REORDERING: Final = 2
"""What is late is lost when this goes off."""


class Recovery:
    """Loss recovery of one connection: [6582]'s variables, [8985]'s, and what is lost.

    ``board``, ``rate``, ``tail`` and ``doubt`` are made at the first sign of trouble, by whoever asks for them, and go
    with it: most connections are idle, or lose nothing, and those four are a good part of what a connection may weigh.
    """

    __slots__ = (
        "_board",
        "_doubt",
        "_queue",
        "_rack",
        "_rate",
        "_tail",
        "advanced",
        "asked",
        "busy",
        "duplicates",
        "first_partial",
        "going_back",
        "inflation",
        "previous_una",
        "probed",
        "probes",
        "recover",
        "recovering",
        "repeated",
        "rescued",
        "round_end",
        "running",
        "stalled",
        "troubled",
    )

    def __init__(self, queue: list[Sent], iss: int) -> None:
        self._queue = queue
        self._board: Scoreboard | None = None
        self._rack: Rack | None = None
        self._rate: ProportionalRate | None = None
        self._tail: TailProbe | None = None
        self._doubt: Doubt | None = None
        self.busy = False
        """The scoreboard has something on it, or a probe is out: acknowledgements take the longer way."""
        self.repeated = 0
        """Bytes ever sent again."""
        self.probed = 0
        """Round trips that had been measured when the last loss probe went out: there must be another one before the
        next ([8985] section 7.2)."""
        self.running = TIMEOUT
        """What the retransmission timer was last started for."""
        self.duplicates = 0
        """Duplicate ACKs in a row, of a peer without SACK."""
        self.inflation = 0
        """Bytes that left the network otherwise than by SND.UNA, which the window is widened by. With SACK, those
        SACKed and lost, so that the window holds for [6675]'s pipe. Without, as duplicate ACKs tell ([5681] section
        3.2); below 0 where partial ACKs took back more than those had given ([6582] section 3.2)."""
        self.round_end = iss
        """SND.NXT when the round trip started that is going on."""
        self.recovering = False
        """In fast recovery."""
        self.recover = iss
        """One past the highest octet sent when the last loss was noticed."""
        self.first_partial = False
        """The next partial ACK is the first of this recovery, and restarts the timer."""
        self.previous_una = iss
        """SND.UNA before it last moved, for the heuristic of [6582] section 4.1."""
        self.going_back = False
        """After a timeout, until all up to ``recover`` is acknowledged."""
        self.rescued = False
        """The rescue retransmission of this recovery was made ([6675] section 4)."""
        self.probes = 0
        """Zero-window probes since the window closed, as far as they make the interval grow."""
        self.asked = LONG_AGO
        """When the first of the zero-window probes was sent that the peer has not answered."""
        self.advanced = 0.0
        """When SND.UNA last moved."""
        self.stalled: float | None = None
        """Since when the front of the queue has gone unanswered, once the timer has gone off."""
        self.troubled = -1
        """The sequence number of the segment that R1 was last told of."""

    def at_work(self) -> bool:
        """Whether there is a sign of loss, so that what is sent is sent as the ACKs come."""
        return self.busy or self.duplicates > 0

    @property
    def board(self) -> Scoreboard:
        """Which of the queue is SACKed, and which is lost."""
        board = self._board
        if board is None:
            self._board = board = Scoreboard(self._queue, self.previous_una)
        return board

    @property
    def rack(self) -> Rack:
        """It stays, as what it has learnt of the path outlasts a loss."""
        rack = self._rack
        if rack is None:
            self._rack = rack = Rack(self.previous_una)
        return rack

    @property
    def rate(self) -> ProportionalRate:
        """How fast what is in the network comes down."""
        rate = self._rate
        if rate is None:
            self._rate = rate = ProportionalRate()
        return rate

    @property
    def tail(self) -> TailProbe:
        """The loss probe that is out, if any."""
        tail = self._tail
        if tail is None:
            self._tail = tail = TailProbe()
        return tail

    @property
    def doubt(self) -> Doubt:
        """What would show that nothing was lost."""
        doubt = self._doubt
        if doubt is None:
            self._doubt = doubt = Doubt()
        return doubt

    # What only looks asks these, which make nothing.

    def sacked(self) -> int:
        """Bytes SACKed."""
        return 0 if self._board is None else self._board.sacked

    def lost(self) -> int:
        """Bytes lost, and not sent again since."""
        return 0 if self._board is None else self._board.lost

    def gone(self) -> int:
        """Bytes of the queue that are not in the network any more."""
        return 0 if self._board is None else self._board.gone()

    def reordering(self) -> bool:
        """The path has been seen to reorder."""
        return self._rack is not None and self._rack.reordering

    def settle(self) -> None:
        """An acknowledgement has been taken in: see whether the scoreboard is needed any longer."""
        probing = self._tail is not None and self._tail.end >= 0
        working = self._board is not None and not self._board.idle()
        self.busy = self.recovering or self.going_back or probing or working
        if not self.busy:
            self._board = None
            self._rate = None
            self._tail = None
            if self._doubt is not None and self._doubt.settled():
                self._doubt = None
