"""Emitting the writes of a mutable view: in place, and with the packet's own checksum kept right (RFC 1624).

A sum of 16-bit words is, modulo 0xFFFF, the number that the bytes make, as 2**16 is 1 there. So a write changes the
sum by the difference of two numbers, whichever bits of whichever bytes it touches: HC' = HC + m - m', which is
equation 3 of RFC 1624 in that arithmetic. Only what a sum of 0 is sent as needs care.
"""

from __future__ import annotations

from typing import NoReturn

from foxpy.checksum import ones_sum
from foxpy.wire.changing import checking, encoding_of, fitting, why_fixed
from foxpy.wire.checking import pass_octets, refusal
from foxpy.wire.encodings import Argument, Blob, Octets, OneOf, UInt
from foxpy.wire.expressions import Expr, LastByte, Named, meaning, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Fixed, Group, Layout
from foxpy.wire.places import Place, narrowest, places
from foxpy.wire.reading import FORMATS, atom, convert
from foxpy.wire.rules import Checksum, Computed, Const, Count, Present, Tail, Total, bounds_of, chooser_of
from foxpy.wire.source import Source
from foxpy.wire.unions import tag_reader
from foxpy.wire.walking import check_guard, out_of_bounds
from foxpy.wire.window import Buffer
from foxpy.wire.writing import checksum_offset


def write_setters(source: Source, layout: Layout, guards: tuple[Expr[bool], ...]) -> None:
    """Emit, in the class of a view, what lets its properties be assigned to, and ``adjust``."""
    source.bind("_refusal", lambda values: refusal(layout, values))
    source.bind("_fixed", fixed)
    source.bind("_int", int)
    source.bind("_bool", bool)
    source.line("__hash__ = None")
    setters = _Setters(source, layout, guards)
    for field in layout.fields.values():
        setters.emit(field)
    _write_adjust(source, layout, setters.places)


def check_writable(source: Source, packet: str) -> None:
    """Emit the test that the buffer ``_b`` can be written to."""
    with source.block(f"if _type(_b) is not {source.bind('_bytearray', bytearray)}:"):
        source.line(f"{source.bind('_check_writable', writable)}(_b, {packet!r})")


def writable(buf: object, packet: str) -> None:
    """Raise TypeError for a buffer to whose single bytes nothing can be assigned."""
    if isinstance(buf, memoryview) and not buf.readonly and buf.format == "B" and buf.ndim == 1:
        return
    if not isinstance(buf, bytearray):
        raise TypeError(f"{packet}.view needs a writable buffer")


def fixed(path: str, reason: str) -> NoReturn:
    raise AttributeError(f"{path}: {reason}")


