"""How a field lies on the wire: the second half of a wire type, ``Annotated[Field[int], UInt(16)]``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Packed(Protocol):
    """An address type: made from its bytes, and giving them back as ``packed``."""

    @property
    def packed(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class UInt:
    """An unsigned integer of 1 to 64 bits, in network order unless ``little``. ``boolean``: one bit read as a bool."""

    bits: int
    little: bool = False
    boolean: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 64:
            raise TypeError(f"UInt({self.bits}): 1 to 64 bits")
        if self.little and self.bits % 8:
            raise TypeError(f"UInt({self.bits}, little=True): whole bytes only")
        if self.boolean and self.bits != 1:
            raise TypeError(f"UInt({self.bits}, boolean=True): one bit only")


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
    """Packets back to back, in as many bytes as the right-hand side says."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Not on the wire: given when viewing, parsing or building."""


Encoding = UInt | Octets | Blob | ListOf | Argument
