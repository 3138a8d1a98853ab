"""Addresses that the standard library has no type for.

IPv4 hosts are ``ipaddress.IPv4Address``. Each kind of address is a type of its own: were they all ``bytes`` or
``int``, mypy would accept a stack that hands the one kind to a layer that wants the other.
"""

from __future__ import annotations

from functools import total_ordering
from typing import Final, NewType

from foxpy.errors import BadAddress

Port = NewType("Port", int)
"""A TCP or UDP port, 1 to 65535; 0 asks for an ephemeral one where an operation says so."""


def port(number: int) -> Port:
    """``number`` as a Port. Raises BadAddress outside 0..65535."""
    if not 0 <= number <= 0xFFFF:
        raise BadAddress(f"port {number} is outside 0..65535")
    return Port(number)


@total_ordering
class MacAddress:
    """A 48-bit IEEE 802 address. Immutable, hashable, ordered by number."""

    __slots__ = ("_hash", "packed")

    packed: bytes
    """The six bytes, in the order in which they are sent."""

    def __init__(self, packed: bytes) -> None:
        if len(packed) != 6:
            raise BadAddress(f"a MAC address has 6 bytes, not {len(packed)}: {packed.hex(':')!r}")
        self.packed = bytes(packed)
        self._hash = hash(self.packed)

    @classmethod
    def parse(cls, text: str) -> MacAddress:
        """Read ``02:00:00:00:00:01``; dashes and upper case are accepted. Raises BadAddress."""
        try:
            return cls(bytes.fromhex(text.replace("-", ":").replace(":", " ")))
        except ValueError:
            raise BadAddress(f"{text!r} is not a MAC address; write it like 02:00:00:00:00:01") from None

    @classmethod
    def local(cls, number: int) -> MacAddress:
        """The locally administered unicast address 02:..: with ``number`` (40 bits) in its last five bytes."""
        return cls((0x02 << 40 | number & 0xFF_FFFF_FFFF).to_bytes(6, "big"))

    @property
    def is_group(self) -> bool:
        """Whether it names many stations: multicast or broadcast (IEEE 802, the I/G bit)."""
        return bool(self.packed[0] & 1)

    def __int__(self) -> int:
        return int.from_bytes(self.packed, "big")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MacAddress) and self.packed == other.packed

    def __lt__(self, other: MacAddress) -> bool:
        return self.packed < other.packed

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return self.packed.hex(":")

    def __repr__(self) -> str:
        return f"MacAddress.parse({str(self)!r})"


BROADCAST: Final = MacAddress(b"\xff" * 6)
"""Every station on the segment."""
