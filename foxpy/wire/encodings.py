"""How a field lies on the wire: the second half of a wire type, ``Annotated[Field[int], UInt(16)]``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from foxpy.wire.codec import Codec


class Packed(Protocol):
    """An address type: made from its bytes, and giving them back as ``packed``."""

    @property
    def packed(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class UInt:
    """An unsigned integer of 1 to 64 bits, in network order unless ``little``.

    ``boolean``: read as a bool, anything but 0 being true. ``kind``: read as a member of that enum; a number that is
    none of its members is Malformed, or with ``open`` stays a plain number.
    """

    bits: int
    little: bool = False
    boolean: bool = False
    kind: type[IntEnum] | None = None
    open: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 64:
            raise TypeError(f"UInt({self.bits}): 1 to 64 bits")
        if self.little and self.bits % 8:
            raise TypeError(f"UInt({self.bits}, little=True): whole bytes only")
        if self.boolean and self.kind is not None:
            raise TypeError(f"UInt({self.bits}, boolean=True): is not read as {self.kind.__name__} too")
        if self.open and self.kind is None:
            raise TypeError(f"UInt({self.bits}, open=True): open to what? It needs a kind=")
        for member in self.kind or ():
            if not 0 <= member < 1 << self.bits:
                raise TypeError(f"UInt({self.bits}, kind={type(member).__name__}): {member.name} is {int(member)}")


@dataclass(frozen=True, slots=True)
class Octets:
    """Exactly ``size`` bytes; read as ``kind`` if one is given, and then written from a ``kind`` or from bytes."""

    size: int
    kind: Callable[[bytes], Packed] | None = None

    def __post_init__(self) -> None:
        if self.size < 1:
            raise TypeError(f"Octets({self.size}): at least one byte")


@dataclass(frozen=True, slots=True)
class Blob:
    """As many bytes as the right-hand side says. ``window``: read as a Window on the shared buffer, else as bytes."""

    window: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """Things back to back: packets, or with ``element`` numbers, addresses or a codec's values."""

    element: UInt | Octets | Codec[object] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.element, UInt) and self.element.bits % 8:
            raise TypeError(f"ListOf(UInt({self.element.bits})): elements are whole bytes")

    @property
    def step(self) -> int | None:
        """The bytes of an element, where all have the same number."""
        match self.element:
            case UInt(bits=bits):
                return bits // 8
            case Octets(size=size):
                return size
            case _:
                return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A packet, or the one of several that the bytes are."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Not on the wire: given when viewing, parsing or building."""


Encoding = UInt | Octets | Blob | ListOf | OneOf | Codec[object] | Argument
"""Every kind of wire type."""
