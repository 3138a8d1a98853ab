"""Domain names: their text (RFC 4343), and how they lie in messages, with compression (RFC 1035, section 4.1.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from foxpy.wire import Buffer, Codec, FieldAs, Malformed, OutOfRange, Truncated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

MOST_BYTES: Final = 255
"""Of a name on the wire, with the length of each label and the root's (RFC 1035, section 2.3.4)."""
MOST_IN_LABEL: Final = 63
MOST_POINTERS: Final = 126
"""A name has 127 labels at most, and each pointer but the last stands behind one at least: more say nothing."""
POINTER: Final = 0xC0
"""The two bits that tell a pointer from the length of a label; the other 14 count from the message's start."""
REACH: Final = 0x4000
"""What lies behind so many bytes of a message cannot be pointed to."""

_ESCAPED: Final = re.compile(rb"[.\\]|[^!-~]")
_PART: Final = re.compile(r"(?P<dot>\.)|\\(?P<number>[0-9]{3})|\\(?P<escaped>[^0-9])|(?P<plain>[^\\])|.", re.DOTALL)


class Name:
    """A domain name, absolute: ``Name("www.example.com")``; ``Name()`` is the root.

    Compares and hashes without regard to the case of ASCII letters, and keeps it (RFC 4343). Sorts in the order of
    RFC 4034, section 6.1: a name before those below it. Never changes.

    In text, ``\\.`` is a dot within a label and ``\\065`` the byte 65 (RFC 4343, section 2.1); a dot at the end may be
    left out. Names that are not ASCII are to be given in the form of IDNA (``xn--``), or as labels. Raises OutOfRange
    for what is no name.
    """

    __slots__ = ("_wire",)

    def __init__(self, text: str = ".") -> None:
        self._wire = _joined(text, _labels_of(text))

    @classmethod
    def of(cls, labels: Iterable[bytes]) -> Name:
        """The name with these labels, the root's left out. Raises OutOfRange."""
        labels = tuple(labels)
        return cls._from_wire(_joined(labels, labels))

    @classmethod
    def _from_wire(cls, wire: bytes) -> Name:
        name = cls.__new__(cls)
        name._wire = wire
        return name

    @property
    def wire(self) -> bytes:
        """The name as it is written without compression."""
        return self._wire

    @property
    def labels(self) -> tuple[bytes, ...]:
        """The labels, without the root's."""
        wire = self._wire
        return tuple(wire[at + 1 : at + 1 + wire[at]] for at in _label_starts(wire))

    @property
    def parent(self) -> Name:
        """The name without its first label; the root's is the root."""
        return Name._from_wire(self._wire[self._wire[0] + 1 :] or b"\0")

    def under(self, other: Name) -> bool:
        """Whether this is ``other`` or a name below it."""
        folded, ending = self._wire.lower(), other._wire.lower()
        return any(folded[at:] == ending for at in (*_label_starts(folded), len(folded) - 1))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Name):
            return NotImplemented
        # lengths are below "A": lower() changes nothing but letters
        return self._wire == other._wire or self._wire.lower() == other._wire.lower()

    def __hash__(self) -> int:
        return hash(self._wire.lower())

    def __lt__(self, other: Name) -> bool:
        return _sorting(self) < _sorting(other)

    def __str__(self) -> str:
        return ".".join(_ESCAPED.sub(_escape, label).decode("ascii") for label in self.labels) or "."

    def __repr__(self) -> str:
        return f"Name({str(self)!r})"


class NameCodec(Codec[Name]):
    """A name in a message, which may end in a pointer to the end of another.

    Read: pointers go strictly backwards, to a name that ends before the one that points to it. So the bytes that make
    up a name are read once each, at most 255 of them and 126 pointers: nothing that a message says costs more.

    Written: ``squeeze`` points to what has been written, where it is the same in case too. That may cost a few bytes,
    and loses nothing: "its original case should be preserved whenever possible" (RFC 1035, section 2.3.3).
    """

    compresses: ClassVar[bool] = True

    def __init__(self, squeeze: bool = True) -> None:
        self.squeeze = squeeze

    @property
    def minimum(self) -> int:
        return 1

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[Name, int]:
        at, start, limit = pos, pos, end  # ``start``: where the part that is being read begins, which ends by ``limit``
        parts: list[Buffer] = []
        size, stop = 1, -1
        while at < limit:
            length = buf[at]
            if length >= POINTER:
                if at + 1 >= limit:
                    break
                target = origin + (length - POINTER << 8 | buf[at + 1])
                if target >= start:
                    raise Malformed("name pointer does not go strictly backwards", offset=at)
                if stop < 0:
                    stop = at + 2
                parts.append(buf[start:at])
                if len(parts) > MOST_POINTERS:
                    raise Malformed(f"a name of more than {MOST_POINTERS} pointers", offset=at)
                limit, start, at = start, target, target
            elif not length:
                part = buf[start : at + 1]
                if stop < 0:
                    return Name._from_wire(bytes(part)), at + 1
                return Name._from_wire(b"".join((*parts, part))), stop
            elif length <= MOST_IN_LABEL:
                size += length + 1
                if size > MOST_BYTES:
                    raise Malformed(f"a name of more than {MOST_BYTES} bytes")
                at += length + 1
            else:
                raise Malformed(f"a label begins with {length:#04x}, which has no meaning", offset=at)
        if start == pos:
            raise Truncated(f"a name does not end in the {end - pos} bytes that are left")
        raise Malformed("name pointer goes to what does not end before the name", offset=start)

    def write(self, out: bytearray, value: Name, names: dict[object, int]) -> None:
        wire = value.wire
        if not self.squeeze:
            out += wire
            return
        at = 0
        while wire[at]:
            ending = wire[at:]
            found = names.get(ending)
            if found is not None:
                out += (POINTER << 8 | found).to_bytes(2, "big")
                return
            if len(out) < REACH:
                names[ending] = len(out)
            behind = at + 1 + wire[at]
            out += wire[at:behind]
            at = behind
        out.append(0)

    def check(self, value: Name | str) -> Name:
        if isinstance(value, Name):
            return value
        if isinstance(value, str):
            return Name(value)
        raise TypeError(f"needs a name, got {value!r}")

    def strategy(self) -> SearchStrategy[Name]:
        """Names that have endings in common, in different case too, and some with unusual labels."""
        from hypothesis import strategies as st

        usual = st.sampled_from([b"www", b"WWW", b"example", b"Example", b"com", b"org", b"a"])
        label = st.one_of(usual, usual, usual, st.binary(min_size=1, max_size=MOST_IN_LABEL))
        return st.lists(label, max_size=3).map(Name.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NameCodec) and other.squeeze == self.squeeze

    def __hash__(self) -> int:
        return hash((NameCodec, self.squeeze))

    def __repr__(self) -> str:
        return "NameCodec()" if self.squeeze else "NameCodec(squeeze=False)"


