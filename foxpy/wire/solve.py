"""The derived fields: every size expression is an equation, linear in the fields, and is solved for one unknown.

``options: Raw = sized(ihl * 4 - 20)`` says ``len(options) == ihl * 4 - 20``; with ``ihl`` derived it is solved for
``ihl``: ``(len(options) + 20) / 4``, where the division must be exact. Solving repeats, as one equation's result may
be what another still misses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foxpy.wire.expressions import linear
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import Derived, Sized


@dataclass(frozen=True, slots=True)
class Solution:
    """``unknown * factor == len(variable) - constant - sum(known[name] * name)``.

    With no unknown it is a condition that the given values must meet.
    """

    unknown: str | None
    variable: str
    factor: int
    known: Mapping[str, int]
    constant: int


def solve(packet: str, fields: Mapping[str, AnyField]) -> tuple[Solution, ...]:
    """The solutions, in an order in which each needs only earlier ones. Raises TypeError for what has none or two."""
    unsolved = {name for name, field in fields.items() if isinstance(field.rule, Derived)}
    equations: list[tuple[str, dict[str, int], int]] = []
    for name, field in fields.items():
        if isinstance(field.rule, Sized):
            try:
                equations.append((name, *linear(field.rule.size)))
            except TypeError as error:
                raise TypeError(f"{packet}.{name}: {error}") from None
    solutions: list[Solution] = []
    progress = True
    while progress:
        progress = False
        for equation in list(equations):
            variable, factors, constant = equation
            unknowns = [name for name in factors if name in unsolved]
            if len(unknowns) > 1:
                continue
            unknown = unknowns[0] if unknowns else None
            again = next((name for name in factors if isinstance(fields[name].rule, Derived) and name != unknown), None)
            if unknown is None and again is not None:
                raise TypeError(f"{packet}.{again}: derived(), but two size expressions determine it")
            known = {name: factor for name, factor in factors.items() if name != unknown}
            solutions.append(Solution(unknown, variable, factors[unknown] if unknown else 1, known, constant))
            equations.remove(equation)
            unsolved.discard(unknown or "")
            progress = True
    for name in sorted(unsolved):
        raise TypeError(f"{packet}.{name}: derived(), but no size expression determines it")
    return tuple(solutions)
