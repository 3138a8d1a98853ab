"""Test data from a packet's definition: hypothesis strategies. Needs hypothesis, which foxpy itself does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from foxpy.wire.encodings import Argument, ListOf, Octets, UInt
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

    @st.composite
    def draw_packet(draw: DrawFn) -> P:
        drawn: dict[str, object] = {}
        for field in layout.parameters:
            if field.name in fields:
                drawn[field.name] = draw(fields[field.name])
            elif isinstance(field.encoding, Argument):
                if default_of(field.rule) is MISSING:
                    raise TypeError(f"{layout.name}.{field.name}: give a strategy for the argument")
                drawn[field.name] = default_of(field.rule)
            elif isinstance(field.encoding, ListOf):
                drawn[field.name] = draw(_elements(field))
            elif isinstance(field.rule, Sized) and solved[field.name].unknown is None:
                size = _evaluate(field.rule.size, drawn)
                drawn[field.name] = draw(st.binary(min_size=size, max_size=size)) if size >= 0 else b""
            elif isinstance(field.encoding, UInt | Octets):
                drawn[field.name] = draw(_fixed(packet, field))
            else:
                step = abs(solved[field.name].factor) if field.name in solved else 1
                blob = draw(st.binary(max_size=MOST_BYTES))
                drawn[field.name] = blob[: len(blob) // step * step]
        return packet(**drawn)

    return draw_packet().filter(_can_be_built)


def _can_be_built(packet: Packet) -> bool:
    try:
        packet.build()
    except OutOfRange:
        return False
    return True


def _fixed(packet: type[Packet], field: AnyField) -> SearchStrategy[object]:
    """The values of a field of fixed size that pass the packet's guards."""
    from hypothesis import strategies as st

    encoding = field.encoding
    if isinstance(encoding, Octets):
        octets = st.binary(min_size=encoding.size, max_size=encoding.size)
        return octets.map(encoding.kind) if encoding.kind else octets
    assert isinstance(encoding, UInt)
    if encoding.boolean:
        return st.booleans()
    tests = [guard for guard in packet._guards if [each.name for each in names(guard)] == [field.name]]

    def passes(value: int) -> bool:
        return all(_evaluate(test, {field.name: value}) for test in tests)

    if tests and encoding.bits <= 16:
        return st.sampled_from([value for value in range(1 << encoding.bits) if passes(value)])
    return st.integers(0, (1 << encoding.bits) - 1).filter(passes)


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
