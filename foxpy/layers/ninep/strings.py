"""Text in 9P messages (intro(5)): UTF-8 behind the number of its bytes, without NUL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foxpy.wire import Buffer, Codec, Malformed, OutOfRange, UInt
from foxpy.wire.codecs import Text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TEXT: Final = Text(UInt(16, little=True))


@dataclass(frozen=True)
class StringCodec(Codec[str]):
    """At most 65535 bytes. NUL, which would end a name early for whoever keeps it in C, is not part of any text."""

    @property
    def minimum(self) -> int:
        return TEXT.minimum

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[str, int]:
        value, after = TEXT.read(buf, pos, end, origin)
        if "\0" in value:
            raise Malformed("NUL in a text")
        return value, after

    def write(self, out: bytearray, value: str, names: dict[object, int]) -> None:
        TEXT.write(out, value, names)
        if "\0" in value:
            raise OutOfRange(f"{value!r} has a NUL in it")

    def strategy(self) -> SearchStrategy[str]:
        return TEXT.strategy().filter(lambda text: "\0" not in text)
