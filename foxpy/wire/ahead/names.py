"""How generated modules call things, and how they write values and types."""

from __future__ import annotations

from foxpy.wire.ahead.bits import NUMBER
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.expressions import literal
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import MISSING, default_of

BUFFER = "bytes | bytearray | memoryview | Window"


def slot(each: AnyField) -> str:
    return f"_f_{each.name}"


def is_number(each: AnyField) -> bool:
    """Whether a field is held as an ``i64``."""
    if isinstance(each.encoding, UInt):
        return not each.encoding.boolean
    return isinstance(each.encoding, Octets) and each.encoding.size <= NUMBER


def held(each: AnyField) -> str:
    """The type of a field's slot."""
    match each.encoding:
        case UInt(boolean=True):
            return "bool"
        case UInt():
            return "i64"
        case Octets(size=size):
            return "i64" if size <= NUMBER else "bytes"
        case Blob(window=False):
            return "bytes | None"
        case ListOf():
            return "tuple[object, ...] | None"
        case _:
            return "object"


class Types:
    """The types of a module's fields, and what is imported for them."""

    def __init__(self) -> None:
        self.imports: dict[str, set[str]] = {}

    def kind(self, each: AnyField) -> str | None:
        """The class that fixed bytes are read as."""
        if not isinstance(each.encoding, Octets) or each.encoding.kind is None:
            return None
        kind = each.encoding.kind
        assert isinstance(kind, type)
        self.imports.setdefault(kind.__module__, set()).add(kind.__qualname__)
        return kind.__qualname__

    def read(self, each: AnyField) -> str:
        """What a field reads as."""
        match each.encoding:
            case UInt(boolean=True):
                return "bool"
            case UInt():
                return "int"
            case Octets():
                return self.kind(each) or "bytes"
            case Blob(window=True):
                return "Window"
            case Blob():
                return "bytes"
            case ListOf():
                return f"tuple[{' | '.join(one.__name__ for one in each.elements)}, ...]"
            case _:
                return "object"

    def given(self, each: AnyField) -> str:
        """What a constructor takes for a field."""
        match each.encoding:
            case Octets():
                kind = self.kind(each)
                return f"{kind} | bytes" if kind else "bytes"
            case Blob(window=True):
                return f"{BUFFER} | Native"
            case Blob():
                return "bytes | bytearray | memoryview"
            case ListOf():
                return f"Sequence[{' | '.join(one.__name__ for one in each.elements)}]"
            case Argument():
                default = default_of(each.rule)
                return "int" if isinstance(default, int) and not isinstance(default, bool) else "object"
            case _:
                return self.read(each)


def default_text(each: AnyField) -> str | None:
    """A parameter's default as text, or None if it has none."""
    default = default_of(each.rule)
    if default is MISSING:
        return None
    match each.encoding:
        case ListOf():
            return "()"
        case Octets() if not isinstance(default, bytes):
            from foxpy.wire.ahead.header import packed

            return repr(packed(default))
        case UInt(boolean=True):
            return repr(bool(default))
        case _:
            return literal(default) if default is not None else "None"
