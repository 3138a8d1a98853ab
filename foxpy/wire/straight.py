"""The numbers of a mutable view that lie straight: at a fixed distance from its start, and nothing else follows them.

To set one is the same few steps for all. Where the package is compiled they are native: ``foxpy.wire.ahead.numbers``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from foxpy.wire.changing import why_fixed
from foxpy.wire.editing import never_zeros, rests_on
from foxpy.wire.encodings import UInt
from foxpy.wire.expressions import Expr
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Group, Layout
from foxpy.wire.places import Place, narrowest, places
from foxpy.wire.rules import Checksum, Computed, bounds_of

WIDEST = 6
"""Bytes: with what a checksum's arithmetic adds to them, they stay in 64 bits."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A number of ``width`` bits, ``shift`` above the lowest of ``size`` bytes ``at`` bytes behind the view's start."""

    at: int
    size: int
    shift: int
    width: int
    kind: type[int]
    """``int`` or ``bool``: what it reads as, and what it takes here. What else it takes has to be converted."""
    least: int
    most: int
    checksum: int = -1
    """Where the checksum that covers it lies; -1 if none does."""
    high: bool = False
    """Whether its last byte is the high one of a word under the checksum."""
    zero: int = 0
    """What a checksum of 0 becomes: 0; 0xFFFF where 0 says that there is none; -1 if that has to be found out."""


def straight(layout: Layout, guards: tuple[Expr[bool], ...]) -> dict[str, Straight]:
    """The fields that lie straight, by name."""
    where, fixed = places(layout), why_fixed(layout)
    found: dict[str, Straight] = {}
    for name, field in layout.fields.items():
        if name not in fixed and field not in layout.eager and not _has_followers(field, layout, guards):
            each = _straight(field, layout, where)
            if each is not None:
                found[name] = each
    return found


def _has_followers(field: AnyField, layout: Layout, guards: tuple[Expr[bool], ...]) -> bool:
    """Whether another field, a guard or the checksum's seed rests on the value."""
    expressions: list[object] = [*guards]
    for each in layout.fields.values():
        if isinstance(each.rule, Computed):
            expressions.append(each.rule.expression)
        elif isinstance(each.rule, Checksum):
            expressions.append(each.rule.seed)
    return any(rests_on(each, {field.name}) for each in expressions)


def _straight(field: AnyField, layout: Layout, where: dict[str, Place]) -> Straight | None:
    place, encoding = where[field.name], field.encoding
    group = place.item
    if not isinstance(encoding, UInt) or not isinstance(group, Group) or encoding.kind is not None:
        return None
    bits = next(each for each in group.members if each.field is field)
    first, last, shift = narrowest(group, bits)
    if place.anchor != "_o" or group.little or last - first > WIDEST:
        return None
    bounds, top = bounds_of(field.rule), (1 << bits.width) - 1
    found = Straight(
        place.offset + first,
        last - first,
        shift,
        bits.width,
        bool if bits.boolean else int,
        max(0, bounds.least or 0),
        top if bounds.most is None else min(top, bounds.most),
    )
    if layout.checksum is None or not place.covered:
        return found
    return _covered(found, layout, layout.checksum, where)


def _covered(number: Straight, layout: Layout, checksum: AnyField, where: dict[str, Place]) -> Straight | None:
    place, rule = where[checksum.name], checksum.rule
    assert isinstance(rule, Checksum)
    if place.anchor != "_o":
        return None
    return replace(
        number,
        checksum=place.offset,
        high=(number.at + number.size) % 2 == 1,
        zero=rule.zero or (0 if never_zeros(layout, where) else -1),
    )
