"""Emitting what writes a header: sizes solved for the derived fields, all tests, words, the checksum.

The text makes ``_w``, a BytesWriter that holds the header. Where something does not fit, it does what ``refuse`` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foxpy.wire.ahead.bits import Word, emit_word, sum_of_words, words
from foxpy.wire.ahead.text import Text
from foxpy.wire.encodings import Blob, Octets, UInt
from foxpy.wire.expressions import Expr, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run
from foxpy.wire.rules import Checksum, Const, Derived, Rest, Total
from foxpy.wire.writing import is_even


@dataclass(frozen=True, slots=True)
class Given:
    """What a header is written from: the text of each parameter, held as it is written, and of the body's size."""

    layout: Layout
    guards: tuple[Expr[bool], ...]
    texts: Mapping[str, str]
    following: str
    refuse: str
    trusted: bool
    behind: str | None = None
    """The text of the sum of what follows, for a checksum that covers it too; None: that is filled in later."""


def constants(layout: Layout) -> dict[str, int]:
    """The numbers of the constant fields."""
    found = {}
    for name, each in layout.fields.items():
        if isinstance(each.rule, Const):
            value = each.rule.value
            if isinstance(each.encoding, Octets):
                found[name] = int.from_bytes(value if isinstance(value, bytes) else packed(value), "big")
            elif isinstance(value, int):
                found[name] = int(value)
    return found


def packed(address: object) -> bytes:
    """The bytes of an address that stands in a definition."""
    found = getattr(address, "packed", None)
    assert isinstance(found, bytes), address
    return found


def write_header(text: Text, given: Given) -> None:
    """Emit it; the checksum is filled in if it covers the header only, and else left 0 for ``write_sum``."""
    layout, texts = given.layout, dict(given.texts)
    for name in texts:
        encoding = layout.fields[name].encoding
        if isinstance(encoding, UInt) and encoding.boolean:
            texts[name] = f"(1 if {texts[name]} else 0)"
    sizes = _sizes(text, layout, texts, given.following)
    tests = _solve(layout, sizes, texts, text, given.refuse)
    total = layout.total
    known = constants(layout)
    if total is not None and not sizes:
        assert isinstance(total.rule, Total)
        known[total.name] = layout.minimum - total.rule.plus
    elif total is not None:
        assert isinstance(total.rule, Total)
        terms = " + ".join([str(layout.minimum - total.rule.plus), *sizes.values()])
        text.line(f"_{total.name}: i64 = {terms}")
        texts[total.name] = f"_{total.name}"
        tests.append(_misfit(total, texts[total.name]))
    if tests:
        text.line(f"if {' or '.join(tests)}:")
        text.line(f"    {given.refuse}")
    _guard(text, given, texts, known)
    checksum = layout.checksum
    if checksum is not None:
        known[checksum.name] = 0
    parts: list[tuple[list[Word], list[str]] | str] = []
    for number, piece in enumerate(layout.pieces):
        if isinstance(piece, Run):
            found = words(piece, texts, known)
            held = [f"_w{number}_{word.offset}" if word.size else word.code for word in found]
            for word, name in zip(found, held, strict=True):
                if word.size:
                    text.line(f"{name}: i64 = {word.code}")
            parts.append((found, held))
        elif piece.field is not layout.body:
            parts.append(texts[piece.field.name])
    rule = checksum.rule if checksum is not None else None
    summed = isinstance(rule, Checksum) and (rule.over == "header" or given.behind is not None)
    simple = summed and simple_sum(layout)
    if checksum is not None and isinstance(rule, Checksum) and simple:
        _sum_header(text, parts)
        _add_behind(text, given, rule, texts, "")
        write_sum(text, rule)
        _insert(text, layout, checksum, parts)
    text.line("_w = BytesWriter()")
    for part in parts:
        if isinstance(part, str):
            text.line(f"if len({part}) != 0:")
            text.line(f"    _w.write({part})")
            continue
        for word, name in zip(*part, strict=True):
            for line in emit_word(word, name).split("\n"):
                text.line(line)
    if isinstance(rule, Checksum) and summed and not simple:
        text.line("_head: bytes = _w.getvalue()")
        text.line("_sum: i64 = ones_sum(_head, 0, len(_head))")
        _add_behind(text, given, rule, texts, "len(_head)")
        write_sum(text, rule)
        at = checksum_place(layout)
        text.line(f"_w[{at}] = u8(_check >> 8)")
        text.line(f"_w[{at + 1}] = u8(_check & 0xFF)")


def _add_behind(text: Text, given: Given, rule: Checksum, texts: Mapping[str, str], size: str) -> None:
    """Emit the adding of what a checksum covers beside the header, of ``size`` bytes unless they are even."""
    if rule.over == "header" or given.behind is None:
        return
    if given.behind:
        text.line(f"_sum += beside({given.behind}, {size})" if size else f"_sum += {given.behind}")
    if rule.seed is not None:
        for named in dict.fromkeys(each.name for each in names(rule.seed)):
            text.line(f"_seed_{named}: i64 = seed_of({texts[named]})")
            text.line(f"if _seed_{named} < 0:")
            text.line(f"    {given.refuse}")
        text.line(f"_sum += {render(rule.seed, lambda named: f'_seed_{named.name}')}")
        text.line("if _sum < 0:")
        text.line(f"    {given.refuse}")


