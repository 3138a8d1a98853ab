"""What compiled modules say to mypyc, for interpreters that do not have mypy_extensions. Never compiled itself.

``acyclic``: objects of the class are in no cycle, so the garbage collector need not look at them; ``free_list_len``:
the last one that was freed is used again; ``allow_interpreted_subclasses``: for classes that layers derive from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:
    T = TypeVar("T")

    def mypyc_attr(**_: object) -> Callable[[T], T]:
        """Changes nothing."""
        return lambda decorated: decorated
