"""Emitting what writes a packet in front of an output buffer: from a value, and from plain arguments (``writer``)."""

from __future__ import annotations

from foxpy.wire.bodies import body_bytes, push_body
from foxpy.wire.expressions import Expr, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run
from foxpy.wire.rules import MISSING, Checksum, default_of
from foxpy.wire.source import Source
from foxpy.wire.values import is_window, signature, slot
from foxpy.wire.writing import checksum_offset, complement, is_even, is_nonzero, sum_up, write_header


def push_source(layout: Layout, guards: tuple[Expr[bool], ...]) -> Source:
    """The text that defines ``_push(self, out)``, which writes a value."""
    source, body = Source(f"{layout.name} push"), layout.body
    codes = {field.name: f"self.{slot(field)}" for field in layout.parameters}
    with source.block("def _push(self, out):"):
        if layout.compresses:  # written forwards: where a name is comes before what refers to it
            source.line("_head = bytearray()")
            source.line("self._spec._program.lay(self, _head, {})")
            source.line("out.push_bytes(_head)")
            return source
        following = "0"
        if body is not None and layout.tails:
            source.line(f"_body = {source.bind('_body_bytes', body_bytes)}(self.{slot(body)})")
            following = "_len(_body)"
        elif body is not None:
            _push_rest(source, body)
            following = "_following"
        write_header(source, layout, guards, codes, following, trusted=True)
        if body is not None and layout.tails:
            source.line("out.push_bytes(_foot)")
            source.line("out.push_bytes(_body)")
            _finish(source, layout, codes, "_len(_body) + _len(_foot)", "_head + _body + _foot")
        else:
            whole = f"_head + _body if _body is not None else {_pushed(layout)}"
            _finish(source, layout, codes, following, "_head" if body is None else whole)
    return source


def _push_rest(source: Source, body: AnyField) -> None:
    """Emit the pushing of what a value holds as its body.

    ``_following`` is set to the size of it, and ``_body`` to its bytes, or None if it is a packet.
    """
    source.line(f"_body = self.{slot(body)}")
    if not is_window(body):
        source.line("_following = _len(_body)")
        _push_bytes(source, "_body", "_following")
        return
    source.line("if _type(_body) is _Window:")
    source.line("    _body = _bytes(_body.buf[_body.start : _body.end])")
    with source.block("if _type(_body) is _bytes:"):
        source.line("_following = _len(_body)")
        _push_bytes(source, "_body", "_following")
    with source.block("else:"):
        source.line("_before = _len(out.buf) - out.start")
        source.line("_body.push(out)")
        source.line("_body, _following = None, _len(out.buf) - out.start - _before")


def put_source(layout: Layout, guards: tuple[Expr[bool], ...]) -> Source:
    """The text that defines ``_put(out, *, ...)``, which writes a header in front of its body."""
    source = Source(f"{layout.name} writer")
    source.bind("_push_body", push_body)
    codes = {field.name: field.name for field in layout.parameters}
    body = layout.body
    with source.block(f"def _put({', '.join(['out', *signature(source, layout.parameters)])}):"):
        if body is not None:
            if default_of(body.rule) is not MISSING:
                source.line(f"if {body.name} is not _default_{body.name}:")
            source.line(f"{'    ' if default_of(body.rule) is not MISSING else ''}_push_body(out, {body.name})")
            source.line("_following = _len(out.buf) - out.start")
        write_header(source, layout, guards, codes, "_following", trusted=False)
        _finish(
            source, layout, codes, "0" if body is None else "_following", "_head" if body is None else _pushed(layout)
        )
        source.line("return _len(_head)")
    source.line(f"_put.__qualname__ = 'writer({layout.name})'")
    return source


def _push_bytes(source: Source, data: str, size: str) -> None:
    """Emit the pushing of ``data``, whose size is known, to ``_at``: the straight path of ``Out.push_bytes``."""
    source.line(f"_at = out.start - {size}")
    with source.block("if _at < 0:"):
        source.line(f"_at = out.push({size})")
    with source.block("else:"):
        source.line("out.start = _at")
    source.line(f"out.view[_at : _at + {size}] = {data}")


def _pushed(layout: Layout) -> str:
    """The text of the header and the ``_following`` bytes, out of the buffer that they have been pushed into."""
    return f"out.view[_at : _at + {_header_size(layout)} + _following].tobytes()"


def _header_size(layout: Layout) -> str:
    """The text of how many bytes ``_head`` has."""
    fixed = all(isinstance(piece, Run) or piece.field is layout.body for piece in layout.pieces)
    return str(layout.minimum) if fixed and not layout.tails else "_len(_head)"


def _finish(source: Source, layout: Layout, codes: dict[str, str], following: str, whole: str) -> None:
    """Emit the pushing of the header and the filling in of its checksum; ``whole`` is the text of the packet."""
    field, size = layout.checksum, _header_size(layout)
    _push_bytes(source, "_head", size)
    if field is None:
        return
    assert isinstance(field.rule, Checksum)
    even, nonzero = is_even(layout), is_nonzero(layout)
    if field.rule.over == "header":
        sum_up(source, "_head", None if even else size)
    else:
        sum_up(source, whole, following if even else f"{size} + {following}")
    if field.rule.seed is not None:
        source.line(f"_sum += {render(field.rule.seed, lambda named: codes[named.name])}")
        nonzero = False
    put = source.codec("pack_into", ">H")
    source.line(f"{put}(out.buf, _at + {checksum_offset(layout)}, {complement('_sum', field.rule.zero, nonzero)})")
