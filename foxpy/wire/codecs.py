"""Codecs that many protocols need: byte strings and text that say where they end.

String = Annotated[Field[bytes], Counted(UInt(32))]         # SSH (RFC 4251, section 5)
FileName = Annotated[Field[str], Text(UInt(16, little=True))]   # 9P
HostName = Annotated[Field[str], Text()]                    # host: HostName = rest()
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from foxpy.wire.codec import Codec
from foxpy.wire.encodings import UInt
from foxpy.wire.errors import Malformed, OutOfRange, Truncated
from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Charset = Literal["utf-8", "ascii", "latin-1"]
"""Text whose bytes and characters determine each other."""

Undecodable = Literal["strict", "surrogateescape"]
"""What becomes of bytes that are no text: Malformed, or characters that are written as those bytes (PEP 383)."""


@dataclass(frozen=True)
class Counted(Codec[bytes]):
    """Bytes behind their number, which ``size`` says how to write: ``Counted(UInt(16))``; ``least`` or more of them."""

    size: UInt
    least: int = 0

    def __post_init__(self) -> None:
        _check_prefix("Counted", self.size)

    @property
    def minimum(self) -> int:
        return self.size.bits // 8 + self.least

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[bytes, int]:
        start, stop = _counted(self.size, self.least, buf, pos, end)
        return bytes(buf[start:stop]), stop

    def write(self, out: bytearray, value: bytes, names: dict[object, int]) -> None:
        out += _prefix(self.size, self.least, len(value))
        out += value

    def check(self, value: bytes) -> bytes:
        data = _bytes(value)
        _prefix(self.size, self.least, len(data))
        return data

    def strategy(self) -> SearchStrategy[bytes]:
        from hypothesis import strategies as st

        return st.binary(min_size=self.least, max_size=max(self.least, min(_most(self.size), 40)))


@dataclass(frozen=True)
class Text(Codec[str]):
    """Text behind the number of its bytes; without ``size``, all the bytes that ``sized(...)`` or ``rest()`` gives.

    Bytes that are not of ``encoding`` are Malformed, unless ``errors`` keeps them.
    """

    size: UInt | None = None
    encoding: Charset = "utf-8"
    errors: Undecodable = "strict"
    least: int = 0
    """Bytes that a text with ``size`` has at least; ``rest(min=...)`` says it of others."""

    def __post_init__(self) -> None:
        if self.size is not None:
            _check_prefix("Text", self.size)
        elif self.least:
            raise TypeError("Text(least=...) without size: write rest(min=...) or sized(..., min=...)")

    @property
    def whole(self) -> bool:
        return self.size is None

    @property
    def minimum(self) -> int:
        return 0 if self.size is None else self.size.bits // 8 + self.least

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[str, int]:
        start, stop = (pos, end) if self.size is None else _counted(self.size, self.least, buf, pos, end)
        return _decode(buf, start, stop, self.encoding, self.errors), stop

    def write(self, out: bytearray, value: str, names: dict[object, int]) -> None:
        data = _encode(value, self.encoding, self.errors)
        if self.size is not None:
            out += _prefix(self.size, self.least, len(data))
        out += data

    def strategy(self) -> SearchStrategy[str]:
        most = 40 if self.size is None else max(self.least, min(_most(self.size), 40))
        return _texts(self.encoding, self.errors, most, self.least)


@dataclass(frozen=True)
class TextZ(Codec[str]):
    """Text up to a zero byte, which is not part of it (TFTP: RFC 1350, section 5)."""

    encoding: Charset = "utf-8"
    errors: Undecodable = "strict"

    @property
    def minimum(self) -> int:
        return 1

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[str, int]:
        stop = _find_zero(buf, pos, end)
        return _decode(buf, pos, stop, self.encoding, self.errors), stop + 1

    def write(self, out: bytearray, value: str, names: dict[object, int]) -> None:
        data = _encode(value, self.encoding, self.errors)
        if 0 in data:
            raise OutOfRange(f"{value!r} has a zero in it, which would end it")
        out += data
        out.append(0)

    def strategy(self) -> SearchStrategy[str]:
        return _texts(self.encoding, self.errors, 40).filter(lambda text: "\0" not in text)


@dataclass(frozen=True)
class Padded(Codec[bytes]):
    """At most ``size`` bytes in a place of ``size``, filled up with zeros: zeros at its end are not part of it."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise TypeError(f"Padded({self.size}): at least one byte")

    @property
    def minimum(self) -> int:
        return self.size

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[bytes, int]:
        stop = pos + self.size
        if stop > end:
            raise Truncated(f"{self.size} bytes, {end - pos} left")
        return bytes(buf[pos:stop]).rstrip(b"\0"), stop

    def write(self, out: bytearray, value: bytes, names: dict[object, int]) -> None:
        out += value.ljust(self.size, b"\0")

    def check(self, value: bytes) -> bytes:
        data = _bytes(value).rstrip(b"\0")
        if len(data) > self.size:
            raise OutOfRange(f"{len(data)} bytes do not fit in {self.size}")
        return data

    def strategy(self) -> SearchStrategy[bytes]:
        from hypothesis import strategies as st

        return st.binary(max_size=self.size).map(lambda data: data.rstrip(b"\0"))


