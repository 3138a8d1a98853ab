"""Emitting reads: a run through one ``Struct.unpack_from``, a single field through the narrowest bytes that cover it."""

from __future__ import annotations

from collections.abc import Container

from foxpy.wire.encodings import Octets
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Bits, Fixed, Group, Run
from foxpy.wire.source import Source

FORMATS = {1: "B", 2: "H", 4: "I", 8: "Q"}


def run_format(run: Run) -> str:
    """The byte order for a run's ``struct``: one order serves all of it; what has the other is read as bytes."""
    orders = [item.little for item in run.items if isinstance(item, Group) and item.size > 1]
    return "<" if orders and all(orders) else ">"


def bits_of(group: str, member: Bits, size: int) -> str:
    """The text that takes ``member`` out of a group held in the variable ``group``."""
    if member.boolean:
        return f"{group} & {1 << member.shift:#x} != 0"
    shifted = f"{group} >> {member.shift}" if member.shift else group
    if member.shift + member.width == 8 * size:
        return shifted
    mask = f"{(1 << member.width) - 1:#x}"
    return f"{shifted} & {mask}" if not member.shift else f"({shifted}) & {mask}"


def convert(source: Source, field: AnyField, code: str) -> str:
    """``code``, the bytes of a fixed field, as what the field reads as."""
    assert isinstance(field.encoding, Octets)
    if field.encoding.kind is None:
        return code
    return f"{source.bind(f'_make_{field.name}', field.encoding.kind)}({code})"


def unpack_run(
    source: Source, run: Run, at: str, wanted: Container[str] | None = None, numbers: Container[str] = ()
) -> dict[str, str]:
    """Emit one unpacking of the ``wanted`` fields (None: all) of a run that begins at ``at``.

    Gives the text that reads each field from the variables it has set; a name in ``numbers`` is a field of fixed bytes
    to be read as a number.
    """
    order = run_format(run)
    layout, targets, position = "", list[str](), 0
    reads: dict[str, str] = {}
    for item in run.items:
        chosen = [field for field in item.fields if wanted is None or field.name in wanted]
        if not chosen:
            continue
        if item.offset > position:
            layout += f"{item.offset - position}x" if item.offset - position > 1 else "x"
        position = item.offset + item.size
        if isinstance(item, Fixed):
            name = item.field.name
            if name in numbers and order == "<":
                layout += f"{item.size}s"
                targets.append(name)
                reads[name] = f"_int_from({name}, 'big')"
            elif name in numbers:
                letters, reads[name] = _number(item, targets)
                layout += letters
            else:
                layout += f"{item.size}s"
                targets.append(name)
                reads[name] = convert(source, item.field, name)
            continue
        group = chosen[0].name if len(item.members) == 1 else f"_bits{item.offset}"
        targets.append(group)
        if item.size in FORMATS and (item.size == 1 or item.little == (order == "<")):
            layout += FORMATS[item.size]
        else:
            layout += f"{item.size}s"
            group = f"_int_from({group}, '{'little' if item.little else 'big'}')"
            if len(chosen) > 1:
                group = f"({group})"
        for member in item.members:
            if member.field in chosen:
                reads[member.field.name] = (
                    group if len(item.members) == 1 and not member.boolean else bits_of(group, member, item.size)
                )
    if targets:
        left = ", ".join(targets) + ("," if len(targets) == 1 else "")
        source.line(f"{left} = {source.codec('unpack_from', order + layout)}(_b, {at})")
    return reads


def _number(item: Fixed, targets: list[str]) -> tuple[str, str]:
    """The letters that unpack a field of fixed bytes as integers, and the text that joins these."""
    name, letters, parts, left = item.field.name, "", list[str](), item.size
    while left:
        size = max(size for size in FORMATS if size <= left)
        left -= size
        letters += FORMATS[size]
        part = name if size == item.size else f"_{name}{left}"
        targets.append(part)
        parts.append(f"{part} << {8 * left}" if left else part)
    return letters, " | ".join(parts)


def read_one(source: Source, item: Group | Fixed, field: AnyField, anchor: str) -> str:
    """The text that reads one field straight from the buffer ``self._b``; its run begins at ``anchor``."""
    if isinstance(item, Fixed):
        at = _at(anchor, item.offset)
        return convert(source, field, f"_bytes(self._b[{at} : {_at(anchor, item.offset + item.size)}])")
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
    return bits_of(code, narrow, size)


def atom(code: str) -> str:
    """``code``, in parentheses unless it binds tighter than any operator."""
    return code if code.isidentifier() or code.isdecimal() else f"({code})"


def _at(anchor: str, offset: int) -> str:
    return f"{anchor} + {offset}" if offset else anchor
