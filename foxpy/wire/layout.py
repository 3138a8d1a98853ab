"""Where each field of a packet lies: the one pass that all code generation starts from.

A packet is *runs* of fields whose size is fixed, with *variable* fields between them. Consecutive bit fields make a
*group* of whole bytes. A group or a field of fixed bytes is found at an offset from the start of its run; a run starts
at the packet's start or at the end of the variable field before it. What follows the ``rest`` field is placed from the
packet's end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.expressions import Expr, Operation
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import Checksum, Const, Count, Plain, Present, Rest, Sized, Tail, Total, given
from foxpy.wire.solve import Solution, solve


@dataclass(frozen=True, slots=True)
class Bits:
    """A bit field in its group: ``width`` bits, ``shift`` bits above the lowest of the group."""

    field: AnyField
    width: int
    shift: int
    boolean: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Bit fields that fill ``size`` whole bytes together, ``offset`` bytes into their run."""

    offset: int
    size: int
    little: bool
    members: tuple[Bits, ...]

    @property
    def fields(self) -> list[AnyField]:
        return [member.field for member in self.members]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A field of a fixed number of bytes."""

    offset: int
    size: int
    field: AnyField

    @property
    def fields(self) -> list[AnyField]:
        return [self.field]


@dataclass(slots=True)
class Run:
    """Groups and fixed bytes with nothing variable between them."""

    items: list[Group | Fixed] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Variable:
    """A field whose size is known only when the packet is read."""

    field: AnyField

    @property
    def size(self) -> Expr[int] | int | None:
        """What tells its bytes beforehand: such a field need not be read to know where it ends. None for others."""
        rule, encoding = self.field.rule, self.field.encoding
        if isinstance(rule, Sized | Tail):
            return rule.size
        if isinstance(rule, Count) and isinstance(encoding, ListOf) and encoding.step is not None:
            number = rule.number
            return number * encoding.step if isinstance(number, int) else Operation("*", number, encoding.step)
        return None

    @property
    def eager(self) -> bool:
        """Whether only reading it shows where it ends."""
        return self.size is None and not isinstance(self.field.rule, Rest)


@dataclass(frozen=True, slots=True)
class Layout:
    """A packet's fields in place. ``pieces`` alternate: a run (perhaps empty), a variable field, a run, and so on."""

    cls: type[object]
    fields: Mapping[str, AnyField]
    pieces: tuple[Run | Variable, ...]
    minimum: int
    solutions: tuple[Solution, ...]

    @property
    def name(self) -> str:
        return self.cls.__name__

    @property
    def head(self) -> Run:
        """The first run: what lies at offsets that are known beforehand."""
        first = self.pieces[0]
        assert isinstance(first, Run)
        return first

    @property
    def variables(self) -> list[AnyField]:
        return [piece.field for piece in self.pieces if isinstance(piece, Variable)]

    @property
    def arguments(self) -> list[AnyField]:
        return [field for field in self.fields.values() if isinstance(field.encoding, Argument)]

    @property
    def parameters(self) -> list[AnyField]:
        """What the constructor takes: arguments, and fields that are not constant or computed."""
        return [field for field in self.fields.values() if given(field.rule)]

    @property
    def eager(self) -> list[AnyField]:
        """The fields that are read when the packet is looked at, as nothing else tells where they end."""
        return [piece.field for piece in self.pieces if isinstance(piece, Variable) and piece.eager]

    @property
    def tails(self) -> tuple[Run | Variable, ...]:
        """What is behind the ``rest`` field: runs and fields of variable size that are placed from the end."""
        for at, piece in enumerate(self.pieces):
            if isinstance(piece, Variable) and isinstance(piece.field.rule, Rest):
                behind = self.pieces[at + 1 :]
                return behind if len(behind) > 1 or (isinstance(behind[0], Run) and behind[0].size) else ()
        return ()

    @property
    def compresses(self) -> bool:
        """Whether a field, or one of a packet in it, depends on the rest of the message."""
        return any(compresses(each) for each in self.fields.values())

    @property
    def body(self) -> AnyField | None:
        """The ``rest`` field, if it is bytes: what may follow a header that is built for itself."""
        for each in self.variables:
            if isinstance(each.rule, Rest) and isinstance(each.encoding, Blob):
                return each
        return None

    @property
    def payload(self) -> AnyField | None:
        """The last field that is read as a window: what is opened as another packet."""
        windows = [each for each in self.variables if isinstance(each.encoding, Blob) and each.encoding.window]
        return windows[-1] if windows else None

    @property
    def total(self) -> AnyField | None:
        return next((field for field in self.fields.values() if isinstance(field.rule, Total)), None)

    @property
    def checksum(self) -> AnyField | None:
        return next((field for field in self.fields.values() if isinstance(field.rule, Checksum)), None)

    def groups(self) -> Iterator[Group]:
        for piece in self.pieces:
            if isinstance(piece, Run):
                yield from (item for item in piece.items if isinstance(item, Group))


