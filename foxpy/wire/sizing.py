"""Emitting what comes before a header can be packed: the sizes of its variable fields, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from foxpy.wire.bodies import body_bytes
from foxpy.wire.checking import agreement, crowded
from foxpy.wire.encodings import Blob, Octets
from foxpy.wire.expressions import LastByte, literal, meaning, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.reading import atom, convert
from foxpy.wire.rules import MISSING, Bounds, Computed, Const, Count, Present, Sized, Tail, Total, bounds_of, default_of
from foxpy.wire.solve import Measure, Solution
from foxpy.wire.source import Source
from foxpy.wire.unions import tag_reader
from foxpy.wire.walking import allowed, out_of_bounds
from foxpy.wire.write_variables import encoder


@dataclass(slots=True)
class Sizes:
    """Texts that tell of each variable field its value, what its equation measures, and its bytes with padding."""

    given: dict[str, str] = field(default_factory=dict)
    measured: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)


def write_sizes(source: Source, layout: Layout, texts: dict[str, str], following: str) -> None:
    """Emit the encoding of the variable fields and the computing of all fields that depend on their sizes.

    ``texts`` has the text of each parameter, and is given that of each variable field's bytes and of each computed
    field; ``following`` is that of the body's size.
    """
    sizes = Sizes(dict(texts))
    for each in layout.variables:
        name = each.name
        if each is layout.body:
            sizes.measured[name] = sizes.taken[name] = following
            check_bounds(source, layout, each, following)
            continue
        code = _encode(source, layout, each, texts.get(name, ""))
        source.line(f"_size_{name} = _len({code})")
        measure(source, layout, each, sizes)
        pad = each.rule.pad if isinstance(each.rule, Sized) else 1
        if pad > 1:
            source.line(f"_padded_{name} = {code} + _bytes(-_size_{name} % {pad})")
            code, sizes.taken[name] = f"_padded_{name}", f"_len(_padded_{name})"
        check_last_byte(source, layout, each, code)
        texts[bytes_of(each)] = code
    write_solutions(source, layout, texts, sizes)


def bytes_of(each: AnyField) -> str:
    """What the text of a variable field's bytes is found under; under its name is that of its value."""
    return f"bytes_of({each.name})"


def measure(source: Source, layout: Layout, each: AnyField, sizes: Sizes) -> None:
    """Note the size of a field, which is in ``_size_`` and its name, and emit the check of its bounds."""
    name = each.name
    sizes.measured[name] = sizes.taken[name] = f"_size_{name}"
    if isinstance(each.rule, Count):
        sizes.measured[name] = f"_len({sizes.given[name]})"
    check_bounds(source, layout, each, sizes.measured[name])


def check_bounds(source: Source, layout: Layout, each: AnyField, code: str) -> None:
    """Emit the check of a variable field's size against what is allowed."""
    bounds = bounds_of(each.rule)
    if bounds == Bounds():
        return
    unit = "elements" if isinstance(each.rule, Count) else "bytes"
    with source.block(f"if {out_of_bounds(bounds, code)}:"):
        fact = f"{{{code}}} {unit}, not {allowed(bounds)}"
        source.line(f'raise _OutOfRange(f"{fact}", "{layout.name}", "{each.name}")')


def write_solutions(source: Source, layout: Layout, texts: dict[str, str], sizes: Sizes) -> None:
    """Emit the computing of all fields that depend on the variable ones, and of what the given ones must meet."""
    for name, size in sizes.taken.items():
        texts[f"size_of({name})"] = size
    for each in layout.fields.values():
        if isinstance(each.rule, Const) and isinstance(each.rule.value, int | str | bytes):
            texts.setdefault(each.name, literal(each.rule.value))
    for solution in layout.solutions:
        if solution.unknown is None:
            _demand(source, layout, solution, sizes, texts)
        else:
            _solve(source, layout, solution, solution.unknown, sizes, texts)
    if layout.total is not None:
        assert isinstance(layout.total.rule, Total)
        terms = [(1, size) for size in sizes.taken.values()]
        source.line(f"{layout.total.name} = {_sum(terms, layout.minimum - layout.total.rule.plus)}")
        texts[layout.total.name] = layout.total.name
    for each in layout.fields.values():
        if isinstance(each.rule, Computed):
            source.line(f"{each.name} = {render(each.rule.expression, lambda named: atom(texts[named.name]))}")
            texts[each.name] = each.name
    for each in layout.variables:
        told = [name for name in each.bound if name in texts]
        if told:
            agree = source.bind(f"_agree_{each.name}", agreement(each, layout.name))
            values = [f"{name}={_told(source, layout.fields[name], texts[name])}" for name in told]
            source.line(f"{agree}({sizes.given[each.name]}, {', '.join(values)})")


def _told(source: Source, each: AnyField, code: str) -> str:
    """The text of a field's value as an argument has it; a value holds an address as its bytes."""
    held = isinstance(each.encoding, Octets) and not isinstance(each.rule, Present)
    return convert(source, each, code, "None") if held else code


