"""The words of a filter: names, numbers, addresses, strings, operators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

import attrs

from foxpy.addresses import MacAddress

Address: TypeAlias = MacAddress | IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


class FilterError(ValueError):
    """A filter that says nothing that can be asked of a packet. The message names the place and a remedy."""

    def __init__(self, text: str, at: int, fact: str) -> None:
        super().__init__(f"{fact} (at character {at + 1} of {text!r})" if text else fact)
        self.at = at


@attrs.frozen
class Text:
    """A string: as text, and as the bytes that it is written in (UTF-8, but for escapes like ``\\xff``)."""

    text: str
    data: bytes


Literal: TypeAlias = int | float | Text | Address | Network


@attrs.frozen
class Token:
    """A word and its place. ``kind`` is ``name``, ``literal`` (then it has a ``value``), ``end`` or an operator."""

    kind: str
    text: str
    at: int
    value: Literal | None = None


WORDS: Final = frozenset({"and", "or", "not", "in", "contains", "true", "false"})
_SIGNS: Final = {"&&": "and", "||": "or", "!": "not"}

# In this order: an address may begin like a number or a name
_PATTERN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<mac>[0-9a-f]{2}(?P<mark>[:-])[0-9a-f]{2}(?:(?P=mark)[0-9a-f]{2}){4}(?![\w:-]))
  | (?P<ip6>(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:]+(?:\d+\.\d+\.\d+\.\d+)?(?:/\d+)?(?![\w:.]))
  | (?P<ip4>\d+\.\d+\.\d+\.\d+(?:/\d+)?(?![\w.]))
  | (?P<decimal>\d+\.\d+(?![\w.]))
  | (?P<number>0x[0-9a-f]+(?![\w.:])|\d+(?![\w.:]))
  | (?P<name>[a-z_]\w*(?:\.[a-z_]\w*)*)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<sign><=|>=|==|!=|&&|\|\||[<>!&|()+*,-])
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_ESCAPE: Final = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def tokens(text: str) -> Iterator[Token]:
    """The words of ``text``, and one of kind ``end``. Raises FilterError for what is no word."""
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise FilterError(text, at, _why_not(text[at:]))
        kind, word = match.lastgroup or "", match.group()
        if kind in ("mac", "ip6", "ip4", "decimal", "number", "string"):
            yield Token("literal", word, at, _literal(text, at, kind, word))
        elif kind == "name":
            lower = word.lower()
            if lower in ("true", "false"):
                yield Token("literal", word, at, int(lower == "true"))
            else:
                yield Token(lower if lower in WORDS else "name", word, at)
        elif kind == "sign":
            yield Token(_SIGNS.get(word, word), word, at)
        at = match.end()
    yield Token("end", "", len(text))


def _why_not(rest: str) -> str:
    if rest[0] in "\"'":
        return "the string has no end"
    if rest[0] == "=":
        return "= compares nothing; write =="
    word = re.match(r"\S+", rest)
    return f"{word.group() if word else rest!r} is neither a name nor a number nor an address; put text in quotes"


def _literal(text: str, at: int, kind: str, word: str) -> Literal:
    try:
        match kind:
            case "mac":
                return MacAddress.parse(word)
            case "ip4" | "ip6":
                return ip_network(word) if "/" in word else ip_address(word)
            case "decimal":
                return float(word)
            case "number":
                return int(word, 0) if word[:2] in ("0x", "0X") else int(word)
            case _:
                return _string(word[1:-1])
    except ValueError as error:
        raise FilterError(text, at, f"{word}: {error}") from None


def _string(inside: str) -> Text:
    shown, data, at = "", b"", 0
    for escape in _ESCAPE.finditer(inside):
        plain = inside[at : escape.start()]
        code = escape.group(1)
        character = chr(int(code[1:], 16)) if len(code) > 1 else _NAMED.get(code, code)
        shown += plain + character
        data += plain.encode() + (bytes([ord(character)]) if len(code) > 1 else character.encode())
        at = escape.end()
    return Text(shown + inside[at:], data + inside[at:].encode())
