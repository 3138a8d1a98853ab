"""Emitting what is done with parameters: tests of their types, and passing them into the form that is held."""

from __future__ import annotations

from collections.abc import Iterable

from foxpy.wire.ahead.bits import NUMBER
from foxpy.wire.ahead.header import packed
from foxpy.wire.ahead.names import Types, default_text
from foxpy.wire.ahead.text import Text
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, UInt
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.rules import Const


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
