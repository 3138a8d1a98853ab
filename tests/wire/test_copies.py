"""Copies of a header with some of its words changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foxpy.wire.copies import copy_of, finished, put


@given(st.binary(min_size=2, max_size=300), st.data())
def test_the_words_that_are_put_are_changed_and_nothing_else(header: bytes, data: st.DataObject) -> None:
    words = data.draw(st.dictionaries(st.integers(0, len(header) - 2), st.integers(0, 0xFFFF), max_size=8))
    expected = bytearray(header)
    draft = copy_of(header)
    for at, word in words.items():
        expected[at : at + 2] = word.to_bytes(2, "big")
        put(draft, at, word)
    made = finished(draft)
    assert type(made) is bytearray
    assert made == expected
    assert bytes(finished(copy_of(header))) == header