def write_sum(text: Text, rule: Checksum) -> None:
    """Emit the setting of ``_check`` to the checksum that belongs to ``_sum`` (RFC 1071)."""
    text.line("_check: i64 = 0xFFFF - fold(_sum)")
    if rule.zero:
        text.line("if _check == 0 or _sum == 0:")
        text.line(f"    _check = {rule.zero:#x}")


def _insert(text: Text, layout: Layout, checksum: AnyField, parts: list[tuple[list[Word], list[str]] | str]) -> None:
    """Emit the setting of the checksum's bits in the word that has them."""
    assert isinstance(parts[0], tuple)
    offset = checksum_place(layout)
    for word, name in zip(*parts[0], strict=True):
        if word.offset <= offset < word.offset + word.size:
            shift = 8 * (word.offset + word.size - offset - 2)
            text.line(f"{name} |= _check << {shift}" if shift else f"{name} |= _check")


def checksum_place(layout: Layout) -> int:
    return next(item.offset for item in layout.head.items if layout.checksum in item.fields)


def _sum_header(text: Text, parts: list[tuple[list[Word], list[str]] | str]) -> None:
    """Emit the setting of ``_sum`` to the sum of the header's words, not folded."""
    terms = [sum_of_words(*part) for part in parts if not isinstance(part, str)]
    text.line(f"_sum: i64 = {' + '.join(each for each in terms if each) or '0'}")
    for part in parts:
        if isinstance(part, str):
            text.line(f"if len({part}) != 0:")
            text.line(f"    _sum += ones_sum({part}, 0, len({part}))")


def simple_sum(layout: Layout) -> bool:
    """Whether a checksum can be made of words: all lie at even places, but for a header's end that none follows."""
    at_even = True
    for piece in layout.pieces:
        if isinstance(piece, Run):
            if piece.size and not at_even:
                return False
            for word in words(piece, dict.fromkeys(layout.fields, "0"), {}):
                if word.little or not word.size or (word.size > 1 and word.offset % 2):
                    return False
            at_even = at_even and piece.size % 2 == 0
        elif piece.field is not layout.body:
            if not at_even:
                return False
            at_even = is_even(layout)
    checksum = layout.checksum
    return at_even or (checksum is not None and isinstance(checksum.rule, Checksum) and checksum.rule.over == "header")


def _sizes(text: Text, layout: Layout, texts: dict[str, str], following: str) -> dict[str, str]:
    """Emit the sizes of the variable fields; the text of each."""
    sizes: dict[str, str] = {}
    for each in layout.variables:
        if each is layout.body:
            sizes[each.name] = following
            continue
        sizes[each.name] = f"_size_{each.name}"
        text.line(f"_size_{each.name}: i64 = len({texts[each.name]})")
    return sizes


def _solve(layout: Layout, sizes: Mapping[str, str], texts: dict[str, str], text: Text, refuse: str) -> list[str]:
    """Emit the computing of the derived fields; the tests that say that one does not fit."""
    tests = []
    for solution in layout.solutions:
        size = sizes[solution.variable]
        known = "".join(f" - {factor} * {texts[name]}" for name, factor in solution.known.items())
        constant = f" - {solution.constant}" if solution.constant >= 0 else f" + {-solution.constant}"
        right = f"{size}{constant if solution.constant else ''}{known}"
        if solution.unknown is None:
            tests.append(f"{right} != 0")
            continue
        factor, name = solution.factor, solution.unknown
        if factor < 0:
            right, factor = f"-({right})", -factor
        if factor > 1:
            text.line(f"_left_{name}: i64 = {right}")
            text.line(f"if _left_{name} < 0 or _left_{name} % {factor} != 0:")
            text.line(f"    {refuse}")
            right = f"_left_{name} // {factor}" if factor & factor - 1 else f"_left_{name} >> {factor.bit_length() - 1}"
        text.line(f"_{name}: i64 = {right}")
        texts[name] = f"_{name}"
        tests.append(_misfit(layout.fields[name], texts[name]))
    return tests


def _misfit(each: AnyField, code: str) -> str:
    assert isinstance(each.encoding, UInt)
    return f"{code} >> {each.encoding.bits} != 0"


def _guard(text: Text, given: Given, texts: Mapping[str, str], known: Mapping[str, int]) -> None:
    """Emit the guards that the parameters, or what is computed, may not meet."""
    fields = given.layout.fields
    for guard in given.guards:
        named = [fields[each.name] for each in names(guard)]
        if all(isinstance(each.rule, Const) for each in named):
            continue
        if not given.trusted or any(isinstance(each.rule, Derived | Total) for each in named):
            test = render(guard, lambda each: str(known[each.name]) if each.name in known else texts[each.name])
            text.line(f"if not ({test}):")
            text.line(f"    {given.refuse}")


def is_body(layout: Layout, each: AnyField) -> bool:
    return each is layout.body and isinstance(each.rule, Rest) and isinstance(each.encoding, Blob)
