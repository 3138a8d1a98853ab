"""Test data from a packet's definition: hypothesis strategies. Needs hypothesis, which foxpy itself does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast

from foxpy.wire.changing import encoding_of
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.errors import OutOfRange
from foxpy.wire.expressions import Expr, LastByte, Named, Operation, SizeOf, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.rules import (
    MISSING,
    Bounds,
    Count,
    Present,
    Sized,
    Tail,
    Until,
    argument_default,
    bounds_of,
    chooser_of,
)
from foxpy.wire.solve import Measure, Solution

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

P = TypeVar("P", bound=Packet)

MOST_BYTES = 60
"""No field of variable size is drawn longer, unless its least size is."""

MOST_ELEMENTS = 4
"""No list is drawn longer, unless its least number is."""


def strategy(packet: type[P], /, **fields: SearchStrategy[object]) -> SearchStrategy[P]:
    """Values of ``packet`` that can be built. ``fields`` replace the strategies of single fields.

    An argument is left at its default; one without must be given.
    """
    layout = packet._layout
    solved = {solution.variable: solution for solution in layout.solutions}
    constants = {name: each.rule.value for name, each in layout.fields.items() if hasattr(each.rule, "value")}
    measured = _measured(layout)

    def draw_packet(draw: DrawFn) -> Packet:
        drawn: dict[str, object] = {}
        learnt: dict[str, object] = {}
        for field in layout.parameters:
            known = {**constants, **drawn}
            if field.name in fields:
                drawn[field.name] = draw(fields[field.name])
            else:
                drawn[field.name] = draw(_field(packet, field, solved.get(field.name), {**known, **learnt}))
            solution = solved.get(field.name)
            if solution is not None and solution.unknown and solution.measure is Measure.PRESENT:
                learnt[solution.unknown] = drawn[field.name] is not None
            if field in measured:
                size = len(encoding_of(field, layout.name)(drawn[field.name]))
                learnt[f"size_of({field.name})"] = size + -size % getattr(field.rule, "pad", 1)
        return packet(**drawn)

    return cast("SearchStrategy[P]", _drawn()(draw_packet).filter(_can_be_built))


def _measured(layout: Layout) -> list[AnyField]:
    """The fields whose bytes others are sized by."""
    rules = [field.rule for field in layout.fields.values()]
    sizes = [rule.number if isinstance(rule, Count) else getattr(rule, "size", None) for rule in rules]
    sizes += [rule.condition for rule in rules if isinstance(rule, Present)]
    found = {each.field.name for size in sizes for each in names(size) if isinstance(each, SizeOf)}
    return [layout.fields[name] for name in found]


@cache
def _drawn() -> Callable[[Callable[[DrawFn], Packet]], SearchStrategy[Packet]]:
    """``composite``, made once: it reads its function's source, which would cost more than all the drawing."""
    from hypothesis import strategies as st

    @st.composite
    def drawn(draw: DrawFn, draw_packet: Callable[[DrawFn], Packet]) -> Packet:
        return draw_packet(draw)

    return drawn


def _can_be_built(packet: Packet) -> bool:
    try:
        packet.build()
    except OutOfRange:
        return False
    return True


def _field(
    packet: type[Packet], field: AnyField, solution: Solution | None, known: Mapping[str, object]
) -> SearchStrategy[object]:
    """What may be given for a field, when the earlier ones are known."""
    from hypothesis import strategies as st

    if isinstance(field.rule, Present):
        there = _wire_type(packet, field, known)
        decided = all(each.name in known for each in names(field.rule.condition))  # not by what is solved later
        if solution is not None and solution.unknown is None and decided:
            return there if _evaluate(field.rule.condition, known) else st.none()
        return st.none() | there
    if isinstance(field.rule, Tail) and isinstance(field.rule.size, LastByte):
        return _self_sized(solution, known)
    size = _demanded(field, solution, known)
    values = _told(packet._guards, field.name)
    if values and isinstance(field.encoding, Blob | Codec):
        return st.sampled_from(values)
    match field.encoding:
        case Blob():
            return _blob(field, solution, size, known)
        case ListOf():
            return _list(packet, field, solution, size, known)
        case _:
            return _wire_type(packet, field, known)


def _told(guards: Iterable[object], name: str) -> list[object]:
    """The values that guards leave to a field that is no number; none if they say nothing of it."""
    for guard in guards:
        match guard:
            case Operation(operator="in", operands=(Named(name=found), *values)) if found == name:
                return values
            case Operation(operator="and", operands=both):
                if values := _told(both, name):
                    return values
    return []


