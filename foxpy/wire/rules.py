"""What the right-hand side of a field says: who gives its value, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from foxpy.wire.expressions import Expr


class Missing(Enum):
    """The type of ``MISSING``: no default."""

    MISSING = "MISSING"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value, or number of bytes or elements, that is allowed; None: any."""

    least: int | None = None
    most: int | None = None


ANY = Bounds()


@dataclass(frozen=True, slots=True)
class Plain:
    """Given by the caller, or by ``default``."""

    default: object = MISSING
    bounds: Bounds = ANY


@dataclass(frozen=True, slots=True)
class Const:
    """Checked on parse, written on build."""

    value: object


@dataclass(frozen=True, slots=True)
class Derived:
    """Solved from the size, the number, the presence or the choice that a later field says."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Follows from other fields: checked on parse, written on build."""

    expression: Expr[int]


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
    """As many bytes as ``size`` says, and zeros behind them up to a multiple of ``pad``.

    A list may be padded with zeros inside its size to ``align``, and ended early by ``end``. Of a union, ``on`` is the
    field that chooses.
    """

    size: Expr[int] | int
    align: int = 1
    pad: int = 1
    end: type[object] | None = None
    on: Expr[int] | None = None
    bounds: Bounds = ANY
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Rest:
    """All that is left before the tails. Of a union, ``on`` is the field that chooses."""

    on: Expr[int] | None = None
    bounds: Bounds = ANY
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Count:
    """As many elements as ``number`` says."""

    number: Expr[int] | int
    bounds: Bounds = ANY
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Until:
    """Elements up to one that is an ``end`` (a packet) or equals it (a codec's value), which is not of the list."""

    end: object
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Present:
    """There if and only if ``condition`` holds."""

    condition: Expr[bool] | Expr[int]
    default: object = MISSING


@dataclass(frozen=True, slots=True)
class Tail:
    """``size`` bytes at the end of the packet."""

    size: Expr[int] | int
    default: object = MISSING


Rule = Plain | Const | Derived | Computed | Total | Checksum | Sized | Rest | Count | Until | Present | Tail
"""Every kind of field."""

Given = Plain | Sized | Rest | Count | Until | Present | Tail
"""The kinds that the caller of the constructor gives."""


def default_of(rule: Rule) -> object:
    """The default that ``rule`` names, or MISSING."""
    return rule.default if isinstance(rule, Given) else MISSING


def argument_default(rule: Rule) -> object:
    """What an argument is when it is not given: its default, or what it always is; MISSING if it must be given."""
    return rule.value if isinstance(rule, Const) else default_of(rule)


def given(rule: Rule) -> bool:
    """Whether the caller of the constructor gives the field."""
    return isinstance(rule, Given)


def bounds_of(rule: Rule) -> Bounds:
    """What is allowed of a field's value or size."""
    return rule.bounds if isinstance(rule, Plain | Sized | Rest | Count) else ANY


def chooser_of(rule: Rule) -> Expr[int] | None:
    """The field that says which member of a union another field is."""
    return rule.on if isinstance(rule, Sized | Rest) else None
