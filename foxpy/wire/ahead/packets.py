"""Emitting a packet: its native class, what reads it from the wire, and what the interpreter is given to make one."""

from __future__ import annotations

from collections.abc import Iterable

from foxpy.wire.ahead.bits import NUMBER
from foxpy.wire.ahead.given import accept, narrowed, wide_constants
from foxpy.wire.ahead.header import Given, constants, packed, write_header
from foxpy.wire.ahead.names import BUFFER, Types, default_text, held, slot
from foxpy.wire.ahead.order import parameters
from foxpy.wire.ahead.text import Text
from foxpy.wire.ahead.walking import Walk, walk
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.expressions import names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.packet import Packet
from foxpy.wire.rules import Checksum, Const, Derived, Sized, Total


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
                text.line("out.push_written(_w)")
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