def _demanded(field: AnyField, solution: Solution | None, known: Mapping[str, object]) -> int | None:
    """The number of bytes or elements that earlier fields ask for, if no derived field follows from it."""
    if solution is None or solution.unknown is not None or solution.condition is not None:
        return None
    rule = field.rule
    expression = rule.number if isinstance(rule, Count) else getattr(rule, "size", 0)
    return max(0, _evaluate(expression, known))


def _wire_type(packet: type[Packet], field: AnyField, known: Mapping[str, object]) -> SearchStrategy[object]:
    """What a single value of a field's wire type may be."""
    from hypothesis import strategies as st

    match field.encoding:
        case Argument():
            default = argument_default(field.rule)
            if default is MISSING:
                raise TypeError(f"{packet.__name__}.{field.name}: give a strategy for the argument")
            return st.just(default)
        case UInt(kind=kind, open=False) if kind is not None:
            bounds = bounds_of(field.rule)
            most = max(kind) if bounds.most is None else bounds.most
            members = [member for member in kind if (bounds.least or 0) <= member <= most]
            return st.sampled_from(members).filter(_test(packet, field) or (lambda _: True))
        case UInt(boolean=True):
            return st.booleans().filter(_test(packet, field) or (lambda _: True))
        case UInt(bits=bits):
            return _integers(bits, bounds_of(field.rule), _test(packet, field))
        case Octets(size=size, kind=kind):
            octets = st.binary(min_size=size, max_size=size)
            return octets.map(kind) if kind else octets
        case Codec() as codec:
            return codec.strategy()
        case OneOf():
            return st.one_of(_members(field, known))
        case _:
            raise AssertionError(field)


