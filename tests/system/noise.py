"""What is sent: bytes of which every piece can be told from any other."""

from __future__ import annotations

import random
from typing import Final

_NOISE: Final = random.Random("noise").randbytes(200_000)
PLACES: Final = 100_000


def noise(place: int, size: int) -> bytes:
    """``size`` bytes, at most 100000, from ``place`` on, which may be any number."""
    begin = place % PLACES
    return _NOISE[begin : begin + size]
