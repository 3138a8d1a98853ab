"""The order of a native constructor's parameters."""

from __future__ import annotations

from collections.abc import Iterable

from foxpy.wire.encodings import Blob
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import MISSING, default_of


def parameters(fields: Iterable[AnyField]) -> list[AnyField]:
    """Those without a default first: mypyc wants keyword parameters in this order. Then what is usually given."""
    return sorted(fields, key=_rank)


def _rank(each: AnyField) -> int:
    if default_of(each.rule) is MISSING:
        return 0
    return 1 if isinstance(each.encoding, Blob) and each.encoding.window else 2
