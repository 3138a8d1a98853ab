"""The ladder that a script has drawn so far: what it shows when something is not as expected."""

from __future__ import annotations

from typing import Final

from foxpy.testing.peer.arrow import Arrow

SHOWN: Final = 50
"""The most rungs that a message shows: the last ones."""


class ScriptFailed(AssertionError):
    """Something came that the script does not expect, or did not come. The message says what, and shows the ladder."""


class Ladder:
    """Every segment, call and upcall of a script, in order."""

    def __init__(self) -> None:
        self._rungs: list[tuple[float, str, Arrow | str]] = []

    def arrow(self, place: str, arrow: Arrow) -> None:
        """A segment; ``place`` has who sends, and where to."""
        self._rungs.append((arrow.at, place, arrow))

    def note(self, at: float, place: str, text: str) -> None:
        """What the application did or was told."""
        self._rungs.append((at, place, text))

    def __str__(self) -> str:
        rungs = self._rungs[-SHOWN:]
        left_out = len(self._rungs) - len(rungs)
        lines = [f"  ... {left_out} earlier"] if left_out else []
        lines += [f"  {at:10.6f}  {place:<14} {what}" for at, place, what in rungs]
        return "\n".join(lines) or "  (nothing has happened)"
