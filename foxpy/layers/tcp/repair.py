"""What a connection remembers of losses: the state that ``recovery.py``, ``selective.py`` and ``retransmit.py`` use."""

from __future__ import annotations

import math
from typing import Final

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
    """Loss recovery of one connection: [6582]'s variables, [8985]'s, and what is lost."""

    __slots__ = (
        "advanced",
        "asked",
        "board",
        "busy",
        "doubt",
        "duplicates",
        "first_partial",
        "going_back",
        "inflation",
        "previous_una",
        "probes",
        "rack",
        "rate",
        "recover",
        "recovering",
        "rescued",
        "round_end",
        "running",
        "stalled",
        "tail",
        "troubled",
    )

    def __init__(self, queue: list[Sent], iss: int) -> None:
        self.board = Scoreboard(queue, iss)
        self.busy = False
        """The scoreboard has something on it, or a probe is out: acknowledgements take the longer way."""
        self.rack = Rack(iss)
        self.rate = ProportionalRate()
        self.tail = TailProbe()
        self.doubt = Doubt()
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
        self.asked = -math.inf
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

    def settle(self) -> None:
        """An acknowledgement has been taken in: see whether the scoreboard is needed any longer."""
        self.busy = self.recovering or self.going_back or self.tail.end >= 0 or not self.board.idle()