def _blob(
    field: AnyField, solution: Solution | None, size: int | None, known: Mapping[str, object]
) -> SearchStrategy[bytes]:
    from hypothesis import strategies as st

    if size is not None:
        return st.binary(min_size=size, max_size=size)
    bounds = bounds_of(field.rule)
    least = bounds.least or 0
    most = max(MOST_BYTES, least) if bounds.most is None else bounds.most
    factor, over = 1, 0
    if solution is not None and solution.measure is Measure.SIZE:
        factor = abs(solution.factor)
        told = [each * cast(int, known[name]) for name, each in solution.known.items() if name in known]
        over = (solution.constant + sum(told)) % factor

    def fit(data: bytes) -> bytes:
        """As many bytes as a division leaves nothing of."""
        return data[: over + (len(data) - over) // factor * factor] if len(data) >= over else data.ljust(over, b"\0")

    return st.binary(min_size=least, max_size=most).map(fit)


def _self_sized(solution: Solution | None, known: Mapping[str, object]) -> SearchStrategy[bytes]:
    """A tail whose last byte is its size."""
    from hypothesis import strategies as st

    filled = st.binary(max_size=MOST_BYTES).map(lambda data: data + bytes([len(data) + 1]))
    if solution is None:
        return filled
    if solution.unknown is None:
        return filled if _evaluate(solution.condition, known) else st.just(b"")
    return st.just(b"") | filled


def _list(
    packet: type[Packet], field: AnyField, solution: Solution | None, size: int | None, known: Mapping[str, object]
) -> SearchStrategy[tuple[object, ...]]:
    """Lists of what a list field may hold."""
    from hypothesis import strategies as st

    encoding = field.encoding
    assert isinstance(encoding, ListOf)
    bounds = bounds_of(field.rule) if isinstance(field.rule, Count) else Bounds()
    least, most = bounds.least or 0, MOST_ELEMENTS
    if isinstance(field.rule, Count) and size is not None:
        least = most = size
    elif size is not None and encoding.step:
        least = most = size // encoding.step
    elif bounds.most is not None:
        most = min(most, bounds.most)
    one = st.one_of(_members(field, known)) if encoding.element is None else _element(field, encoding.element)
    return st.lists(one, min_size=least, max_size=max(least, most)).map(tuple)


def _element(field: AnyField, element: UInt | Octets | Codec[object]) -> SearchStrategy[object]:
    """What an element of a list may be that is no packet."""
    from hypothesis import strategies as st

    match element:
        case Codec():
            end = field.rule.end if isinstance(field.rule, Until) else MISSING
            return element.strategy().filter(lambda value: value != end)
        case UInt(kind=kind, open=False) if kind is not None:
            return st.sampled_from(kind)
        case UInt(boolean=True):
            return st.booleans()
        case UInt(bits=bits):
            return st.integers(0, (1 << bits) - 1)
        case Octets(size=octets, kind=kind):
            fixed = st.binary(min_size=octets, max_size=octets)
            return fixed.map(kind) if kind else fixed


def _test(packet: type[Packet], field: AnyField) -> Callable[[int], bool] | None:
    """The packet's guards that look at ``field`` alone, as a function; None if there are none."""
    tests = [
        render(guard, lambda _: "value")
        for guard in packet._guards
        if {each.name for each in names(guard)} == {field.name}
    ]
    return cast("Callable[[int], bool]", eval(f"lambda value: {' and '.join(tests)}")) if tests else None


def _integers(bits: int, bounds: Bounds, test: Callable[[int], bool] | None) -> SearchStrategy[int]:
    """Integers of so many bits, within bounds, that pass ``test``."""
    from hypothesis import strategies as st

    least, most = bounds.least or 0, (1 << bits) - 1 if bounds.most is None else bounds.most
    if test is None or most - least > 0xFFFF:
        return st.integers(least, most).filter(test or (lambda _: True))
    values = range(least, most + 1)
    passing = [test(value) for value in values]
    first = [value for at, value in enumerate(values) if passing[at] and not (at and passing[at - 1])]
    last = [value for at, value in enumerate(values) if passing[at] and not any(passing[at + 1 : at + 2])]
    return st.one_of([st.integers(low, high) for low, high in zip(first, last, strict=True)])


def _members(field: AnyField, known: Mapping[str, object]) -> list[SearchStrategy[Packet]]:
    """The packets that a list or a union may hold, each of which reads back as the one that it is."""
    from hypothesis import strategies as st

    members = cast("tuple[type[Packet], ...]", field.elements)
    end = field.rule.end if isinstance(field.rule, Sized | Until) else None
    earlier: list[type[Packet]] = [cast("type[Packet]", end)] if isinstance(end, type) else []
    chooser = getattr(chooser_of(field.rule), "name", None)
    tags = {member._tag for member in members} - {None}
    bound = {name: known[name] for name in field.bound if name in known}
    choices: list[SearchStrategy[Packet]] = []
    for member in members:
        arguments: dict[str, SearchStrategy[object]] = {
            each.name: st.just(bound[each.name])
            for each in member._layout.arguments
            if each.name in bound and each in member._layout.parameters
        }
        if chooser is not None:
            told = known.get(chooser, member._tag)
            if told != member._tag and (member._tag is not None or told in tags):
                continue
            if chooser in member._layout.fields:
                tag = st.just(known[chooser]) if chooser in known else st.integers(0, 0xFFFF)
                arguments[chooser] = tag.filter(lambda value: value not in tags)
            choices.append(strategy(member, **arguments))
            continue
        if not _guarded_by(member, bound):
            continue
        choices.append(strategy(member, **arguments).filter(_none_of(tuple(earlier), bound)))
        earlier.append(member)
    return choices


def _guarded_by(member: type[Packet], bound: Mapping[str, object]) -> bool:
    """Whether a member is one that may be there, as far as its arguments decide."""
    for guard in member._guards:
        read = {each.name for each in names(guard)}
        if read and read <= bound.keys() and not _evaluate(guard, bound):
            return False
    return True


def _none_of(others: tuple[type[Packet], ...], bound: Mapping[str, object]) -> Callable[[Packet], bool]:
    """Whether a packet would not be taken for one of ``others``, which are tried before it.

    A guard that looks at a field which the packet has not stands behind one that is false of it.
    """
    read = {name for other in others for guard in other._guards for name in _names(guard)}

    def differs(packet: Packet) -> bool:
        known = {**bound, **{name: getattr(packet, name) for name in read & packet._layout.fields.keys()}}
        return not any(
            all(known.keys() >= set(_names(guard)) and _evaluate(guard, known) for guard in other._guards)
            for other in others
        )

    return differs


def _names(expression: Expr[bool]) -> list[str]:
    return [each.name for each in names(expression)]


def _evaluate(expression: object, values: Mapping[str, object]) -> int:
    """An expression's value, for given fields."""
    shown = {name: int(value) if isinstance(value, int) else value for name, value in values.items()}
    return int(eval(render(expression, lambda named: f"({shown[named.name]!r})")))
