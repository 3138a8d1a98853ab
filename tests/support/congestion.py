"""Acknowledgements for a congestion control by itself."""

from __future__ import annotations

from foxpy.layers.tcp.congestion import Ack


def ack(
    acknowledged: int,
    *,
    flight: int,
    mss: int = 1000,
    now: float = 0.0,
    round_trip: float = -1.0,
    round_started: bool = False,
    delivered: int | None = None,
    lost: int = 0,
) -> Ack:
    """What an algorithm is told when ``acknowledged`` of ``flight`` bytes are acknowledged."""
    told = Ack()
    told.acknowledged = acknowledged
    told.delivered = acknowledged if delivered is None else delivered
    told.flight = flight
    told.mss = mss
    told.now = now
    told.round_trip = round_trip
    told.round_started = round_started
    told.lost = lost
    return told
