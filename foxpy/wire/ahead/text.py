"""Text under construction: lines and a margin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Text:
    """Lines of a generated module."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.margin = ""

    def line(self, text: str = "") -> None:
        self.lines.append(self.margin + text if text else "")

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Write ``header`` and indent what is written inside."""
        self.line(header)
        before = self.margin
        self.margin += "    "
        yield
        self.margin = before

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"
