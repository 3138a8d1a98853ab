"""The timestamps of a connection that agreed on them ([7323] sections 3 to 5): its clock, and what it echoes."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.segment import Options
from foxpy.layers.tcp.sequence import MASK
from foxpy.mypyc_attributes import mypyc_attr

TICKS: Final = 1000
"""Of the timestamp clock in a second: as often as is useful ([7323] section 5.4, "between 1 ms and 1 second")."""
SIZE: Final = 12
"""Bytes of the option with what aligns it ([7323] appendix A)."""
OUTDATED: Final = 24 * 86400.0
"""Seconds after which a timestamp is too old to be compared with: a clock of 1 ms may have come around half way
([7323] section 5.5)."""
HALF: Final = 0x8000_0000


def stamp(now: float, offset: int) -> int:
    """The timestamp clock at ``now``: of 1 ms, moved by an ``offset`` that nobody outside knows."""
    return (int(now * TICKS) + offset) & MASK


@mypyc_attr(acyclic=True)
class Stamps:
    """TS.Recent, and the clock that our own timestamps are read from."""

    __slots__ = ("_at", "_options", "echo", "offset", "recent", "recent_at")

    def __init__(self, offset: int, recent: int, now: float) -> None:
        """``recent`` is the TSval of the peer's SYN."""
        self.offset = offset
        self.recent = recent
        """TS.Recent: what to echo."""
        self.recent_at = now
        """When that came."""
        self.echo = 0
        """SEG.TSecr of the segment at hand."""
        self._at = -1.0
        self._options = Options(tsval=0, tsecr=0)

    def options(self, now: float) -> Options:
        """The options of a segment that carries timestamps alone; the same object while they stay the same."""
        options = self._options
        if now == self._at and options.tsecr == self.recent:  # as for all that one batch of segments sets off
            return options
        value = stamp(now, self.offset)
        self._at = now
        if value != options.tsval or options.tsecr != self.recent:
            self._options = options = Options(tsval=value, tsecr=self.recent)
        return options

    def fresh(self, tsval: int, now: float) -> bool:
        """PAWS, R1: whether a segment with ``tsval`` may be a new one ([7323] section 5.3, and 5.5 for its end)."""
        return (tsval - self.recent) & MASK < HALF or now - self.recent_at > OUTDATED

    def remember(self, tsval: int, now: float) -> None:
        """The segment at hand passed ``fresh`` and begins at or before Last.ACK.sent: it is the one to echo."""
        self.recent = tsval
        self.recent_at = now

    def sent_before(self, now: float) -> float:
        """The time before which the segment was sent whose timestamp is echoed: the end of that tick of the clock."""
        return (int(now * TICKS) + 1) / TICKS - self.elapsed(now)

    def elapsed(self, now: float) -> float:
        """Seconds since the segment was sent whose timestamp is echoed in the one at hand, to 1 ms ([7323] section 4).

        Any number where the peer makes its echoes up.
        """
        return ((stamp(now, self.offset) - self.echo) & MASK) / TICKS
