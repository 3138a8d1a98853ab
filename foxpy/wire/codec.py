"""Wire types of one's own: how something is read and written that no other wire type describes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class Codec(ABC, Generic[T]):
    """A wire type that reads and writes itself; an instance stands in ``Annotated[Field[str], Text(...)]``.

    A codec has no state: one instance serves all packets. It tells where it ends by itself, unless the right-hand side
    says ``sized(...)`` or ``rest()``: then it must use just those bytes. ``T`` is hashable and never changes.

    ``read`` raises Truncated or Malformed and ``write`` OutOfRange, each with the fact alone: the packet's and the
    field's names and the byte offset are added.
    """

    compresses: ClassVar[bool] = False
    """Whether what is read or written depends on the rest of the message: on ``origin`` or ``names``."""

    @abstractmethod
    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[T, int]:
        """The value that begins at ``buf[pos]``, and the position behind it, which is at most ``end``.

        The message that the packet is part of begins at ``origin``. ``buf`` is from the network: any bytes are to give
        a value, Truncated or Malformed.
        """

    @abstractmethod
    def write(self, out: bytearray, value: T, names: dict[object, int]) -> None:
        """Append ``value`` to ``out``, which begins where the message does. Raises OutOfRange, with ``out`` undefined.

        ``names`` is the message's own, and the codec's to use: what has been written, and where in ``out``.
        """

    @abstractmethod
    def strategy(self) -> SearchStrategy[T]:
        """Values for tests: all that can be written and are read back as they were."""

    @property
    def whole(self) -> bool:
        """Whether it takes all bytes up to ``end``, so that only a size or ``rest()`` can say where it ends."""
        return False

    @property
    def minimum(self) -> int:
        """The least bytes that a value takes: what lists that have a count are held to before they are read."""
        return 0

    def check(self, value: T) -> T:
        """``value`` as a packet is to hold it. Raises OutOfRange or TypeError for what cannot be written."""
        self.write(bytearray(), value, {})
        return value
