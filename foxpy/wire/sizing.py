"""Emitting what comes before a header can be packed: the sizes of its variable fields, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping

from foxpy.wire.bodies import body_bytes
from foxpy.wire.checking import blob_of, crowded
from foxpy.wire.encodings import Blob, ListOf
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.lists import list_writer
from foxpy.wire.reading import atom
from foxpy.wire.rules import MISSING, Total, default_of
from foxpy.wire.solve import Solution
from foxpy.wire.source import Source


def write_sizes(source: Source, layout: Layout, texts: dict[str, str], following: str, trusted: bool) -> dict[str, str]:
    """Emit the encoding of the variable fields and the computing of all fields that depend on their sizes.

    ``texts`` has the text of each parameter, and is given that of each variable field's bytes and of each computed
    field. The result is the text of each variable field's size; ``following`` is that of the body's.
    """
    sizes: dict[str, str] = {}
    for field in layout.variables:
        if field is layout.body:
            sizes[field.name] = following
            continue
        sizes[field.name] = f"_size_{field.name}"
        texts[field.name] = _encode(source, layout, field, texts[field.name], trusted)
        source.line(f"_size_{field.name} = _len({texts[field.name]})")
    for solution in layout.solutions:
        if solution.unknown is None:
            _demand(source, layout, solution, sizes, texts)
        else:
            _solve(source, layout, solution, solution.unknown, sizes, texts)
    if layout.total is not None:
        assert isinstance(layout.total.rule, Total)
        terms = [(1, size) for size in sizes.values()]
        source.line(f"{layout.total.name} = {_sum(terms, layout.minimum - layout.total.rule.plus)}")
        texts[layout.total.name] = layout.total.name
    return sizes


def _encode(source: Source, layout: Layout, field: AnyField, given: str, trusted: bool) -> str:
    """Emit the making of a variable field's bytes; the name of the variable that has them."""
    if isinstance(field.encoding, ListOf):
        encoded = f"_bytes_{field.name}"
        encode = source.bind(f"_encode_{field.name}", list_writer(field))
        source.line(f"{encoded} = {encode}({given}) if {given} else b''")
        return encoded
    if isinstance(field.encoding, Blob) and field.encoding.window:
        source.line(f"{field.name} = {source.bind('_body_bytes', body_bytes)}({given})")
    elif trusted:
        source.line(f"{field.name} = {given}")
    else:
        blob = source.bind(f"_as_{field.name}", blob_of(field, layout.name))
        source.line(f"if _type({given}) is not _bytes:")
        source.line(f"    {field.name} = {blob}({given})")
    return field.name


def _demand(
    source: Source, layout: Layout, solution: Solution, sizes: Mapping[str, str], texts: Mapping[str, str]
) -> None:
    """Emit the condition that an equation without an unknown is."""
    terms = [(factor, _operand(texts[name])) for name, factor in solution.known.items()]
    size, needed = sizes[solution.variable], _sum(terms, solution.constant)
    source.line(f"if {size} != {needed}:")
    path = f"{layout.name}.{solution.variable}"
    source.line(f'    raise _OutOfRange(f"{path}: needs {{{needed}}} bytes, got {{{size}}}")')


def _solve(
    source: Source, layout: Layout, solution: Solution, unknown: str, sizes: Mapping[str, str], texts: dict[str, str]
) -> None:
    """Emit the computing of one derived field."""
    size, factor = sizes[solution.variable], abs(solution.factor)
    sign = 1 if solution.factor > 0 else -1
    known = [(-sign * each, _operand(texts[name])) for name, each in solution.known.items()]
    numerator = _sum([(sign, size), *known], -sign * solution.constant)
    texts[unknown] = unknown
    if factor == 1:
        source.line(f"{unknown} = {numerator}")
        _check(source, layout, unknown)
        return
    shortcut = _when_empty(layout, solution)
    if shortcut is None:
        _divide(source, layout, solution, unknown, numerator)
        return
    source.line(f"{unknown} = {shortcut}")
    with source.block(f"if {size}:"):
        _divide(source, layout, solution, unknown, numerator)


def _when_empty(layout: Layout, solution: Solution) -> int | None:
    """The unknown's value for an empty variable field, where that is what the field is by default, and often."""
    default = default_of(layout.fields[solution.variable].rule)
    if solution.known or default is MISSING or default or solution.constant % solution.factor:
        return None
    return -solution.constant // solution.factor


def _divide(source: Source, layout: Layout, solution: Solution, unknown: str, numerator: str) -> None:
    factor = abs(solution.factor)
    source.line(f"if ({numerator}) % {factor}:")
    reason = f"the length of '{solution.variable}' is not a multiple of {factor}"
    source.line(f'    raise _OutOfRange("{layout.name}.{unknown}: {reason}")')
    source.line(f"{unknown} = ({numerator}) // {factor}")
    _check(source, layout, unknown)


def _check(source: Source, layout: Layout, unknown: str) -> None:
    """Emit the range check of a derived field that would spill into its neighbour's bits."""
    for bits in crowded(layout):
        if bits.field.name == unknown:
            source.line(f"if {unknown} >> {bits.width}:")
            source.line(f"    raise _refusal({{{unknown!r}: {unknown}}})")


def _operand(text: str) -> str:
    return text if text.replace(".", "").isidentifier() else atom(text)


def _sum(terms: list[tuple[int, str]], constant: int) -> str:
    """A constant and terms with factors, added up."""
    text = str(constant) if constant > 0 or not terms else ""
    for factor, code in terms:
        product = code if abs(factor) == 1 else f"{code} * {abs(factor)}"
        sign = "-" if factor < 0 else "+"
        text = f"{text} {sign} {product}" if text else product if factor > 0 else f"-{product}"
    return text + (f" - {-constant}" if constant < 0 and terms else "")