def _check_prefix(codec: str, size: UInt) -> None:
    if size.bits % 8 or size.boolean or size.kind is not None:
        raise TypeError(f"{codec}({size}): a number of bytes is a plain integer of whole bytes")


def _most(size: UInt) -> int:
    return (1 << size.bits) - 1


def _counted(size: UInt, least: int, buf: Buffer, pos: int, end: int) -> tuple[int, int]:
    """Where bytes behind their number begin and end."""
    start = pos + size.bits // 8
    if start > end:
        raise Truncated(f"needs {size.bits // 8} bytes for its length, {end - pos} left")
    number = int.from_bytes(buf[pos:start], "little" if size.little else "big")
    if number < least:
        raise Malformed(f"says {number} bytes, {least} are the least")
    if number > end - start:
        raise Truncated(f"says {number} bytes, {end - start} left")
    return start, start + number


def _prefix(size: UInt, least: int, number: int) -> bytes:
    if number < least:
        raise OutOfRange(f"{number} bytes, {least} are the least")
    if number > _most(size):
        raise OutOfRange(f"{number} bytes: the length does not fit in {size.bits} bits (0..{_most(size)})")
    return number.to_bytes(size.bits // 8, "little" if size.little else "big")


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise TypeError(f"needs bytes, got {value!r}")


def _decode(buf: Buffer, start: int, stop: int, encoding: str, errors: str) -> str:
    try:
        return bytes(buf[start:stop]).decode(encoding, errors)
    except UnicodeDecodeError as error:
        raise Malformed(f"{error.object[error.start]:#04x} is not {encoding}", offset=start + error.start) from None


def _encode(value: str, encoding: str, errors: str) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"needs text, got {value!r}")
    try:
        data = value.encode(encoding, errors)
    except UnicodeEncodeError as error:
        raise OutOfRange(f"{value!r} is not {encoding}: {error.reason} at {error.start}") from None
    if errors != "strict" and data.decode(encoding, errors) != value:
        raise OutOfRange(f"{value!r} does not read back as it is: its surrogates make characters")
    return data


def _find_zero(buf: Buffer, pos: int, end: int) -> int:
    """Where the next zero byte is. Looks at no more than twice the bytes before it, also where ``buf`` has no find."""
    if isinstance(buf, memoryview):
        for start, stop in _spans(pos, end):
            found = bytes(buf[start:stop]).find(0)
            if found >= 0:
                return start + found
    else:
        found = buf.find(0, pos, end)
        if found >= 0:
            return found
    raise Truncated(f"no zero ends it in the {end - pos} bytes that are left")


def _spans(pos: int, end: int) -> Iterator[tuple[int, int]]:
    step = 64
    while pos < end:
        yield pos, min(pos + step, end)
        pos += step
        step *= 2


def _texts(encoding: Charset, errors: Undecodable, most: int, least: int = 0) -> SearchStrategy[str]:
    """Text of ``least`` to ``most`` bytes."""
    from hypothesis import strategies as st

    if errors != "strict":
        return st.binary(min_size=least, max_size=most).map(lambda data: data.decode(encoding, errors))
    texts = st.text(st.characters(codec=encoding), max_size=most)
    return texts.filter(lambda text: least <= len(text.encode(encoding)) <= most)
