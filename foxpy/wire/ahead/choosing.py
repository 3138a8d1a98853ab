"""Emitting what chooses between packets: the loops that read lists, and classifiers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from foxpy.wire.ahead.bits import Reads, spans
from foxpy.wire.ahead.cover import Uncovered, check_members, common_base
from foxpy.wire.ahead.names import BUFFER, is_number
from foxpy.wire.ahead.text import Text
from foxpy.wire.choice import Choice
from foxpy.wire.classify import Classifier
from foxpy.wire.expressions import names, render
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.records import Records
from foxpy.wire.rules import Rule, Sized

P = TypeVar("P", bound=Packet)


class ChoiceWriter:
    """Writes a module's lists and classifiers."""

    def __init__(self, text: Text, covered: list[type[Packet]]) -> None:
        self.text = text
        self.covered = set(covered)
        self._lists: dict[tuple[type[Packet], ...], tuple[str, type[Packet] | None]] = {}

    def name_list(self, members: tuple[type[Packet], ...], rule: Rule | None) -> str:
        """The name of the function that reads a list of ``members``, of which the first may end it."""
        end = rule.end if isinstance(rule, Sized) else None
        return self._list(members, members[0] if end is not None else None)

    def _list(self, members: tuple[type[Packet], ...], end: type[Packet] | None) -> str:
        name, _ = self._lists.setdefault(members, (f"_list_{len(self._lists)}", end))
        return name

    def write_lists(self) -> None:
        for members, (name, end) in self._lists.items():
            text = self.text
            with text.block(f"def {name}(_b: bytes, _o: i64, _e: i64) -> tuple[object, ...] | None:"):
                text.line("if _o < 0 or _e > len(_b):")
                text.line("    return None")
                text.line("_found: list[Native] = []")
                with text.block("while _o < _e:"):
                    text.line("_element: Native | None = None")
                    self._choose(members, partial(_take, end))
                    with text.block("if _element is None:"):
                        text.line("return None")
                    text.line("_found.append(_element)")
                    text.line("_o = _element._e")
                text.line("return tuple(_found)")
            text.line()
            text.line()

    def _choose(self, members: tuple[type[Packet], ...], chosen: Callable[[type[Packet]], str]) -> None:
        """Emit the tests on ``_b[_o:_e]``, in the union's order; ``chosen`` gives the statement for a member."""
        text = self.text
        if len(members) == 1:
            text.line(chosen(members[0]))
            return
        choice = Choice("union", members)
        layout: Layout = common_base(members)._layout
        wanted = {each.name for member in members for guard in choice.guards(member) for each in names(guard)}
        items = [item for item in layout.head.items if any(each.name in wanted for each in item.fields)]
        needed = items[-1].offset + items[-1].size
        text.line(f"if _e - _o < {needed}:")
        text.line("    return None")
        head = type(layout.head)([item for item in layout.head.items if item.offset < needed], needed)
        reads = Reads(head, "_o", "r_", wanted)
        for line in reads.lines:
            text.line(line)
        texts: dict[str, str] = {}
        for span in spans(head):
            if span.field.name in wanted:
                if not is_number(span.field):
                    raise Uncovered(f"chosen by {span.field.name}, which is no number")
                text.line(f"_t_{span.field.name}: i64 = {reads.texts[span.field.name]}")
                texts[span.field.name] = f"_t_{span.field.name}"
        word = "if"
        for member in members:
            tests = [render(guard, lambda named: texts[named.name]) for guard in choice.guards(member)]
            text.line(f"{word} {' and '.join(tests)}:" if tests else "else:")
            text.line(f"    {chosen(member)}")
            word = "elif"

    def classifier(self, name: str, classifier: Classifier[object]) -> None:
        """Raises Uncovered for one that is not covered."""
        members, text = classifier.members, self.text
        check_members(name, members, self.covered)
        if any(member._layout.arguments for member in members):
            raise Uncovered("its packets have arguments")
        union = " | ".join(member.__name__ for member in members)
        with text.block(f"def _choose_{name}(_b: bytes, _o: i64, _e: i64, _kind: i64) -> {union} | None:"):
            text.line("if _o < 0 or _e > len(_b):")
            text.line("    return None")
            self._choose(members, lambda one: f"return _read_{one.__name__}(_b, _o, _e, _kind)")
            if len(members) > 1:
                text.lines[-1] = (
                    text.lines[-1].replace("    return", "return")
                    if text.lines[-2].strip() == "else:"
                    else text.lines[-1]
                )
                if text.lines[-2].strip() == "else:":
                    del text.lines[-2]
        text.line()
        text.line()
        with text.block(f"class _Classifier_{name}:"):
            for how, kind in (("view", "VIEWED"), ("parse", "PARSED")):
                with text.block(f"def {how}(self, buf: {BUFFER}, start: i64 = 0, end: i64 | None = None) -> {union}:"):
                    text.line(f"_found: {union} | None = None")
                    with text.block("if isinstance(buf, bytes):"):
                        text.line("_e: i64 = len(buf) if end is None else end")
                        text.line(f"_found = _choose_{name}(buf, start, _e, {kind})")
                    with text.block("elif isinstance(buf, Window):"):
                        text.line("_b = buf.buf")
                        with text.block("if isinstance(_b, bytes):"):
                            text.line("_first: i64 = buf.start")
                            text.line("_last: i64 = buf.end if end is None else _first + end")
                            text.line(f"_found = _choose_{name}(_b, _first + start, _last, {kind})")
                    with text.block("if _found is None:"):
                        text.line(f'return cast("{union}", _chooser_{name}.{how}(buf, start, end))')
                    text.line("return _found")
                text.line()
        text.line()
        text.line(f"{name}: Final = _Classifier_{name}()")
        text.line()
        text.line()

    def records(self, name: str, records: Records[P]) -> None:
        """Raises Uncovered for those that are not covered."""
        found = tuple(one for one in (records.end, *records.members) if one is not None)
        check_members(name, found, self.covered)
        function, text = self._list(found, records.end), self.text
        union = " | ".join(member.__name__ for member in records.members)
        with text.block(f"class _Records_{name}:"):
            with text.block(f"def parse(self, buf: bytes, start: i64, end: i64) -> tuple[{union}, ...]:"):
                text.line(f"_found = {function}(buf, start, end)")
                with text.block("if _found is None:"):
                    text.line(f'return cast("tuple[{union}, ...]", _chooser_{name}.parse(buf, start, end))')
                text.line(f'return cast("tuple[{union}, ...]", _found)')
            text.line()
            with text.block(f"def build(self, elements: Iterable[{union}]) -> bytes:"):
                text.line(f"return write_list(tuple(elements), {records.align})")
        text.line()
        text.line()
        text.line(f"{name}: Final = _Records_{name}()")
        text.line()
        text.line()


def _take(end: type[Packet] | None, member: type[Packet]) -> str:
    return "break" if member is end else f"_element = _read_{member.__name__}(_b, _o, _e, PARSED)"