class _Setters:
    """The setters of one packet. The parameter of each has the name of its field."""

    def __init__(self, source: Source, layout: Layout, guards: tuple[Expr[bool], ...]) -> None:
        self.source = source
        self.layout = layout
        self.guards = guards
        self.places = places(layout)
        self.fixed = why_fixed(layout)

    def emit(self, field: AnyField) -> None:
        name = field.name
        self.source.line(f"@{name}.setter")
        with self.source.block(f"def {name}(self, {name}):"):
            if name in self.fixed:
                self.source.line(f"_fixed({f'{self.layout.name}.{name}'!r}, {self.fixed[name]!r})")
                return
            place = self.places[name]
            if place.item is None:
                new = self._take_variable(field, place)
            else:
                new = self._take_fixed(field)
                self.source.line("_b, _o = self._b, self._o")
            followers = self._check(field, new)
            changes = [self._seed(field)]
            changes += [self._write(each, self.places[each.name]) for each in (field, *followers)]
            if field in self.layout.eager:
                self.source.line(f"self._kept_{name} = {name}")
            correct(self.source, self.layout, self.places, " + ".join(filter(None, changes)))

    def _take_fixed(self, field: AnyField) -> str:
        """Emit the check of a number or of fixed bytes: what is usual is passed inline. The text of the new value."""
        name, encoding, source = field.name, field.encoding, self.source
        if isinstance(encoding, Octets):
            pass_octets(source, self.layout, field)
            return convert(source, field, name, "None")
        assert isinstance(encoding, UInt)
        kind = source.bind(f"_kind_{name}", encoding.kind) if encoding.kind else "_bool" if encoding.boolean else "_int"
        beyond = out_of_bounds(bounds_of(field.rule), name)
        tests = [f"_type({name}) is not {kind}", "" if kind != "_int" else f"{name} >> {encoding.bits}", beyond]
        with source.block(f"if {' or '.join(filter(None, tests))}:"):
            source.line(f"{name} = {source.bind(f'_fit_{name}', fitting(field, self.layout.name))}({name})")
        return name

    def _take_variable(self, field: AnyField, place: Place) -> str:
        """Emit the making of bytes that are as many as there are already, and mean as much to other fields."""
        name, source = field.name, self.source
        source.line(f"{name} = {source.bind(f'_value_{name}', checking(field, self.layout.name))}({name})")
        source.line(f"_new_{name} = {source.bind(f'_encode_{name}', encoding_of(field, self.layout.name))}({name})")
        source.line("_b, _o = self._b, self._o")
        source.line(f"_start, _end = {place.at()}, {place.end}")
        if isinstance(field.rule, Present):
            fact = f"present iff {meaning(field.rule.condition)}"
            self._refuse(f"({name} is None) is not (self.{name} is None)", fact, field)
        if isinstance(field.rule, Count):
            fact = f"needs {{_len(self.{name})}} elements, got {{_len({name})}}"
            self._refuse(f"_len({name}) != _len(self.{name})", fact, field)
        chooser = chooser_of(field.rule)
        if isinstance(field.encoding, OneOf) and chooser is not None:
            tag = f"{source.bind(f'_tag_{name}', tag_reader(field))}({name})"
            chosen = atom(render(chooser, self._old))
            fact = f"its tag is {{{tag}}}, but {render(chooser, lambda named: named.name)} is {{{chosen}}}"
            self._refuse(f"{tag} != {chosen}", fact, field)
        new = f"_new_{name}"
        self._refuse(f"_len({new}) != _end - _start", f"needs {{_end - _start}} bytes, got {{_len({new})}}", field)
        if isinstance(field.rule, Tail) and isinstance(field.rule.size, LastByte):
            fact = f"its last byte is {{{new}[-1]}}, not its size, {{_len({new})}}"
            self._refuse(f"{new} and {new}[-1] != _len({new})", fact, field)
        return new if isinstance(field.encoding, Blob) else name

    def _refuse(self, test: str, fact: str, field: AnyField) -> None:
        with self.source.block(f"if {test}:"):
            self.source.line(f'raise _OutOfRange(f"{fact}", "{self.layout.name}", "{field.name}")')

    def _check(self, field: AnyField, new: str) -> list[AnyField]:
        """Emit the computing of what follows from ``field``, and the guards that rest on any of it; what follows."""
        reads, found = {field.name: new}, list[AnyField]()

        def lookup(named: Named[object]) -> str:
            return atom(reads[named.name]) if named.name in reads else self._old(named)

        for each in self.layout.fields.values():
            if not isinstance(each.rule, Computed) or not rests_on(each.rule.expression, reads):
                continue
            assert isinstance(each.encoding, UInt)
            self.source.line(f"{each.name} = {render(each.rule.expression, lookup)}")
            with self.source.block(f"if {each.name} >> {each.encoding.bits}:"):
                self.source.line(f"raise _refusal({{{each.name!r}: {each.name}}})")
            reads[each.name] = each.name
            found.append(each)
        for guard in self.guards:
            if rests_on(guard, reads):
                known = {named.name: lookup(named) for named in names(guard)}
                check_guard(self.source, self.layout, guard, known, "_OutOfRange")
        return found

    def _old(self, named: Named[object]) -> str:
        """The text that reads a field which is not assigned to."""
        for name, place in self.places.items():
            if named.name == f"size_of({name})":
                return f"({place.end} - ({place.at()}))"
        return f"self.{named.name}"

    def _seed(self, field: AnyField) -> str:
        """Emit the seed as it was and as it is, where a field on the wire seeds the checksum; the sum's change."""
        rule = self.layout.checksum.rule if self.layout.checksum is not None else None
        if not isinstance(rule, Checksum) or not rests_on(rule.seed, {field.name}):
            return ""
        self.source.line(f"_seed_was = {render(rule.seed, self._old)}")
        new = render(rule.seed, lambda named: field.name if named.name == field.name else self._old(named))
        self.source.line(f"_seed = {new}")
        return "_seed_was - _seed"

    def _write(self, field: AnyField, place: Place) -> str:
        """Emit the writing of what has been checked; the text of what it takes off the sum, if it is covered."""
        if isinstance(place.item, Group):
            return self._write_number(field, place, place.item)
        name, size = field.name, place.item.size if isinstance(place.item, Fixed) else 0
        start, end, new = (place.at(), place.end, name) if size else ("_start", "_end", f"_new_{name}")
        if place.covered:
            self._read("_was", start, end, size, ">")
        self.source.line(f"_b[{start} : {end}] = {new}")
        if not place.covered:
            return ""
        return _weighed(f"_was - _int_from({new}, 'big')", place.odd_at(size) if size else None, f"{end} - _o")

    def _write_number(self, field: AnyField, place: Place, group: Group) -> str:
        """Emit the writing of bits through the narrowest bytes that cover them."""
        bits = next(each for each in group.members if each.field is field)
        first, last, shift = narrowest(group, bits)
        size = last - first
        start, end, order = place.at(first), place.at(last), "<" if group.little else ">"
        new, whole = field.name, bits.width == 8 * size
        was = f"_was_{field.name}"
        if place.covered or not whole:
            self._read(was, start, end, size, order)
        if not whole:
            others = (1 << 8 * size) - 1 ^ ((1 << bits.width) - 1) << shift
            self.source.line(f"_now_{new} = {was} & {others:#x} | {f'{new} << {shift}' if shift else new}")
            new = f"_now_{new}"
        if size == 1:
            self.source.line(f"_b[{start}] = {new}")
        elif size in FORMATS:
            self.source.line(f"{self.source.codec('pack_into', order + FORMATS[size])}(_b, {start}, {new})")
        else:
            self.source.line(f"_b[{start} : {end}] = {new}.to_bytes({size}, '{_ENDIAN[order]}')")
        if not place.covered:
            return ""
        if group.little and size > 1:  # its last byte is that of place 0: the low one of a word at an odd offset
            odd = place.odd_at(first + 1)
            return _weighed(f"{was} - {new}", odd, f"{start} + 1 - _o")
        return _weighed(f"{was} - {new}", place.odd_at(last), f"{end} - _o")

    def _read(self, target: str, start: str, end: str, size: int, order: str) -> None:
        """Emit the reading of bytes as a number."""
        if size == 1:
            code = f"_b[{start}]"
        elif size in FORMATS:
            code = f"{self.source.codec('unpack_from', order + FORMATS[size])}(_b, {start})[0]"
        else:
            code = f"_int_from(_b[{start} : {end}], '{_ENDIAN[order]}')"
        self.source.line(f"{target} = {code}")


