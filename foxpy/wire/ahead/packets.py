"""Emitting a packet: its native class, what reads it from the wire, and what the interpreter is given to make one."""

from __future__ import annotations

from collections.abc import Iterable

from foxpy.wire.ahead.bits import NUMBER, Reads, Span, spans
from foxpy.wire.ahead.header import Given, constants, packed, write_header
from foxpy.wire.ahead.names import BUFFER, Types, default_text, held, is_number, slot
from foxpy.wire.ahead.order import parameters
from foxpy.wire.ahead.text import Text
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.expressions import Expr, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run
from foxpy.wire.packet import Packet
from foxpy.wire.rules import Checksum, Const, Derived, Rest, Sized, Total


class PacketWriter:
    """Writes what one packet comes to in a generated module."""

    def __init__(self, text: Text, types: Types, spec: type[Packet], lists: dict[str, str]) -> None:
        self.text = text
        self.types = types
        self.spec = spec
        self.layout: Layout = spec._layout
        self.name = spec.__name__
        self.lists = lists
        """The functions that read the lists of the module, by ``Packet.field``."""
        self.base = base_of(spec)
        inherited = self.base._layout.fields if self.base is not None else {}
        self.own = [each for each in self.layout.fields.values() if inherited.get(each.name) is not each]
        self.new = [each for each in self.layout.fields.values() if each.name not in inherited]
        self.payload = self.layout.body if self.layout.payload is not None else None

    @property
    def arguments(self) -> list[AnyField]:
        return parameters(self.layout.arguments)

    def write_class(self) -> None:
        text, name = self.text, self.name
        text.line("@mypyc_attr(acyclic=True, free_list_len=1)")
        with text.block(f"class {name}({self.base.__name__ if self.base else 'Native'}):"):
            text.line(f"MIN: ClassVar[int] = {self.spec.MIN}")
            for each in self.new:
                if not isinstance(each.rule, Const) and each is not self.payload:
                    text.line(f"{slot(each)}: {held(each)}")
                    if isinstance(each.encoding, Blob | ListOf):
                        text.line(f"_s_{each.name}: i64")
                        text.line(f"_t_{each.name}: i64")
            text.line()
            self._constructor()
            self._identity()
            for each in self.own:
                self._property(each)
            self._writing()
            self._entries()
        text.line()
        text.line()

    # Making

    def _constructor(self) -> None:
        text = self.text
        order = parameters(self.layout.parameters)
        shown = [f"{each.name}: {self.types.given(each)}{_default(each)}" for each in order]
        text.line(f"def __init__(self, *, {', '.join([*shown, '_empty: bool = False'])}) -> None:")
        before, text.margin = text.margin, text.margin + "    "
        text.line("if _empty:")
        text.line("    return")
        tests, texts = self._accept(self.layout.parameters)
        known = {each.name for each in self.layout.parameters}
        fixed = constants(self.layout)
        for guard in self.spec._program.tests:
            if all(named.name in known for named in names(guard)):
                looked = render(guard, lambda named: str(fixed.get(named.name, texts.get(named.name))))
                tests.append(f"({looked})")
        if self.payload is not None:
            tests.append(f"self._hold({self.payload.name})")
        if tests:
            text.line(f"if not ({' and '.join(tests)}):")
            text.line("    self._how = BACKED")
            passed = "".join(f", {each.name}={each.name}" for each in order)
            text.line(f"    self._backed = _backing_{self.name}.make(_spec_{self.name}{passed})")
            text.line("    return")
        text.line("self._how = BUILT")
        for each in self.layout.parameters:
            if each is not self.payload:
                text.line(f"self.{slot(each)} = {texts[each.name]}")
        text.margin = before
        text.line()

    def _accept(self, fields: Iterable[AnyField]) -> tuple[list[str], dict[str, str]]:
        """Emit the passing of parameters into the form in which they are held; the tests that they must pass."""
        return accept(self.text, self.types, fields, self.payload)

    def _identity(self) -> None:
        text, name = self.text, self.name
        text.line("def _shown(self) -> type[object]:")
        text.line(f"    return _spec_{name}")
        text.line()
        text.line("def _backing(self) -> Backing:")
        text.line(f"    return _backing_{name}")
        text.line()
        if self.payload is not None:
            text.line("def _has_payload(self) -> bool:")
            text.line("    return True")
            text.line()

    # Reading fields

    def _property(self, each: AnyField) -> None:
        text, name = self.text, each.name
        kind = self.types.read(each)
        text.line("@property")
        with text.block(f"def {name}(self) -> {kind}:"):
            if isinstance(each.rule, Const):
                self._constant(each)
            else:
                state = "!= PARSED and self._how != VIEWED" if _is_computed(each) else "== BACKED"
                getter = {"int": "self._number", "bool": "self._truth", "object": "self._value"}.get(kind)
                code = f'{getter}("{name}")' if getter else f'cast("{kind}", self._value("{name}"))'
                text.line(f"if self._how {state}:")
                text.line(f"    return {code}")
                self._held(each)
        text.line()

    def _constant(self, each: AnyField) -> None:
        value = each.rule.value if isinstance(each.rule, Const) else None
        kind = self.types.kind(each)
        if isinstance(each.encoding, Octets):
            data = value if isinstance(value, bytes) else packed(value)
            self.text.line(f"return {f'{kind}({data!r})' if kind else repr(data)}")
        else:
            self.text.line(f"return {value if isinstance(value, bool) else int(value)!r}")  # type: ignore[call-overload]  # of an integer field

    def _held(self, each: AnyField) -> None:
        """Emit the reading of a field from its slot."""
        text, code = self.text, f"self.{slot(each)}"
        match each.encoding:
            case UInt(boolean=False, bits=bits) if bits > 62:
                text.line(f"_number: int = {code}")
                text.line(
                    f"return _number if _number >= 0 else _number + {1 << 64:#x}" if bits == 64 else "return _number"
                )
            case Octets(size=size):
                kind = self.types.kind(each)
                if size <= NUMBER:
                    text.line(f"_number: int = {code}")
                    code = f'_number.to_bytes({size}, "big")'
                text.line(f"return {f'{kind}({code})' if kind else code}")
            case Blob(window=True):
                text.line("return self._window()")
            case Blob():
                text.line(f"_bytes = {code}")
                text.line("if _bytes is None:")
                text.line(f"    return self._b[self._s_{each.name} : self._t_{each.name}]")
                text.line("return _bytes")
            case ListOf():
                text.line(f"_list = {code}")
                with text.block("if _list is None:"):
                    read = self.lists[f"{self.name}.{each.name}"]
                    text.line(f"_list = {read}(self._b, self._s_{each.name}, self._t_{each.name})")
                    with text.block("if _list is None:"):
                        text.line(f'_list = cast("tuple[object, ...]", self._again("{each.name}"))')
                    text.line(f"self.{slot(each)} = _list")
                text.line(f'return cast("{self.types.read(each)}", _list)')
            case _:
                text.line(f"return {code}")

    # Writing

    def _writing(self) -> None:
        text, layout = self.text, self.layout
        body = layout.body
        with text.block("def _write(self, out: Out) -> None:"):
            with text.block("if self._how > PARSED:"):
                text.line("if self._how == VIEWED:")
                text.line("    out.push_bytes(self._b[self._o : self._e])")
                text.line("else:")
                text.line("    push_body(out, self._backed)")
                text.line("return")
            if body is not None:
                text.line("_before: i64 = len(out)")
                if self.payload is not None:
                    text.line("self._push_payload(out)")
                else:
                    text.line(f"out.push_bytes(self.{body.name})")
                text.line("_following: i64 = len(out) - _before")
            texts = {}
            for each in layout.parameters:
                texts[each.name] = f"self.{slot(each)}"
                if isinstance(each.encoding, ListOf):
                    align = each.rule.align if isinstance(each.rule, Sized) else 1
                    text.line(f"_bytes_{each.name}: bytes = write_list(self.{each.name}, {align})")
                    texts[each.name] = f"_bytes_{each.name}"
                elif isinstance(each.encoding, Blob) and each is not body:
                    text.line(f"_bytes_{each.name}: bytes = self.{each.name}")
                    texts[each.name] = f"_bytes_{each.name}"
            texts |= self._wide_constants()
            following = "_following" if body is not None else "0"
            with text.block("while True:  # left by what is refused"):
                behind = "out.ones_sum(_following)" if body is not None else ""
                tests = self.spec._program.tests
                write_header(text, Given(layout, tests, texts, following, "break", trusted=True, behind=behind))
                text.line("out.push_bytes(_head)")
                text.line("return")
            text.line(f"_backing_{self.name}.push_again(self, out)")
        text.line()

    def _wide_constants(self) -> dict[str, str]:
        return wide_constants(self.layout)

    # The ways in for compiled callers

    def _entries(self) -> None:
        text, name = self.text, self.name
        arguments = "".join(f", {each.name}: {self.types.given(each)}{_default(each)}" for each in self.arguments)
        passed = "".join(f", {each.name}={each.name}" for each in self.arguments)
        star = ", *" if arguments else ""
        ignored = "  # type: ignore[override]  # arguments are its own" if self.base is not None and arguments else ""
        for how, state in (("view", "VIEWED"), ("parse", "PARSED")):
            text.line("@staticmethod")
            with text.block(
                f"def {how}(buf: {BUFFER}, start: i64 = 0, end: i64 = END{star}{arguments}) -> {name}:{ignored}"
            ):
                text.line(f"_found: {name} | None")
                with text.block("if isinstance(buf, bytes):"):
                    text.line(f"_found = _read_{name}(buf, start, len(buf) if end == END else end, {state})")
                with text.block("else:"):
                    text.line(f'_found = cast("{name} | None", enter(_one_{name}, buf, start, end, {state}))')
                with text.block("if _found is None:"):
                    text.line("_end = None if end == END else end")
                    text.line(f"_backed = _backing_{name}.{how}(buf, start, _end{passed})")
                    text.line(f'return cast("{name}", through(_one_{name}, _backed))')
                for each in self.arguments:
                    text.line(f"_found.{slot(each)} = {each.name}")
                text.line("return _found")
            text.line()
        with text.block("def _read_at(self, buf: bytes, start: i64, end: i64, how: i64) -> Native | None:"):
            text.line(f"return _read_{name}(buf, start, end, how)")
        text.line()
        with text.block("def _new(self) -> Native:"):
            text.line(f"return {empty(self.spec)}")
        text.line()
        if any(default_text(each) is None for each in self.arguments):
            with text.block("def _ready(self) -> bool:"):
                text.line("return False")
            text.line()
        if self.layout.arguments:
            with text.block("def _argue(self, given: dict[str, object]) -> None:"):
                for each in self.arguments:
                    with text.block(f'if "{each.name}" in given:'):
                        text.line(f'self.{slot(each)} = given["{each.name}"]')
            text.line()

    # Functions of the module

    def write_functions(self) -> None:
        self._reader()

    def _reader(self) -> None:
        text, layout, name = self.text, self.layout, self.name
        with text.block(f"def _read_{name}(_b: bytes, _o: i64, _e: i64, _kind: i64) -> {name} | None:"):
            text.line(f"if _o < 0 or _e > len(_b) or _e - _o < {layout.minimum}:")
            text.line("    return None")
            walked = walk(text, layout, list(self.spec._program.tests))
            text.line(f"_self = {empty(self.spec)}")
            text.line("_self._how = _kind")
            text.line(f"_self._e = {walked.end}")
            if self.payload is not None:
                start, end = walked.spans[self.payload.name]
                text.line("_self._b = _b")
                text.line("_self._o = _o")
                text.line("_self._body = None")
                text.line(f"_self._s = {start}")
                text.line(f"_self._t = {end}")
            else:
                with text.block("if _kind == VIEWED:"):
                    text.line("_self._b = _b")
                    text.line("_self._o = _o")
            for each in self.arguments:
                if default_text(each) is not None:
                    text.line(f"_self.{slot(each)} = {default_text(each)}")
            for each in layout.fields.values():
                if each.name in walked.reads and not isinstance(each.rule, Const):
                    text.line(f"_self.{slot(each)} = {walked.reads[each.name]}")
            self._variables(walked)
            text.line("return _self")
        text.line()
        text.line()

    def _variables(self, walked: Walk) -> None:
        text = self.text
        for each in self.layout.variables:
            if each is self.payload:
                continue
            start, end = walked.spans[each.name]
            with text.block("if _kind == VIEWED:"):
                text.line(f"_self.{slot(each)} = None")
                text.line(f"_self._s_{each.name} = {start}")
                text.line(f"_self._t_{each.name} = {end}")
            with text.block("else:"):
                if isinstance(each.encoding, ListOf):
                    text.line(f"_list_{each.name} = {self.lists[f'{self.name}.{each.name}']}(_b, {start}, {end})")
                    text.line(f"if _list_{each.name} is None:")
                    text.line("    return None")
                    text.line(f"_self.{slot(each)} = _list_{each.name}")
                else:
                    text.line(f"_self.{slot(each)} = _b[{start} : {end}]")

    def write_making(self) -> None:
        """The constructor that the packet's class, as the source defines it, is given: it takes anything."""
        text, name = self.text, self.name
        order = parameters(self.layout.parameters)
        shown = [f"{each.name}: object = {default_text(each) or 'MISSING'}" for each in order]
        text.line("@staticmethod")
        with text.block(f"def {name}({', '.join(['cls: object', *(['*'] if shown else []), *shown])}) -> object:"):
            tests, given = narrowed(order, self.types)
            if tests:
                text.line(f"if {' and '.join(tests)}:")
            text.line(f"{'    ' if tests else ''}return {name}({', '.join(given)})")
            if tests:
                every = ", ".join(each.name for each in order)
                text.line(f"return remake(_one_{name}, ({every}{',' if len(order) == 1 else ''}))")
        text.line()


