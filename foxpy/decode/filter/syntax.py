"""The grammar of filters, read by recursive descent.

::

    test       = both  { ("or"  | "||") both }
    both       = one   { ("and" | "&&") one }
    one        = ("not" | "!") one  |  comparison
    comparison = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "contains") (sum | list) ]
    sum        = factor { ("+" | "-" | "|") factor }
    factor     = value  { ("*" | "&") value }
    value      = number | string | address | network | name | "len" "(" name ")" | "(" test ")"
    list       = "(" sum "," sum { "," sum } ")"
    name       = layer { "." step }

``&`` binds more tightly than ``==``: ``tcp.flags & 2 == 2`` is what it looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from foxpy.decode.filter.tokens import FilterError, Literal, Token, tokens

DEPTH: Final = 64
"""How deep parentheses, negations and sums may nest."""
LENGTH: Final = 10_000
"""How many characters a filter may have."""

COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=", "in", "contains")


@attrs.frozen
class Value:
    """A number, an address, a string."""

    value: Literal
    at: int
    text: str


@attrs.frozen
class Name:
    """A layer, or something in it: ``("tcp", "options", "size")``."""

    steps: tuple[str, ...]
    at: int


@attrs.frozen
class Length:
    """The bytes of a layer or a field, or the elements of a list."""

    of: Name
    at: int


@attrs.frozen
class Several:
    """What something may be in."""

    members: tuple[Node, ...]
    at: int


@attrs.frozen
class Not:
    of: Node
    at: int


@attrs.frozen
class Joined:
    """Tests, all of which (``and``) or one of which (``or``) are to hold. Flat, so that long ones are not deep."""

    sign: str
    members: tuple[Node, ...]
    at: int


@attrs.frozen
class Two:
    """Two operands, and between them ``sign``: a comparison or arithmetic."""

    sign: str
    left: Node
    right: Node
    at: int


Node: TypeAlias = Value | Name | Length | Several | Not | Joined | Two


def parse(text: str) -> Node:
    """The tree that ``text`` stands for. Raises FilterError."""
    if len(text) > LENGTH:
        raise FilterError("", 0, f"a filter of {len(text)} characters; at most {LENGTH}")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _accept(self, *kinds: str) -> Token | None:
        token = self._next
        if token.kind not in kinds:
            return None
        self._at += 1
        return token

    def _expect(self, kind: str, why: str) -> Token:
        token = self._accept(kind)
        if token is None:
            raise self._wrong(f"{why}; found {self._shown()}")
        return token

    def _shown(self) -> str:
        return self._next.text or "the end"

    def _wrong(self, fact: str) -> FilterError:
        return FilterError(self._text, self._next.at, fact)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise self._wrong(f"nested more than {DEPTH} times")

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise self._wrong("the filter is empty; write one like tcp.dport == 80 and not arp")
        found = self._test()
        if self._next.kind != "end":
            raise self._wrong(f"{self._shown()} does not belong here; join tests by and, or")
        return found

    def _test(self) -> Node:
        return self._joined("or", self._both)

    def _both(self) -> Node:
        return self._joined("and", self._one)

    def _joined(self, sign: str, member: Callable[[], Node]) -> Node:
        first = member()
        members = [first]
        while self._accept(sign):
            members.append(member())
        return first if len(members) == 1 else Joined(sign, tuple(members), first.at)

    def _one(self) -> Node:
        sign = self._accept("not")
        if sign is None:
            return self._comparison()
        self._deeper()
        found = Not(self._one(), sign.at)
        self._depth -= 1
        return found

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._accept(*COMPARISONS)
        if sign is None:
            return left
        right = self._list() if sign.kind == "in" else self._sum()
        if self._next.kind in COMPARISONS:
            raise self._wrong("a comparison has two sides; join several by and")
        return Two(sign.kind, left, right, sign.at)

    def _list(self) -> Node:
        """What may stand behind ``in``: a network, or several values in parentheses."""
        opening = self._accept("(")
        if opening is None:
            return self._sum()
        members = [self._sum()]
        while self._accept(","):
            members.append(self._sum())
        self._expect(")", "the list that began with ( goes on with , or ends with )")
        return Several(tuple(members), opening.at)

    def _sum(self) -> Node:
        return self._reckoned(("+", "-", "|"), self._factor)

    def _factor(self) -> Node:
        return self._reckoned(("*", "&"), self._value)

    def _reckoned(self, signs: tuple[str, ...], member: Callable[[], Node]) -> Node:
        left, outer = member(), self._depth
        while sign := self._accept(*signs):
            self._deeper()
            left = Two(sign.kind, left, member(), sign.at)
        self._depth = outer
        return left

    def _value(self) -> Node:
        if token := self._accept("literal"):
            assert token.value is not None
            return Value(token.value, token.at, token.text)
        if token := self._accept("name"):
            if self._next.kind == "(":
                return self._length(token)
            return Name(tuple(token.text.split(".")), token.at)
        if self._accept("("):
            self._deeper()
            found = self._test()
            self._depth -= 1
            self._expect(")", "what began with ( ends with )")
            return found
        raise self._wrong(f"a layer, a field or a value is missing; found {self._shown()}")

    def _length(self, function: Token) -> Node:
        if function.text.lower() != "len":
            raise FilterError(self._text, function.at, f"there is no function {function.text}; there is len(...)")
        self._expect("(", "len is followed by (")
        name = self._expect("name", "len(...) takes a layer or a field")
        self._expect(")", "len(...) ends with )")
        return Length(Name(tuple(name.text.split(".")), name.at), function.at)
