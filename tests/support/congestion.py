"""Acknowledgements for a congestion control by itself."""

from __future__ import annotations

from foxpy.layers.tcp.congestion import Ack, CongestionControl


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
    told.srtt = max(round_trip, 0.0)
    told.round_started = round_started
    told.lost = lost
    return told


def drive(control: CongestionControl, round_trip: float, seconds: float, now: float = 0.0, mss: int = 1000) -> float:
    """Full windows acknowledged segment by segment, evenly, for ``seconds`` from ``now`` on; the time afterwards."""
    end = now + seconds
    while now < end:
        segments = max(1, control.window // mss)
        for number in range(segments):
            now += round_trip / segments
            flight = control.window
            control.acknowledged(
                ack(mss, flight=flight, mss=mss, now=now, round_trip=round_trip, round_started=number == 0)
            )
    return now
