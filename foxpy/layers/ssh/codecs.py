"""What SSH messages are made of (RFC 4251, section 5): strings, booleans, numbers of any size and lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from foxpy.wire import Buffer, Codec, Field, FieldAs, Malformed, OutOfRange, UInt
from foxpy.wire.codecs import Counted, Text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

STRING: Final = Counted(UInt(32))


@dataclass(frozen=True)
class Mpint(Codec[int]):
    """A number in two's complement, in as few bytes as it takes: leading bytes that say nothing are Malformed.

    ``least``: the smallest that is allowed. ``bits``: of the largest, 8192 being those of the largest group in use
    (RFC 8268); whoever sends more would have the receiver compute with it.
    """

    least: int | None = None
    bits: int = 8192

    @property
    def minimum(self) -> int:
        return STRING.minimum

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[int, int]:
        data, after = STRING.read(buf, pos, end, origin)
        if len(data) > self.bits // 8 + 1:
            raise Malformed(f"a number of {len(data)} bytes, not at most {self.bits} bits")
        value = int.from_bytes(data, "big", signed=True)
        if data != _twos_complement(value):
            raise Malformed("a number with needless leading bytes")
        problem = self._problem(value)
        if problem:
            raise Malformed(problem)
        return value, after

    def write(self, out: bytearray, value: int, names: dict[object, int]) -> None:
        problem = self._problem(value)
        if problem:
            raise OutOfRange(problem)
        STRING.write(out, _twos_complement(value), names)

    def strategy(self) -> SearchStrategy[int]:
        from hypothesis import strategies as st

        most = (1 << self.bits) - 1
        least = -most if self.least is None else self.least
        return st.one_of(st.integers(least, most), st.integers(max(least, -(1 << 64)), 1 << 64))

    def _problem(self, value: int) -> str:
        """What rules ``value`` out; it is not shown, as it may have thousands of digits."""
        if not isinstance(value, int):
            raise TypeError(f"needs a number, got {value!r}")
        if value.bit_length() > self.bits:
            return f"a number of {value.bit_length()} bits, not at most {self.bits}"
        if self.least is not None and value < self.least:
            return f"less than {self.least}"
        return ""


def _twos_complement(value: int) -> bytes:
    """The fewest bytes that hold ``value`` with its sign; none at all for 0."""
    wide = value if value >= 0 else ~value
    return value.to_bytes((wide.bit_length() + 8) // 8, "big", signed=True) if value else b""


@dataclass(frozen=True)
class NameList(Codec[tuple[str, ...]]):
    """Names in US-ASCII with commas between them. None is empty or holds a comma or a null character."""

    @property
    def minimum(self) -> int:
        return STRING.minimum

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[tuple[str, ...], int]:
        data, after = STRING.read(buf, pos, end, origin)
        if not data:
            return (), after
        if not data.isascii():
            raise Malformed("a name that is not in US-ASCII")
        names = tuple(data.decode("ascii").split(","))
        if not all(names):
            raise Malformed("an empty name")
        if b"\0" in data:
            raise Malformed("a name with a null character")
        return names, after

    def write(self, out: bytearray, value: tuple[str, ...], names: dict[object, int]) -> None:
        for name in value:
            if not name or not name.isascii() or "," in name or "\0" in name:
                raise OutOfRange(f"{name!r} is not a name in US-ASCII, without commas")
        STRING.write(out, ",".join(value).encode("ascii"), names)

    def check(self, value: Sequence[str]) -> tuple[str, ...]:
        if isinstance(value, str) or not all(isinstance(name, str) for name in value):
            raise TypeError(f"{value!r} is not a sequence of names")
        return super().check(tuple(value))

    def strategy(self) -> SearchStrategy[tuple[str, ...]]:
        from hypothesis import strategies as st

        letters = st.characters(min_codepoint=1, max_codepoint=127, exclude_characters=",")
        return st.lists(st.text(letters, min_size=1, max_size=24), max_size=6).map(tuple)


boolean = Annotated[Field[bool], UInt(8, boolean=True)]
"""A byte; anything but 0 is true, and 1 is written."""

string = Annotated[FieldAs[bytes, Buffer], STRING]
"""Any bytes, after their number in 32 bits."""

utf8 = Annotated[Field[str], Text(UInt(32))]
"""A string that people read, in UTF-8."""

usascii = Annotated[Field[str], Text(UInt(32), "ascii")]
"""A string that programs read: the name of an algorithm, a method or a service; a language tag."""

mpint = Annotated[Field[int], Mpint()]
"""A number of either sign."""

positive = Annotated[Field[int], Mpint(least=1)]
"""A number in a multiplicative group: 1 at least (RFC 4253, section 8)."""

name_list = Annotated[FieldAs[tuple[str, ...], Sequence[str]], NameList()]
"""Names, the most preferred first."""
