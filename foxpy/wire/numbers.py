"""Native properties for the numbers of mutable views. Here there are none, and the generated ones do all.

Where the package is compiled, this module is another one: ``foxpy.wire.ahead.numbers``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.wire.straight import Straight

VIEW: Final[type[object] | None] = None
"""The base class of views that have native properties."""
MOST: Final = 0
"""How many a view can have."""


def hold(view: object, buf: object, start: int, numbers: list[object]) -> None:
    """Tell a view where it lies, and what its native properties are."""
    raise NotImplementedError


def native(numbers: list[object], exact: property, what: Straight) -> Callable[[object], object]:
    """Add a number to ``numbers``: the property for it, which asks ``exact`` for what it does not know."""
    raise NotImplementedError
