"""What was sent and is not acknowledged: one entry of the retransmission queue."""

from __future__ import annotations

from foxpy.layers.tcp.delivery import Stamp
from foxpy.layers.tcp.wire import ACK
from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(acyclic=True)
class Sent:
    """A segment on the retransmission queue: everything that takes up sequence space, until it is acknowledged.

    It is in flight unless it is ``sacked`` or ``lost``; who changes those keeps the scoreboard's sums.
    """

    __slots__ = ("at", "end", "flags", "last", "lost", "order", "payload", "sacked", "seq", "stamp", "times")

    def __init__(self, seq: int, end: int, flags: int, payload: bytes, at: float) -> None:
        self.seq = seq
        self.end = end
        """The sequence number after its last octet, SYN and FIN counted."""
        self.flags = flags
        self.payload = payload
        self.at = at
        """When it was sent first."""
        self.last = at
        """When it was sent last."""
        self.order = end
        """Of what was sent at the same time, in which order: a sequence number, or for what was sent again the one
        after all that had been sent; then by ``end``. The clock is read once for a batch of segments."""
        self.times = 1
        """How often it was sent."""
        self.sacked = False
        """The peer said that it has it."""
        self.lost = False
        """Taken for lost, and not sent again since."""
        self.stamp: Stamp | None = None
        """How deliveries stood when it was sent last, where their rate is measured."""

    def before(self, when: float, order: int, end: int) -> bool:
        """Whether it was sent before what was sent at ``when``, with that order and end ([8985] section 6.2)."""
        if self.last != when:
            return self.last < when
        if self.order != order:
            return self.order < order
        return self.end < end

    def cut(self, size: int) -> Sent:
        """Leave only ``size`` bytes of text in it, and return the rest, with its PSH and FIN, as one to follow it."""
        middle = self.seq + size
        rest = Sent(middle, self.end, self.flags, self.payload[size:], self.at)
        rest.last = self.last
        rest.stamp = self.stamp
        rest.order = self.order
        rest.times = self.times
        rest.sacked = self.sacked
        rest.lost = self.lost
        self.payload = self.payload[:size]
        self.end = middle
        if self.times == 1:
            self.order = middle
        self.flags = ACK
        return rest


def drop(queue: list[Sent], count: int, ack: int) -> None:
    """Take the first ``count``, which end at ``ack`` or before, off a queue that no scoreboard watches; and what is
    before ``ack`` off the next."""
    del queue[:count]
    if queue and queue[0].seq < ack:
        front = queue[0]
        front.payload = front.payload[ack - front.seq :]
        front.seq = ack


def find(queue: list[Sent], seq: int) -> int:
    """The index of the first entry that ends behind ``seq``; the length of ``queue`` where none does."""
    low = 0
    high = len(queue)
    while low < high:
        middle = (low + high) >> 1
        if queue[middle].end > seq:
            high = middle
        else:
            low = middle + 1
    return low
