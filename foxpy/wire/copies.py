"""Copies of a header with some of its words changed: for many packets that have nearly the same.

Where the package is compiled, this module is another one: ``foxpy.wire.ahead.copies``. A bytearray has no native
operations there.
"""

from __future__ import annotations

from typing import TypeAlias

Draft: TypeAlias = bytearray
"""A copy that is being changed; of which nothing else is to be asked."""


def copy_of(header: bytes) -> Draft:
    """A copy of ``header``."""
    return bytearray(header)


def put(draft: Draft, at: int, word: int) -> None:
    """Write ``word``, 16 bits, at ``at``, which with the byte behind it must be within the header."""
    draft[at] = word >> 8
    draft[at + 1] = word & 0xFF


def finished(draft: Draft) -> bytearray:
    """The changed header. The draft is used up."""
    return draft
