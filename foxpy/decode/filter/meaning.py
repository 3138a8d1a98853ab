"""From the tree of a filter to a function that says whether a frame passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Final, TypeAlias

import attrs

from foxpy.decode.filter.kinds import CALCULATE, COMPARE, Kind, comparable, equal, kind_of_literal
from foxpy.decode.filter.names import UnknownName, Values, meaning_of
from foxpy.decode.filter.syntax import COMPARISONS, Joined, Length, Name, Node, Not, Several, Two, Value, parse
from foxpy.decode.filter.tokens import FilterError
from foxpy.decode.frames import Frame
from foxpy.decode.layer import Layer
from foxpy.decode.registry import Registry
from foxpy.wire import Window

MANY: Final = 64
"""Values on both sides of a comparison from which on they are not compared one by one: 65535 bytes hold thousands."""

Test: TypeAlias = Callable[[Frame], bool]


@attrs.frozen
class _Term:
    """A node that has values."""

    values: Values
    kind: Kind
    shown: str


def compile_filter(text: str, registry: Registry) -> Test:
    """A function that says whether a frame passes the filter ``text``; see ``foxpy.decode.filter.syntax``.

    A name that stands for several values (options, two IP headers) passes if one of them does; ``!=`` if none is equal
    and there is one. A name alone passes if it is there and not zero. What a packet does not have is never compared.
    Raises FilterError, which names the place and a remedy.
    """
    return _Compiler(text, registry).test(parse(text))


class _Compiler:
    def __init__(self, text: str, registry: Registry) -> None:
        self._text = text
        self._registry = registry

    def _wrong(self, node: Node, fact: str) -> FilterError:
        return FilterError(self._text, node.at, fact)

    def test(self, node: Node) -> Test:
        match node:
            case Not(of=of):
                inner = self.test(of)
                return lambda frame: not inner(frame)
            case Joined(sign=sign):
                tests = [self.test(member) for member in node.members]
                holds = all if sign == "and" else any
                return lambda frame: holds(test(frame) for test in tests)
            case Two(sign=sign) if sign in COMPARISONS:
                return self._comparison(node)
            case Value():
                raise self._wrong(node, f"{node.text} alone says nothing of a packet; compare it with a field")
            case _:
                values = self._term(node).values
                return lambda frame: any(map(_is_something, values(frame)))

    def _comparison(self, node: Two) -> Test:
        left = self._term(node.left)
        rights = [self._term(each) for each in _members(node.right)]
        for right in rights:
            self._check(node, left, right)
        if node.sign == "!=":
            (right,) = rights
            return _differ(left.values, right.values)
        compare = COMPARE[node.sign]
        tests = [_compared(left.values, right.values, compare) for right in rights]
        return tests[0] if len(tests) == 1 else lambda frame: any(test(frame) for test in tests)

    def _check(self, node: Two, left: _Term, right: _Term) -> None:
        """Refuse what can hold of no packet."""
        for term in (left, right):
            if term.kind is Kind.PACKET:
                fact = f"{term.shown} is {term.kind.value}; name one of those, or write len({term.shown})"
                raise self._wrong(node, fact)
        kinds = {left.kind, right.kind}
        both = f"{left.shown} is {left.kind.value}, {right.shown} {right.kind.value}"
        match node.sign:
            case "contains":
                if not kinds <= {Kind.TEXT, Kind.BYTES, Kind.UNKNOWN}:
                    raise self._wrong(node, f"contains is for text and bytes, but {both}")
            case "<" | "<=" | ">" | ">=":
                if not kinds <= {Kind.NUMBER, Kind.UNKNOWN}:
                    raise self._wrong(node, f"{node.sign} compares numbers, but {both}")
            case _:
                if not comparable(left.kind, right.kind):
                    raise self._wrong(node, f"{both}: they are never equal")

    def _term(self, node: Node) -> _Term:
        match node:
            case Value(value=value):
                return _Term(lambda _: (value,), kind_of_literal(value), node.text)
            case Name():
                return self._name(node)
            case Length(of=of):
                term = self._name(of, lists=True)
                return _Term(lambda frame: _lengths(term.values(frame)), Kind.NUMBER, f"len({term.shown})")
            case Two(sign=sign) if sign in CALCULATE:
                return self._calculation(node)
            case Several():
                raise self._wrong(node, "a list stands behind in")
            case _:
                raise self._wrong(node, "this is a test, and has no value to compare")

    def _name(self, node: Name, *, lists: bool = False) -> _Term:
        try:
            meaning = meaning_of(self._registry, node.steps, lists=lists)
        except UnknownName as error:
            raise self._wrong(node, str(error)) from None
        return _Term(meaning.values, meaning.kind, ".".join(node.steps))

    def _calculation(self, node: Two) -> _Term:
        left, right = self._term(node.left), self._term(node.right)
        for term in (left, right):
            if term.kind not in (Kind.NUMBER, Kind.UNKNOWN):
                raise self._wrong(node, f"{node.sign} takes numbers; {term.shown} is {term.kind.value}")
        calculate = CALCULATE[node.sign]

        def values(frame: Frame) -> Iterator[object]:
            those = [value for value in right.values(frame) if isinstance(value, int)]
            for this in left.values(frame):
                if isinstance(this, int):
                    yield from (calculate(this, that) for that in those)

        return _Term(values, Kind.NUMBER, f"{left.shown} {node.sign} {right.shown}")


def _members(node: Node) -> tuple[Node, ...]:
    return node.members if isinstance(node, Several) else (node,)


def _compared(left: Values, right: Values, compare: Callable[[object, object], bool]) -> Test:
    def test(frame: Frame) -> bool:
        these, those = list(left(frame)), list(right(frame))
        if len(these) > MANY and len(those) > MANY:
            # Two long lists of a packet: no text or network of the filter's own is among them
            if compare is equal:
                return not set(these).isdisjoint(those)
            these, those = _ends(these), _ends(those)
        return any(compare(this, that) for this in these for that in those)

    return test


def _ends(values: list[object]) -> list[object]:
    """The least and the greatest number, which decide for all between them; of what is no number, the first ones."""
    numbers = [value for value in values if isinstance(value, int | float)]
    return [min(numbers), max(numbers)] if numbers else values[:MANY]


def _differ(left: Values, right: Values) -> Test:
    same = _compared(left, right, equal)

    def test(frame: Frame) -> bool:
        return any(True for _ in left(frame)) and any(True for _ in right(frame)) and not same(frame)

    return test


def _is_something(value: object) -> bool:
    """Whether a value that stands alone passes: a layer or a part that is there, a number that is not zero."""
    return bool(value) if isinstance(value, int | float | str | bytes | Window) else True


def _lengths(values: Iterable[object]) -> Iterator[int]:
    for value in values:
        if isinstance(value, Layer):
            yield value.size
        elif isinstance(value, Sized):
            yield len(value)
