"""The wire types that packets are written with: a Python type and an encoding each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar, Union

from foxpy.wire.encodings import Argument, Blob, ListOf, OneOf, UInt
from foxpy.wire.fields import Field, FieldAs
from foxpy.wire.members import Family
from foxpy.wire.window import Buffer, Window

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet

T = TypeVar("T")
P = TypeVar("P", bound="Packet")

u1 = Annotated[Field[int], UInt(1)]
u2 = Annotated[Field[int], UInt(2)]
u3 = Annotated[Field[int], UInt(3)]
u4 = Annotated[Field[int], UInt(4)]
u5 = Annotated[Field[int], UInt(5)]
u6 = Annotated[Field[int], UInt(6)]
u7 = Annotated[Field[int], UInt(7)]
u8 = Annotated[Field[int], UInt(8)]
u9 = Annotated[Field[int], UInt(9)]
u12 = Annotated[Field[int], UInt(12)]
u13 = Annotated[Field[int], UInt(13)]
u16 = Annotated[Field[int], UInt(16)]
u20 = Annotated[Field[int], UInt(20)]
u24 = Annotated[Field[int], UInt(24)]
u32 = Annotated[Field[int], UInt(32)]
u48 = Annotated[Field[int], UInt(48)]
u64 = Annotated[Field[int], UInt(64)]
u16le = Annotated[Field[int], UInt(16, little=True)]
u32le = Annotated[Field[int], UInt(32, little=True)]
u64le = Annotated[Field[int], UInt(64, little=True)]
flag = Annotated[Field[bool], UInt(1, boolean=True)]
"""One bit, read as a bool."""

Raw = Annotated[FieldAs[bytes, Buffer], Blob()]
"""Bytes of variable number, copied when read."""

Body = Annotated[FieldAs[Window, Union[Buffer, Window, "Packet"]], Blob(window=True)]
"""A payload: read as a window without a copy; given as bytes, a window or another packet."""

if TYPE_CHECKING:
    packets = Annotated[FieldAs[tuple[P, ...], Sequence[P]], ListOf()]
    """Packets back to back: ``packets[A | B]``."""

    oneof = Annotated[FieldAs[P, P], OneOf()]
    """A packet inside the packet, or the one of several that it is: ``oneof[A | B]``."""

else:
    packets, oneof = Family(ListOf()), Family(OneOf())

arg = Annotated[Field[T], Argument()]
"""A value that is not on the wire: given to the constructor, and by name to ``parse`` and ``view``."""
