"""The user timeout that both ends tell each other of ([5482]): for how long what is sent may go unacknowledged."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.tcb import Tcb

MINUTES: Final = 0x8000
"""The bit that says that the other fifteen count minutes, not seconds."""


def encode(seconds: float) -> int:
    """The option's value for ``seconds``, rounded up to what it can say: whole seconds, then minutes, up to 22 days."""
    whole = max(1, int(-(-seconds // 1))) if seconds < MINUTES * 60 else MINUTES * 60
    return whole if whole < MINUTES else MINUTES | min(-(-whole // 60), MINUTES - 1)


def decode(value: int) -> int:
    """Seconds; 0 for the two values that are reserved and "MUST be ignored" (section 3.4)."""
    count = value & MINUTES - 1
    return count * 60 if value & MINUTES else count


def heard(tcb: Tcb, seconds: int) -> None:
    """The peer tells its user timeout (section 3.1)."""
    if tcb.config.heed_user_timeout:
        tcb.peer_timeout = seconds


def give_up_after(tcb: Tcb) -> float:
    """R2 of a synchronized connection: USER_TIMEOUT as section 3.1 recommends, once the peer has told its own.

    Never below the retransmission timeout, which would end connections for nothing.
    """
    config = tcb.config
    if not tcb.peer_timeout or not config.heed_user_timeout:
        return config.give_up_after
    least = max(config.least_user_timeout, 2 * tcb.rtt.rto)
    return max(least, min(config.largest_user_timeout, max(config.user_timeout or 0.0, tcb.peer_timeout)))


def idle_before_probes(tcb: Tcb, keepalive: float) -> float:
    """How long a connection is idle before keep-alive probes: more than the user timeout that was adopted (4.2)."""
    if not tcb.peer_timeout:
        return keepalive
    return max(keepalive, give_up_after(tcb) + 1.0)
