"""The list of the record types that a name has, in NSEC and NSEC3 records (RFC 4034, section 4.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from foxpy.layers.dns.numbers import RecordType
from foxpy.wire import Buffer, Codec, FieldAs, Malformed, OutOfRange, Truncated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_KNOWN = {int(each): each for each in RecordType}


class TypesCodec(Codec[tuple[int, ...]]):
    """Record types in rising order, each once: a bit each, in up to 256 windows of up to 32 bytes that hold bits."""

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[tuple[int, ...], int]:
        found: list[int] = []
        at, last = pos, -1
        while at < end:
            if end - at < 2:
                raise Truncated("a window's number and size are 2 bytes, 1 left", offset=at)
            window, size = buf[at], buf[at + 1]
            if window <= last:
                raise Malformed(f"window {window} behind window {last}", offset=at)
            if not 1 <= size <= 32:
                raise Malformed(f"a window of {size} bytes (1..32)", offset=at + 1)
            if size > end - at - 2:
                raise Truncated(f"a window of {size} bytes, {end - at - 2} left", offset=at + 1)
            if not buf[at + 1 + size]:
                raise Malformed("a window ends in a zero byte", offset=at + 1 + size)
            bits = int.from_bytes(buf[at + 2 : at + 2 + size], "big")
            first = window << 8
            for shift in range(8 * size - 1, -1, -1):
                if bits >> shift & 1:
                    number = first + 8 * size - 1 - shift
                    found.append(_KNOWN.get(number, number))
            at, last = at + 2 + size, window
        return tuple(found), at

    def write(self, out: bytearray, value: tuple[int, ...], names: dict[object, int]) -> None:
        windows: dict[int, int] = {}
        for number in value:
            windows[number >> 8] = windows.get(number >> 8, 0) | 1 << 255 - (number & 255)
        for window, bits in windows.items():
            held = bits.to_bytes(32, "big").rstrip(b"\0")
            out += bytes((window, len(held)))
            out += held

    def check(self, value: Iterable[int]) -> tuple[int, ...]:
        numbers = sorted(set(value))
        for number in numbers:
            if not isinstance(number, int):
                raise TypeError(f"needs record types, got {number!r}")
            if not 0 <= number <= 0xFFFF:
                raise OutOfRange(f"{number} does not fit in 16 bits (0..65535)")
        return tuple(_KNOWN.get(number, number) for number in numbers)

    def strategy(self) -> SearchStrategy[tuple[int, ...]]:
        from hypothesis import strategies as st

        number = st.sampled_from(RecordType) | st.integers(0, 0xFFFF)
        return st.lists(number, max_size=8).map(self.check)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypesCodec)

    def __hash__(self) -> int:
        return hash(TypesCodec)


Types = Annotated[FieldAs[tuple[int, ...], Iterable[int]], TypesCodec()]
"""Record types, in rising order."""
