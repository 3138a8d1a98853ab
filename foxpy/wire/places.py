"""Where the fields of a view lie, as text: counted from ``_o``, the view's start, and from the ends that it keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from foxpy.wire.expressions import linear
from foxpy.wire.layout import Bits, Fixed, Group, Layout, Run, Variable
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
    checksum = layout.checksum.rule if layout.checksum is not None else None
    covered = isinstance(checksum, Checksum)
    at = Place("_o", 0, "", odd=False, covered=covered)
    for piece in layout.pieces:
        if isinstance(piece, Run):
            for item in piece.items:
                place = replace(_further(at, item.offset), end=at.at(item.offset + item.size), item=item)
                found.update((field.name, place) for field in item.fields)
            at = _further(at, piece.size)
            continue
        field, behind = piece.field, _behind(layout, piece)
        if isinstance(checksum, Checksum) and checksum.over == "header" and field is layout.body:
            at = replace(at, covered=False)
        end = behind
        if isinstance(field.rule, Sized) and field.rule.pad > 1:
            end = f"self._end_{field.name}"
        found[field.name] = replace(at, end=end)
        size = _has_odd_size(piece)
        odd = None if at.odd is None or size is None else at.odd ^ size
        at = Place(behind, 0, "", odd, at.covered)
    return found


def _further(place: Place, more: int) -> Place:
    return replace(place, offset=place.offset + more, odd=place.odd_at(more))


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


def narrowest(group: Group, bits: Bits) -> tuple[int, int, int]:
    """The bytes of ``group`` that cover ``bits``, from the first to behind the last, and their shift in those.

    All bytes if the group is little endian: its only member has them all.
    """
    if group.little:
        return 0, group.size, bits.shift
    behind = bits.shift // 8
    return group.size - (bits.shift + bits.width + 7) // 8, group.size - behind, bits.shift - 8 * behind
