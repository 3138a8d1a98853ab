"""Appending headers that are nearly all the same: those of one connection are put together once, and then stamped."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeAlias, cast

from foxpy.wire.appender import appender, spec_of
from foxpy.wire.checking import refusal
from foxpy.wire.deferred import deferred
from foxpy.wire.expressions import Expr
from foxpy.wire.fields import AnyField, Declared
from foxpy.wire.layout import Group, Layout
from foxpy.wire.packet import Packet
from foxpy.wire.recording import recordable
from foxpy.wire.rules import Checksum, given
from foxpy.wire.source import Source

P = ParamSpec("P")

Stamp: TypeAlias = Callable[[bytearray, int, int], None]
"""``stamp(out, size, value)``: appends the header for ``size`` bytes that follow it, with ``value`` in what varies."""


class _Append(Protocol):
    def __call__(self, out: bytearray, size: int, /, **fields: object) -> None: ...


@recordable
def stager(packet: Callable[P, Packet], varies: Expr[int], /) -> Callable[P, Stamp]:
    """A function ``stage(*, ...)`` that takes the appender's keywords and gives a Stamp.

    The stamp appends what the appender would for these keywords; only the total length, the field ``varies`` (whatever
    was staged for it) and the "header" checksum are made anew each time. The packet must have all three, with 16 bits
    each, at even offsets. Both raise OutOfRange, the stamp with ``out`` unchanged.
    """
    layout = spec_of(packet)._layout
    length, checksum = layout.total, layout.checksum
    if length is None or checksum is None or not isinstance(checksum.rule, Checksum) or checksum.rule.over != "header":
        raise TypeError(f"{layout.name}: only a header with a total and a checksum of its own can be staged")
    if not isinstance(varies, Declared) or varies.name not in layout.fields or not given(varies.rule):
        raise TypeError(f"{layout.name}: what varies must be one of its constructor's parameters")
    stamped = length, checksum, layout.fields[varies.name]
    for each in stamped:
        _offset(layout, each)
    append = cast(_Append, appender(packet))
    make = cast(Callable[[bytes], Stamp], deferred("_make", lambda: _source(layout, *stamped)))
    without = {varies.name: 0}

    def stage(**fields: object) -> Stamp:
        header = bytearray()
        append(header, 0, **(fields | without))
        return make(bytes(header))

    return cast("Callable[P, Stamp]", stage)


def _source(layout: Layout, length: AnyField, checksum: AnyField, varies: AnyField) -> Source:
    """The text of ``_make(header)``: the stamp for a header that nothing follows, with 0 in what varies."""
    assert isinstance(checksum.rule, Checksum)
    # What a packet adds to the words of the header comes off its checksum (RFC 1624).
    check = "(_check - _size - _value) % 0xFFFF" + (f" or {checksum.rule.zero:#x}" if checksum.rule.zero else "")
    texts = {
        _offset(layout, length): "_length + _size",
        _offset(layout, varies): "_value",
        _offset(layout, checksum): check,
    }
    source = Source(f"{layout.name} stager")
    source.bind("_Struct", struct.Struct)
    source.bind("_unfit", struct.error)
    source.bind("_refusal", lambda values: refusal(layout, values))
    form, values, at = ">", list[str](), 0
    with source.block("def _make(_header):"):
        for number, offset in enumerate(sorted(texts)):
            source.line(f"_part{number} = _header[{at}:{offset}]")
            form += f"{offset - at}sH"
            values += [f"_part{number}", texts[offset]]
            at = offset + 2
        source.line(f"_rest = _header[{at}:]")
        source.line(f"_pack = _Struct(f'{form}{{_len(_rest)}}s').pack")
        for name, field in (("_length", length), ("_check", checksum)):
            source.line(f"{name} = _int_from(_header[{_offset(layout, field)}:{_offset(layout, field) + 2}], 'big')")
        with source.block("def _stamp(_out, _size, _value):"):
            with source.block("try:"):
                source.line(f"_out += _pack({', '.join(values)}, _rest)")
            with source.block("except _unfit:"):
                unfit = f"{{{length.name!r}: _length + _size, {varies.name!r}: _value}}"
                source.line(f"raise _refusal({unfit}) from None")
        source.line("return _stamp")
    return source


def _offset(layout: Layout, field: AnyField) -> int:
    """Where ``field`` lies, whose 16 bits can be stamped. Raises TypeError for one where they cannot."""
    for item in layout.head.items:
        if (
            item.fields == [field]
            and isinstance(item, Group)
            and item.size == 2
            and not (item.little or item.offset % 2)
        ):
            return item.offset
    raise TypeError(f"{layout.name}.{field.name}: only 16 bits at a fixed, even offset can be stamped")
