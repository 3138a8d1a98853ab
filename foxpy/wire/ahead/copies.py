"""Copies of a header with some of its words changed; compiled as ``foxpy.wire.copies``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from librt.strings import BytesWriter

if TYPE_CHECKING:
    from mypy_extensions import i64, u8

Draft: TypeAlias = BytesWriter


def copy_of(header: bytes) -> Draft:
    draft = BytesWriter()
    draft.write(header)
    return draft


def put(draft: Draft, at: i64, word: i64) -> None:
    draft[at] = u8(word >> 8 & 0xFF)
    draft[at + 1] = u8(word & 0xFF)


def finished(draft: Draft) -> bytearray:
    return bytearray(draft.getvalue())
