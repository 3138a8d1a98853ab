"""Putting fragments together (RFC 791, section 3.2; RFC 815; RFC 1122, section 3.3.2).

RFC 815 keeps a list of holes. This keeps the pieces instead, in order, which says the same in fewer words because no
two pieces may overlap: the datagram is whole when the bytes that are there are as many as its length. Fragments that
overlap have no honest sender, and much evil was done with them (RFC 1858, RFC 3128): their whole datagram is thrown
away, what is still to come of it too, as RFC 5722 demands of IPv6. A fragment that came twice is not an overlap.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Final, TypeAlias

from foxpy.ecn import CE
from foxpy.layers.ipv4.control import FragmentInfo
from foxpy.layers.ipv4.ecn import TOS
from foxpy.runtime import Runtime

LARGEST: Final = 65535
"""The largest datagram, header included."""
TCP: Final = 6
TCP_SAFE: Final = 16
"""A first fragment of TCP has all of what filters look at, so that none can be put past one (RFC 1858, section 3.2.1);
and no other fragment may begin before that (RFC 1858, section 4.2; RFC 3128, section 4)."""

PIECE_COST: Final = 128
"""What keeping a piece takes besides its bytes."""
DATAGRAM_COST: Final = 512


Key: TypeAlias = tuple[int, int, int, int]
"""Source, destination, protocol and identification (RFC 791, section 2.3)."""


class FragmentCounters:
    """What became of fragments; see FragmentInfo."""

    __slots__ = ("crowded_out", "overlaps", "reassembled", "received", "refused", "timed_out")

    def __init__(self) -> None:
        self.received = 0
        self.reassembled = 0
        self.refused = 0
        self.overlaps = 0
        self.timed_out = 0
        self.crowded_out = 0

    def discards(self) -> dict[str, int]:
        """Every reason for which fragments were dropped, by name."""
        return {
            "fragments_refused": self.refused,
            "fragments_overlapping": self.overlaps,
            "fragments_timed_out": self.timed_out,
            "fragments_crowded_out": self.crowded_out,
        }


class Datagram:
    """One that is not whole yet. ``starts`` are the offsets of ``pieces``; ``length`` is -1 until the last one came."""

    __slots__ = ("cost", "deadline", "first", "length", "marked", "pieces", "present", "source", "spoilt", "starts")

    def __init__(self, source: int, deadline: float) -> None:
        self.source = source
        self.deadline = deadline
        self.first = b""  # the header of the first fragment
        self.starts: list[int] = []
        self.pieces: list[bytes] = []
        self.present = 0
        self.length = -1
        self.cost = 0
        self.spoilt = False
        self.marked = False
        """One of them had CE."""


class Source:
    """What one source has under way."""

    __slots__ = ("datagrams", "memory")

    def __init__(self) -> None:
        self.datagrams: dict[Key, None] = {}  # the oldest first
        self.memory = 0


class Reassembly:
    """The datagrams that are not whole yet, bounded in number and memory, for each source and for all."""

    __slots__ = (
        "_datagrams",
        "_expired",
        "_limit",
        "_memory",
        "_runtime",
        "_source_memory",
        "_sources",
        "_timeout",
        "_timer",
        "counters",
        "memory",
    )

    memory: int
    """Bytes in use, by an estimate that counts the bookkeeping."""

    def __init__(
        self,
        runtime: Runtime,
        timeout: float,
        limit: int,
        memory: int,
        source_memory: int,
        expired: Callable[[bytes], None],
    ) -> None:
        """``expired`` is given the first fragment of each datagram whose time ran out, where that fragment has come."""
        self._runtime = runtime
        self._timeout = timeout
        self._limit = limit
        self._memory = memory
        self._source_memory = source_memory
        self._expired = expired
        self._datagrams: dict[Key, Datagram] = {}  # in the order of their deadlines
        self._sources: dict[int, Source] = {}
        self._timer = runtime.timer(self._time_out)
        self.counters = FragmentCounters()
        self.memory = 0

    def __len__(self) -> int:
        return len(self._datagrams)

    def add(self, key: Key, header: bytes, data: bytes, offset: int, more: bool) -> tuple[bytes, bytes] | None:
        """A fragment of the datagram ``key``.

        Gives the first fragment's header and all the data once nothing is missing.
        """
        counters = self.counters
        counters.received += 1
        size = len(data)
        end = offset + size
        if (
            size == 0
            or (more and size & 7)
            or len(header) + end > LARGEST
            or (key[2] == TCP and (offset < TCP_SAFE if offset else size < TCP_SAFE))
        ):
            counters.refused += 1
            return None
        datagram = self._datagrams.get(key)
        if datagram is None:
            datagram = self._datagrams[key] = Datagram(key[0], self._runtime.now + self._timeout)
            source = self._sources.setdefault(key[0], Source())
            source.datagrams[key] = None
            self._charge(datagram, DATAGRAM_COST)
            if not self._timer.running:
                self._timer.start(self._timeout)
        elif datagram.spoilt:
            return None
        starts = datagram.starts
        at = bisect_left(starts, offset)
        if at < len(starts) and starts[at] == offset and datagram.pieces[at] == data:
            if more is not (datagram.length == end):
                return None  # the network made two of it
            self._spoil(datagram)
            return None
        if (
            (at and starts[at - 1] + len(datagram.pieces[at - 1]) > offset)
            or (at < len(starts) and end > starts[at])
            or (datagram.length >= 0 and (end > datagram.length or not more))
            or (not more and starts and starts[-1] + len(datagram.pieces[-1]) > end)
        ):
            self._spoil(datagram)
            return None
        starts.insert(at, offset)
        datagram.pieces.insert(at, data)
        datagram.present += size
        if header[TOS] & 3 == CE:
            datagram.marked = True
        if offset == 0:
            datagram.first = header
        if not more:
            datagram.length = end
        if datagram.present == datagram.length:
            self._remove(key)
            if len(datagram.first) + datagram.length > LARGEST:  # the first fragment's header may be a longer one
                counters.refused += 1
                return None
            counters.reassembled += 1
            first = datagram.first
            if datagram.marked and first[TOS] & 3:  # RFC 3168, section 5.3: no mark is lost
                first = first[:TOS] + bytes((first[TOS] | CE,)) + first[TOS + 1 :]
            return first, b"".join(datagram.pieces)
        self._charge(datagram, size + PIECE_COST)
        if self.memory > self._memory or len(self._datagrams) > self._limit:
            self._crowd_out(next(iter(self._datagrams)))
        elif self._sources[key[0]].memory > self._source_memory:
            self._crowd_out(next(iter(self._sources[key[0]].datagrams)))
        return None

    def info(self) -> FragmentInfo:
        c = self.counters
        return FragmentInfo(
            received=c.received,
            reassembled=c.reassembled,
            refused=c.refused,
            overlaps=c.overlaps,
            timed_out=c.timed_out,
            crowded_out=c.crowded_out,
            waiting=len(self),
            memory=self.memory,
        )

    def clear(self) -> None:
        self._datagrams.clear()
        self._sources.clear()
        self.memory = 0
        self._timer.stop()

    def _charge(self, datagram: Datagram, cost: int) -> None:
        datagram.cost += cost
        self.memory += cost
        self._sources[datagram.source].memory += cost

    def _spoil(self, datagram: Datagram) -> None:
        """Throw away what is there; the empty entry stays to swallow what is still to come."""
        self.counters.overlaps += 1
        datagram.spoilt = True
        datagram.starts = []
        datagram.pieces = []
        datagram.first = b""
        self._charge(datagram, DATAGRAM_COST - datagram.cost)

    def _remove(self, key: Key) -> Datagram:
        datagram = self._datagrams.pop(key)
        self._charge(datagram, -datagram.cost)
        source = self._sources[datagram.source]
        del source.datagrams[key]
        if not source.datagrams:
            del self._sources[datagram.source]
        if not self._datagrams:
            self._timer.stop()
        return datagram

    def _crowd_out(self, oldest: Key) -> None:
        """Make room. What is new has the better chance to become whole."""
        self._remove(oldest)
        self.counters.crowded_out += 1

    def _time_out(self) -> None:
        """RFC 1122, section 3.3.2: the time is fixed, and the source is told if the first fragment has come."""
        now = self._runtime.now
        firsts = []
        while self._datagrams:
            key = next(iter(self._datagrams))
            deadline = self._datagrams[key].deadline
            if deadline > now:
                self._timer.start(deadline - now)
                break
            datagram = self._remove(key)
            if not datagram.spoilt:
                self.counters.timed_out += 1
                if datagram.first:
                    firsts.append(datagram.first + datagram.pieces[0])
        for first in firsts:
            self._expired(first)
