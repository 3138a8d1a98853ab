"""Where each field of a packet lies: the one pass that all code generation starts from.

A packet is *runs* of fields whose size is fixed, with *variable* fields between them. Consecutive bit fields make a
*group* of whole bytes. A group or a field of fixed bytes is found at an offset from the start of its run; a run starts
at the packet's start or at the end of the variable field before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from foxpy.wire.encodings import Argument, Blob, Octets, UInt
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import Checksum, Rest, Total, given
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
    def body(self) -> AnyField | None:
        """The ``rest`` field, if it is bytes: what may follow a header that is built for itself."""
        last = self.variables[-1] if self.variables else None
        return last if last and isinstance(last.rule, Rest) and isinstance(last.encoding, Blob) else None

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


def lay_out(cls: type[object], fields: Mapping[str, AnyField]) -> Layout:
    """Place ``fields``. Raises TypeError, naming the field, for what cannot be laid out."""
    run = Run()
    pieces: list[Run | Variable] = [run]
    bits: list[tuple[AnyField, UInt]] = []
    for name, each in fields.items():
        encoding = each.encoding
        if isinstance(encoding, Argument):
            continue
        if len(pieces) > 1 and isinstance(pieces[-2], Variable) and isinstance(pieces[-2].field.rule, Rest):
            raise TypeError(f"{cls.__name__}.{name}: no field may follow the rest()")
        if bits and (not isinstance(encoding, UInt) or encoding.little):
            raise TypeError(f"{cls.__name__}.{name}: begins in the middle of a byte")
        if isinstance(encoding, UInt):
            bits.append((each, encoding))
            if sum(encoding.bits for _, encoding in bits) % 8 == 0:
                run.items.append(_group(run.size, bits))
                run.size += run.items[-1].size
                bits.clear()
        elif isinstance(encoding, Octets):
            run.items.append(Fixed(run.size, encoding.size, each))
            run.size += encoding.size
        else:
            run = Run()
            pieces += [Variable(each), run]
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