def empty(spec: type[Packet]) -> str:
    """The text that makes a native packet with nothing in it."""
    given = [f"{each.name}={_nothing(each)}" for each in spec._layout.parameters if default_text(each) is None]
    return f"{spec.__name__}({', '.join([*given, '_empty=True'])})"


def _nothing(each: AnyField) -> str:
    match each.encoding:
        case UInt(boolean=True):
            return "False"
        case UInt() | Argument():
            return "0"
        case ListOf():
            return "()"
        case _:
            return 'b""'


def base_of(spec: type[Packet]) -> type[Packet] | None:
    """The packet that ``spec`` derives from, if it is not the first."""
    for base in spec.__mro__[1:]:
        if issubclass(base, Packet) and "_layout" in base.__dict__:
            return base
    return None


def _is_computed(each: AnyField) -> bool:
    return isinstance(each.rule, Derived | Total | Checksum)


def _default(each: AnyField) -> str:
    default = default_text(each)
    return "" if default is None else f" = {default}"


def narrowed(order: Iterable[AnyField], types: Types) -> tuple[list[str], list[str]]:
    """The tests that parameters, objects, are of types that native code takes, and how they are passed to it."""
    tests, given = list[str](), list[str]()
    for each in order:
        test, code = _narrowed(each, types)
        tests += [test] if test else [f"{each.name} is not MISSING"] if default_text(each) is None else []
        given.append(f"{each.name}={code}")
    return tests, given


