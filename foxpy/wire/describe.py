"""What a packet's definition says to people: the remarks beside its fields, and a table of all of them.

A field's documentation is the comment that ends its line, or the string below it. It is read from the source, where
there is one.
"""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator
from typing import TYPE_CHECKING

from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Argument, Blob, Encoding, ListOf, Octets, OneOf, UInt
from foxpy.wire.expressions import LastByte, render
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run
from foxpy.wire.rules import (
    MISSING,
    Checksum,
    Computed,
    Const,
    Count,
    Derived,
    Present,
    Rest,
    Sized,
    Tail,
    Total,
    Until,
    bounds_of,
    chooser_of,
    default_of,
)
from foxpy.wire.walking import allowed

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet


def remarks(packet: type[object]) -> dict[str, str]:
    """The documentation of each field that has some, of those that ``packet`` inherits too."""
    found: dict[str, str] = {}
    for cls in reversed(packet.__mro__):
        if "_layout" in cls.__dict__:
            found.update(_own_remarks(cls))
    return found


def _own_remarks(cls: type[object]) -> dict[str, str]:
    try:
        text = textwrap.dedent(inspect.getsource(cls))
        (definition, *_) = ast.parse(text).body
        comments = _comments(text)
    except (OSError, TypeError, SyntaxError, tokenize.TokenError):
        return {}
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    last = ""
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=last)):
                if statement.end_lineno in comments:
                    found[last] = comments[statement.end_lineno]
            case ast.Expr(value=ast.Constant(value=str(docstring))) if last:
                found[last] = inspect.cleandoc(docstring).replace("\n", " ")
            case _:
                last = ""
    return found


def _comments(text: str) -> dict[int, str]:
    """The comment of each line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    found = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    return {line: comment for line, comment in found.items() if not comment.startswith(("type:", "noqa"))}


def table(packet: type[Packet]) -> str:
    """A Markdown table of the fields: where each lies, its wire type, what its value is, and its documentation."""
    layout, notes = packet._layout, remarks(packet)
    lines = ["| byte | field | wire type | value | |", "|---|---|---|---|---|"]
    for place, each in _placed(layout):
        cells = (place, f"`{each.name}`", _wire_type(each), _value(each), notes.get(each.name, ""))
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _placed(layout: Layout) -> Iterator[tuple[str, AnyField]]:
    """Each field with where it begins: a byte, with the bit in it, or what it lies behind."""
    for argument in layout.arguments:
        yield "-", argument
    origin = ""
    tails, position = layout.tails, 0
    for piece in layout.pieces:
        if isinstance(piece, Run):
            for item in piece.items:
                for each in item.fields:
                    bit = _bit(item, each)
                    yield f"{origin}{position + item.offset}{f'.{bit}' if bit else ''}", each
            position += piece.size
            continue
        yield f"{origin}{position}", piece.field
        pinned = piece.field is layout.variables[-1 - sum(not isinstance(each, Run) for each in tails)] and tails
        origin, position = ("end + " if pinned else f"{piece.field.name} + "), 0


def _bit(item: object, each: AnyField) -> int:
    for member in getattr(item, "members", ()):
        if member.field is each:
            return 8 * int(getattr(item, "size", 0)) - int(member.shift) - int(member.width)
    return 0


def _wire_type(each: AnyField) -> str:
    encoding = each.encoding
    if isinstance(encoding, ListOf | OneOf) and each.elements:
        union = " | ".join(element.__name__ for element in each.elements)
        return f"list of {union}" if isinstance(encoding, ListOf) else union
    return _type_name(encoding)


def _type_name(encoding: Encoding) -> str:
    match encoding:
        case UInt(bits=bits, boolean=True):
            return "flag" if bits == 1 else f"flag of {bits} bits"
        case UInt(bits=bits, little=little, kind=kind):
            name = f"{bits} bits{', little-endian' if little else ''}"
            return f"{name}, {kind.__name__}" if kind else name
        case Octets(size=size, kind=kind):
            return f"{size} bytes, {getattr(kind, '__name__', kind)}" if kind else f"{size} bytes"
        case Blob(window=window):
            return "body" if window else "bytes"
        case ListOf(element=element) if element is not None:
            return f"list of {_type_name(element)}"
        case Codec():
            return type(encoding).__name__
        case Argument():
            return "argument"
        case _:
            return ""


def _value(each: AnyField) -> str:
    """What the right-hand side says."""
    rule, bounds = each.rule, bounds_of(each.rule)
    words = [_told(each)]
    if bounds.least is not None or bounds.most is not None:
        words.append(allowed(bounds))
    chooser = chooser_of(rule)
    if chooser is not None:
        words.append(f"chosen by {_text(chooser)}")
    default = default_of(rule)
    if default is not MISSING:
        words.append(f"default {_shown(default)}")
    return ", ".join(word for word in words if word)


def _told(each: AnyField) -> str:
    match each.rule:
        case Const(value=value):
            return f"always {_shown(value)}"
        case Derived():
            return "derived"
        case Computed(expression=expression):
            return f"= {_text(expression)}"
        case Total(plus=plus):
            return "bytes of the packet" + (f", less {plus}" if plus else "")
        case Checksum(over=over):
            return f"checksum of the {over}"
        case Sized(size=size, pad=pad):
            return f"{_text(size)} bytes" + (f", padded to {pad}" if pad > 1 else "")
        case Rest():
            return "what is left"
        case Count(number=number):
            return f"{_text(number)} elements"
        case Until(end=end):
            return f"until {getattr(end, '__name__', repr(end))}"
        case Present(condition=condition):
            return f"if {_text(condition)}"
        case Tail(size=LastByte()):
            return "at the end, its size in the last byte"
        case Tail(size=size):
            return f"{_text(size)} bytes at the end"
        case _:
            return ""


def _text(expression: object) -> str:
    return render(expression, lambda named: named.name)


def _shown(value: object) -> str:
    if isinstance(value, bytes) and len(value) > 8 and not value.strip(b"\0"):
        return f"{len(value)} zeros"
    return f"{value:#x}" if type(value) is int and value > 0xFFFF else str(value)
