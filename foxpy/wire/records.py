"""Packets back to back in a buffer: option areas, capture files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from foxpy.wire.definition import check_elements
from foxpy.wire.lists import compile_list, compile_walk, compile_writer
from foxpy.wire.members import Ordered, members_of
from foxpy.wire.packet import Packet
from foxpy.wire.window import Buffer

P = TypeVar("P", bound=Packet)


class Records(Ordered, Generic[P]):
    """``Records[A | B](end=E, align=4)``: a list of A and B outside a packet, as ``packets[A | B]`` is inside one.

    ``end``: an element that ends the list early and is not in it. ``align``: zeros are added on build up to a multiple.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, union: object) -> object:
            return cls.of(union) or super().__class_getitem__(union)

    def __init__(self, *, end: type[Packet] | None = None, align: int = 1) -> None:
        self.end = end
        self.align = align

    @property
    def members(self) -> tuple[type[Packet], ...]:
        return cast("tuple[type[Packet], ...]", members_of(self._union))

    def parse(self, buf: bytes, start: int, end: int) -> tuple[P, ...]:
        """All packets in ``buf[start:end]``. Raises Truncated or Malformed."""
        self.parse = self._read  # type: ignore[assignment, method-assign]  # generated code takes over at first use
        return self._read(buf, start, end)

    def walk(self, buf: Buffer, start: int, end: int) -> Iterator[tuple[P, int]]:
        """Each packet in ``buf[start:end]`` with the position behind it, read when it is asked for.

        Raises Truncated or Malformed at the packet that cannot be read; those before it have been given by then.
        """
        return self._step(buf, start, end)

    @cached_property
    def _step(self) -> Callable[[Buffer, int, int], Iterator[tuple[P, int]]]:
        title = self._title
        check_elements(title, self.members, self.end)
        return cast(
            "Callable[[Buffer, int, int], Iterator[tuple[P, int]]]", compile_walk(title, self.members, self.end)
        )

    @property
    def _title(self) -> str:
        return f"Records[{' | '.join(member.__name__ for member in self.members)}]"

    @cached_property
    def _read(self) -> Callable[[bytes, int, int], tuple[P, ...]]:
        """Compiled once, even for a caller that has kept the method ``parse`` from before its first use."""
        title = self._title
        check_elements(title, self.members, self.end)
        return cast("Callable[[bytes, int, int], tuple[P, ...]]", compile_list(title, self.members, self.end))

    def build(self, elements: Iterable[P]) -> bytes:
        """The bytes of ``elements``, and padding. Raises OutOfRange."""
        return compile_writer("Records", self.align)(elements)
