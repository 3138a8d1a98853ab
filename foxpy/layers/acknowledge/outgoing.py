"""What was sent to a peer and is not acknowledged, and when to send it again: selective repeat.

Loss is found in two ways. A transmission is lost once one that was made ``REORDERING`` turns later, or more, has been
answered (as QUIC finds it, RFC 9002, section 6.1.1: the turns make each transmission a thing of its own). And where
nothing is answered any more, the oldest packet is sent again after the retransmission timeout of RFC 6298; an answer
to that tells of all that was sent before.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from foxpy.layers.tcp.rtt import RttEstimator

REORDERING: Final = 3
"""How many turns a packet may be overtaken by without being held for lost (RFC 9002, section 6.1.1)."""
INITIAL_RTO: Final = 1.0
LEAST_RTO: Final = 0.1
"""Below the 200 ms of TCP: the peer never delays an acknowledgement."""
MARGIN: Final = 0.05
"""On top of the timeout, which on a path of constant delay comes to be the round trip itself."""
LARGEST_RTO: Final = 2.0
"""A path that is back again is noticed after at most this."""
_MASK: Final = 0xFFFF_FFFF
_HALF: Final = 0x8000_0000


class Sent:
    """A packet that was sent and is not acknowledged."""

    __slots__ = ("at", "number", "packet", "turn")

    def __init__(self, number: int, packet: bytes, turn: int, at: float) -> None:
        self.number = number
        self.packet = packet
        self.turn = turn
        self.at = at


class Outgoing:
    """The state of one direction at its sending end. Numbers and turns are unwrapped: they simply grow."""

    __slots__ = (
        "_answered",
        "_flight",
        "_lost",
        "_selected",
        "_timeout_turn",
        "_unacknowledged",
        "_window",
        "base",
        "next",
        "progress",
        "queue",
        "rtt",
        "turn",
    )

    base: int
    """The oldest number that is not acknowledged."""
    next: int
    """The number of the next new packet."""
    turn: int
    """The turn of the next transmission."""
    progress: float
    """When the peer last acknowledged anything, or there began to be something to acknowledge."""
    queue: deque[bytes]
    """New packets that wait for the window."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._unacknowledged: dict[int, Sent] = {}  # by number, the oldest first
        self._flight: deque[tuple[int, int]] = deque()  # turn and number of transmissions that may yet be answered
        self._lost: deque[int] = deque()
        self._selected = 0  # of the last acknowledgement: bit i stands for base + 1 + i
        self._answered = -1  # the latest turn that was answered
        self._timeout_turn = -1  # what was sent before this turn is lost, once it is answered
        self.rtt = RttEstimator(INITIAL_RTO, LEAST_RTO, LARGEST_RTO)
        self.base = 0
        self.next = 0
        self.turn = 0
        self.progress = 0.0
        self.queue = deque()

    def begin_again(self) -> None:
        """Number from 0, for a peer that knows nothing of what was before; what it did not acknowledge is queued."""
        self.queue.extendleft(sent.packet for sent in reversed(self._unacknowledged.values()))
        self._unacknowledged.clear()
        self._flight.clear()
        self._lost.clear()
        self._selected = 0
        self._answered = self._timeout_turn = -1
        self.base = self.next = self.turn = 0

    def __len__(self) -> int:
        """How many packets are not acknowledged, those in the queue among them."""
        return len(self._unacknowledged) + len(self.queue)

    @property
    def waiting(self) -> bool:
        """Whether something was sent that is not acknowledged."""
        return bool(self._unacknowledged)

    @property
    def open(self) -> bool:
        """Whether the window lets a new packet out now."""
        return self.next < self.base + self._window

    @property
    def timeout(self) -> float:
        """Seconds without an answer after which something is sent again."""
        return self.rtt.rto + MARGIN

    @property
    def untouched(self) -> bool:
        """Whether nothing was acknowledged since numbering began: a peer without any memory can take it from here."""
        return self.next == len(self._unacknowledged)

    # -- sending

    def sent_new(self, packet: bytes, now: float) -> None:
        """``packet`` was sent with the number ``next`` in the turn ``turn``."""
        if not self._unacknowledged:
            self.progress = now
        self._unacknowledged[self.next] = Sent(self.next, packet, self.turn, now)
        self._flight.append((self.turn, self.next))
        self.next += 1
        self.turn += 1

    def sent_again(self, sent: Sent, now: float) -> None:
        """``sent`` was sent in the turn ``turn``, not for the first time."""
        sent.turn = self.turn
        sent.at = now
        self._flight.append((self.turn, sent.number))
        self.turn += 1

    def lost(self) -> Sent | None:
        """The next packet to send again. It is the caller's to send, or to hand back with ``not_sent``."""
        while self._lost:
            sent = self._unacknowledged.get(self._lost.popleft())
            if sent is not None:
                return sent
        return None

    def not_sent(self, sent: Sent) -> None:
        """The path did not take it."""
        self._lost.appendleft(sent.number)

    def timed_out(self) -> None:
        """The retransmission timeout passed: the oldest packet is lost, and so is the rest if that one is answered."""
        self.rtt.back_off()
        self._timeout_turn = self.turn
        oldest = next(iter(self._unacknowledged), None)
        if oldest is not None and oldest not in self._lost:
            self._lost.appendleft(oldest)

    def clear(self) -> None:
        """Forget all that was to be sent."""
        self._unacknowledged.clear()
        self._flight.clear()
        self._lost.clear()
        self.queue.clear()

    # -- acknowledgements

    def acknowledged(self, expected: int, heard: int, selected: int, now: float) -> int:
        """An acknowledgement arrived; how many packets it acknowledges that none did before, -1 where it is nonsense.

        ``expected`` and ``heard`` are as the wire has them; bit i of ``selected`` stands for ``expected + 1 + i``.
        """
        forward = ((expected - self.base + _HALF) & _MASK) - _HALF
        heard = self.turn + ((heard - self.turn + _HALF) & _MASK) - _HALF
        top = self.base + forward + selected.bit_length()
        if top >= self.next + (selected == 0) or not 0 <= heard < self.turn:
            return -1
        if forward < 0:  # overtaken by a later acknowledgement, which said as much and more
            return 0
        newly = 0
        for number in range(self.base, self.base + forward):
            newly += self._take(number, heard, now)
        self.base += forward
        new = selected & ~(self._selected >> forward)
        self._selected = selected | self._selected >> forward
        while new:
            lowest = new & -new
            newly += self._take(self.base + lowest.bit_length(), heard, now)
            new ^= lowest
        if newly:
            self.progress = now
        if heard > self._answered:
            self._answered = heard
            self._find_lost()
        return newly

    def _take(self, number: int, heard: int, now: float) -> int:
        sent = self._unacknowledged.pop(number, None)
        if sent is None:
            return 0
        if sent.turn == heard:  # this very transmission was answered: no ambiguity for Karn's algorithm to avoid
            self.rtt.sample(now - sent.at)
        return 1

    def _find_lost(self) -> None:
        """Whatever was sent before the turns that have been answered, and was not answered itself, is lost."""
        settled = self._answered - REORDERING
        if self._answered >= self._timeout_turn:
            settled = max(settled, self._timeout_turn - 1)
        flight = self._flight
        while flight and flight[0][0] <= settled:
            turn, number = flight.popleft()
            sent = self._unacknowledged.get(number)
            if sent is not None and sent.turn == turn:
                self._lost.append(number)
