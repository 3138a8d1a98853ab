"""Emitting the checks of a packet that is read, and the reading of its words."""

from __future__ import annotations

from foxpy.wire.ahead.bits import Reads, Span, spans
from foxpy.wire.ahead.header import constants, packed
from foxpy.wire.ahead.names import is_number
from foxpy.wire.ahead.text import Text
from foxpy.wire.expressions import Expr, names, render
from foxpy.wire.layout import Layout, Run
from foxpy.wire.rules import Const, Rest, Sized, Total


def read_head(
    text: Text, layout: Layout, walked: Walk, wanted: set[str], guards: list[Expr[bool]], refuse: str
) -> None:
    """Emit the reading of the ``wanted`` fields of a packet's first run, and the checks of what is constant there."""
    fixed = constants(layout)
    chosen = wanted | {span.field.name for span in spans(layout.head) if isinstance(span.field.rule, Const)}
    reads = Reads(layout.head, "_o", "r0_", chosen)
    for line in reads.lines:
        text.line(line)
    for span in spans(layout.head):
        if span.field.name in chosen:
            _read_field(text, walked, span, reads.texts[span.field.name])
            if isinstance(span.field.rule, Const):
                _check_constant(text, span, walked, fixed, refuse)
    for guard in guards:
        text.line(f"if not ({render(guard, lambda named: walked.reads[named.name])}):")
        text.line(f"    {refuse}")


class Walk:
    """What reading has set: the text that reads each field, where variable fields lie, and where the packet ends."""

    def __init__(self) -> None:
        self.reads: dict[str, str] = {}
        self.spans: dict[str, tuple[str, str]] = {}
        self.end = "_e"


def walk(text: Text, layout: Layout, guards: list[Expr[bool]], refuse: str = "return None") -> Walk:
    """Emit all checks of a packet in ``_b[_o:_e]`` and the reading of its words; ``refuse`` where one fails."""
    walked = Walk()
    fixed = constants(layout)
    anchor, offset, pending = "_o", 0, list(guards)
    for number, piece in enumerate(layout.pieces):
        at = f"{anchor} + {offset}" if offset else anchor
        if isinstance(piece, Run):
            if anchor != "_o" and piece.size:
                text.line(f"if _e - ({anchor}) < {piece.size}:")
                text.line(f"    {refuse}")
            reads = Reads(piece, at, f"r{number}_")
            for line in reads.lines:
                text.line(line)
            for span in spans(piece):
                _read_field(text, walked, span, reads.texts[span.field.name])
                if span.field.name in fixed or isinstance(span.field.rule, Const):
                    _check_constant(text, span, walked, fixed, refuse)
                if isinstance(span.field.rule, Total):
                    _check_total(text, layout, span.field.rule, walked.reads[span.field.name], refuse)
            for guard in list(pending):
                if all(named.name in walked.reads for named in names(guard)):
                    pending.remove(guard)
                    text.line(f"if not ({render(guard, lambda named: walked.reads[named.name])}):")
                    text.line(f"    {refuse}")
            offset += piece.size
            continue
        each = piece.field
        if isinstance(each.rule, Rest):
            walked.spans[each.name] = (at, "_e")
            anchor, offset = "_e", 0
            continue
        assert isinstance(each.rule, Sized)
        text.line(f"_size_{each.name}: i64 = {render(each.rule.size, lambda named: walked.reads[named.name])}")
        text.line(f"_after_{each.name}: i64 = {at} + _size_{each.name}")
        text.line(f"if _size_{each.name} < 0 or _after_{each.name} > _e:")
        text.line(f"    {refuse}")
        walked.spans[each.name] = (at, f"_after_{each.name}")
        anchor, offset = f"_after_{each.name}", 0
    walked.end = f"{anchor} + {offset}" if offset else anchor
    if layout.total is not None and walked.end != "_e":
        text.line(f"if {walked.end} != _e:")
        text.line(f"    {refuse}")
    return walked


def _read_field(text: Text, walked: Walk, span: Span, code: str) -> None:
    each = span.field
    held_as = "i64" if is_number(each) else "bool" if span.number else "bytes"
    if held_as == "bool":
        code = f"({code}) != 0"
    text.line(f"_v_{each.name}: {held_as} = {code}")
    walked.reads[each.name] = f"_v_{each.name}"


def _check_constant(text: Text, span: Span, walked: Walk, fixed: dict[str, int], refuse: str) -> None:
    name = span.field.name
    rule = span.field.rule
    assert isinstance(rule, Const)
    if span.number:
        expected = str(bool(fixed[name])) if not is_number(span.field) else str(fixed[name])
    else:
        expected = repr(rule.value if isinstance(rule.value, bytes) else packed(rule.value))
    text.line(f"if {walked.reads[name]} != {expected}:")
    text.line(f"    {refuse}")


def _check_total(text: Text, layout: Layout, rule: Total, code: str, refuse: str) -> None:
    text.line(f"_total: i64 = {code} + {rule.plus}")
    text.line(f"if _total < {layout.minimum} or _total > _e - _o:")
    text.line(f"    {refuse}")
    text.line("_e = _o + _total")
