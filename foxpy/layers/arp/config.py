"""Settings of ARP, and the constants of RFC 5227."""

from __future__ import annotations

import enum
from typing import Final

import attrs

PROBE_WAIT: Final = 1.0
"""Seconds; RFC 5227, section 1.1, fixes this and all that follow."""
PROBE_NUM: Final = 3
PROBE_MIN: Final = 1.0
PROBE_MAX: Final = 2.0
ANNOUNCE_WAIT: Final = 2.0
ANNOUNCE_NUM: Final = 2
ANNOUNCE_INTERVAL: Final = 2.0
MAX_CONFLICTS: Final = 10
RATE_LIMIT_INTERVAL: Final = 60.0
DEFEND_INTERVAL: Final = 10.0


class Defence(enum.Enum):
    """What to do when another station uses an address of this host: the choices of RFC 5227, section 2.4."""

    ABANDON = "give the address up at the first conflict (a)"
    ONCE = "defend it once, give it up at a second conflict within 10 seconds (b)"
    ALWAYS = "keep it, defend it every 10 seconds at most (c)"


@attrs.frozen(kw_only=True)
class ArpConfig:
    """How to resolve, remember and answer. Times are seconds; those of the cache are Linux's, after RFC 4861."""

    reachable_time: float = attrs.field(default=30.0, validator=attrs.validators.gt(0))
    """How long an answer is believed; each time between half and one and a half of it (RFC 4861, section 6.3.2)."""
    delay_first_probe: float = attrs.field(default=5.0, validator=attrs.validators.gt(0))
    """How long a stale entry that is used again may prove itself before it is polled."""
    retransmit: float = attrs.field(default=1.0, validator=attrs.validators.gt(0))
    """Between two requests for one neighbour. RFC 1122, section 2.3.2.1, recommends no less than 1."""
    requests: int = attrs.field(default=3, validator=attrs.validators.gt(0))
    """Broadcast requests before a neighbour counts as unreachable."""
    polls: int = attrs.field(default=3, validator=attrs.validators.gt(0))
    """Unicast requests to a stale neighbour before its entry is given up."""
    forget_after: float = attrs.field(default=600.0, validator=attrs.validators.gt(0))
    """How long a stale or failed entry that nobody has open is kept."""
    neighbours: int = attrs.field(default=4096, validator=attrs.validators.gt(0))
    """Entries in the cache. Those that nobody has open make room, the one longest without news first."""
    queue: int = attrs.field(default=64, validator=attrs.validators.gt(0))
    """Packets that wait for one neighbour; the oldest is dropped for the newest (RFC 1122, section 2.3.2.2)."""
    queue_bytes: int = attrs.field(default=4 << 20, validator=attrs.validators.gt(0))
    """Bytes that wait for all neighbours together."""
    request_rate: float = attrs.field(default=256.0, validator=attrs.validators.gt(0))
    """Requests a second for all neighbours together, and the size of a burst."""
    reply_rate: float = attrs.field(default=1024.0, validator=attrs.validators.gt(0))
    """Replies a second, and the size of a burst."""
    lock_time: float = attrs.field(default=1.0, validator=attrs.validators.ge(0))
    """For how long the first of several different answers stands (Linux: locktime); 0 lets the last one win."""
    accept_updates: bool = True
    """Whether a station may change its entry without having been asked, by a request or an announcement, as RFC 826
    has it. Without this only answers do; a station that was replaced is then found after its entry has gone stale.
    Such packets never make an entry, except a request to this host."""
    accept_relayed: bool = True
    """Whether to believe an ARP packet whose sender is not the station that sent the frame (RFC 826 looks at the packet
    alone; redundant routers and wireless bridges do this)."""
    probe: bool = False
    """Whether to ask for an address before using it. RFC 5227, section 2.1, wants that, and it takes 4 to 7 seconds;
    an address that was set on purpose is announced and used at once, and conflicts are noticed by its defence."""
    defence: Defence = Defence.ALWAYS
