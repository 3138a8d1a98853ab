"""Functions that are written at their first call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import cast

import pytest

from foxpy.wire import Packet, Records, Truncated, appender, const, reader, total, u16, verifier
from foxpy.wire.deferred import deferred
from foxpy.wire.source import Source


class Sized(Packet):
    kind: u16 = const(7)
    length: u16 = total()
    value: u16


def test_the_text_is_asked_for_at_the_first_call_and_not_again() -> None:
    asked = []

    def write() -> Source:
        asked.append(1)
        source = Source("doubling")
        with source.block("def _double(number, *, plus=1):"):
            source.line("return number * 2 + plus")
        return source

    double = cast("Callable[..., int]", deferred("_double", write))
    assert not asked
    assert double(3) == 7
    assert double(3, plus=0) == 6
    assert double(4) == 9
    assert asked == [1]


def test_who_has_kept_the_function_has_the_compiled_one_after_the_first_call() -> None:
    append = appender(Sized)
    kept = append
    append(bytearray(), 0, value=1)
    assert list(inspect.signature(kept).parameters) == ["_out", "_size", "value"]


def test_an_error_at_the_first_call_is_that_of_every_call() -> None:
    read = reader(Sized.value)
    for _ in range(2):
        with pytest.raises(Truncated, match="Sized: needs 6 bytes, 3 left"):
            read(b"\0\7\0", 0, 3)
    assert read(b"\0\7\0\6\1\2", 0, 6) == (258,)


def test_what_cannot_be_made_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="Sized has no checksum"):
        verifier(Sized)

    class Other(Packet):
        field: u16

    with pytest.raises(TypeError, match="reads fields of one packet"):
        reader(Sized.value, Other.field)


def test_a_list_is_compiled_once_for_a_caller_that_has_kept_its_method() -> None:
    records = Records[Sized]()
    parse = records.parse
    wire = b"\0\7\0\6\1\2"
    assert parse(wire, 0, 6) == parse(wire, 0, 6) == (Sized(value=258),)
    assert records._read is records._read is records.parse
