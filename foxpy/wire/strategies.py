"""Test data from a packet's definition: hypothesis strategies. Needs hypothesis, which foxpy itself does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.errors import OutOfRange
from foxpy.wire.expressions import Expr, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.packet import Packet
from foxpy.wire.rules import MISSING, Sized, default_of

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

P = TypeVar("P", bound=Packet)

MOST_BYTES = 60
"""No field of variable size is drawn longer."""


def strategy(packet: type[P], /, **fields: SearchStrategy[object]) -> SearchStrategy[P]:
    """Values of ``packet`` that can be built. ``fields`` replace the strategies of single fields.

    An argument is left at its default; one without must be given.
    """
    from hypothesis import strategies as st

    layout = packet._layout
    solved = {solution.variable: solution for solution in layout.solutions}
    given = {
        field.name: fields[field.name] if field.name in fields else _field(packet, field) for field in layout.parameters
    }

    @st.composite
    def draw_packet(draw: DrawFn) -> P:
        drawn: dict[str, object] = {}
        for field in layout.parameters:
            solution = solved.get(field.name)
            if isinstance(field.rule, Sized) and solution is not None and solution.unknown is None:
                size = _evaluate(field.rule.size, drawn)
                drawn[field.name] = draw(st.binary(min_size=size, max_size=size)) if size >= 0 else b""
                continue
            value = draw(given[field.name])
            if solution is not None and isinstance(value, bytes):
                value = value[: len(value) // abs(solution.factor) * abs(solution.factor)]
            drawn[field.name] = value
        return packet(**drawn)

    return draw_packet().filter(_can_be_built)


def _can_be_built(packet: Packet) -> bool:
    try:
        packet.build()
    except OutOfRange:
        return False
    return True


def _field(packet: type[Packet], field: AnyField) -> SearchStrategy[object]:
    """What may be given for a field, as far as the field itself decides."""
    from hypothesis import strategies as st

    match field.encoding:
        case Argument():
            default = default_of(field.rule)
            if default is MISSING:
                raise TypeError(f"{packet.__name__}.{field.name}: give a strategy for the argument")
            return st.just(default)
        case UInt(boolean=True):
            return st.booleans().filter(_test(packet, field) or (lambda _: True))
        case UInt(bits=bits):
            return _integers(bits, _test(packet, field))
        case Octets(size=size, kind=kind):
            octets = st.binary(min_size=size, max_size=size)
            return octets.map(kind) if kind else octets
        case Blob():
            return st.binary(max_size=MOST_BYTES)
        case ListOf():
            return _elements(field)


def _test(packet: type[Packet], field: AnyField) -> Callable[[int], bool] | None:
    """The packet's guards that look at ``field`` alone, as a function; None if there are none."""
    tests = [
        render(guard, lambda _: "value")
        for guard in packet._guards
        if {each.name for each in names(guard)} == {field.name}
    ]
    return cast("Callable[[int], bool]", eval(f"lambda value: {' and '.join(tests)}")) if tests else None


def _integers(bits: int, test: Callable[[int], bool] | None) -> SearchStrategy[int]:
    """Integers of so many bits that pass ``test``."""
    from hypothesis import strategies as st

    if test is None or bits > 16:
        return st.integers(0, (1 << bits) - 1).filter(test or (lambda _: True))
    passing = [test(value) for value in range(1 << bits)]
    first = [at for at, passes in enumerate(passing) if passes and not (at and passing[at - 1])]
    last = [at for at, passes in enumerate(passing) if passes and not any(passing[at + 1 : at + 2])]
    return st.one_of([st.integers(low, high) for low, high in zip(first, last, strict=True)])


def _elements(field: AnyField) -> SearchStrategy[tuple[Packet, ...]]:
    """Lists of the packets that a list field may hold, each of which reads back as the one that it is."""
    from hypothesis import strategies as st

    members = cast("tuple[type[Packet], ...]", field.elements)
    end = field.rule.end if isinstance(field.rule, Sized) else None
    earlier: list[type[Packet]] = [] if end is None else [cast("type[Packet]", end)]
    choices: list[SearchStrategy[Packet]] = []
    for member in members:
        choices.append(strategy(member).filter(_none_of(tuple(earlier))))
        earlier.append(member)
    return st.lists(st.one_of(choices), max_size=4).map(tuple)


def _none_of(others: tuple[type[Packet], ...]) -> Callable[[Packet], bool]:
    """Whether a packet would not be taken for one of ``others``, which are tried before it."""

    def differs(packet: Packet) -> bool:
        values = {name: getattr(packet, name) for other in others for guard in other._guards for name in _names(guard)}
        return not any(all(_evaluate(guard, values) for guard in other._guards) for other in others)

    return differs


def _names(expression: Expr[bool]) -> list[str]:
    return [each.name for each in names(expression)]


def _evaluate(expression: object, values: dict[str, object]) -> int:
    """An expression's value, for given fields."""
    return int(eval(render(expression, lambda named: f"({values[named.name]!r})")))