def _narrowed(each: AnyField, types: Types) -> tuple[str, str]:
    """The test that a parameter, an object, is of a type that the native constructor takes, and how it is passed."""
    name = each.name
    match each.encoding:
        case UInt(boolean=True):
            return f"isinstance({name}, bool)", name
        case UInt():
            return f"isinstance({name}, int)", name
        case Argument() if default_text(each) is not None and default_text(each) not in ("None",):
            return f"isinstance({name}, int)", name
        case Octets():
            kind = types.kind(each)
            test = f"isinstance({name}, bytes)"
            return f"({test} or isinstance({name}, {kind}))" if kind else test, name
        case Blob(window=True):
            return f"(isinstance({name}, bytes) or isinstance({name}, Native) or isinstance({name}, Window))", name
        case Blob():
            return f"isinstance({name}, bytes)", name
        case ListOf():
            return "", f'cast("{types.given(each)}", {name})'
        case _:
            return "", name


def wide_constants(layout: Layout) -> dict[str, str]:
    """The text of constant fields that are held as bytes."""
    found = {}
    for name, each in layout.fields.items():
        if isinstance(each.rule, Const) and isinstance(each.encoding, Octets) and each.encoding.size > NUMBER:
            value = each.rule.value
            found[name] = repr(value if isinstance(value, bytes) else packed(value))
    return found


