"""ICMP Router Discovery messages (RFC 1256, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, Final

from foxpy.layers.icmp.wire import ICMP
from foxpy.wire import (
    Body,
    Buffer,
    Codec,
    Field,
    FieldAs,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    Truncated,
    arg,
    const,
    count,
    derived,
    field,
    packets,
    reader,
    rest,
    sized,
    u8,
    u16,
    u32,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ADVERTISEMENT: Final = 9
SOLICITATION: Final = 10
NEVER_DEFAULT: Final = -(1 << 31)
"""The preference of a router that is not to be a default router."""
HIGHEST: Final = (1 << 31) - 1
WORDS: Final = 2
"""Of 4 bytes, in what is said of one router."""


@dataclass(frozen=True)
class Signed32(Codec[int]):
    """A number of 32 bits in two's complement."""

    @property
    def minimum(self) -> int:
        return 4

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[int, int]:
        if pos + 4 > end:
            raise Truncated(f"needs 4 bytes, {end - pos} left")
        return int.from_bytes(buf[pos : pos + 4], "big", signed=True), pos + 4

    def write(self, out: bytearray, value: int, names: dict[object, int]) -> None:
        out += self.check(value).to_bytes(4, "big", signed=True)

    def check(self, value: int) -> int:
        if type(value) is not int:
            raise TypeError(f"needs an int, got {value!r}")
        if not NEVER_DEFAULT <= value <= HIGHEST:
            raise OutOfRange(f"{value} does not fit in 32 bits ({NEVER_DEFAULT}..{HIGHEST})")
        return value

    def strategy(self) -> SearchStrategy[int]:
        from hypothesis import strategies as st

        return st.integers(NEVER_DEFAULT, HIGHEST)


Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]
Preference = Annotated[Field[int], Signed32()]


class Entry(Packet):
    """What is said of one router, in ``words`` of 4 bytes."""

    words: arg[int] = field()
    address: Ip4
    preference: Preference = field(default=0)  # as a default router: the higher, the better
    more: Raw = sized(words * 4 - 8, default=b"")  # of later versions, and not looked at


class RouterAdvertisement(ICMP):
    """Routers on the link."""

    type: u8 = const(ADVERTISEMENT)
    number: u8 = derived()  # of routers; none is no advertisement
    words: u8 = field(default=WORDS, min=WORDS)
    lifetime: u16  # how long they may be used without another advertisement, in seconds; 0: they are routers no longer
    routers: packets[Entry] = count(number, min=1)
    behind: Body = rest(default=b"")  # not looked at


class RouterSolicitation(ICMP):
    """Asks routers to advertise themselves now."""

    type: u8 = const(SOLICITATION)
    reserved: u32 = field(default=0)  # to be 0, and not looked at
    behind: Body = rest(default=b"")  # not looked at


read_solicitation = reader(RouterSolicitation.code)
