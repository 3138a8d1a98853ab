"""An item of an RFC's table of requirements, and the answer to it."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs


class Level(enum.Enum):
    """How much an RFC wants something (RFC 2119), in the order in which the page counts."""

    MUST = "MUST"
    MUST_NOT = "MUST NOT"
    SHOULD = "SHOULD"
    SHOULD_NOT = "SHOULD NOT"
    MAY = "MAY"


class Answer(enum.Enum):
    """What foxpy makes of an item."""

    MET = "yes"
    CHOSEN = "if set"
    """A setting makes it so, which is not the default."""
    UNMET = "no"
    VOID = "n/a"
    """It is a condition of something that foxpy does not do or that a later RFC has taken back."""


@attrs.frozen
class Item:
    """One row. It is met, and at least one test shows it, unless there is a reason why not, or not by default."""

    name: str
    """RFC 9293 numbers its own. Those of RFC 1122 are called after the section and what they are about."""
    section: str
    level: Level
    says: str
    """With ``level``, what a host has to do; for MUST NOT and SHOULD NOT what it has not to do."""
    answer: Answer = Answer.MET
    reason: str = ""
    """Why not."""

    def by_choice(self, reason: str) -> Item:
        """The same, met where a setting says so; ``reason``: which one, and why it is not the default."""
        return attrs.evolve(self, answer=Answer.CHOSEN, reason=reason)

    def but(self, reason: str) -> Item:
        """The same, not met for ``reason``."""
        return attrs.evolve(self, answer=Answer.UNMET, reason=reason)

    def void(self, reason: str) -> Item:
        """The same, not applicable for ``reason``."""
        return attrs.evolve(self, answer=Answer.VOID, reason=reason)


@attrs.frozen
class Part:
    """Rows that the RFC has under one heading."""

    title: str
    items: tuple[Item, ...]


@attrs.frozen
class Document:
    """The items of one RFC."""

    title: str
    source: str
    """Where they are from, for the page."""
    parts: tuple[Part, ...]

    def items(self) -> Iterator[Item]:
        for part in self.parts:
            yield from part.items


def must(name: str, section: str, says: str) -> Item:
    return Item(name, section, Level.MUST, says)


def must_not(name: str, section: str, says: str) -> Item:
    return Item(name, section, Level.MUST_NOT, says)


def should(name: str, section: str, says: str) -> Item:
    return Item(name, section, Level.SHOULD, says)


def should_not(name: str, section: str, says: str) -> Item:
    return Item(name, section, Level.SHOULD_NOT, says)


def may(name: str, section: str, says: str) -> Item:
    return Item(name, section, Level.MAY, says)
