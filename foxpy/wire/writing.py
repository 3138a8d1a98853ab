"""Emitting a header: sizes solved for the derived fields, bit fields put together, one ``Struct.pack`` for each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foxpy.wire.checking import octets_of, range_test, refusal
from foxpy.wire.encodings import ListOf, Octets
from foxpy.wire.expressions import Expr, linear, names
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Fixed, Group, Layout, Run
from foxpy.wire.lists import list_writer
from foxpy.wire.reading import FORMATS, atom, run_format
from foxpy.wire.rules import Checksum, Const, Derived, Sized, Total
from foxpy.wire.solve import Solution
from foxpy.wire.source import Source
from foxpy.wire.walking import check_guard


@dataclass(slots=True)
class Header:
    """What has been emitted: the variable that holds the header's bytes, and the offset of the checksum in them."""

    variable: str
    checksum: str


def write_header(
    source: Source,
    layout: Layout,
    guards: tuple[Expr[bool], ...],
    codes: Mapping[str, str],
    following: str,
    trusted: bool,
) -> Header:
    """Emit the building of all but the body, with a checksum of 0.

    ``codes`` is the text of each parameter, ``following`` that of the body's size. ``trusted``: the parameters are
    those of a value and fit; computed fields are checked in any case.
    """
    source.bind("_refusal", lambda values: refusal(layout, values))
    source.bind("_unfit", (source.names["_struct_error"], OverflowError, TypeError))
    texts = dict(codes)
    sizes = _sizes(source, layout, texts, following)
    for solution in layout.solutions:
        _solve(source, layout, solution, sizes, texts)
    if layout.total is not None:
        assert isinstance(layout.total.rule, Total)
        terms = [str(layout.minimum - layout.total.rule.plus), *sizes.values()]
        source.line(f"{layout.total.name} = {' + '.join(terms)}")
        texts[layout.total.name] = layout.total.name
    computed = [field for field in layout.fields.values() if isinstance(field.rule, Derived | Total)]
    checked = list(computed)
    if not trusted:
        checked = [field for field in layout.parameters if field is not layout.body] + computed
        _check_octets(source, layout, texts)
    for guard in guards:
        if not trusted or any(isinstance(layout.fields[each.name].rule, Derived | Total) for each in names(guard)):
            check_guard(source, layout, guard, texts, "_OutOfRange")
    refuse = f"raise _refusal({{{', '.join(f'{field.name!r}: {texts[field.name]}' for field in checked)}}})"
    crowded = [  # fields that would spill into their neighbour; one that fills its bytes alone is checked by struct
        bits.field for bits in layout.bits() if bits.field in checked and not bits.boolean and bits.width % 8
    ]
    test = range_test(crowded, lambda name: texts[name])
    with source.block("try:"):
        if test:
            source.line(f"if {test}:")
            source.line(f"    {refuse}")
        parts, offset, checksum = list[str](), list[str](), ""
        for piece in layout.pieces:
            if isinstance(piece, Run):
                if piece.size:
                    parts.append(_pack(source, layout, piece, texts))
                at = _checksum_at(piece)
                if at is not None:
                    checksum = " + ".join([*offset, str(at)])
                offset.append(str(piece.size))
            elif piece.field is not layout.body:
                parts.append(texts[piece.field.name])
                offset.append(sizes[piece.field.name])
        source.line(f"_head = {' + '.join(parts) or repr(b'')}")
    with source.block("except _unfit:"):
        source.line(f"{refuse} from None")
    return Header("_head", _sum_up(checksum))


def checksum_offset(layout: Layout) -> int | None:
    """Where the checksum lies; None if that is behind a variable field."""
    return _checksum_at(layout.head)


def is_even(layout: Layout) -> bool:
    """Whether the size of what precedes the body is certain to be even."""
    for piece in layout.pieces:
        if isinstance(piece, Run):
            if piece.size % 2:
                return False
        elif isinstance(piece.field.rule, Sized):
            factors, constant = linear(piece.field.rule.size)
            if constant % 2 or any(factor % 2 for factor in factors.values()):
                return False
    return True


def complement(total: str, zero: int) -> str:
    """The text of the checksum that belongs to the sum ``total`` (RFC 1071)."""
    return f"-{total} % 0xFFFF or {zero:#x}" if zero else f"-{total} % 0xFFFF if {total} else 0xFFFF"


def _sizes(source: Source, layout: Layout, texts: dict[str, str], following: str) -> dict[str, str]:
    """The text of each variable field's size; lists are encoded first."""
    sizes: dict[str, str] = {}
    for field in layout.variables:
        if field is layout.body:
            sizes[field.name] = following
            continue
        if isinstance(field.encoding, ListOf):
            encoded = f"_bytes_{field.name}"
            source.line(f"{encoded} = {source.bind(f'_encode_{field.name}', list_writer(field))}({texts[field.name]})")
        else:
            encoded = field.name
            source.line(f"{encoded} = _bytes({texts[field.name]})")
        texts[field.name] = encoded
        sizes[field.name] = f"_len({encoded})"
    return sizes


