"""Where the fields of a view lie, as text: counted from ``_o``, the view's start, and from the ends that it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from foxpy.wire.expressions import linear, render
from foxpy.wire.layout import Fixed, Group, Layout, Run, Variable
from foxpy.wire.rules import Checksum, Rest, Sized


@dataclass(frozen=True, slots=True)
class Place:
    """A field of fixed size, or the group that its bits are in (``item``), or a field of variable size (None)."""

    anchor: str
    offset: int
    end: str
    odd: bool | None
    """Whether it begins at an odd offset from the packet's start; None if that differs from packet to packet."""
    covered: bool
    """Whether the packet's checksum covers it."""
    item: Group | Fixed | None = None

    def at(self, more: int = 0) -> str:
        """The text of the position ``more`` bytes behind the start."""
        offset = self.offset + more
        return f"{self.anchor} + {offset}" if offset else self.anchor

    def odd_at(self, more: int) -> bool | None:
        """Whether that position is at an odd offset."""
        return None if self.odd is None else self.odd ^ (more % 2 == 1)


def places(layout: Layout) -> dict[str, Place]:
    """The place of each field on the wire, by name."""
    found: dict[str, Place] = {}
    rule = layout.checksum.rule if layout.checksum is not None else None
    covered = isinstance(rule, Checksum)
    anchor, offset = "_o", 0
    odd: bool | None = False  # whether the anchor is at an odd offset
    for piece in layout.pieces:
        if isinstance(piece, Run):
            run = Place(anchor, offset, "", odd, covered)
            for item in piece.items:
                begins = Place(anchor, 0, "", odd, covered).odd_at(offset + item.offset)
                place = Place(anchor, offset + item.offset, run.at(item.offset + item.size), begins, covered, item)
                found.update((field.name, place) for field in item.fields)
            offset += piece.size
            continue
        field = piece.field
        covered = covered and (field is not layout.body or (isinstance(rule, Checksum) and rule.over == "whole"))
        begins = Place(anchor, 0, "", odd, covered).odd_at(offset)
        size = _has_odd_size(piece)
        odd = None if begins is None or size is None else begins ^ size
        start, anchor_behind = Place(anchor, offset, "", odd, covered).at(), _behind(layout, piece)
        end = anchor_behind
        if isinstance(field.rule, Sized) and field.rule.pad > 1:
            end = f"{start} + {render(field.rule.size, lambda named: f'self.{named.name}')}"
        found[field.name] = Place(anchor, offset, end, begins, covered)
        anchor, offset = anchor_behind, 0
    return found


def _behind(layout: Layout, piece: Variable) -> str:
    """The text of where a field of variable size and its padding end."""
    if not isinstance(piece.field.rule, Rest):
        return f"self._after_{piece.field.name}"
    return f"self._stop_{piece.field.name}" if layout.tails else "self._e"


def _has_odd_size(piece: Variable) -> bool | None:
    """Whether a variable field's size is odd, with its padding; None if that differs from packet to packet."""
    rule = piece.field.rule
    if not isinstance(rule, Sized) or rule.pad % 2 == 0:
        return False if isinstance(rule, Sized) else None
    factors, constant = linear(rule.size)
    even = rule.pad == 1 and all(factor % 2 == 0 for factor in factors.values())
    return constant % 2 == 1 if even else None
