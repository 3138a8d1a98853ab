"""The derived fields: what a packet's definition says of a variable field is an equation, solved for one unknown.

``options: Raw = sized(ihl * 4 - 20)`` says ``len(options) == ihl * 4 - 20``; with ``ihl`` derived it is solved for
``ihl``: ``(len(options) + 20) / 4``, where the division must be exact. Solving repeats, as one equation's result may
be what another still misses. Presence and choice are equations of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from foxpy.wire.expressions import Expr, LastByte, Named, linear, names
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import Count, Derived, Present, Sized, Tail, chooser_of


class Measure(Enum):
    """What an equation says of its variable field."""

    SIZE = auto()
    """Its bytes."""
    NUMBER = auto()
    """Its elements."""
    PRESENT = auto()
    """1 if it is there, else 0."""
    FILLED = auto()
    """1 if it has bytes, else 0."""
    TAG = auto()
    """The tag of the packet that it is."""


@dataclass(frozen=True, slots=True)
class Equation:
    """``measure of variable == sum(factors[name] * name) + constant``."""

    variable: str
    measure: Measure
    factors: Mapping[str, int]
    constant: int = 0
    condition: Expr[bool] | Expr[int] | None = None
    """What the right-hand side is, where it is not linear: it must be known."""


@dataclass(frozen=True, slots=True)
class Solution:
    """``unknown * factor == measure of variable - constant - sum(known[name] * name)``.

    With no unknown it is a condition that the given values must meet.
    """

    unknown: str | None
    variable: str
    factor: int
    known: Mapping[str, int]
    constant: int
    measure: Measure = Measure.SIZE
    condition: Expr[bool] | Expr[int] | None = None


def solve(packet: str, fields: Mapping[str, AnyField]) -> tuple[Solution, ...]:
    """The solutions, in an order in which each needs only earlier ones. Raises TypeError for what has none or two."""
    unsolved = {name for name, field in fields.items() if isinstance(field.rule, Derived)}
    equations = [each for field in fields.values() for each in _equations(packet, field)]
    solutions: list[Solution] = []
    progress = True
    while progress:
        progress = False
        for equation in list(equations):
            factors = equation.factors
            unknowns = [name for name in factors if name in unsolved]
            if len(unknowns) > 1 or (not factors and any(each.name in unsolved for each in names(equation.condition))):
                continue
            unknown = unknowns[0] if unknowns else None
            again = next((name for name in factors if _is_derived(fields, name) and name != unknown), None)
            if unknown is None and again is not None and equation.measure in (Measure.SIZE, Measure.NUMBER):
                raise TypeError(f"{packet}.{again}: derived(), but two size expressions determine it")
            known = {name: factor for name, factor in factors.items() if name != unknown}
            factor = factors[unknown] if unknown else 1
            solution = Solution(
                unknown,
                equation.variable,
                factor,
                known,
                equation.constant,
                equation.measure,
                None if unknown else equation.condition,
            )
            solutions.append(solution)
            equations.remove(equation)
            unsolved.discard(unknown or "")
            progress = True
    for name in sorted(unsolved):
        raise TypeError(f"{packet}.{name}: derived(), but no size expression determines it")
    return tuple(solutions)


def _is_derived(fields: Mapping[str, AnyField], name: str) -> bool:
    return name in fields and isinstance(fields[name].rule, Derived)


def _equations(packet: str, field: AnyField) -> Iterator[Equation]:
    """What a field's right-hand side says of earlier fields."""
    rule, name = field.rule, field.name
    try:
        match rule:
            case Tail(size=LastByte(condition=condition)):
                if condition is not None:
                    yield _condition(name, Measure.FILLED, condition)
            case Sized(size=size) | Tail(size=size):
                yield Equation(name, Measure.SIZE, *linear(size))
            case Count(number=number):
                yield Equation(name, Measure.NUMBER, *linear(number))
            case Present(condition=condition):
                yield _condition(name, Measure.PRESENT, condition)
            case _:
                pass
    except TypeError as error:
        raise TypeError(f"{packet}.{name}: {error}") from None
    chooser = chooser_of(rule)
    if chooser is not None:
        yield _condition(name, Measure.TAG, chooser)


def _condition(variable: str, measure: Measure, condition: Expr[bool] | Expr[int]) -> Equation:
    """A single field is what can be solved for; all else in a condition must be known."""
    factors = {condition.name: 1} if isinstance(condition, Named) else {}
    return Equation(variable, measure, factors, 0, condition)
