"""Emitting a header: sizes solved for the derived fields, bit fields put together, one ``Struct.pack`` for each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foxpy.wire.checking import crowded, octets_of, range_test, refusal
from foxpy.wire.encodings import UInt
from foxpy.wire.expressions import Expr, linear, names
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Fixed, Group, Layout, Run
from foxpy.wire.reading import FORMATS, run_format
from foxpy.wire.rules import Bounds, Checksum, Computed, Const, Derived, Rest, Sized, Total, bounds_of
from foxpy.wire.sizing import bytes_of, write_sizes
from foxpy.wire.source import Source
from foxpy.wire.values import normalize
from foxpy.wire.walking import check_guard


def write_header(
    source: Source,
    layout: Layout,
    guards: tuple[Expr[bool], ...],
    codes: Mapping[str, str],
    following: str,
    trusted: bool,
) -> None:
    """Emit the building of what precedes the body into ``_head``, with a checksum of 0, what follows into ``_foot``.

    ``codes`` is the text of each parameter, ``following`` that of the body's size. ``trusted``: the parameters are
    those of a value and fit; computed fields are checked in any case.
    """
    texts = dict(codes)
    if not trusted:
        for field in layout.parameters:
            if field is not layout.body:
                normalize(source, layout, field)
    write_sizes(source, layout, texts, following)
    pack_runs(source, layout, guards, texts, trusted)


def pack_runs(
    source: Source,
    layout: Layout,
    guards: tuple[Expr[bool], ...],
    texts: dict[str, str],
    trusted: bool,
    places: Sequence[tuple[str, Run]] | None = None,
) -> None:
    """Emit the packing of all runs, once everything is known that goes into them.

    ``places``: where in ``_out`` there is room for them; without, they are put together with the variable fields.
    """
    source.bind("_refusal", lambda values: refusal(layout, values))
    source.bind("_OverflowError", OverflowError)
    source.bind("_unfit", (source.names["_struct_error"], OverflowError, TypeError))
    computed = [field for field in layout.fields.values() if isinstance(field.rule, Derived | Total | Computed)]
    checked = list(computed)
    if not trusted:
        checked = [field for field in layout.parameters if field is not layout.body] + computed
    for guard in guards:
        if not trusted or any(layout.fields[each.name] in computed for each in names(guard)):
            check_guard(source, layout, guard, texts, "_OutOfRange")
    spilling = [  # what is derived has been checked where it was solved
        bits.field for bits in crowded(layout) if bits.field in checked and not isinstance(bits.field.rule, Derived)
    ]
    bounded = [field for field in checked if isinstance(field.encoding, UInt) and bounds_of(field.rule) != Bounds()]
    spilling += [field for field in bounded if field not in spilling]
    test = range_test(spilling, lambda name: texts[name])
    with source.block("try:"):
        if test:
            source.line(f"if {test}:")
            source.line("    raise _OverflowError")
        elif not places and places is not None:
            source.line("pass")
        for at, run in places or ():
            source.line(f"_out[{at} : {at} + {run.size}] = {pack(source, layout, run, texts)}")
        parts, head = list[str](), True
        for piece in layout.pieces if places is None else ():
            if isinstance(piece, Run):
                if piece.size:
                    parts.append(pack(source, layout, piece, texts))
            elif piece.field is layout.body and layout.tails:
                source.line(f"_head = {' + '.join(parts) or repr(b'')}")
                parts, head = [], False
            elif piece.field is not layout.body:
                parts.append(texts[bytes_of(piece.field)])
        if places is None:
            source.line(f"{'_head' if head else '_foot'} = {' + '.join(parts) or repr(b'')}")
    with source.block("except _unfit:"):
        values = ", ".join(f"{field.name!r}: {texts[field.name]}" for field in checked)
        source.line(f"raise _refusal({{{values}}}) from None")


def checksum_offset(layout: Layout) -> int:
    """Where the checksum lies."""
    return next(item.offset for item in layout.head.items if layout.checksum in item.fields)


def is_even(layout: Layout) -> bool:
    """Whether the size of what precedes the body is certain to be even."""
    for piece in layout.pieces:
        if isinstance(piece, Run):
            if piece.size % 2:
                return False
        elif isinstance(piece.field.rule, Rest):
            break
        elif not isinstance(piece.field.rule, Sized):
            return False
        else:
            factors, constant = linear(piece.field.rule.size)
            whole = not constant % 2 and not any(factor % 2 for factor in factors.values())
            if not whole and piece.field.rule.pad % 2:
                return False
    return True


def sum_up(source: Source, data: str, size: str | None) -> None:
    """Emit the setting of ``_sum`` to ``data`` as a number, modulo 0xFFFF its sum; ``size`` None: it is even."""
    source.line(f"_sum = _int_from({data}, 'big')  # see foxpy.checksum")
    if size is not None:
        with source.block(f"if ({size}) & 1:"):
            source.line("_sum <<= 8")


def complement(total: str, zero: int, nonzero: bool = False) -> str:
    """The text of the checksum that belongs to the sum ``total`` (RFC 1071); ``nonzero``: the sum is never 0."""
    if zero:
        return f"-{total} % 0xFFFF or {zero:#x}"
    return f"-{total} % 0xFFFF" if nonzero else f"-{total} % 0xFFFF if {total} else 0xFFFF"


def is_nonzero(layout: Layout) -> bool:
    """Whether a constant makes certain that a packet is not all zeros."""
    return any(isinstance(field.rule, Const) and field.rule.value for field in layout.fields.values())


def pack(source: Source, layout: Layout, run: Run, texts: Mapping[str, str]) -> str:
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
