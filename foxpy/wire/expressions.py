"""Typed expressions over the fields of a packet: sizes (``ihl * 4 - 20``) and guards (``kind >= 0x600``).

An expression is data. It is never evaluated: ``render`` writes it into generated code, and ``linear`` gives the
coefficients from which ``foxpy.wire.solve`` inverts a size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Expr(Generic[T]):
    """Something of type ``T`` that is known once the fields in it are."""

    def __add__(self: Expr[int], other: int | Expr[int]) -> Expr[int]:
        return Operation("+", self, other)

    def __sub__(self: Expr[int], other: int | Expr[int]) -> Expr[int]:
        return Operation("-", self, other)

    def __mul__(self: Expr[int], factor: int) -> Expr[int]:
        return Operation("*", self, factor)

    def __ge__(self: Expr[int], other: int) -> Expr[bool]:
        return Operation(">=", self, other)

    def __gt__(self: Expr[int], other: int) -> Expr[bool]:
        return Operation(">", self, other)

    def __le__(self: Expr[int], other: int) -> Expr[bool]:
        return Operation("<=", self, other)

    def __lt__(self: Expr[int], other: int) -> Expr[bool]:
        return Operation("<", self, other)

    def between(self: Expr[int], low: int, high: int) -> Expr[bool]:
        """Whether ``low <= self <= high``."""
        return Operation("between", self, low, high)

    def one_of(self, *values: T) -> Expr[bool]:
        """Whether it equals one of ``values``."""
        return Operation("in", self, *values)

    def __and__(self: Expr[bool], other: Expr[bool]) -> Expr[bool]:
        return Operation("and", self, other)

    def __or__(self: Expr[bool], other: Expr[bool]) -> Expr[bool]:
        return Operation("or", self, other)

    def __invert__(self: Expr[bool]) -> Expr[bool]:
        return Operation("not", self)


class Operation(Expr[T]):
    """An operator applied to expressions and constants."""

    __slots__ = ("operands", "operator")

    def __init__(self, operator: str, *operands: object) -> None:
        self.operator = operator
        self.operands = operands


class Named(Expr[T]):
    """An expression that has a name in generated code: a field or an argument."""

    name: str = ""


class SizeOf(Named[int]):
    """The bytes that a field of variable size takes."""

    def __init__(self, field: Named[object]) -> None:
        self.field = field

    @property
    def name(self) -> str:  # type: ignore[override]  # the field learns its name after the expression was written
        return f"size_of({self.field.name})"

    def __repr__(self) -> str:
        return self.name


class LastByte(Expr[int]):
    """The last byte of the packet, or 0 where ``condition`` is false: how the size of a trailer may be told."""

    def __init__(self, condition: Expr[bool] | None) -> None:
        self.condition = condition


def names(expression: object) -> Iterator[Named[object]]:
    """The fields that ``expression`` reads, from left to right, with repetitions."""
    if isinstance(expression, Named):
        yield expression
    elif isinstance(expression, LastByte):
        yield from names(expression.condition)
    elif isinstance(expression, Operation):
        for operand in expression.operands:
            yield from names(operand)


def literal(value: object) -> str:
    """``value`` as it is written in generated code."""
    if isinstance(value, bool | str | bytes | bytearray):
        return repr(value)
    if isinstance(value, int):
        return repr(int(value))  # an enum member, too, is written as its number
    if isinstance(value, tuple):
        return f"({''.join(f'{literal(each)}, ' for each in value)})"
    raise TypeError(f"{value!r} cannot stand in an expression of the packet language")


def render(expression: object, lookup: Callable[[Named[object]], str]) -> str:
    """``expression`` as Python text; ``lookup`` gives the text that reads a field."""
    if isinstance(expression, Named):
        return lookup(expression)
    if not isinstance(expression, Operation):
        return literal(expression)
    first, *others = expression.operands
    left = render(first, lookup)
    if expression.operator == "in":
        if len(others) == 1:
            return f"{left} == {literal(others[0])}"
        return f"{left} in ({', '.join(map(literal, others))})"
    if expression.operator == "between":
        return f"{literal(others[0])} <= {left} <= {literal(others[1])}"
    if expression.operator == "not":
        return f"not ({left})"
    if expression.operator in ("and", "or"):
        return f"({left}) {expression.operator} ({render(others[0], lookup)})"
    if not others:
        return left
    right = render(others[0], lookup)
    if expression.operator == "*" and isinstance(first, Operation):
        left = f"({left})"
    if expression.operator == "-" and isinstance(others[0], Operation):
        right = f"({right})"
    return f"{left} {expression.operator} {right}"


def meaning(expression: object) -> str:
    """``expression`` in the words of the definition, as it stands inside of an f-string in double quotes."""
    text = render(expression, lambda named: named.name)
    return text.replace("\\", "\\\\").replace('"', "'").replace("{", "{{").replace("}", "}}")


def linear(expression: object) -> tuple[dict[str, int], int]:
    """A size as coefficients by field name, and a constant. Raises TypeError if it is not linear."""
    if isinstance(expression, Named):
        return {expression.name: 1}, 0
    if isinstance(expression, int):
        return {}, expression
    if not isinstance(expression, Operation) or expression.operator not in ("+", "-", "*"):
        raise TypeError("a size is built from integer fields and constants with + - *")
    left, constant = linear(expression.operands[0])
    other = expression.operands[1]
    if expression.operator == "*":
        if not isinstance(other, int):
            raise TypeError("a size may multiply a field by a constant only")
        return {name: factor * other for name, factor in left.items()}, constant * other
    sign = 1 if expression.operator == "+" else -1
    right, added = linear(other)
    total = dict(left)
    for name, factor in right.items():
        total[name] = total.get(name, 0) + sign * factor
    return {name: factor for name, factor in total.items() if factor}, constant + sign * added


def simplified(*sizes: Expr[int] | int) -> Expr[int] | int:
    """Sizes added up, with one constant and one term for each field: ``20`` and ``ihl * 4 - 20`` make ``ihl * 4``."""
    fields = {each.name: each for size in sizes for each in names(size)}
    constant = 0
    factors = dict.fromkeys(fields, 0)
    for size in sizes:
        more, added = linear(size)
        constant += added
        for name, factor in more.items():
            factors[name] += factor
    whole: Expr[int] | int = constant
    for name, factor in factors.items():
        term: Expr[int] = Operation("*", fields[name], factor)
        if factor == 1:
            term = Operation("", fields[name])
        whole = Operation("+", whole, term) if whole else term
    return whole
