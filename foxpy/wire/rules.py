"""What the right-hand side of a field says: who gives its value, and how far it reaches.

Later kinds of field (counts, presence, tails) are further members of ``Rule``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from foxpy.wire.expressions import Expr


class Missing(Enum):
    """The type of ``MISSING``: no default."""

    MISSING = "MISSING"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Plain:
    """Given by the caller, or by ``default``."""

    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Const:
    """Checked on parse, written on build."""

    value: object


@dataclass(frozen=True, slots=True)
class Derived:
    """Solved from the size of a later field."""


@dataclass(frozen=True, slots=True)
class Total:
    """The size of the whole packet, less ``plus`` bytes; bounds it on parse."""

    plus: int = 0


@dataclass(frozen=True, slots=True)
class Checksum:
    """RFC 1071 over the header or the whole packet. ``zero``: what a computed 0 is sent as."""

    over: str
    seed: Expr[int] | None = None
    zero: int = 0


@dataclass(frozen=True, slots=True)
class Sized:
    """As many bytes as ``size`` says. A list may be padded with zeros to ``align``, and ended early by ``end``."""

    size: Expr[int] | int
    align: int = 1
    end: type[object] | None = None
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Rest:
    """All that is left."""

    default: object = MISSING


Rule = Plain | Const | Derived | Total | Checksum | Sized | Rest
"""Every kind of field."""


def default_of(rule: Rule) -> object:
    """The default that ``rule`` names, or MISSING."""
    return rule.default if isinstance(rule, Plain | Sized | Rest) else MISSING


def given(rule: Rule) -> bool:
    """Whether the caller of the constructor gives the field."""
    return isinstance(rule, Plain | Sized | Rest)
