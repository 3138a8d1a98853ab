"""The order of a native constructor's parameters."""

from __future__ import annotations

from collections.abc import Iterable

from foxpy.wire.fields import AnyField
from foxpy.wire.rules import MISSING, default_of


def parameters(fields: Iterable[AnyField]) -> list[AnyField]:
    """Those without a default first: mypyc wants keyword parameters in this order."""
    return sorted(fields, key=lambda each: default_of(each.rule) is not MISSING)
