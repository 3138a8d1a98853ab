"""Decision logs as files: newline-delimited JSON, a line that says what it is, then one event a line."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from foxpy.decisions.lines import LONGEST, LogError, decode, encode, nothing_more, parse
from foxpy.layers.tcp.events import TcpEvent

VERSION: Final = 1
"""Of the format. Another kind of event, another field or another value of one makes another version."""
FORMAT: Final = "foxpy decisions"


class LogClock(enum.Enum):
    """What the times of a log are."""

    VIRTUAL = "virtual"
    REAL = "real"
    """Monotonic: seconds since nobody knows when."""


class DecisionWriter:
    """Writes the events that it is called with: an observer. Other events of a host's observer are passed over.

    A full disk must not end a connection: when a line cannot be written nothing more is, and ``close`` says so.
    """

    def __init__(self, path: Path, clock: LogClock = LogClock.REAL) -> None:
        """Begin the file at ``path`` anew. Raises OSError."""
        self._file: Final = path.open("w", encoding="utf-8", newline="\n")
        self._failure: OSError | None = None
        self._write(json.dumps({"format": FORMAT, "version": VERSION, "clock": clock.value}))

    def __call__(self, event: object) -> None:
        """Write ``event``."""
        if isinstance(event, TcpEvent):
            self._write(encode(event))

    def _write(self, line: str) -> None:
        if self._failure is None:
            try:
                self._file.write(line + "\n")
            except OSError as error:
                self._failure = error

    def close(self) -> None:
        """Write what is left, and close the file. Raises OSError, also where an earlier line was not written."""
        try:
            self._file.close()
        except OSError as error:
            self._failure = self._failure or error
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure


def read_decisions(file: BinaryIO) -> Iterator[TcpEvent]:
    """The events of the log in ``file``, one by one, in bounded memory. Raises LogError, OSError."""
    number, time = 1, float("-inf")
    _check(_line(file, number))
    while line := _line(file, number + 1):
        number += 1
        event = decode(line, number)
        if event.time < time:
            raise LogError(number, "t", f"{event.time} is earlier than {time}, in the line before")
        time = event.time
        yield event


def _line(file: BinaryIO, number: int) -> bytes:
    line = file.readline(LONGEST + 1)
    if len(line) > LONGEST:
        raise LogError(number, "the line", f"it is longer than {LONGEST} bytes")
    if line and not line.endswith(b"\n"):
        raise LogError(number, "the line", "it has no end; the log was cut off")
    return line


def _check(line: bytes) -> None:
    """The first line says what the file is."""
    if not line:
        raise LogError(1, "the line", "the log is empty")
    values = parse(line, 1)
    if values.pop("format", None) != FORMAT:
        raise LogError(1, "format", f'this is not a decision log, which begins with {{"format": "{FORMAT}", ...}}')
    version = values.pop("version", None)
    if isinstance(version, bool) or version != VERSION:
        raise LogError(1, "version", f"it is {str(version)[:20]}, and this foxpy reads version {VERSION}")
    if values.pop("clock", None) not in [clock.value for clock in LogClock]:
        raise LogError(1, "clock", f"it is none of {', '.join(clock.value for clock in LogClock)}")
    nothing_more(values, 1)
