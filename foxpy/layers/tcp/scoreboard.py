"""The scoreboard: which of what is on its way the peer has, which is lost, and so how much is in the network.

[6675] section 4, with the marks on the retransmission queue itself. What an acknowledgement costs is bounded, whatever
the peer claims: a block is looked up by bisection, what it tells again is passed over at once, and no segment is
marked twice; and as a large segment is cut only where it is cut below, at multiples of the MSS, blocks of single bytes
cut nothing. So the queue is at most as long as if nothing large had been sent ([9293] knows no such limit; peers that
asked for it brought other stacks to a halt).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from heapq import heappop, heappush
from typing import Final

from foxpy.layers.tcp.sent import Sent, find

DUPLICATES: Final = 3
"""DupThresh: so many arrivals behind a gap show a loss ([5681] section 3.2, [6675] section 2)."""


class Scoreboard:
    """Marks on a retransmission queue, and their sums.

    Every entry of the queue is SACKed, or lost, or in flight. Those in flight are found in the order in which they were
    sent: what was sent once from ``_original`` on, which is in the order of the queue, and what was sent again in
    ``_again``.
    """

    __slots__ = (
        "_again",
        "_again_at",
        "_ends",
        "_missing",
        "_original",
        "_starts",
        "fresh",
        "losses",
        "lost",
        "newly",
        "pieces",
        "queue",
        "sacked",
    )

    def __init__(self, queue: list[Sent], iss: int) -> None:
        """``queue`` belongs to the connection, which appends what it sends."""
        self.queue = queue
        self.sacked = 0
        """Bytes SACKed."""
        self.pieces = 0
        """Entries SACKed."""
        self.lost = 0
        """Bytes lost, and not sent again since."""
        self.losses = 0
        """Bytes ever taken for lost: what it has grown by is newly lost."""
        self.fresh: list[Sent] = []
        """What the acknowledgement at hand has newly told of, in the order of the stream, each at its whole length."""
        self.newly: list[Sent] = []
        """What was taken for lost since this was cleared."""
        # The SACKed ranges, apart from each other, in order; their edges are those of entries.
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._missing: list[int] = []
        """A heap: where what is lost begins; some may not be lost any more."""
        self._original = iss
        self._again: list[Sent] = []
        self._again_at: list[float] = []
        """When each of ``_again`` was sent; where that is not its ``last``, it was sent once more and stands later."""

    def idle(self) -> bool:
        """Nothing is SACKed or lost, and nothing that was sent again is on its way."""
        self._prune()
        return not self.sacked and not self.lost and not self._again

    def gone(self) -> int:
        """Bytes of the queue that are not in the network any more; FlightSize less these is [6675]'s pipe."""
        return self.sacked + self.lost

    # -- what acknowledgements say

    def acknowledged(self, ack: int) -> int:
        """Take all before ``ack`` off the queue. Bytes that had not been SACKed before."""
        queue = self.queue
        taken = 0
        count = 0
        for sent in queue:
            if sent.end > ack:
                break
            taken += 1
            size = sent.end - sent.seq
            if sent.sacked:
                self.sacked -= size
                self.pieces -= 1
            else:
                count += size
                self.fresh.append(sent)
                if sent.lost:
                    self.lost -= size
                    sent.lost = False
                sent.sacked = True
        del queue[:taken]
        if queue and queue[0].seq < ack:
            front = queue[0]
            size = ack - front.seq
            front.payload = front.payload[size:]
            front.seq = ack
            if front.sacked:
                self.sacked -= size
            else:
                count += size
                if front.lost:
                    self.lost -= size
        self._forget_before(ack)
        return count

    def _forget_before(self, ack: int) -> None:
        """Forget the ranges before ``ack``."""
        starts = self._starts
        ends = self._ends
        if starts and starts[0] < ack:
            past = bisect_right(ends, ack)
            del starts[:past], ends[:past]
            if starts and starts[0] < ack:
                starts[0] = ack
        if self._original < ack:
            self._original = ack

    def block(self, left: int, right: int, mss: int) -> int:
        """The peer has ``left`` to ``right``, which lie in the queue: mark what is whole of it. Bytes newly marked."""
        starts = self._starts
        ends = self._ends
        before = self.sacked
        first = bisect_right(ends, left)
        after = bisect_left(starts, right)
        if first == after:
            self._mark(left, right, mss)
        elif first + 1 < after or left < starts[first] or ends[first] < right:
            # What is between ranges is entries, whole ones: marked now, it joins them, and is not looked at again.
            edges = [left]
            for at in range(first, after):
                edges.append(starts[at])
                edges.append(ends[at])
            edges.append(right)
            for at in range(0, len(edges), 2):
                if edges[at] < edges[at + 1]:
                    self._mark(edges[at], edges[at + 1], mss)
        return self.sacked - before

    def _mark(self, left: int, right: int, mss: int) -> None:
        """Mark the entries that lie whole between ``left`` and ``right``, where nothing is marked yet."""
        queue = self.queue
        index = find(queue, left)
        if index < len(queue) and queue[index].seq < left:
            sent = queue[index]
            size = -(-(left - sent.seq) // mss) * mss
            if sent.end <= right or sent.seq + size + mss <= right:  # else nothing of it will be marked
                self._cut(index, size)
            index += 1
        begin = end = -1
        while index < len(queue):
            sent = queue[index]
            if sent.end > right and (sent.seq >= right or not self._cut(index, (right - sent.seq) // mss * mss)):
                break
            if begin < 0:
                begin = sent.seq
            end = sent.end
            size = end - sent.seq
            if sent.lost:
                sent.lost = False
                self.lost -= size
            sent.sacked = True
            self.sacked += size
            self.pieces += 1
            self.fresh.append(sent)
            index += 1
        if begin >= 0:
            self._insert(begin, end)

    def _insert(self, begin: int, end: int) -> None:
        """Add a range, joined to those that it touches."""
        starts = self._starts
        ends = self._ends
        at = bisect_right(starts, begin)
        behind = at < len(starts) and starts[at] == end
        if at and ends[at - 1] == begin:
            if behind:
                ends[at - 1] = ends[at]
                del starts[at], ends[at]
            else:
                ends[at - 1] = end
        elif behind:
            starts[at] = begin
        else:
            starts.insert(at, begin)
            ends.insert(at, end)

    def _cut(self, index: int, size: int) -> bool:
        """Leave ``size`` bytes of text in an entry. False where it has no more than that, or nothing would be left."""
        sent = self.queue[index]
        if not 0 < size < sent.end - sent.seq:
            return False
        rest = sent.cut(size)
        self.queue.insert(index + 1, rest)
        if rest.lost:
            heappush(self._missing, rest.seq)
        elif rest.times > 1:
            self._sent_again(rest)
        return True

    def cut(self, index: int, size: int) -> None:
        """Cut an entry for sending: the rest becomes one behind it."""
        self._cut(index, size)

    def forget_sacks(self) -> None:
        """The peer does not hold any more what it said it does ([2018] section 8): that is all in flight again."""
        for sent in self.queue:
            if sent.sacked:
                sent.sacked = False
                if sent.times > 1:
                    self._sent_again(sent)
        self.sacked = 0
        self.pieces = 0
        self._starts.clear()
        self._ends.clear()
        self._original = self.queue[0].seq if self.queue else 0

    # -- losses

    def lose(self, sent: Sent) -> None:
        """Take for lost what is in flight."""
        if sent.lost or sent.sacked:
            return
        sent.lost = True
        size = sent.end - sent.seq
        self.lost += size
        self.losses += size
        self.newly.append(sent)
        heappush(self._missing, sent.seq)

    def lose_before(self, seq: int) -> None:
        """Take for lost what was sent once, is in flight, and ends at ``seq`` or before."""
        queue = self.queue
        index = find(queue, self._original)
        while index < len(queue) and queue[index].end <= seq:
            sent = queue[index]
            if sent.times == 1:
                self.lose(sent)
            self._original = sent.end
            index += 1

    def lose_sent_before(self, at: float, order: int, end: int, deadline: float) -> bool:
        """Take for lost what was sent before the segment sent ``at``, with that ``order`` and ``end``, and not after
        ``deadline``. True where something was sent before it, but after the deadline."""
        young = False
        queue = self.queue
        index = find(queue, self._original)
        while index < len(queue):
            sent = queue[index]
            if sent.times == 1 and not sent.sacked and not sent.lost:
                if not sent.before(at, order, end):
                    break
                if sent.last > deadline:
                    young = True
                    break
                self.lose(sent)
            self._original = sent.end
            index += 1
        again = self._again
        passed = 0
        for sent, when in zip(again, self._again_at, strict=True):
            if not self._stale(sent, when):
                if not sent.before(at, order, end):
                    break
                if when > deadline:
                    young = True
                    break
                self.lose(sent)
            passed += 1
        del again[:passed], self._again_at[:passed]
        return young

    def lose_all(self) -> None:
        """Take for lost whatever is in flight."""
        queue = self.queue
        index = find(queue, self._original)
        while index < len(queue):
            self.lose(queue[index])
            index += 1
        if queue:
            self._original = queue[-1].end
        for sent, when in zip(self._again, self._again_at, strict=True):
            if not self._stale(sent, when):
                self.lose(sent)
        self._again.clear()
        self._again_at.clear()

    def lose_older(self, deadline: float) -> None:
        """Take for lost what is in flight and was sent last at ``deadline`` or before."""
        self.lose_sent_before(math.inf, 0, 0, deadline)

    def find_again(self) -> None:
        """Nothing is lost after all: what was taken for lost is in flight."""
        queue = self.queue
        missing = self._missing
        while missing:
            at = heappop(missing)
            index = find(queue, at)
            if index < len(queue) and queue[index].lost:
                sent = queue[index]
                sent.lost = False
                if sent.times > 1:
                    self._sent_again(sent)
                elif sent.seq < self._original:
                    self._original = sent.seq
        self.lost = 0

    def next_lost(self) -> int:
        """The index of the first entry that is lost; -1 where none is."""
        missing = self._missing
        queue = self.queue
        while missing:
            index = find(queue, missing[0])
            if index < len(queue) and queue[index].lost:
                return index
            heappop(missing)
        return -1

    # -- sending

    def sent_again(self, sent: Sent, now: float) -> None:
        """An entry is being sent once more: it is in flight."""
        size = sent.end - sent.seq
        sent.times += 1
        sent.last = now
        sent.order = self.queue[-1].end + 1
        if sent.lost:
            sent.lost = False
            self.lost -= size
        self._sent_again(sent)

    def _sent_again(self, sent: Sent) -> None:
        self._prune()
        self._again.append(sent)
        self._again_at.append(sent.last)

    def _stale(self, sent: Sent, when: float) -> bool:
        """Whether ``sent`` is in flight no more since ``when``."""
        return sent.sacked or sent.lost or sent.last != when

    def _prune(self) -> None:
        """Let go of what was sent again and has arrived, or is lost."""
        passed = 0
        for sent, when in zip(self._again, self._again_at, strict=True):
            if not self._stale(sent, when):
                break
            passed += 1
        if passed:
            del self._again[:passed], self._again_at[:passed]

    # -- [6675] section 4

    def first_original(self) -> int:
        """The index of the first entry in flight that was sent once; -1 where there is none."""
        queue = self.queue
        index = find(queue, self._original)
        while index < len(queue):
            sent = queue[index]
            if sent.times == 1 and not sent.sacked and not sent.lost:
                return index
            self._original = sent.end
            index += 1
        return -1

    def threshold(self, mss: int) -> int:
        """IsLost: what ends here or before is lost, as DupThresh ranges, or more than DupThresh - 1 segments' worth of
        bytes, have arrived behind it; -1: nothing is."""
        starts = self._starts
        count = 0
        at = len(starts)
        while at:
            at -= 1
            count += self._ends[at] - starts[at]
            if count > (DUPLICATES - 1) * mss or len(starts) - at == DUPLICATES:
                return starts[at]
        return -1

    def highest(self) -> int:
        """The octet after the highest one SACKed; -1 where none is."""
        return self._ends[-1] if self._ends else -1

    def ranges(self) -> list[tuple[int, int]]:
        """What is SACKed."""
        return list(zip(self._starts, self._ends, strict=True))
