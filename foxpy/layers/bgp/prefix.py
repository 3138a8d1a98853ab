"""Routes as BGP writes them: the length of a prefix in bits, and the octets that hold it (RFC 4271, section 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Annotated

from foxpy.wire import Buffer, Codec, FieldAs, ListOf, Malformed, Truncated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class PrefixCodec(Codec[IPv4Network]):
    """An IPv4 prefix in the fewest octets. What the bits behind it are is irrelevant; zeros are written."""

    @property
    def minimum(self) -> int:
        return 1

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[IPv4Network, int]:
        length, number, after = read_prefix(buf, pos, end, 32)
        return IPv4Network((number, length)), after

    def write(self, out: bytearray, value: IPv4Network, names: dict[object, int]) -> None:
        if not isinstance(value, IPv4Network):
            raise TypeError(f"{value!r} is not an IPv4Network")
        write_prefix(out, value.prefixlen, value.network_address.packed)

    def strategy(self) -> SearchStrategy[IPv4Network]:
        from hypothesis import strategies as st

        return st.builds(
            lambda number, length: IPv4Network((number >> (32 - length) << (32 - length), length)),
            st.integers(0, (1 << 32) - 1),
            st.integers(0, 32),
        )


@dataclass(frozen=True)
class Prefix6Codec(Codec[IPv6Network]):
    """An IPv6 prefix, written in the same way (RFC 4760, section 5)."""

    @property
    def minimum(self) -> int:
        return 1

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[IPv6Network, int]:
        length, number, after = read_prefix(buf, pos, end, 128)
        return IPv6Network((number, length)), after

    def write(self, out: bytearray, value: IPv6Network, names: dict[object, int]) -> None:
        if not isinstance(value, IPv6Network):
            raise TypeError(f"{value!r} is not an IPv6Network")
        write_prefix(out, value.prefixlen, value.network_address.packed)

    def strategy(self) -> SearchStrategy[IPv6Network]:
        from hypothesis import strategies as st

        return st.builds(
            lambda number, length: IPv6Network((number >> (128 - length) << (128 - length), length)),
            st.integers(0, (1 << 128) - 1),
            st.integers(0, 128),
        )


def read_prefix(buf: Buffer, pos: int, end: int, bits: int) -> tuple[int, int, int]:
    """The prefix at ``pos``: its length in bits, its address as a number, and the position behind it."""
    if pos >= end:
        raise Truncated("no octet left for its length")
    length = buf[pos]
    if length > bits:
        raise Malformed(f"a prefix of {length} bits, not at most {bits}")
    after = pos + 1 + (length + 7) // 8
    if after > end:
        raise Truncated(f"a prefix of {length} bits takes {after - pos - 1} octets, {end - pos - 1} left")
    number = int.from_bytes(buf[pos + 1 : after], "big") << (bits - 8 * (after - pos - 1))
    return length, number >> (bits - length) << (bits - length), after


def write_prefix(out: bytearray, length: int, address: bytes) -> None:
    """Append a prefix of ``length`` bits of ``address``."""
    out.append(length)
    out += address[: (length + 7) // 8]


Prefixes = Annotated[FieldAs[tuple[IPv4Network, ...], Sequence[IPv4Network]], ListOf(PrefixCodec())]
Prefixes6 = Annotated[FieldAs[tuple[IPv6Network, ...], Sequence[IPv6Network]], ListOf(Prefix6Codec())]
