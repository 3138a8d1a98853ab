"""Quantities in words, as short as they can be read."""

from __future__ import annotations

from typing import Final

_SIZES: Final = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_RATES: Final = ((1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s"))


def seconds(value: float) -> str:
    """``12.3 s``, ``40.0 ms``."""
    if value >= 0.9995:
        return f"{_three(value)} s"
    return f"{_three(value * 1000)} ms"


def size(value: float) -> str:
    """``1.23 MB``, ``700 bytes``."""
    for unit, name in _SIZES:
        if value >= unit:
            return f"{_three(value / unit)} {name}"
    return f"{value:.0f} bytes"


def rate(bytes_a_second: float) -> str:
    """``9.61 Mbit/s``."""
    bits = 8 * bytes_a_second
    for unit, name in _RATES:
        if bits >= unit:
            return f"{_three(bits / unit)} {name}"
    return f"{bits:.0f} bit/s"


def share(part: float, whole: float) -> str:
    """``70 %``."""
    return f"{100 * part / whole if whole > 0 else 0:.0f} %"


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 timeout``, ``6 timeouts``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _three(value: float) -> str:
    """Three digits that count."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
