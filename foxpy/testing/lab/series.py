"""Measurements over time, within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar, overload

T = TypeVar("T")

LIMIT: Final = 65536


class Series(Sequence[T], Generic[T]):
    """What is measured at equal distances. When it is full, every other one is let go of, and from then on only every
    second is taken: however long a run is, the series spans all of it."""

    __slots__ = ("_every", "_kept", "_limit", "_skip")

    def __init__(self, limit: int = LIMIT) -> None:
        """``limit`` is an even number."""
        self._kept: list[T] = []
        self._limit = limit
        self._every = 1
        self._skip = 0

    def take(self, value: T) -> None:
        if self._skip:
            self._skip -= 1
            return
        self._kept.append(value)
        self._skip = self._every - 1
        if len(self._kept) >= self._limit:  # an even number: the one just taken goes, and the next is in its turn
            del self._kept[1::2]
            self._every *= 2

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._kept[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self._kept)
