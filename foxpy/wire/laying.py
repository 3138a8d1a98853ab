"""Emitting what writes a packet forwards, as part of a message in which names are compressed.

What is written later refers to where earlier things are, so the message is written from its beginning to its end: the
variable fields first, with room for the runs between them, which are packed when all sizes are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from foxpy.wire.bodies import body_bytes
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Blob, ListOf, OneOf
from foxpy.wire.errors import OutOfRange, PacketError
from foxpy.wire.expressions import Expr
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout, Run, compresses
from foxpy.wire.rules import Const, Present, Sized, Until
from foxpy.wire.sizing import Sizes, check_last_byte, measure, write_solutions
from foxpy.wire.source import Source
from foxpy.wire.values import slot
from foxpy.wire.write_variables import encoder
from foxpy.wire.writing import pack_runs

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet

Layer = Callable[[object, bytearray, "dict[object, int]"], None]


def lay_source(layout: Layout, guards: tuple[Expr[bool], ...]) -> Source:
    """The text that defines ``_lay(self, out, names)``, which appends a value to the message that is in ``out``."""
    source = Source(f"{layout.name} lay")
    texts = {field.name: f"self.{slot(field)}" for field in layout.parameters}
    sizes, runs = Sizes(dict(texts)), list[tuple[str, Run]]()
    with source.block("def _lay(self, _out, _names):"):
        for number, piece in enumerate(layout.pieces):
            if isinstance(piece, Run):
                if piece.size:
                    source.line(f"_at{number} = _len(_out)")
                    source.line(f"_out += {source.bind(f'_room{number}', bytes(piece.size))}")
                    runs.append((f"_at{number}", piece))
                continue
            each, name = piece.field, piece.field.name
            source.line(f"_at_{name} = _len(_out)")
            given = source.bind(f"_const_{name}", each.rule.value) if isinstance(each.rule, Const) else texts[name]
            lay = source.bind(f"_lay_{name}", _layer(each, layout.name))
            prefix = f"if {given} is not None: " if isinstance(each.rule, Present) else ""
            source.line(f"{prefix}{lay}({given}, _out, _names)")
            source.line(f"_size_{name} = _len(_out) - _at_{name}")
            measure(source, layout, each, sizes)
            check_last_byte(source, layout, each, f"_out[_at_{name} :]")
            pad = each.rule.pad if isinstance(each.rule, Sized) else 1
            if pad > 1:
                source.line(f"_out += _bytes(-_size_{name} % {pad})")
                sizes.taken[name] = f"_size_{name} + -_size_{name} % {pad}"
        write_solutions(source, layout, texts, sizes)
        pack_runs(source, layout, guards, texts, trusted=True, places=runs)
    return source


def _layer(each: AnyField, packet: str) -> Layer:
    """A function that appends a variable field's value."""
    if isinstance(each.encoding, Blob):
        return lambda value, out, _: out.extend(body_bytes(cast(bytes, value)))
    if not compresses(each):
        encode = encoder(each, packet)
        return lambda value, out, _: out.extend(encode(value))
    match each.encoding:
        case Codec() as codec:
            return _coded(codec, packet, each.name)
        case ListOf(element=Codec() as codec):
            return _listed(each, _coded(codec, packet, each.name))
        case ListOf():
            return _listed(each, lay_packet)
        case OneOf():
            return _nested(each)
        case _:
            raise AssertionError(each)


def _written_end(each: AnyField) -> object:
    """What is written behind a list's elements; one whose size is known may end early, but need not."""
    return each.rule.end if isinstance(each.rule, Until) else None


def lay_packet(value: object, out: bytearray, names: dict[object, int]) -> None:
    """Append a packet to the message of which it is part."""
    packet = cast("Packet", value)
    packet._program.lay(packet, out, names)


def _coded(codec: Codec[object], packet: str, field: str) -> Layer:
    def lay(value: object, out: bytearray, names: dict[object, int]) -> None:
        try:
            codec.write(out, value, names)
        except PacketError as error:
            raise error.at(packet, field, None) from None

    return lay


def _nested(each: AnyField) -> Layer:
    place = f"{each.owner.__name__}.{each.name}"

    def lay(value: object, out: bytearray, names: dict[object, int]) -> None:
        try:
            lay_packet(value, out, names)
        except PacketError as error:
            raise error.within(place) from None

    return lay


def _listed(each: AnyField, one: Layer) -> Layer:
    end, align = _written_end(each), each.rule.align if isinstance(each.rule, Sized) else 1
    packet, name, inside = each.owner.__name__, each.name, one is lay_packet

    def lay(values: object, out: bytearray, names: dict[object, int]) -> None:
        start, number = len(out), 0
        try:
            for number, value in enumerate(cast("tuple[object, ...]", values)):
                before = len(out)
                one(value, out, names)
                if len(out) == before:
                    raise OutOfRange("an element of 0 bytes", packet, f"{name}[{number}]")
        except PacketError as error:
            raise (error.within(f"{packet}.{name}[{number}]") if inside else error) from None
        if isinstance(end, type):
            one(end(), out, names)
        elif end is not None:
            one(end, out, names)
        out.extend(bytes((start - len(out)) % align))

    return lay