def accept(
    text: Text, types: Types, fields: Iterable[AnyField], payload: AnyField | None
) -> tuple[list[str], dict[str, str]]:
    """Emit the passing of parameters into the form in which they are held.

    The tests that they must pass, and the text of each in that form.
    """
    tests, texts = list[str](), dict[str, str]()
    for each in fields:
        name = each.name
        texts[name] = name
        match each.encoding:
            case UInt(boolean=True):
                pass
            case UInt(bits=64):
                tests.append(f"0 <= {name} <= {(1 << 64) - 1:#x}")
                texts[name] = f"({name} if {name} < {1 << 63:#x} else {name} - {1 << 64:#x})"
            case UInt(bits=bits):
                tests.append(f"0 <= {name} <= {(1 << bits) - 1:#x}")
            case Octets(size=size):
                kind = types.kind(each) or "None"
                number = size <= NUMBER
                made = f"{'octets' if number else 'wide_octets'}({name}, {kind}, {size})"
                text.line(f"_n_{name}{': i64' if number else ''} = {made}")
                texts[name] = f"_n_{name}"
                tests.append(f"_n_{name} >= 0" if number else f"_n_{name} is not None")
            case Blob(window=False):
                text.line(f"_n_{name} = blob({name})")
                texts[name] = f"_n_{name}"
                tests.append(f"_n_{name} is not None")
            case ListOf():
                members = " or ".join(f"isinstance(_element, {one.__name__})" for one in each.elements)
                text.line(f"_n_{name}: tuple[object, ...] | None = None")
                with text.block(f"if isinstance({name}, (tuple, list)):"):
                    text.line(f"_n_{name} = tuple({name})")
                    with text.block(f"for _element in {name}:"), text.block(f"if not ({members}):"):
                        text.line(f"_n_{name} = None")
                        text.line("break")
                texts[name] = f"_n_{name}"
                tests.append(f"_n_{name} is not None")
            case _:
                pass
    return tests, texts


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
