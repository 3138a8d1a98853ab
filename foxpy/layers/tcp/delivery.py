"""Delivery rate: how fast the path lately delivered, for congestion control that asks for it.

N. Cardwell et al., "Delivery Rate Estimation", draft-cheng-iccrg-delivery-rate-estimation-02, with its names. What it
notes of each packet is the same for all that go out at one time, so that one stamp serves a whole burst.
"""

from __future__ import annotations

from foxpy.layers.tcp.congestion.base import Ack
from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(acyclic=True)
class Stamp:
    """How deliveries stood when something was sent (section 3.1.2)."""

    __slots__ = ("delivered", "delivered_at", "first_sent_at", "limited", "sent_at")

    def __init__(
        self, delivered: int, delivered_at: float, first_sent_at: float, sent_at: float, limited: bool
    ) -> None:
        self.delivered = delivered
        """P.delivered: bytes delivered by then."""
        self.delivered_at = delivered_at
        """P.delivered_time: when the last of them was."""
        self.first_sent_at = first_sent_at
        """P.first_sent_time: when the sending of that began which the next sample is about."""
        self.sent_at = sent_at
        """P.sent_time."""
        self.limited = limited
        """P.is_app_limited."""


@mypyc_attr(acyclic=True)
class DeliveryRate:
    """The estimator of one connection: stamps what is sent, and makes a sample of each acknowledgement."""

    __slots__ = ("_delivered", "_delivered_at", "_first_sent_at", "_least", "_limited", "_newest", "_stamp")

    def __init__(self) -> None:
        self._delivered = 0  # C.delivered
        self._delivered_at = 0.0  # C.delivered_time
        self._first_sent_at = 0.0  # C.first_sent_time
        self._limited = 0  # C.app_limited: once more than this is delivered, the application is the limit no longer
        self._least = float("inf")  # the least round trip
        self._stamp: Stamp | None = None  # of what was sent last
        self._newest: Stamp | None = None  # of what this acknowledgement delivers

    def sent(self, now: float, idle: bool) -> Stamp:
        """Something is being sent, for the first time or again; ``idle``: nothing else is in flight (section 3.2)."""
        if idle:
            self._first_sent_at = self._delivered_at = now
        last = self._stamp
        if last is not None and last.sent_at == now and last.delivered == self._delivered and not idle:
            return last
        stamp = Stamp(self._delivered, self._delivered_at, self._first_sent_at, now, self._limited > 0)
        self._stamp = stamp
        return stamp

    def arrived(self, stamp: Stamp) -> None:
        """Something that was sent with ``stamp`` is newly acknowledged, or newly SACKed: the newest one counts."""
        newest = self._newest
        if newest is None or stamp.delivered >= newest.delivered:
            self._newest = stamp

    def limit(self, in_flight: int) -> None:
        """The application has nothing more to send, and the window is not full (section 3.4)."""
        self._limited = self._delivered + in_flight or 1

    def sample(self, ack: Ack) -> None:
        """Write into ``ack``, whose ``delivered`` is right already, what the acknowledgement says (section 3.3)."""
        now = ack.now
        self._delivered += ack.delivered
        self._delivered_at = now
        ack.total_delivered = delivered = self._delivered
        ack.delivery_rate = 0.0
        ack.prior_delivered = -1
        ack.app_limited = False
        if 0.0 <= ack.round_trip < self._least:
            self._least = ack.round_trip
        if self._limited and delivered > self._limited:
            self._limited = 0
        newest = self._newest
        if newest is None:
            return
        self._newest = None
        self._first_sent_at = newest.sent_at
        ack.prior_delivered = newest.delivered
        ack.app_limited = newest.limited
        # the slower of sending and delivering: acknowledgements may come in a bunch, and tell of no faster path
        interval = max(newest.sent_at - newest.first_sent_at, now - newest.delivered_at)
        # "an interval below the least round trip": ACKs that were compressed, or of what had been sent twice
        if interval > 0.0 and interval >= self._least:
            ack.delivery_rate = (delivered - newest.delivered) / interval
