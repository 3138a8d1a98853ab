"""Appending a header to an output buffer, when the size of what follows is known: the way out on the hot path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from foxpy.wire.deferred import deferred
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.recording import recordable
from foxpy.wire.rules import MISSING, Checksum, default_of
from foxpy.wire.source import Source
from foxpy.wire.values import signature
from foxpy.wire.writing import checksum_offset, complement, is_even, is_nonzero, sum_up, write_header

P = ParamSpec("P")


@recordable
def appender(packet: Callable[P, Packet], /) -> Callable[Concatenate[bytearray, int, P], None]:
    """A function ``append(out, size, *, ...)`` that appends the header of ``packet`` for ``size`` bytes that follow it.

    It takes the constructor's keywords but the ``rest`` field, which must have a default: its ``size`` bytes are the
    caller's to append. Lengths and a "header" checksum are filled in; a "whole" checksum is left 0 for ``filler``.
    Addresses are taken as their type or, faster, as packed bytes. Raises OutOfRange, with ``out`` unchanged.
    """
    spec = spec_of(packet)
    layout = spec._layout
    check_header(layout, "an appender")
    body = layout.body
    if body is not None and default_of(body.rule) is MISSING:
        raise TypeError(f"{layout.name}.{body.name}: an appender needs rest(default=...)")
    return cast("Callable[Concatenate[bytearray, int, P], None]", deferred("_append", lambda: _source(layout, spec)))


def _source(layout: Layout, spec: type[Packet]) -> Source:
    source = Source(f"{layout.name} appender")
    parameters = [field for field in layout.parameters if field is not layout.body]
    codes = {field.name: field.name for field in parameters}
    following = "_size" if layout.body is not None else "0"
    with source.block(f"def _append(_out, _size, {', '.join(signature(source, parameters))}):"):
        write_header(source, layout, spec._program.tests, codes, following, trusted=False)
        field = layout.checksum
        if field is not None and isinstance(field.rule, Checksum) and field.rule.over == "header":
            sum_up(source, "_head", None if is_even(layout) else "_len(_head)")
            source.line("_at = _len(_out)")
            source.line("_out += _head")
            put = source.codec("pack_into", ">H")
            checksum = complement("_sum", field.rule.zero, is_nonzero(layout))
            source.line(f"{put}(_out, _at + {checksum_offset(layout)}, {checksum})")
        else:
            source.line("_out += _head")
    source.line(f"_append.__qualname__ = 'appender({layout.name})'")
    return source


def check_header(layout: Layout, what: str) -> None:
    """Raise TypeError for a packet that is more than a header and what follows it."""
    if layout.tails:
        raise TypeError(f"{layout.name}: {what} writes what precedes a body, and behind the body there is more")
    if layout.compresses:
        raise TypeError(f"{layout.name}: {what} does not know the message in which names are compressed")


def spec_of(packet: object) -> type[Packet]:
    """``packet``, which mypy was shown as a callable for the sake of its keywords, as the class that it is.

    For a native class (see ``foxpy.wire.ahead``), that of the source.
    """
    spec = getattr(packet, "_spec", packet) if isinstance(packet, type) else packet
    if isinstance(spec, type) and issubclass(spec, Packet):
        return spec
    raise TypeError(f"{packet!r} is not a packet class")
