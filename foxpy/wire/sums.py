"""Checksums on the hot path: filling in one that covers a payload, and verifying one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, cast

from foxpy.wire.deferred import deferred
from foxpy.wire.expressions import Expr, names, render, simplified
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.reading import Unpacking, atom
from foxpy.wire.recording import recordable
from foxpy.wire.rules import Checksum, Sized
from foxpy.wire.source import Source
from foxpy.wire.writing import checksum_offset, complement, is_even, sum_up

Filler: TypeAlias = Callable[[bytearray, int, bytes, int], None]
"""``fill(out, at, payload, seed)``."""


class Verifier(Protocol):
    """``verify(buf, start, end, seed)``: whether the checksum of the packet in ``buf[start:end]`` is right."""

    def __call__(self, buf: bytes, start: int, end: int, seed: int = 0, /) -> bool: ...


@recordable
def filler(packet: type[Packet], /) -> Filler:
    """A function ``fill(out, at, payload, seed)`` for a packet with a "whole" checksum.

    It sums ``out[at:]``, in which the checksum is 0, and ``payload``, which follows it, adds ``seed`` (a ones'
    complement sum: of a pseudo-header, with the length) and writes the checksum into the header that begins at ``at``.
    """
    layout, rule = _checksum(packet)
    if rule.over != "whole":
        raise TypeError(f"{layout.name}: its checksum covers the header only, and is filled in by the appender")
    return cast(Filler, deferred("_fill", lambda: _fill_source(layout, rule)))


def _fill_source(layout: Layout, rule: Checksum) -> Source:
    at = checksum_offset(layout)
    source = Source(f"{layout.name} filler")
    put = source.codec("pack_into", ">H")
    with source.block("def _fill(out, at, payload, seed):"):
        sum_up(source, "out[at:] + payload", "_len(out) - at + _len(payload)")
        source.line("_sum += seed")
        source.line(f"{put}(out, at + {at}, {complement('_sum', rule.zero)})")
    return source


@recordable
def verifier(packet: type[Packet], /) -> Verifier:
    """A function ``verify(buf, start, end, seed=0)``: whether the checksum of ``packet`` is right.

    A "whole" checksum covers all of ``buf[start:end]``: cut off padding first. A "header" one covers what precedes the
    ``rest`` field. False, too, where the bytes are too few; True where the checksum is 0 and its ``zero`` says that
    this means "none".
    """
    layout, rule = _checksum(packet)
    end = None if rule.over == "whole" else _header_end(layout)
    return cast(Verifier, deferred("_verify", lambda: _verify_source(layout, rule, end)))


def _verify_source(layout: Layout, rule: Checksum, end: Expr[int] | int | None) -> Source:
    """``end``: the size of what precedes the body, None if that does not matter."""
    at = checksum_offset(layout)
    source = Source(f"{layout.name} verifier")
    with source.block("def _verify(_b, _o, _e, _seed=0):"):
        source.line(f"if _e - _o < {layout.minimum}:")
        source.line("    return False")
        if end is not None:
            _find_header(source, layout, end)
        if rule.zero:
            source.line(f"if not _b[_o + {at}] | _b[_o + {at + 1}]:")
            source.line("    return True")
        if end is not None:
            sum_up(source, "_b[_o:_end]", None if is_even(layout) else "_end - _o")
        else:
            sum_up(source, "_b[_o:_e]", "_e - _o")
            source.line("_sum += _seed")
        source.line("return _sum > 0 and _sum % 0xFFFF == 0")
    return source


def _header_end(layout: Layout) -> Expr[int] | int:
    """The size of what precedes the body."""
    rules = [field.rule for field in layout.variables]
    size = simplified(layout.minimum, *(rule.size for rule in rules if isinstance(rule, Sized)))
    if not {each.name for each in names(size)} <= {each.name for item in layout.head.items for each in item.fields}:
        raise TypeError(f"{layout.name}: the size of its header is not found at a fixed place")
    return size


def _find_header(source: Source, layout: Layout, whole: Expr[int] | int) -> None:
    """Emit the setting of ``_end`` to the end of what precedes the body."""
    reads = Unpacking(source, layout.head, "_o", {each.name for each in names(whole)}).emit()
    source.line(f"_end = _o + {render(whole, lambda named: atom(reads[named.name]))}")
    source.line(f"if not _o + {layout.minimum} <= _end <= _e:")
    source.line("    return False")


def _checksum(packet: type[Packet]) -> tuple[Layout, Checksum]:
    layout = packet._layout
    if layout.checksum is None or not isinstance(layout.checksum.rule, Checksum):
        raise TypeError(f"{layout.name} has no checksum")
    return layout, layout.checksum.rule