_ENDIAN = {">": "big", "<": "little"}


def rests_on(expression: object, changed: object) -> bool:
    """Whether an expression has any of the fields in it whose names are in ``changed``."""
    assert isinstance(changed, dict | set)
    return any(named.name in changed for named in names(expression))


def _weighed(difference: str, odd: bool | None, distance: str) -> str:
    """``difference`` of numbers as it counts in the sum: 256 times, if their last byte is the high one of a word.

    It is if what lies behind it does so at an ``odd`` offset, ``distance``.
    """
    if odd is None:
        return f"({difference} << ({distance} & 1) * 8)"
    return f"({difference} << 8)" if odd else difference


def correct(source: Source, layout: Layout, where: dict[str, Place], change: str) -> None:
    """Emit the change of the checksum in ``_b`` when ``change`` has been taken off the sum; nothing if it is empty."""
    checksum = layout.checksum
    if checksum is None or not change:
        return
    assert isinstance(checksum.rule, Checksum)
    at = where[checksum.name].at()
    read, put = f"{source.codec('unpack_from', '>H')}(_b, {at})[0]", source.codec("pack_into", ">H")
    if checksum.rule.zero:
        source.line(f"_check = {read}")
        with source.block("if _check:  # 0 says that there is none"):
            source.line(f"{put}(_b, {at}, (_check + {change}) % 0xFFFF or {checksum.rule.zero:#x})")
    else:
        zeros = "" if never_zeros(layout, where) else " or self._zero()"
        source.line(f"{put}(_b, {at}, ({read} + {change}) % 0xFFFF{zeros})")


def never_zeros(layout: Layout, where: dict[str, Place]) -> bool:
    """Whether it is certain that not all bytes under the checksum are 0."""
    for field in layout.fields.values():
        if isinstance(field.encoding, Argument) or not where[field.name].covered:
            continue
        if isinstance(field.encoding, UInt) and isinstance(field.rule, Const) and field.rule.value:
            return True
        if isinstance(field.rule, Total) and layout.minimum > field.rule.plus:
            return True
    return False


def _write_adjust(source: Source, layout: Layout, where: dict[str, Place]) -> None:
    """Emit ``adjust``, and ``_zero``: the checksum of a sum of 0, or of 0xFFFF, which is as much (RFC 1071)."""
    checksum, name = layout.checksum, layout.name
    with source.block("def adjust(self, old, new):"):
        if checksum is None:
            source.line(f"_fixed('{name}.adjust', 'there is no checksum')")
            return
        source.bind("_sum_of", sum_of)
        source.line(f"_change = _sum_of(old, {name!r}) - _sum_of(new, {name!r})")
        source.line("_b, _o = self._b, self._o")
        correct(source, layout, where, "_change")
    assert isinstance(checksum.rule, Checksum)
    if checksum.rule.zero or never_zeros(layout, where):
        return
    at, end = checksum_offset(layout), "self._e"
    if checksum.rule.over == "header" and layout.body is not None:
        end = where[layout.body.name].at()
    with source.block("def _zero(self):"):
        source.line("_b, _o = self._b, self._o")
        any_ = source.bind("_any", any)
        test = f"{any_}(_b[_o : _o + {at}]) or {any_}(_b[_o + {at + 2} : {end}])"
        if checksum.rule.seed is not None:
            test += f" or {atom(render(checksum.rule.seed, lambda named: f'self.{named.name}'))}"
        source.line(f"return 0 if {test} else 0xFFFF")


def sum_of(data: Buffer, packet: str) -> int:
    """The sum of bytes elsewhere that a checksum covers as well."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"{packet}.adjust: needs bytes, got {data!r}")
    copied = bytes(data)
    return ones_sum(copied, 0, len(copied))