def _solve(source: Source, layout: Layout, solution: Solution, sizes: Mapping[str, str], texts: dict[str, str]) -> None:
    """Emit the computing of one derived field, or the condition that an equation without an unknown is."""
    size = sizes[solution.variable]
    terms = [(factor, atom_or_attribute(texts[name])) for name, factor in solution.known.items()]
    if solution.unknown is None:
        needed = _linear([*terms], solution.constant)
        source.line(f"if {size} != {needed}:")
        path = f"{layout.name}.{solution.variable}"
        source.line(f'    raise _OutOfRange(f"{path}: needs {{{needed}}} bytes, got {{{size}}}")')
        return
    sign = 1 if solution.factor > 0 else -1
    numerator = _linear([(sign, size), *((-sign * factor, text) for factor, text in terms)], -sign * solution.constant)
    unknown, factor = solution.unknown, abs(solution.factor)
    texts[unknown] = unknown
    if factor == 1:
        source.line(f"{unknown} = {numerator}")
        return
    source.line(f"_multiple = {numerator}")
    source.line(f"if _multiple % {factor}:")
    reason = f"the length of '{solution.variable}' is not a multiple of {factor}"
    source.line(f'    raise _OutOfRange("{layout.name}.{unknown}: {reason}")')
    source.line(f"{unknown} = _multiple // {factor}")


def atom_or_attribute(text: str) -> str:
    return text if text.replace(".", "").isidentifier() else atom(text)


def _linear(terms: list[tuple[int, str]], constant: int) -> str:
    text = ""
    for factor, code in terms:
        product = code if abs(factor) == 1 else f"{code} * {abs(factor)}"
        text += (" - " if factor < 0 else " + " if text else "") + product
    if constant or not text:
        text += f" {'-' if constant < 0 else '+'} {abs(constant)}" if text else str(constant)
    return text


def _check_octets(source: Source, layout: Layout, texts: Mapping[str, str]) -> None:
    """Emit the passing of addresses as bytes: packed bytes quickly, anything else through a function."""
    for field in layout.parameters:
        if isinstance(field.encoding, Octets):
            name = texts[field.name]
            octets = source.bind(f"_octets_{field.name}", octets_of(field, layout.name))
            source.line(f"if _type({name}) is not _bytes or _len({name}) != {field.encoding.size}:")
            source.line(f"    {name} = {octets}({name})")


def _pack(source: Source, layout: Layout, run: Run, texts: Mapping[str, str]) -> str:
    """The text that packs one run."""
    order = run_format(run)
    letters, values = "", list[str]()
    for item in run.items:
        if isinstance(item, Fixed):
            letters += f"{item.size}s"
            values.append(_octets(source, layout, item.field, texts))
            continue
        value = _group(item, texts)
        if item.size in FORMATS and (item.size == 1 or item.little == (order == "<")):
            letters += FORMATS[item.size]
        else:
            letters += f"{item.size}s"
            value = f"({value}).to_bytes({item.size}, '{'little' if item.little else 'big'}')"
        values.append(value)
    return f"{source.codec('pack', order + letters)}({', '.join(values)})"


def _octets(source: Source, layout: Layout, field: AnyField, texts: Mapping[str, str]) -> str:
    if isinstance(field.rule, Const):
        return source.bind(f"_octets_{field.name}", octets_of(field, layout.name)(field.rule.value))
    return texts[field.name]


def _group(group: Group, texts: Mapping[str, str]) -> str:
    """The text that puts the bit fields of a group together."""
    constant, parts = 0, list[str]()
    for member in group.members:
        rule = member.field.rule
        if isinstance(rule, Const):
            assert isinstance(rule.value, int)
            constant |= int(rule.value) << member.shift
        elif isinstance(rule, Checksum):
            continue
        elif member.boolean:
            parts.append(f"({1 << member.shift:#x} if {texts[member.field.name]} else 0)")
        else:
            code = texts[member.field.name]
            parts.append(f"{code} << {member.shift}" if member.shift else code)
    if constant or not parts:
        parts.insert(0, f"{constant:#x}" if constant > 9 else str(constant))
    return " | ".join(parts)


def _checksum_at(run: Run) -> int | None:
    for item in run.items:
        if isinstance(item, Group) and isinstance(item.members[0].field.rule, Checksum):
            return item.offset
    return None


def _sum_up(offset: str) -> str:
    terms = offset.split(" + ") if offset else []
    numbers = sum(int(term) for term in terms if term.isdecimal())
    return " + ".join([str(numbers), *(term for term in terms if not term.isdecimal())]) if terms else ""
