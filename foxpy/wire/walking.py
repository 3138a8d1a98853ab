"""Emitting the walk over a packet: every check that parsing and viewing make, each made once.

The text expects the buffer in ``_b`` and the bounds in ``_o`` and ``_e``, and cuts ``_e`` off where the packet's total
length says so.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from foxpy.wire.expressions import Expr, Named, linear, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run
from foxpy.wire.reading import Unpacking, atom
from foxpy.wire.rules import Const, Rest, Sized, Total
from foxpy.wire.source import Source


@dataclass(slots=True)
class Walk:
    """What the walk has set: the text that reads each field, where each variable field lies, where the packet ends."""

    reads: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[str, str]] = field(default_factory=dict)
    end: str = "_o"

    def lookup(self, named: Named[object]) -> str:
        return atom(self.reads[named.name])


def walk(
    source: Source,
    layout: Layout,
    guards: tuple[Expr[bool], ...],
    wanted: Container[str] | None = None,
) -> Walk:
    """Emit all checks of ``layout``, and the reading of the ``wanted`` fields of fixed size (None: all)."""
    name, walked = layout.name, Walk()
    walked.reads.update({argument.name: argument.name for argument in layout.arguments})
    check_size(source, layout)
    needed = None if wanted is None else _Both(wanted, checked_fields(layout, guards))
    beyond = "_Malformed" if layout.total else "_Truncated"
    anchor, offset, pending = "_o", 0, list(guards)
    for piece in layout.pieces:
        at = f"{anchor} + {offset}" if offset else anchor
        if isinstance(piece, Run):
            if anchor != "_o" and piece.size:
                source.line(f"if _e - {anchor} < {piece.size}:")
                source.line(f'    raise {beyond}(f"{name}: needs {piece.size} more bytes, {{_e - {anchor}}} left")')
            walked.reads.update(Unpacking(source, piece, at, needed).emit())
            for item in piece.items:
                for each in item.fields:
                    check_constant(source, layout, each, walked.reads)
                    _check_total(source, layout, each, walked.reads)
            for guard in list(pending):
                if all(named.name in walked.reads for named in names(guard)):
                    pending.remove(guard)
                    check_guard(source, layout, guard, walked.reads, "_Malformed")
            offset += piece.size
            continue
        variable, rule = piece.field, piece.field.rule
        if isinstance(rule, Rest):
            walked.spans[variable.name] = (at, "_e")
            anchor, offset = "_e", 0
            continue
        assert isinstance(rule, Sized)
        size, after = f"_size_{variable.name}", f"_after_{variable.name}"
        source.line(f"{size} = {render(rule.size, walked.lookup)}")
        if _may_be_negative(layout, rule):
            source.line(f"if {size} < 0:")
            source.line(f'    raise _Malformed(f"{name}.{variable.name}: length {{{size}}}")')
        source.line(f"{after} = {at} + {size}")
        source.line(f"if {after} > _e:")
        source.line(f'    raise {beyond}(f"{name}.{variable.name}: {{{size}}} bytes, {{_e - ({at})}} left")')
        walked.spans[variable.name] = (at, after)
        anchor, offset = after, 0
    walked.end = f"{anchor} + {offset}" if offset else anchor
    if layout.total and walked.end != "_e":
        source.line(f"if {walked.end} != _e:")
        size_of = f"{{_e - _o}} bytes, takes {{{walked.end} - _o}}"
        source.line(f'    raise _Malformed(f"{name}.{layout.total.name}: says {size_of}")')
    return walked


def checked_fields(layout: Layout, guards: tuple[Expr[bool], ...]) -> set[str]:
    """The fields that a walk must read to make its checks."""
    found = {named.name for guard in guards for named in names(guard)}
    for each in layout.fields.values():
        if isinstance(each.rule, Const | Total):
            found.add(each.name)
        if isinstance(each.rule, Sized):
            found |= {named.name for named in names(each.rule.size)}
    return found


def check_guard(source: Source, layout: Layout, guard: Expr[bool], reads: Mapping[str, str], error: str) -> None:
    """Emit the test that a packet is of the shape that its class stands for."""
    test = render(guard, lambda named: atom(reads[named.name]))
    meaning = (
        render(guard, lambda named: named.name)
        .replace("\\", "\\\\")
        .replace('"', "'")
        .replace("{", "{{")
        .replace("}", "}}")
    )
    first = next(names(guard))
    source.line(f"if not ({test}):")
    shown = f"{{{atom(reads[first.name])}!r}}"
    source.line(f'    raise {error}(f"{layout.name}.{first.name}: {shown}, but {layout.name} has {meaning}")')


def check_size(source: Source, layout: Layout) -> None:
    """Emit the bounds check for all that has a fixed size."""
    source.line(f"if _e - _o < {layout.minimum}:")
    source.line(f'    raise _Truncated(f"{layout.name}: needs {layout.minimum} bytes, {{_e - _o}} left")')


def check_constant(source: Source, layout: Layout, each: AnyField, reads: Mapping[str, str]) -> None:
    """Emit the test of a field that is constant."""
    if not isinstance(each.rule, Const):
        return
    read, value = reads[each.name], each.rule.value
    if isinstance(value, int):
        expected = shown = repr(value if isinstance(value, bool) else int(value))
    else:
        expected = source.bind(f"_const_{each.name}", value)
        shown = f"{{{expected}!r}}"
    source.line(f"if {atom(read) if '!=' in read else read} != {expected}:")
    source.line(f'    raise _Malformed(f"{layout.name}.{each.name}: {{{read}}}, not {shown}")')


def _check_total(source: Source, layout: Layout, each: AnyField, reads: Mapping[str, str]) -> None:
    if not isinstance(each.rule, Total):
        return
    rule, path = each.rule, f"{layout.name}.{each.name}"
    plus = f" + {rule.plus}" if rule.plus > 0 else f" - {-rule.plus}" if rule.plus else ""
    source.line(f"_total = {reads[each.name]}{plus}")
    source.line(f"if _total < {layout.minimum}:")
    source.line(f'    raise _Malformed(f"{path}: says {{_total}} bytes, needs {layout.minimum}")')
    source.line("if _total > _e - _o:")
    source.line(f'    raise _Truncated(f"{path}: says {{_total}} bytes, {{_e - _o}} there")')
    source.line("_e = _o + _total")


def _may_be_negative(layout: Layout, rule: Sized) -> bool:
    factors, constant = linear(rule.size)
    arguments = {each.name for each in layout.arguments}
    return constant < 0 or any(factor < 0 or name in arguments for name, factor in factors.items())


class _Both:
    """The union of two containers."""

    def __init__(self, one: Container[str], other: Container[str]) -> None:
        self.one, self.other = one, other

    def __contains__(self, name: object) -> bool:
        return name in self.one or name in self.other