class NamesCodec(Codec[tuple[Name, ...]]):
    """Names back to back in an area of their own, which their pointers count from (RFC 3397, section 2)."""

    _name: ClassVar[NameCodec] = NameCodec()

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[tuple[Name, ...], int]:
        found, at = [], pos
        while at < end:
            name, at = self._name.read(buf, at, end, pos)
            found.append(name)
        return tuple(found), at

    def write(self, out: bytearray, value: tuple[Name, ...], names: dict[object, int]) -> None:
        area, own = bytearray(), dict[object, int]()
        for name in value:
            self._name.write(area, name, own)
        out += area

    def check(self, value: Iterable[Name | str]) -> tuple[Name, ...]:
        if isinstance(value, str):
            raise TypeError(f"needs names, got {value!r}")
        return tuple(map(self._name.check, value))

    def strategy(self) -> SearchStrategy[tuple[Name, ...]]:
        from hypothesis import strategies as st

        return st.lists(self._name.strategy(), max_size=4).map(tuple)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NamesCodec)

    def __hash__(self) -> int:
        return hash(NamesCodec)


DomainName = Annotated[FieldAs[Name, Name | str], NameCodec()]
"""A name that may be compressed: those in questions, of records, and in the data of RFC 1035 (RFC 3597, section 4)."""

PlainName = Annotated[FieldAs[Name, Name | str], NameCodec(squeeze=False)]
"""A name that is written whole, and read even if it is compressed (RFC 3597, section 4)."""

DomainNames = Annotated[FieldAs[tuple[Name, ...], Iterable[Name | str]], NamesCodec()]
"""Names that are compressed among themselves."""


def _label_starts(wire: bytes) -> Iterator[int]:
    at = 0
    while wire[at]:
        yield at
        at += wire[at] + 1


def _sorting(name: Name) -> list[bytes]:
    return [label.lower() for label in reversed(name.labels)]


def _joined(shown: object, labels: Iterable[bytes]) -> bytes:
    """Labels as they are written. Raises OutOfRange if they are no name; ``shown`` is what was given."""
    wire = bytearray()
    for label in labels:
        if not 1 <= len(label) <= MOST_IN_LABEL:
            raise OutOfRange(f"{shown!r}: a label of {len(label)} bytes (1..{MOST_IN_LABEL})")
        wire.append(len(label))
        wire += label
    wire.append(0)
    if len(wire) > MOST_BYTES:
        raise OutOfRange(f"{shown!r}: a name of {len(wire)} bytes (1..{MOST_BYTES})")
    return bytes(wire)


def _labels_of(text: str) -> list[bytes]:
    """The labels of a name's text, perhaps not of a permitted size."""
    if not text.isascii():
        raise OutOfRange(f"{text!r}: is not ASCII; encode it for IDNA, or give labels")
    if text == ".":
        return []
    if "\\" not in text:
        return text.removesuffix(".").encode("ascii").split(b".")
    labels, label = [], bytearray()
    for part in _PART.finditer(text):
        match part.lastgroup:
            case "dot":
                labels.append(bytes(label))
                label.clear()
            case "plain" | "escaped" as group:
                label += part[group].encode("ascii")
            case "number" if int(part["number"]) < 256:
                label.append(int(part["number"]))
            case _:
                raise OutOfRange(f"{text!r}: no character and no number of 000 to 255 behind a backslash")
    if label or not labels:  # what ends in a dot has ended its last label
        labels.append(bytes(label))
    return labels


def _escape(found: re.Match[bytes]) -> bytes:
    byte = found[0]
    return b"\\" + byte if byte in b".\\" else b"\\%03d" % byte[0]
