"""A progress bar for work that takes longer than a moment; silent where standard error is not a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as RichProgress


class Progress:
    """A bar of bytes for the block that it manages."""

    def __init__(self, what: str, total: int | None) -> None:
        """``total`` bytes are to come; None where nobody knows."""
        console = Console(stderr=True)
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,  # what a command prints is not for standard error
        )
        self._task = self._bar.add_task(what, total=total)

    def advance(self, count: int) -> None:
        """``count`` more bytes are done."""
        self._bar.update(self._task, advance=count)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._bar.stop()