VARIABLE: Final = (Blob, ListOf, OneOf, Codec)


def is_variable(each: AnyField) -> bool:
    """Whether the size of a field differs from packet to packet."""
    return isinstance(each.encoding, VARIABLE) or isinstance(each.rule, Present)


def least(each: AnyField) -> int:
    """The least bytes of a field of variable size, as far as that is certain."""
    match each.encoding, each.rule:
        case Codec() as codec, Plain() | Const():
            return codec.minimum
        case OneOf(), Plain():
            return min(int(getattr(member, "MIN")) for member in each.elements)  # noqa: B009
        case _, Sized(size=int(size), pad=pad):
            return size + -size % pad
        case _, Tail(size=int(size)):
            return size
        case _, Rest(bounds=bounds) | Sized(bounds=bounds):
            return bounds.least or 0
        case _:
            return 0


def compresses(each: AnyField) -> bool:
    """Whether a field's bytes depend on the rest of the message that its packet is part of."""
    encoding = each.encoding
    if isinstance(encoding, ListOf):
        encoding = encoding.element or encoding
    if isinstance(encoding, Codec):
        return encoding.compresses
    return any(getattr(member, "_layout").compresses for member in each.elements)  # noqa: B009


def lay_out(cls: type[object], fields: Mapping[str, AnyField]) -> Layout:
    """Place ``fields``. Raises TypeError, naming the field, for what cannot be laid out."""
    run = Run()
    pieces: list[Run | Variable] = [run]
    bits: list[tuple[AnyField, UInt]] = []
    rest = False
    for name, each in fields.items():
        encoding = each.encoding
        if isinstance(encoding, Argument):
            continue
        if rest and is_variable(each) and not isinstance(each.rule, Tail):
            raise TypeError(f"{cls.__name__}.{name}: behind rest() come only fields of fixed size and tail(...)")
        if isinstance(each.rule, Tail) and not rest:
            raise TypeError(f"{cls.__name__}.{name}: tail(...) is counted from the end; a rest() comes before it")
        rest = rest or isinstance(each.rule, Rest)
        if bits and (not isinstance(encoding, UInt) or encoding.little or is_variable(each)):
            raise TypeError(f"{cls.__name__}.{name}: begins in the middle of a byte")
        if is_variable(each):
            run = Run()
            pieces += [Variable(each), run]
        elif isinstance(encoding, UInt):
            bits.append((each, encoding))
            if sum(encoding.bits for _, encoding in bits) % 8 == 0:
                run.items.append(_group(run.size, bits))
                run.size += run.items[-1].size
                bits.clear()
        elif isinstance(encoding, Octets):
            run.items.append(Fixed(run.size, encoding.size, each))
            run.size += encoding.size
    if bits:
        raise TypeError(f"{cls.__name__}: ends in the middle of a byte")
    minimum = sum(piece.size for piece in pieces if isinstance(piece, Run))
    return Layout(cls, fields, tuple(pieces), minimum, solve(cls.__name__, fields))


def _group(offset: int, fields: list[tuple[AnyField, UInt]]) -> Group:
    shift = sum(encoding.bits for _, encoding in fields)
    size, little, members = shift // 8, fields[0][1].little, list[Bits]()
    for member, encoding in fields:
        shift -= encoding.bits
        members.append(Bits(member, encoding.bits, shift, encoding.boolean))
    return Group(offset, size, little, tuple(members))