def _encode(source: Source, layout: Layout, each: AnyField, given: str) -> str:
    """Emit the making of a variable field's bytes; the name of the variable that has them."""
    name = each.name
    if isinstance(each.rule, Const):
        source.line(f"_bytes_{name} = {source.bind(f'_written_{name}', encoder(each, layout.name)(each.rule.value))}")
        return f"_bytes_{name}"
    if not isinstance(each.encoding, Blob):
        encode = source.bind(f"_encode_{name}", encoder(each, layout.name))
        nothing = None if default_of(each.rule) != () else "b''"
        if isinstance(each.rule, Present):
            source.line(f"_bytes_{name} = b'' if {given} is None else {encode}({given})")
        elif nothing:
            source.line(f"_bytes_{name} = {encode}({given}) if {given} else {encode}(())")
        else:
            source.line(f"_bytes_{name} = {encode}({given})")
        return f"_bytes_{name}"
    if each.encoding.window:
        source.line(f"{name} = {source.bind('_body_bytes', body_bytes)}({given})")
    elif name != given:
        source.line(f"{name} = {given}")
    return name


def check_last_byte(source: Source, layout: Layout, each: AnyField, code: str) -> None:
    """Emit the check of bytes at the packet's end that say themselves how many they are, where a field is such."""
    if not isinstance(each.rule, Tail) or not isinstance(each.rule.size, LastByte):
        return
    if each.rule.size.condition is None:
        with source.block(f"if not {code}:"):
            source.line(f'raise _OutOfRange("its last byte is its size: it has one", "{layout.name}", "{each.name}")')
    with source.block(f"if {code} and {code}[-1] != _len({code}):"):
        fact = f"its last byte is {{{code}[-1]}}, not its size, {{_len({code})}}"
        source.line(f'raise _OutOfRange(f"{fact}", "{layout.name}", "{each.name}")')


def _measured(source: Source, layout: Layout, solution: Solution, sizes: Sizes) -> str:
    """The text of what an equation says of its variable field."""
    name = solution.variable
    match solution.measure:
        case Measure.SIZE | Measure.NUMBER:
            return sizes.measured[name]
        case Measure.PRESENT:
            return f"({sizes.given[name]} is not None)"
        case Measure.FILLED:
            return f"({sizes.taken[name]} > 0)"
        case Measure.TAG:
            return f"{source.bind(f'_tag_{name}', tag_reader(layout.fields[name]))}({sizes.given[name]})"


def _demand(source: Source, layout: Layout, solution: Solution, sizes: Sizes, texts: Mapping[str, str]) -> None:
    """Emit the condition that an equation without an unknown is."""
    found, name = _measured(source, layout, solution, sizes), solution.variable
    if solution.condition is None:
        terms = [(factor, _operand(texts[name])) for name, factor in solution.known.items()]
        needed = _sum(terms, solution.constant)
        unit = "elements" if solution.measure is Measure.NUMBER else "bytes"
        with source.block(f"if {found} != {needed}:"):
            fact = f"needs {{{needed}}} {unit}, got {{{found}}}"
            source.line(f'raise _OutOfRange(f"{fact}", "{layout.name}", "{name}")')
        return
    needed = render(solution.condition, lambda named: atom(texts[named.name]))
    condition = meaning(solution.condition)
    if solution.measure is Measure.TAG:
        source.line(f"if {found} != {needed}:")
        fact = f"its tag is {{{found}}}, but {condition} is {{{needed}}}"
    else:
        word = "present" if solution.measure is Measure.PRESENT else "has bytes"
        source.line(f"if {found} is not (True if {needed} else False):")
        fact = f"{word} iff {condition}"
    source.line(f'    raise _OutOfRange(f"{fact}", "{layout.name}", "{name}")')


def _solve(
    source: Source, layout: Layout, solution: Solution, unknown: str, sizes: Sizes, texts: dict[str, str]
) -> None:
    """Emit the computing of one derived field."""
    size, factor = _measured(source, layout, solution, sizes), abs(solution.factor)
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
    if (
        solution.measure is not Measure.SIZE
        or solution.known
        or default is MISSING
        or default
        or solution.constant % solution.factor
    ):
        return None
    return -solution.constant // solution.factor


def _divide(source: Source, layout: Layout, solution: Solution, unknown: str, numerator: str) -> None:
    factor = abs(solution.factor)
    source.line(f"if ({numerator}) % {factor}:")
    what = "length" if solution.measure is Measure.SIZE else "number"
    over = 0 if solution.known else solution.constant % factor
    multiple = f"{over} more than a multiple" if over else "a multiple"
    reason = f"the {what} of '{solution.variable}' is not {multiple} of {factor}"
    source.line(f'    raise _OutOfRange("{reason}", "{layout.name}", "{unknown}")')
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
