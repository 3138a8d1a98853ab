"""Proportional rate reduction ([6937]): how much to send for each acknowledgement in recovery."""

from __future__ import annotations


class ProportionalRate:
    """Brings what is in the network down to ssthresh over one round trip, or up to it where losses went below.

    So recovery neither falls silent for half a window nor sends a burst, whatever the algorithm makes of ssthresh.
    """

    __slots__ = ("_delivered", "_flight", "_sent")

    def __init__(self) -> None:
        self._delivered = 0
        """prr_delivered: bytes that arrived during recovery."""
        self._sent = 0
        """Bytes sent in the life of the connection when recovery began, which prr_out counts from."""
        self._flight = 1
        """RecoverFS."""

    def begin(self, flight: int, sent: int) -> None:
        """Recovery begins, with ``flight`` bytes unacknowledged; ``sent`` were sent so far, each time counted."""
        self._delivered = 0
        self._sent = sent
        self._flight = max(flight, 1)

    def acknowledged(self, delivered: int, pipe: int, sent: int, ssthresh: int, mss: int, progress: bool) -> int:
        """How many bytes may go out now, where ``delivered`` bytes arrived, ``pipe`` are in the network and ``sent``
        were ever sent.

        ``progress``: the acknowledgement moved on and told of no further loss. Only then is the slow-start reduction
        bound used; else the conservative one, which puts in no more than has come out ([6937] section 3).

        Where many losses are told at once, ``pipe`` falls below ssthresh, and those bounds would let out in one burst
        what the reduction kept back until then: often more than the queue holds that had just overflowed. So it goes
        as in slow start, twice what arrived, or two segments, for each acknowledgement.
        """
        self._delivered += delivered
        out = sent - self._sent
        if pipe > ssthresh:
            count = -(-self._delivered * ssthresh // self._flight) - out
        else:
            limit = self._delivered - out
            if progress:
                limit = max(limit, delivered) + mss
            count = min(ssthresh - pipe, limit, 2 * max(delivered, mss))
        return max(count, 0)
