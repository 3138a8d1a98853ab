"""Emitting reads: a run by one ``Struct.unpack_from``, a single field from the narrowest bytes that cover it."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cache
from types import FunctionType

from foxpy.wire.encodings import ListOf, Octets, UInt
from foxpy.wire.errors import Malformed
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Bits, Fixed, Group, Run
from foxpy.wire.source import Source
from foxpy.wire.window import Window

FORMATS = {1: "B", 2: "H", 4: "I", 8: "Q"}


def run_format(run: Run) -> str:
    """The byte order for a run's ``struct``: one order serves all of it; what has the other is read as bytes."""
    orders = [item.little for item in run.items if isinstance(item, Group) and item.size > 1]
    return "<" if orders and all(orders) else ">"


def bits_of(group: str, member: Bits, size: int) -> str:
    """The text that takes ``member`` out of a group held in the variable ``group``."""
    if member.boolean:
        return f"{group} & {(1 << member.width) - 1 << member.shift:#x} != 0"
    shifted = f"{group} >> {member.shift}" if member.shift else group
    if member.shift + member.width == 8 * size:
        return shifted
    mask = f"{(1 << member.width) - 1:#x}"
    return f"{shifted} & {mask}" if not member.shift else f"({shifted}) & {mask}"


def convert(source: Source, field: AnyField, code: str, at: str) -> str:
    """``code``, the bytes or the number of a field that lies at ``at``, as what the field reads as."""
    encoding = field.encoding
    if isinstance(encoding, Octets) and encoding.kind is not None:
        return f"{source.bind(f'_make_{field.name}', encoding.kind)}({code})"
    if isinstance(encoding, UInt) and encoding.kind is not None:
        return f"{source.bind(f'_make_{field.name}', enum_maker(field))}({code}, {at})"
    return code


@cache
def enum_maker(field: AnyField) -> Callable[[int, int | None], int]:
    """A function that makes a member of an enum from a number, which lies at an offset. Raises Malformed for others."""
    encoding = field.encoding
    if isinstance(encoding, ListOf):
        encoding = encoding.element or encoding
    assert isinstance(encoding, UInt)
    assert encoding.kind is not None
    kind, still = encoding.kind, encoding.open
    members = {int(member): member for member in kind}

    def make(number: int, at: int | None) -> int:
        member = members.get(number)
        if member is not None:
            return member
        if still:
            return number
        raise Malformed(f"{number} is no {kind.__name__}", field.owner.__name__, field.name, at)

    return make


def make_window(source: Source, buffer: str, start: str, end: str) -> None:
    """Emit the setting of ``_window`` to a window; calling its class, if not compiled, would take twice as long."""
    if not isinstance(Window.__init__, FunctionType):
        source.line(f"_window = _Window({buffer}, {start}, {end})")
        return
    source.line("_window = _new(_Window)")
    source.line(f"_window.buf = {buffer}")
    source.line(f"_window.start = {start}")
    source.line(f"_window.end = {end}")


class Unpacking:
    """One ``unpack_from`` of the ``wanted`` fields (None: all) of a run that begins at ``at`` in ``_b``.

    ``targets`` are the variables that take what it gives, and ``reads`` has the text that reads each field from them.
    Fields of fixed bytes that are in ``numbers`` are read as numbers.
    """

    def __init__(
        self, source: Source, run: Run, at: str, wanted: Container[str] | None = None, numbers: Container[str] = ()
    ) -> None:
        self.targets: list[str] = []
        self.reads: dict[str, str] = {}
        self._source = source
        self._at = at
        self._order = run_format(run)
        self._letters = ""
        position = 0
        for item in run.items:
            chosen = [each for each in item.fields if wanted is None or each.name in wanted]
            if not chosen:
                continue
            if item.offset > position:
                self._letters += f"{item.offset - position}x" if item.offset - position > 1 else "x"
            position = item.offset + item.size
            if isinstance(item, Group):
                self._group(item, chosen)
            elif item.field.name in numbers:
                self._number(item)
            else:
                self._letters += f"{item.size}s"
                self.targets.append(item.field.name)
                self.reads[item.field.name] = convert(source, item.field, item.field.name, _at(at, item.offset))
        if self._letters.strip("x0123456789") == "B":
            self.code = f"_b[{_at(at, position - 1)}]"
            self.left = self.targets[0]
        elif self.targets:
            self.code = f"{source.codec('unpack_from', self._order + self._letters)}(_b, {at})"
            self.left = ", ".join(self.targets) + ("," if len(self.targets) == 1 else "")

    def emit(self) -> dict[str, str]:
        """Emit the unpacking into the variables; gives ``reads``."""
        if self.targets:
            self._source.line(f"{self.left} = {self.code}")
        return self.reads

    def _group(self, group: Group, chosen: list[AnyField]) -> None:
        held = chosen[0].name if len(group.members) == 1 else f"_bits{group.offset}"
        self.targets.append(held)
        if group.size in FORMATS and (group.size == 1 or group.little == (self._order == "<")):
            self._letters += FORMATS[group.size]
        else:
            self._letters += f"{group.size}s"
            held = f"_int_from({held}, '{'little' if group.little else 'big'}')"
        for member in group.members:
            if member.field in chosen:
                alone = len(group.members) == 1 and not member.boolean
                code = held if alone else bits_of(held, member, group.size)
                self.reads[member.field.name] = convert(self._source, member.field, code, _at(self._at, group.offset))

    def _number(self, item: Fixed) -> None:
        """Unpack a field of fixed bytes as integers, which are joined when it is read."""
        name, left, parts = item.field.name, item.size, list[str]()
        if self._order == "<":
            self._letters += f"{item.size}s"
            self.targets.append(name)
            self.reads[name] = f"_int_from({name}, 'big')"
            return
        while left:
            size = max(size for size in FORMATS if size <= left)
            left -= size
            self._letters += FORMATS[size]
            part = name if size == item.size else f"_{name}{left}"
            self.targets.append(part)
            parts.append(f"{part} << {8 * left}" if left else part)
        self.reads[name] = " | ".join(parts)


def read_one(source: Source, item: Group | Fixed, field: AnyField, anchor: str) -> str:
    """The text that reads one field straight from the buffer ``self._b``; its run begins at ``anchor``."""
    if isinstance(item, Fixed):
        at = _at(anchor, item.offset)
        return convert(source, field, f"_bytes(self._b[{at} : {_at(anchor, item.offset + item.size)}])", at)
    member = next(member for member in item.members if member.field is field)
    first, last = 0, item.size
    if not item.little:  # the bytes that the bits touch, counted from the start of the group
        first = item.size - (member.shift + member.width + 7) // 8
        last = item.size - member.shift // 8
    narrow = Bits(field, member.width, member.shift - 8 * (item.size - last), member.boolean)
    at, size = _at(anchor, item.offset + first), last - first
    if size == 1:
        code = f"self._b[{at}]"
    elif size in FORMATS:
        code = f"{source.codec('unpack_from', '<>'[not item.little] + FORMATS[size])}(self._b, {at})[0]"
    else:
        end = _at(anchor, item.offset + last)
        code = f"_int_from(self._b[{at} : {end}], '{'little' if item.little else 'big'}')"
    return convert(source, field, bits_of(code, narrow, size), _at(anchor, item.offset))


def atom(code: str) -> str:
    """``code``, in parentheses unless it binds tighter than any operator."""
    return code if code.isidentifier() or code.isdecimal() else f"({code})"


def _at(anchor: str, offset: int) -> str:
    return f"{anchor} + {offset}" if offset else anchor
