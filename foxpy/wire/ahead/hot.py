"""Emitting the functions of the data path: readers, appenders, writers, fillers, verifiers and stagers."""

from __future__ import annotations

from typing import cast

from foxpy.wire.ahead.bits import NUMBER, Reads, spans
from foxpy.wire.ahead.cover import Uncovered
from foxpy.wire.ahead.given import accept, narrowed, wide_constants
from foxpy.wire.ahead.header import Given, checksum_place, write_header, write_sum
from foxpy.wire.ahead.names import Types, default_text, is_number
from foxpy.wire.ahead.order import parameters
from foxpy.wire.ahead.text import Text
from foxpy.wire.ahead.walking import Walk, read_head
from foxpy.wire.encodings import ListOf, UInt
from foxpy.wire.expressions import Expr, names, render, simplified
from foxpy.wire.fields import AnyField, Declared
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.recording import Hot
from foxpy.wire.rules import Checksum, Sized

EXPANDED = "cast({kind!r}, _hot_{name})"


class HotWriter:
    """Writes a function called ``name`` that does what ``hot`` does, and leaves to ``hot`` what it refuses."""

    def __init__(self, text: Text, types: Types, covered: set[type[Packet]], name: str, hot: Hot) -> None:
        self.text = text
        self.types = types
        self.covered = covered
        self.name = name
        self.hot = hot

    def write(self) -> None:
        """Raises Uncovered, with nothing written, for what is not covered."""
        {
            "reader": self._reader,
            "appender": self._appender,
            "writer": self._writer,
            "filler": self._filler,
            "verifier": self._verifier,
            "stager": self._stager,
        }[self.hot.kind]()
        self.text.line()
        self.text.line()

    @property
    def spec(self) -> type[Packet]:
        spec = cast("type[Packet]", self.hot.arguments[0])
        if spec not in self.covered:
            raise Uncovered(f"{spec.__name__} is not native")
        return spec

    def _reader(self) -> None:
        fields = cast("tuple[Expr[object], ...]", self.hot.arguments)
        every = [each for expression in fields for each in names(expression)]
        declared = [each for each in every if isinstance(each, Declared)]
        owners = {cast("type[Packet]", each.owner) for each in declared}
        spec = next(one for one in owners if all(issubclass(one, other) for other in owners))
        if spec not in self.covered:
            raise Uncovered(f"{spec.__name__} is not native")
        layout = spec._layout
        at_head = {span.field.name: span for span in spans(layout.head)}
        results, kinds = [], []
        walked = Walk()
        numbers = {each.name for each in declared if each.as_number}
        for expression in fields:
            if isinstance(expression, Declared) and not isinstance(expression.encoding, UInt):
                span = at_head[expression.name]
                size = span.width // 8
                if expression.as_number and size > NUMBER:
                    raise Uncovered(f"{expression.name} as a number of {size} bytes")
                if expression.as_number:
                    kinds.append("int")
                    results.append(f"_v_{expression.name}")
                else:
                    kind = self.types.kind(expression)
                    kinds.append(kind or "bytes")
                    code = f"_v_{expression.name}"
                    if span.number:
                        code = f'int(_v_{expression.name}).to_bytes({size}, "big")'
                    results.append(f"{kind}({code})" if kind else code)
            elif isinstance(expression, Declared):
                kinds.append(self.types.read(expression))
                if isinstance(expression.encoding, UInt) and expression.encoding.bits > 62:
                    raise Uncovered(f"{expression.name} has more than 62 bits")
                results.append(f"_v_{expression.name}")
            else:
                kinds.append("int")
                results.append(render(expression, lambda named: f"_v_{named.name}"))
        tests = [test for test in spec._program.tests if all(each.name in at_head for each in names(test))]
        wanted = {each.name for each in every} | numbers | {each.name for test in tests for each in names(test)}
        text = self.text
        text.line(f"_Fields_{self.name}: TypeAlias = tuple[{', '.join(kinds)}]")
        text.line()
        text.line()
        with text.block(f"def {self.name}(_b: bytes, _o: i64, _e: i64, /) -> _Fields_{self.name}:"):
            with text.block("while True:  # left by what is refused"):
                text.line(f"if _o < 0 or _e > len(_b) or _e - _o < {layout.minimum}:")
                text.line("    break")
                read_head(text, layout, walked, wanted, tests, "break")
                text.line(f"return ({', '.join(results)}{',' if len(results) == 1 else ''})")
            text.line(f'return cast("_Fields_{self.name}", _hot_{self.name}(_b, _o, _e))')

    def _held(self, layout: Layout, fields: list[AnyField], refuse: str) -> dict[str, str]:
        """Emit the checks of parameters, and what they are written from."""
        text = self.text
        for each in fields:
            if isinstance(each.encoding, ListOf):
                raise Uncovered(f"{each.name} is a list")
        tests, texts = accept(text, self.types, fields, None)
        if tests:
            text.line(f"if not ({' and '.join(tests)}):")
            text.line(f"    {refuse}")
        for each in fields:
            if isinstance(each.encoding, UInt) and is_number(each):
                text.line(f"_i_{each.name}: i64 = {texts[each.name]}")
                texts[each.name] = f"_i_{each.name}"
        return texts | wide_constants(layout)

    def _appender(self) -> None:
        spec, text = self.spec, self.text
        layout = spec._layout
        fields = [each for each in layout.parameters if each is not layout.body]
        shown, passed = self._parameters(fields)
        with text.block(f"def {self.name}(out: bytearray, _size: i64, /{shown}) -> None:"):
            with text.block("while True:  # left by what is refused"):
                following = "_size" if layout.body is not None else "0"
                self._header(spec, fields, following)
                text.line("out += _w.getvalue()")
                text.line("return")
            text.line(f"_hot_{self.name}(out, _size{passed})")

    def write_loose(self) -> bool:
        """Write the same function for callers that may pass anything; whether there is one.

        It has no parameter that must be given: mypyc takes keywords apart far quicker then.
        """
        if self.hot.kind not in ("appender", "writer"):
            return False
        text, layout = self.text, self.spec._layout
        writes = self.hot.kind == "writer"
        order = parameters(each for each in layout.parameters if writes or each is not layout.body)
        shown = "".join(f", {each.name}: object = {default_text(each) or 'MISSING'}" for each in order)
        first, passed, result = (
            ("out: Out", "out", "int") if writes else ("out: bytearray, _size: i64", "out, _size", "None")
        )
        text.line("@staticmethod")
        with text.block(f"def {self.name}({first}, /{', *' if shown else ''}{shown}) -> {result}:"):
            tests, given = narrowed(order, self.types)
            call = f"{self.name}({', '.join([passed, *given])})"
            if tests:
                with text.block(f"if {' and '.join(tests)}:"):
                    text.line(call if not writes else f"return {call}")
                    if not writes:
                        text.line("return")
                every = ", ".join(each.name for each in order)
                again = f"_hot_{self.name}({passed}, **_SOURCE.given(_spec_{self.spec.__name__}, {writes}, ({every},)))"
                text.line(f"return cast(int, {again})" if writes else again)
            else:
                text.line(f"return {call}" if writes else call)
        text.line()
        return True

    def _parameters(self, fields: list[AnyField]) -> tuple[str, str]:
        """Keyword parameters as they are declared, and as they are passed on."""
        order = parameters(fields)
        shown = "".join(f", {each.name}: {self.types.given(each)}{_default(each)}" for each in order)
        return f", *{shown}" if shown else "", "".join(f", {each.name}={each.name}" for each in order)

    def _header(self, spec: type[Packet], fields: list[AnyField], following: str, behind: str | None = None) -> None:
        texts = self._held(spec._layout, fields, "break")
        tests = spec._program.tests
        write_header(self.text, Given(spec._layout, tests, texts, following, "break", trusted=False, behind=behind))

    def _writer(self) -> None:
        spec, text = self.spec, self.text
        layout = spec._layout
        body = layout.body
        shown, passed = self._parameters(layout.parameters)
        fields = [each for each in layout.parameters if each is not body]
        with text.block(f"def {self.name}(out: Out, /{shown}) -> int:"):
            with text.block("while True:  # left by what is refused"):
                following = "0"
                if body is not None:
                    text.line(f"if not (isinstance({body.name}, bytes) and len({body.name}) == 0):")
                    text.line("    break")
                    text.line("_following: i64 = len(out)")
                    following = "_following"
                self._header(spec, fields, following, "out.ones_sum(_following)" if body is not None else "")
                text.line("_size = len(_w)")
                text.line("out.push_written(_w)")
                text.line("return _size")
            text.line(f"return cast(int, _hot_{self.name}(out{passed}))")

    def _filler(self) -> None:
        layout, rule = _checksum(self.spec)
        text, at = self.text, checksum_place(layout)
        with text.block(f"def {self.name}(out: bytearray, at: i64, payload: bytes, seed: int, /) -> None:"):
            text.line("_seed: i64 = seed_of(seed)")
            with text.block("if _seed < 0 or at < 0:"):
                text.line(f"_hot_{self.name}(out, at, payload, seed)")
                text.line("return")
            text.line("_head = bytes(out)  # all of it: a slice would cost more than the copy of a few headers")
            text.line("_size: i64 = len(_head) - at")
            text.line("_behind: i64 = ones_sum(payload, 0, len(payload))")
            text.line("_sum: i64 = ones_sum(_head, at, len(_head)) + beside(_behind, _size) + _seed")
            write_sum(text, rule)
            text.line(f"out[at + {at}] = _check >> 8")
            text.line(f"out[at + {at + 1}] = _check & 0xFF")

    def _verifier(self) -> None:
        layout, rule = _checksum(self.spec)
        text, at = self.text, checksum_place(layout)
        with text.block(f"def {self.name}(_b: bytes, _o: i64, _e: i64, _given: int = 0, /) -> bool:"):
            with text.block(f"if _o < 0 or _e > len(_b) or _e - _o < {layout.minimum}:"):
                text.line(f"return cast(bool, _hot_{self.name}(_b, _o, _e, _given))")
            if rule.over == "header":
                rules = [each.rule for each in layout.variables]
                sizes = [each.size for each in rules if isinstance(each, Sized)]
                needed = {each.name for size in sizes for each in names(size)}
                walked = Walk()
                reads = Reads(layout.head, "_o", "r0_", needed)
                for line in reads.lines:
                    text.line(line)
                for name in sorted(needed):
                    text.line(f"_v_{name}: i64 = {reads.texts[name]}")
                    walked.reads[name] = f"_v_{name}"
                whole = simplified(layout.minimum, *sizes)
                text.line(f"_end: i64 = _o + {render(whole, lambda named: walked.reads[named.name])}")
                text.line(f"if _end < _o + {layout.minimum} or _end > _e:")
                text.line("    return False")
            if rule.zero:
                text.line(f"if _b[_o + {at}] == 0 and _b[_o + {at + 1}] == 0:")
                text.line("    return True")
            if rule.over == "header":
                text.line("return ones_sum(_b, _o, _end) == 0xFFFF")
            else:
                with text.block("if _given == 0:"):
                    text.line("return ones_sum(_b, _o, _e) == 0xFFFF")
                text.line("_seed: i64 = seed_of(_given)")
                with text.block("if _seed < 0:"):
                    text.line(f"return cast(bool, _hot_{self.name}(_b, _o, _e, _given))")
                text.line("return fold(ones_sum(_b, _o, _e) + _seed) == 0xFFFF")

    def _stager(self) -> None:
        spec, text, name = self.spec, self.text, self.name
        layout, rule = _checksum(spec)
        varies = cast("Declared[object]", self.hot.arguments[1])
        fields = [each for each in layout.parameters if each is not layout.body]
        shown, passed = self._parameters(fields)
        assert layout.total is not None
        assert layout.checksum is not None
        stamped = (layout.total.name, varies.name, layout.checksum.name)
        offsets = {item.fields[0].name: item.offset for item in layout.head.items if item.fields}
        places = ", ".join(str(offsets[each]) for each in stamped)
        with text.block(f"def {name}({shown.removeprefix(', ')}) -> Callable[[bytearray, int, int], None]:"):
            text.line(
                f"_again = cast('Callable[[bytearray, int, int], None]', _hot_{name}({passed.removeprefix(', ')}))"
            )
            text.line("_head = bytearray()")
            text.line("_again(_head, 0, 0)")
            text.line(f"return Stamping(bytes(_head), {places}, {rule.zero or 0}, _again).stamp")


def _default(each: AnyField) -> str:
    default = default_text(each)
    return "" if default is None else f" = {default}"


def _checksum(packet: type[Packet]) -> tuple[Layout, Checksum]:
    layout = packet._layout
    assert layout.checksum is not None
    assert isinstance(layout.checksum.rule, Checksum)
    return layout, layout.checksum.rule
