"""The options of our SYN segments.

The order is Linux's: MSS, SACK-permitted, timestamps, NOP, window scale; what is not offered leaves no gap behind. The
bytes are made by the descriptions in ``wire.py``.
"""

from __future__ import annotations

from typing import Final

LARGEST_SHIFT: Final = 14
"""[7323] section 2.3: a larger shift counts as this one."""


def window_shift(buffer: int) -> int:
    """The least shift with which a window of ``buffer`` bytes fits into 16 bits ([7323] section 2.2)."""
    return min(LARGEST_SHIFT, max(0, (buffer >> 16).bit_length()))
