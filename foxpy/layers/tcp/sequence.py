"""Sequence numbers: 32 bits on the wire, and never compared as such.

The wire carries sequence numbers modulo 2**32 ([9293] section 3.4), where "less than" depends on where one stands. The
machine does not compute with those. What arrives is *unwrapped* at once, next to a number that the connection knows:
the result is an ordinary int, the nearest to that number with those 32 low bits. After that SND.UNA, RCV.NXT and all
the others simply grow, ``<`` and ``=<`` mean what the RFC means, and only what is sent is wrapped again.

Unwrapping is right while the two numbers are less than 2**31 apart, which the largest window, 2**30, ensures for
everything acceptable ([7323] section 2.3); anything farther away lands outside of every window and is refused.
"""

from __future__ import annotations

from typing import Final

MASK: Final = 0xFFFF_FFFF
_HALF: Final = 0x8000_0000


def unwrap(number: int, near: int) -> int:
    """The int nearest to ``near`` whose low 32 bits are ``number``; halfway between two, the smaller."""
    return near + ((number - near + _HALF) & MASK) - _HALF


def wrap(number: int) -> int:
    """The 32 bits that go on the wire."""
    return number & MASK
