"""Reading and writing runs of fields in words of up to eight bytes: shift and mask, no calls."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Fixed, Group, Run

NUMBER = 7
"""The most bytes of a fixed field that is held as a number; more are held as bytes."""


@dataclass(frozen=True, slots=True)
class Span:
    """A field's bits in its run, counted from the run's first bit; ``number`` is False for bytes held as such."""

    field: AnyField
    first: int
    width: int
    little: bool
    number: bool

    @property
    def first_byte(self) -> int:
        return self.first // 8

    @property
    def end_byte(self) -> int:
        return (self.first + self.width + 7) // 8


def spans(run: Run) -> Iterator[Span]:
    """The fields of ``run``, in order."""
    for item in run.items:
        if isinstance(item, Fixed):
            yield Span(item.field, 8 * item.offset, 8 * item.size, False, item.size <= NUMBER)
            continue
        assert isinstance(item, Group)
        for member in item.members:
            first = 8 * (item.offset + item.size) - member.shift - member.width
            yield Span(member.field, first, member.width, item.little and item.size > 1, True)


def signed(value: int) -> str:
    """``value``, 64 bits, as the literal of an ``i64``."""
    return hex(value if value < 1 << 63 else value - (1 << 64))


def mask(code: str, width: int) -> str:
    return f"{code} & {(1 << width) - 1:#x}" if width < 64 else code


class Reads:
    """The reading of the ``wanted`` fields of a run that begins at ``at`` in ``_b``: words, and shifts of them.

    All ``size`` bytes of the run must be there.
    """

    def __init__(self, run: Run, at: str, prefix: str, wanted: Container[str] | None = None) -> None:
        self.lines: list[str] = []
        self.texts: dict[str, str] = {}
        self._at, self._prefix, self._size = at, prefix, run.size
        self._words: dict[tuple[int, int], str] = {}
        for span in spans(run):
            if wanted is None or span.field.name in wanted:
                self.texts[span.field.name] = self._read(span)

    def _read(self, span: Span) -> str:
        start, end = span.first_byte, span.end_byte
        if not span.number:
            return f"_b[{self._place(start)} : {self._place(end)}]"
        if span.little:
            return self._little(start, end - start)
        word, last = self._word(start, end)
        shift = 8 * last - span.first - span.width
        return mask(f"({word} >> {shift})" if shift else word, span.width)

    def _word(self, start: int, end: int) -> tuple[str, int]:
        """The variable with a word that covers the bytes from ``start`` to ``end``, and where the word ends."""
        for (first, last), name in self._words.items():
            if first <= start and end <= last:
                return name, last
        first = max(0, min(start, self._size - 8))
        last = min(first + 8, self._size)
        if end - start == 1 and self._size < 8:
            first, last = start, end
        if last - first < 8 and last - first not in (1, 2, 4):
            first, last = start, end
        name = f"_{self._prefix}{first}_{last}"
        self.lines.append(f"{name}: i64 = {self._load(first, last - first)}")
        self._words[first, last] = name
        return name, last

    def _load(self, start: int, size: int) -> str:
        """The text that reads ``size`` bytes; above them, the sign may be repeated unless there are eight."""
        if size == 1:
            return f"_b[{self._place(start)}]"
        if size == 8:
            return f"read_i64_be(_b, {self._place(start)})"
        if size in (2, 4):
            return f"i64(read_i{8 * size}_be(_b, {self._place(start)}))"
        large = 4 if size > 4 else 2
        rest = size - large
        low = mask(self._load(start + large, rest), 8 * rest)
        return f"{self._load(start, large)} << {8 * rest} | ({low})"

    def _little(self, start: int, size: int) -> str:
        if size in (2, 4, 8):
            name = f"_{self._prefix}le{start}"
            code = f"read_i{8 * size}_le(_b, {self._place(start)})"
            self.lines.append(f"{name}: i64 = {code if size == 8 else f'i64({code})'}")
            return mask(name, 8 * size)
        parts = []
        for number in range(size):
            name = f"_{self._prefix}le{start}_{number}"
            self.lines.append(f"{name}: i64 = _b[{self._place(start + number)}]")
            parts.append(f"({name} << {8 * number})" if number else name)
        return " | ".join(parts)

    def _place(self, offset: int) -> str:
        return f"{self._at} + {offset}" if offset else self._at


@dataclass(frozen=True, slots=True)
class Word:
    """What is written at once: ``size`` bytes of network order, as the text of a number; or bytes, ``size`` 0."""

    offset: int
    size: int
    code: str
    little: bool = False


def words(run: Run, texts: Mapping[str, str], constants: Mapping[str, int]) -> list[Word]:
    """A run as words. ``texts`` are those of fields' numbers (or bytes), ``constants`` what is known beforehand."""
    found: list[Word] = []
    pending: list[Span] = []
    for span in spans(run):
        if span.number and not span.little:
            pending.append(span)
            continue
        found += _joined(pending, texts, constants)
        pending = []
        name = span.field.name
        if span.number:
            code = signed(constants[name]) if name in constants else texts[name]
            found.append(Word(span.first_byte, span.width // 8, code, little=True))
        else:
            found.append(Word(span.first_byte, 0, texts[name]))
    found += _joined(pending, texts, constants)
    return found


def _joined(pending: list[Span], texts: Mapping[str, str], constants: Mapping[str, int]) -> Iterator[Word]:
    """Words for fields that follow each other without a gap."""
    if not pending:
        return
    at, end = pending[0].first_byte, pending[-1].end_byte
    while at < end:
        size = next(size for size in (8, 4, 2, 1) if size <= end - at)
        first, last = 8 * at, 8 * (at + size)
        constant, parts = 0, list[str]()
        for span in pending:
            low, high = max(span.first, first), min(span.first + span.width, last)
            if low >= high:
                continue
            cut = span.first + span.width - high  # bits that lie in a later word
            name, width, shift = span.field.name, high - low, last - high
            if name in constants:
                constant |= (constants[name] >> cut & ((1 << width) - 1)) << shift
                continue
            code = texts[name]
            if cut:
                code = f"({code} >> {cut})"
            if low > span.first:  # the upper bits lie in an earlier word
                code = f"({mask(code, width)})"
            parts.append(f"({code} << {shift})" if shift else code)
        if constant or not parts:
            parts.append(signed(constant))
        yield Word(at, size, " | ".join(parts))
        at += size


def emit_word(word: Word, code: str) -> str:
    """The statement that writes a word, held in ``code``, to ``_w``."""
    if not word.size:
        return f"_w.write({code})"
    if word.size == 1:
        return f"_w.append(u8({code}))"
    if word.size == 8:
        return f"write_i64_{'le' if word.little else 'be'}(_w, {code})"
    if word.size in (2, 4):
        width = 8 * word.size
        return f"write_i{width}_{'le' if word.little else 'be'}(_w, i{width}({code}))"
    return "\n".join(f"_w.append(u8(({code}) >> {8 * at} & 0xFF))" for at in range(word.size))


def sum_of_words(found: list[Word], names: list[str]) -> str:
    """The text of a number that is congruent, modulo 0xFFFF, to the sum of the 16-bit words of a run in network order.

    It is 0 only if all are.
    """
    terms = list[str]()
    for word, name in zip(found, names, strict=True):
        if word.size == 8:
            terms.append(f"(({name} >> 32) & 0xFFFFFFFF) + ({name} & 0xFFFFFFFF)")
        elif word.size == 1:
            terms.append(f"({name} << 8)" if not word.offset % 2 else name)
        else:
            terms.append(f"({name})")
    return " + ".join(terms)
