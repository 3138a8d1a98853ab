"""Decision logs as files: what is written is read back; whatever else is read gives events or the one error."""

from __future__ import annotations

import enum
import io
import json
import re
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.decisions import DecisionWriter, LogClock, LogError, read_decisions
from foxpy.decisions.lines import LONGEST, decode, encode
from foxpy.layers.tcp.events import KINDS, Delivered, Given, Ranges, TcpEvent
from tests.support.tcp_decisions import logged, sends

HEADER: Final = b'{"format": "foxpy decisions", "version": 1, "clock": "virtual"}\n'
LINE: Final = b'{"t":1.5,"connection":"c","event":"delivered","length":7,"held":0}\n'
EVENT: Final = Delivered(time=1.5, connection="c", length=7, held=0)


def values(hint: object) -> st.SearchStrategy[object]:
    if isinstance(hint, types.UnionType):
        return st.one_of(*(st.none() if each is type(None) else values(each) for each in typing.get_args(hint)))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    return {
        int: st.integers(-(1 << 62) + 1, (1 << 62) - 1),
        float: st.floats(-1e18, 1e18),
        str: st.text(st.characters(exclude_categories=["C", "Z"]), max_size=200),
        bool: st.booleans(),
        Ranges: st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4).map(tuple),
    }[hint]  # type: ignore[index]  # no other type stands in an event


def events() -> st.SearchStrategy[TcpEvent]:
    kinds = []
    for kind in KINDS:
        hints = typing.get_type_hints(kind)
        kinds.append(st.builds(kind, **{field.name: values(hints[field.name]) for field in attrs.fields(kind)}))
    return st.one_of(*kinds)


def read(data: bytes) -> list[TcpEvent]:
    return list(read_decisions(io.BytesIO(data)))


def refused(data: bytes) -> LogError:
    with pytest.raises(LogError) as caught:
        read(data)
    return caught.value


def attempt(reading: Callable[[], list[TcpEvent]]) -> tuple[list[TcpEvent], LogError | None]:
    try:
        return reading(), None
    except LogError as error:
        return [], error


@given(events())
def test_every_event_is_read_as_it_was_written(event: TcpEvent) -> None:
    assert decode(encode(event).encode(), 2) == event


def test_a_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = logged(sends(30_000), lost={3}).left
    writer = DecisionWriter(tmp_path / "log", LogClock.VIRTUAL)
    for event in told:
        writer(event)
    writer("an event of another layer")
    writer.close()
    with (tmp_path / "log").open("rb") as file:
        assert list(read_decisions(file)) == told


@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([LINE, LINE[:-9], b"\n", b"{}\n"])), max_size=5))
def test_any_bytes_are_events_or_the_one_error(pieces: list[bytes]) -> None:
    found, error = attempt(lambda: read(HEADER + b"".join(pieces)))
    assert found == [EVENT] * len(found)
    if error is not None:
        assert error.line >= 2
        assert str(error).startswith(f"line {error.line}, {error.field}: ")


@given(st.data())
def test_a_line_with_one_value_changed_is_an_event_or_the_one_error(data: st.DataObject) -> None:
    line = json.loads(encode(data.draw(events())))
    field = data.draw(st.sampled_from(sorted(line)))
    json_values = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()), lambda inner: st.lists(inner)
    )
    line[field] = data.draw(json_values)
    _, error = attempt(lambda: [decode(json.dumps(line).encode(), 7)])
    if error is not None:
        assert error.line == 7
        assert error.field in (field, "the line") or field == "event"


@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        (b"", 1, "the line"),
        (b"\n", 1, "the line"),
        (LINE, 1, "format"),
        (b'{"format": "foxpy decisions", "version": 2, "clock": "real"}\n', 1, "version"),
        (b'{"format": "foxpy decisions", "version": true, "clock": "real"}\n', 1, "version"),
        (b'{"format": "foxpy decisions", "version": 1, "clock": "sun"}\n', 1, "clock"),
        (b'{"format": "foxpy decisions", "version": 1, "clock": []}\n', 1, "clock"),
        (b'{"format": "foxpy decisions", "version": 1, "clock": "real", "more": 1}\n', 1, "'more'"),
        (HEADER + LINE[:-1], 2, "the line"),
        (HEADER + LINE + b"\n", 3, "the line"),
        (HEADER + LINE + b"[1]\n", 3, "the line"),
        (HEADER + LINE + b"\xff\n", 3, "the line"),
        (HEADER + b"[" * (LONGEST - 1) + b"\n", 2, "the line"),
        (HEADER + b"9" * (LONGEST - 1) + b"\n", 2, "the line"),
        (HEADER + b" " * LONGEST + b"\n", 2, "the line"),
        (HEADER + LINE + LINE.replace(b"1.5", b"1.4"), 3, "t"),
        (HEADER + LINE.replace(b"1.5", b"1"), 2, "t"),
        (HEADER + LINE.replace(b"1.5", b"NaN"), 2, "the line"),
        (HEADER + LINE.replace(b"1.5", b"1e999"), 2, "t"),
        (HEADER + LINE.replace(b'"t"', b'"time"'), 2, "t"),
        (HEADER + LINE.replace(b'"c"', b'"\\n"'), 2, "connection"),
        (HEADER + LINE.replace(b'"c"', b'"' + b"c" * 201 + b'"'), 2, "connection"),
        (HEADER + LINE.replace(b"delivered", b"lifted"), 2, "event"),
        (HEADER + LINE.replace(b"7", b"7.0"), 2, "length"),
        (HEADER + LINE.replace(b"7", b"true"), 2, "length"),
        (HEADER + LINE.replace(b"7", b"9" * 30), 2, "length"),
        (HEADER + LINE.replace(b'"held":0', b'"held":0,"seq":1'), 2, "'seq'"),
        (HEADER + LINE.replace(b'"held":0', b'"held":0,"held":0'), 2, "the line"),
        (HEADER + LINE.replace(b',"held":0', b""), 2, "held"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, line: int, field: str) -> None:
    error = refused(data)
    assert (error.line, error.field) == (line, field)


def test_a_line_without_end_is_not_read_into_memory() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.read_so_far = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            assert isinstance(buffer, memoryview)
            self.read_so_far += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    endless = Endless()
    with pytest.raises(LogError, match="longer than"):
        list(read_decisions(io.BufferedReader(endless)))
    assert endless.read_so_far < 100_000


def test_a_full_disk_ends_the_log_and_not_the_connection() -> None:
    writer = DecisionWriter(Path("/dev/full"))
    for _ in range(1000):
        writer(Given(time=0.0, connection="c", length=1, unsent=1, room=1))
    with pytest.raises(OSError, match="space"):
        writer.close()


def test_the_page_has_every_event_and_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs/decisions.md").read_text(encoding="utf-8")
    told = {
        name: re.findall(r"`(\w+)`", fields)
        for name, fields in re.findall(r"^\| `([\w ]+)` \| ([^|]*) \|", page, re.MULTILINE)
    }
    assert told == {
        kind.name: [field.name for field in attrs.fields(kind) if field.name not in ("time", "connection")]
        for kind in KINDS
    }
