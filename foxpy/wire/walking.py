"""Emitting the walk over a packet: every check that parsing and viewing make, each made once.

The text expects the buffer in ``_b`` and the bounds in ``_o`` and ``_e``, and cuts ``_e`` off where the packet's total
length says so.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from foxpy.wire.encodings import UInt
from foxpy.wire.expressions import Expr, LastByte, Named, linear, meaning, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run, Variable
from foxpy.wire.reading import Unpacking, atom
from foxpy.wire.rules import Bounds, Computed, Const, Count, Plain, Present, Rest, Sized, Tail, Total, bounds_of
from foxpy.wire.source import Source
from foxpy.wire.variables import read_eagerly, read_span


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
    known = ("_o", "_origin", *(argument.name for argument in layout.arguments))
    walked = Walk({name: name for name in known})
    _Walker(source, layout, guards, wanted, walked).emit()
    return walked


class _Walker:
    def __init__(
        self,
        source: Source,
        layout: Layout,
        guards: tuple[Expr[bool], ...],
        wanted: Container[str] | None,
        walked: Walk,
    ) -> None:
        self.source = source
        self.layout = layout
        self.walked = walked
        self.pending = list(guards)
        self.looked_at = {each.name for guard in guards for each in names(guard)}
        self.looked_at |= {name for each in layout.fields.values() for name in each.bound}
        self.places: dict[str, str] = {}
        self.unchecked = [each for each in layout.fields.values() if isinstance(each.rule, Computed)]
        self.needed = None if wanted is None else _Both(wanted, checked_fields(layout, guards))
        self.beyond = "_Malformed" if layout.total else "_Truncated"
        self.anchor, self.offset = "_o", 0

    @property
    def at(self) -> str:
        return f"{self.anchor} + {self.offset}" if self.offset else self.anchor

    def emit(self) -> None:
        check_size(self.source, self.layout)
        self._guards()
        for piece in self.layout.pieces:
            if isinstance(piece, Run):
                self._run(piece)
            elif isinstance(piece.field.rule, Rest):
                self._rest(piece)
            elif piece.eager:
                self._eager(piece)
            else:
                self._sized(piece)
            self._guards()
        self.walked.end = self.at
        total = self.layout.total
        if total and self.at != "_e":
            with self.source.block(f"if {self.at} != _e:"):
                fact = f"says {{_e - _o}} bytes, takes {{{self.at} - _o}}"
                self._fail("_Malformed", fact, total.name, self.places[total.name])

    def _fail(self, error: str, fact: str, name: str, at: str) -> None:
        self.source.line(f'raise {error}(f"{fact}", "{self.layout.name}", "{name}", {at})')

    def _run(self, run: Run) -> None:
        if self.anchor != "_o" and run.size and not self._pinned():
            with self.source.block(f"if _e - {self.anchor} < {run.size}:"):
                self._fail(self.beyond, f"needs {run.size} more bytes, {{_e - {self.anchor}}} left", "", self.anchor)
        self.walked.reads.update(Unpacking(self.source, run, self.at, self.needed).emit())
        for item in run.items:
            at = f"{self.at} + {item.offset}" if item.offset else self.at
            for each in item.fields:
                self.places[each.name] = at
                check_constant(self.source, self.layout, each, self.walked.reads, at)
                if isinstance(each.rule, Plain) and each.name in self.walked.reads:
                    self._bounds(each, bounds_of(each.rule), self.walked.reads[each.name], at)
                if isinstance(each.rule, Total):
                    self._total(each, each.rule, at)
        self.offset += run.size

    def _pinned(self) -> bool:
        """Whether the place was counted from the end, and what is there is known to be whole."""
        return any(isinstance(each.rule, Rest) and each.name in self.walked.spans for each in self.layout.variables)

    def _total(self, each: AnyField, rule: Total, at: str) -> None:
        plus = f" + {rule.plus}" if rule.plus > 0 else f" - {-rule.plus}" if rule.plus else ""
        least = self.layout.minimum
        self.source.line(f"_total = {self.walked.reads[each.name]}{plus}")
        with self.source.block(f"if _total < {least}:"):
            self._fail("_Malformed", f"says {{_total}} bytes, needs {least}", each.name, at)
        with self.source.block("if _total > _e - _o:"):
            self._fail("_Truncated", "says {_total} bytes, {_e - _o} there", each.name, at)
        self.source.line("_e = _o + _total")

    def _rest(self, piece: Variable) -> None:
        """What is left, before that which is pinned at the end: the sizes of all of it are found first."""
        each, at, terms, fixed = piece.field, self.at, list[str](), 0
        for behind in self.layout.tails:
            if isinstance(behind, Run):
                fixed += behind.size
            else:
                terms.append(self._tail_size(behind, at))
        if fixed:
            terms.append(str(fixed))
        stop = "_e"
        if terms:
            stop = f"_stop_{each.name}"
            self.source.line(f"{stop} = _e - {' - '.join(terms)}")
            with self.source.block(f"if {stop} < {at}:"):
                self._fail(self.beyond, f"{{_e - ({at})}} bytes left, the end needs {{_e - {stop}}}", each.name, at)
        self._span(each, at, stop, f"{stop} - {atom(at)}")
        self._bounds(each, bounds_of(each.rule), f"{stop} - {atom(at)}", at, " bytes")
        self.anchor, self.offset = stop, 0

    def _tail_size(self, piece: Variable, least: str) -> str:
        rule, name = piece.field.rule, piece.field.name
        assert isinstance(rule, Tail)
        size = f"_size_{name}"
        if not isinstance(rule.size, LastByte):
            self.source.line(f"{size} = {render(rule.size, self.walked.lookup)}")
            self._not_negative(piece.field, piece.size or 0, size)
            return size
        condition = rule.size.condition
        test = "True" if condition is None else render(condition, self.walked.lookup)
        self.source.line(f"{size} = 0")
        with self.source.block(f"if {test}:"):
            self.source.line(f"{size} = _b[_e - 1] if _e > {least} else 0")
            with self.source.block(f"if not {size}:"):
                self._fail("_Malformed", "its last byte is to be its size", name, "_e")
        return size

    def _sized(self, piece: Variable) -> None:
        """A field whose size is told by earlier ones: it is not read here, but its bounds are checked."""
        each, at = piece.field, self.at
        size, after = f"_size_{each.name}", f"_after_{each.name}"
        if often_empty(each):
            self._options(piece)
            return
        if not isinstance(each.rule, Tail):
            assert piece.size is not None
            self.source.line(f"{size} = {render(piece.size, self.walked.lookup)}")
            self._not_negative(each, piece.size, size)
        if isinstance(each.rule, Count):
            self._bounds(each, bounds_of(each.rule), render(each.rule.number, self.walked.lookup), at, " elements")
        else:
            self._bounds(each, bounds_of(each.rule), size, at, " bytes")
        step = f"{size}{self._padding(each, size)}"
        self.source.line(f"{after} = {at} + {step}")
        if not isinstance(each.rule, Tail):
            with self.source.block(f"if {after} > _e:"):
                self._fail(self.beyond, f"{{{size}}} bytes, {{_e - ({at})}} left", each.name, at)
        end = after
        if step != size:
            end = f"_end_{each.name}"
            self.source.line(f"{end} = {at} + {size}")
        self._span(each, at, end, step)
        self.anchor, self.offset = after, 0

    def _options(self, piece: Variable) -> None:
        """A sized field of which mostly nothing is there: its bounds are checked only if something is."""
        each, at = piece.field, self.at
        size, after = f"_size_{each.name}", f"_after_{each.name}"
        assert piece.size is not None
        self.source.line(f"{size} = {render(piece.size, self.walked.lookup)}")
        self.source.line(f"{after} = {at}")
        with self.source.block(f"if {size}:"):
            self._not_negative(each, piece.size, size)
            self.source.line(f"{after} += {size}")
            with self.source.block(f"if {after} > _e:"):
                self._fail(self.beyond, f"{{{size}}} bytes, {{_e - ({at})}} left", each.name, at)
        self._span(each, at, after, size)
        self.anchor, self.offset = after, 0

    def _span(self, each: AnyField, start: str, end: str, size: str) -> None:
        """Note where a field is that need not be read; it is, if a guard or an argument that is bound looks at it."""
        self.walked.spans[each.name] = (start, end)
        self.walked.reads[f"size_of({each.name})"] = size
        self.places[each.name] = start
        if each.name in self.looked_at:
            read = read_span(self.source, self.layout, each, "_b", start, end, self.walked.lookup)
            self.source.line(f"{each.name} = {read}")
            self.walked.reads[each.name] = each.name

    def _padding(self, each: AnyField, size: str) -> str:
        pad = getattr(each.rule, "pad", 1)
        return f" + -{size} % {pad}" if pad > 1 else ""

    def _not_negative(self, each: AnyField, expression: Expr[int] | int, code: str) -> None:
        if _may_be_negative(self.layout, expression):
            with self.source.block(f"if {atom(code)} < 0:"):
                self._fail("_Malformed", f"length {{{code}}}", each.name, self.at)

    def _eager(self, piece: Variable) -> None:
        """A field that shows only when it is read where it ends."""
        each, at, after = piece.field, self.at, f"_after_{piece.field.name}"
        if isinstance(each.rule, Count):
            number = render(each.rule.number, self.walked.lookup)
            self._not_negative(each, each.rule.number, number)
            self._bounds(each, bounds_of(each.rule), number, at, " elements")
        if isinstance(each.rule, Present):
            with self.source.block(f"if {render(each.rule.condition, self.walked.lookup)}:"):
                read_eagerly(self.source, self.layout, each, at, self.beyond, self.walked.lookup)
            with self.source.block("else:"):
                self.source.line(f"{each.name}, {after} = None, {at}")
        else:
            read_eagerly(self.source, self.layout, each, at, self.beyond, self.walked.lookup)
        self.places[each.name] = at
        self.walked.reads[each.name] = each.name
        self.walked.reads[f"size_of({each.name})"] = f"{after} - {atom(at)}"
        check_constant(self.source, self.layout, each, self.walked.reads, at)
        self.anchor, self.offset = after, 0

    def _bounds(self, each: AnyField, bounds: Bounds, code: str, at: str, unit: str = "") -> None:
        test = out_of_bounds(bounds, atom(code))
        if test:
            with self.source.block(f"if {test}:"):
                self._fail("_Malformed", f"{{{code}}}{unit}, not {allowed(bounds)}", each.name, at)

    def _guards(self) -> None:
        """Check the guards of which all is known by now, and what follows from known fields."""
        reads = self.walked.reads
        for each in list(self.unchecked):
            assert isinstance(each.rule, Computed)
            if each.name in reads and all(named.name in reads for named in names(each.rule.expression)):
                self.unchecked.remove(each)
                expected = render(each.rule.expression, self.walked.lookup)
                with self.source.block(f"if {reads[each.name]} != {expected}:"):
                    fact = f"{{{reads[each.name]}}}, not {{{expected}}}"
                    self._fail("_Malformed", fact, each.name, self.places[each.name])
        for guard in list(self.pending):
            if all(named.name in reads for named in names(guard)):
                self.pending.remove(guard)
                at = self.places.get(next(names(guard)).name, "None")
                check_guard(self.source, self.layout, guard, reads, "_Malformed", at)


def checked_fields(layout: Layout, guards: tuple[Expr[bool], ...]) -> set[str]:
    """The fields that a walk must read to make its checks."""
    found = {named.name for guard in guards for named in names(guard)}
    for each in layout.fields.values():
        if isinstance(each.rule, Const | Total | Computed) or _is_bounded(each):
            found.add(each.name)
        expression = _size_expression(each)
        found |= {named.name for named in names(expression)}
        found |= set(each.bound)
    return found


def _is_bounded(each: AnyField) -> bool:
    return isinstance(each.rule, Plain) and each.rule.bounds != Bounds()


def _size_expression(each: AnyField) -> object:
    """What must be known to tell where a field ends."""
    rule = each.rule
    if isinstance(rule, Present):
        return rule.condition
    if isinstance(rule, Computed):
        return rule.expression
    if isinstance(rule, Count):
        return rule.number
    return getattr(rule, "size", None)


def out_of_bounds(bounds: Bounds, code: str) -> str:
    """The text of a test that is true of what ``bounds`` rule out; empty if they rule out nothing."""
    tests = []
    if bounds.least is not None:
        tests.append(f"{code} < {bounds.least}")
    if bounds.most is not None:
        tests.append(f"{code} > {bounds.most}")
    return " or ".join(tests)


def allowed(bounds: Bounds) -> str:
    """``20..60``, ``at least 20`` or ``at most 60``."""
    if bounds.most is None:
        return f"at least {bounds.least}"
    return f"at most {bounds.most}" if bounds.least is None else f"{bounds.least}..{bounds.most}"


def check_guard(
    source: Source, layout: Layout, guard: Expr[bool], reads: Mapping[str, str], error: str, at: str = "None"
) -> None:
    """Emit the test that a packet is of the shape that its class stands for."""
    test = render(guard, lambda named: atom(reads[named.name]))
    first = next(names(guard))
    form = "" if isinstance(layout.fields[first.name].encoding, UInt) else "!r"  # an enum's member is its number
    shown = f"{{{atom(reads[first.name])}{form}}}"
    with source.block(f"if not ({test}):"):
        fact = f"{shown}, but {layout.name} has {meaning(guard)}"
        source.line(f'raise {error}(f"{fact}", "{layout.name}", "{first.name}", {at})')


def check_size(source: Source, layout: Layout) -> None:
    """Emit the bounds check for all that has a fixed size."""
    if not layout.minimum:
        return
    with source.block(f"if _e - _o < {layout.minimum}:"):
        fact = f"needs {layout.minimum} bytes, {{_e - _o}} left"
        source.line(f'raise _Truncated(f"{fact}", "{layout.name}", "", _o)')


def check_constant(source: Source, layout: Layout, each: AnyField, reads: Mapping[str, str], at: str) -> None:
    """Emit the test of a field that is constant; it lies at ``at``."""
    if not isinstance(each.rule, Const):
        return
    read, value = reads[each.name], each.rule.value
    if isinstance(value, int):
        expected = shown = repr(value if isinstance(value, bool) else int(value))
    else:
        expected = source.bind(f"_const_{each.name}", value)
        shown = f"{{{expected}!r}}"
    form = "" if isinstance(value, int) else "!r"
    with source.block(f"if {atom(read) if '!=' in read else read} != {expected}:"):
        source.line(f'raise _Malformed(f"{{{read}{form}}}, not {shown}", "{layout.name}", "{each.name}", {at})')


def _may_be_negative(layout: Layout, size: Expr[int] | int | None) -> bool:
    factors, constant = linear(size)
    arguments = {each.name for each in layout.arguments}
    return constant < 0 or any(factor < 0 or name in arguments for name, factor in factors.items())


def often_empty(each: AnyField) -> bool:
    """Whether a sized field is empty unless it is given, as options are."""
    rule = each.rule
    return isinstance(rule, Sized) and rule.default in (b"", ()) and rule.pad == 1 and rule.bounds == Bounds()


class _Both:
    """The union of two containers."""

    def __init__(self, one: Container[str], other: Container[str]) -> None:
        self.one, self.other = one, other

    def __contains__(self, name: object) -> bool:
        return name in self.one or name in self.other
