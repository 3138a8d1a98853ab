"""What arrived behind a gap, as the blocks that selective acknowledgements name ([2018] sections 3 and 4)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

MOST: Final = 4
"""Blocks that the options of a segment have room for; three beside timestamps ([2018] section 3)."""


class Blocks:
    """Runs of sequence numbers, in order and apart from each other, and which of them grew last."""

    __slots__ = ("_lefts", "_recent", "_rights")

    def __init__(self) -> None:
        self._lefts: list[int] = []
        self._rights: list[int] = []
        self._recent: list[int] = []  # left edges, of the block that grew last first; some may be gone

    def add(self, left: int, right: int) -> None:
        """``left`` up to ``right``, which is excluded, has arrived; joins it to what it touches."""
        lefts = self._lefts
        rights = self._rights
        first = bisect_left(rights, left)
        behind = bisect_right(lefts, right)
        if first < behind:
            left = min(left, lefts[first])
            right = max(right, rights[behind - 1])
        lefts[first:behind] = [left]
        rights[first:behind] = [right]
        recent = [left]
        for each in self._recent:
            if len(recent) < MOST and not left <= each <= right:
                recent.append(each)
        self._recent = recent

    def overlap(self, left: int, right: int) -> tuple[int, int] | None:
        """What of ``left`` to ``right`` has arrived before, its first run; and the block of that is now the recent one,
        as it is told with it ([2883] section 4.2)."""
        at = bisect_right(self._rights, left)
        if at == len(self._lefts) or self._lefts[at] >= right:
            return None
        block = self._lefts[at]
        self._recent = [block, *[each for each in self._recent if each != block]][:MOST]
        return max(left, block), min(right, self._rights[at])

    def passed(self, seq: int) -> None:
        """All up to ``seq`` is acknowledged by its number: forget it."""
        count = bisect_right(self._rights, seq)
        if count:
            del self._lefts[:count], self._rights[:count]

    def report(self, most: int) -> list[tuple[int, int]]:
        """Up to ``most`` blocks as pairs, the right edge excluded: the one with what came last first, then those that
        were the first before, so that each is told several times ([2018] section 4); then the lowest."""
        lefts = self._lefts
        rights = self._rights
        found: list[tuple[int, int]] = []
        for left in self._recent:
            if len(found) >= most:
                return found
            at = bisect_left(lefts, left)
            if at < len(lefts) and lefts[at] == left:
                found.append((left, rights[at]))
        for at in range(len(lefts)):
            if len(found) >= most:
                break
            block = (lefts[at], rights[at])
            if block not in found:
                found.append(block)
        return found

    def clear(self) -> None:
        self._lefts.clear()
        self._rights.clear()
        self._recent.clear()
