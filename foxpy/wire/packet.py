"""The base class of all packets."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from inspect import get_annotations
from typing import (
    TYPE_CHECKING,
    Annotated,
    ClassVar,
    ForwardRef,
    Self,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    overload,
)

from foxpy.wire.blame import where
from foxpy.wire.codec import Codec
from foxpy.wire.dump import dump, one_line
from foxpy.wire.encodings import Argument, Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.expressions import Expr
from foxpy.wire.fields import (
    AnyField,
    FieldAs,
    Mutable,
    computed,
    const,
    count,
    derived,
    field,
    inet_checksum,
    present,
    rest,
    sized,
    tail,
    total,
    until,
)
from foxpy.wire.layout import Layout, lay_out, least
from foxpy.wire.members import Members, members_of
from foxpy.wire.out import Out
from foxpy.wire.rules import MISSING, Const, Plain, Present, chooser_of
from foxpy.wire.window import Buffer, Window

if TYPE_CHECKING:
    from foxpy.wire.classify import Classifier
    from foxpy.wire.program import Program

T = TypeVar("T")
P = TypeVar("P", bound="Packet")


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        field,
        const,
        derived,
        computed,
        total,
        inet_checksum,
        sized,
        rest,
        count,
        until,
        present,
        tail,
    ),
)
class Packet:
    """A packet is defined by a subclass: annotations say how fields lie on the wire, right-hand sides what they are.

    ``IPv4(...)`` makes a value: immutable, checked, comparable. ``IPv4.view(buf)`` makes a view, which reads a field
    when it is asked for, and ``IPv4.parse(buf)`` a value with all fields read. All three are instances of ``IPv4``
    and match class patterns. A subclass adds fields, or narrows inherited ones with ``const``; ``when`` is a further
    guard. With ``by_size`` it is chosen among others only where the ``MIN`` bytes that it takes are there: in protocols
    that grew, nothing else tells some shapes apart. ``tag`` is what the field has that chooses it (``on=``).
    Code is generated at first use.

    Two packets are equal if they are of the same class and all fields that a constructor takes are equal: computed
    fields (lengths, checksums) and arguments do not count.
    """

    __slots__ = ()

    MIN: ClassVar[int] = 0
    """The least number of bytes that the packet takes."""

    _layout: ClassVar[Layout]
    _guards: ClassVar[tuple[Expr[bool], ...]] = ()
    _program: ClassVar[Program]
    _spec: ClassVar[type[Packet]]
    _kind: ClassVar[type[Packet]]
    _tag: ClassVar[int | None] = None
    _by_size: ClassVar[bool] = False
    _generated: ClassVar[bool]

    def __init_subclass__(
        cls, *, when: Expr[bool] | None = None, tag: int | None = None, by_size: bool = False
    ) -> None:
        if "_generated" in cls.__dict__:
            return
        if tag is not None and not _is_tag(tag):
            raise TypeError(f"{cls.__name__}: the tag {tag!r} is not a number that a field can have")
        try:
            cls._define(when)
        except TypeError as error:
            raise TypeError(f"{error}{where(cls, str(error))}") from None
        cls._tag = tag if cls._kind is cls else cls._kind._tag
        cls._by_size = by_size or (cls._kind is not cls and cls._kind._by_size)

    @classmethod
    def _define(cls, when: Expr[bool] | None) -> None:
        from foxpy.wire.definition import check_definition  # both need this module
        from foxpy.wire.program import Program

        inherited: dict[str, AnyField] = {}
        for base in reversed(cls.__mro__[1:]):
            if "_layout" in base.__dict__:
                assert issubclass(base, Packet)
                inherited.update(base._layout.fields)
        own = _own_fields(cls, inherited)
        fields = {**inherited, **own}
        if issubclass(cls, Mutable) and "adjust" in fields:
            raise TypeError(f"{cls.__name__}.adjust: the name is reserved")
        cls._guards = cls._guards + _new_guards(own, inherited, when)
        check_definition(cls.__name__, fields, cls._guards)
        cls._layout = lay_out(cls, fields)
        cls._program = Program(cls._layout, cls._guards)
        cls._spec = cls
        cls._kind = _kind(cls) if not own and when is None else cls
        cls.MIN = cls._layout.minimum + sum(map(least, cls._layout.fields.values()))
        for name in _COMPILED_AT_FIRST_USE:  # not to inherit what has been compiled for a base
            setattr(cls, name, Packet.__dict__[name])

    if not TYPE_CHECKING:  # mypy synthesizes the constructor's signature from the fields

        def __new__(cls, /, **fields: object) -> Packet:
            return cls._program.make(cls, **fields)

    @classmethod
    def parse(cls, buf: Buffer | Window, start: int = 0, end: int | None = None, **arguments: object) -> Self:
        """Read all fields of the packet that begins at ``start`` (what lies behind it, up to ``end``, is ignored).

        ``0 <= start <= end <= len(buf)`` is the caller's duty; in a window they count from its start. ``arguments``
        are those that the packet declares. Raises Truncated or Malformed.
        """
        return cls._program.parse(buf, start, end, **arguments)  # type: ignore[return-value]  # the program is cls's own

    @classmethod
    def view(cls, buf: Buffer | Window, start: int = 0, end: int | None = None, **arguments: object) -> Self:
        """Check the packet's bounds, constants and lengths, and read fields only when they are asked for.

        As ``parse`` otherwise. The view shows ``buf`` as it is when read.
        """
        return cls._program.view(buf, start, end, **arguments)  # type: ignore[return-value]  # the program is cls's own

    def copy(self) -> Self:
        """A value with the fields of this packet: of a view, one that no longer needs the buffer."""
        values = {each.name: _kept(getattr(self, each.name)) for each in self._layout.parameters}
        return self._program.make(self._spec, **values)  # type: ignore[return-value]  # the program is the class's own

    def _extent(self) -> int | None:
        """The bytes that a view was read from; None of a value."""
        return None

    def push(self, out: Out) -> None:
        """Write the packet in front of what is in ``out``. Raises OutOfRange if a computed field does not fit."""
        self._program.push(self, out)

    def build(self) -> bytes:
        """The packet's bytes. Raises OutOfRange if a computed field does not fit."""
        out = Out()
        self.push(out)
        return out.bytes()

    @overload
    def open(self, how: type[P], /, **arguments: object) -> P: ...
    @overload
    def open(self, how: Classifier[T], /, **arguments: object) -> T: ...
    def open(self, how: type[Packet] | Classifier[T], /, **arguments: object) -> object:
        """View this packet's body (its last ``Body`` field) as a packet, or as the one of a classifier's that it is.

        Raises Truncated or Malformed, and TypeError if this packet has no body.
        """
        payload = self._layout.payload
        if payload is None:
            raise TypeError(f"{self._spec.__name__} has no body to open")
        return how.view(getattr(self, payload.name), 0, None, **arguments)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Packet) or other._kind is not self._kind:
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self._kind, self._key()))

    def __repr__(self) -> str:
        shown = [f"{each.name}={getattr(self, each.name)!r}" for each in self._layout.parameters]
        return f"{self._spec.__name__}({', '.join(shown)})"

    def __str__(self) -> str:
        return one_line(self)

    def dump(self) -> str:
        """All fields on the wire, one in a line: its place, its bits or bytes, its name and value, and its remark."""
        return dump(self)

    def __reduce__(self) -> tuple[object, ...]:
        spec, names = self._spec, [each.name for each in self._layout.parameters]
        values = {name: getattr(self, name) for name in names}
        values = {name: bytes(each) if isinstance(each, Window) else each for name, each in values.items()}
        return _rebuild, (spec, values)

    def _key(self) -> tuple[object, ...]:
        parameters = self._layout.parameters
        return tuple(getattr(self, each.name) for each in parameters if not isinstance(each.encoding, Argument))


_COMPILED_AT_FIRST_USE = ("__new__", "parse", "view")
_ENCODINGS = (UInt, Octets, Blob, ListOf, OneOf, Codec, Argument)
_RESERVED = frozenset(("self", "out"))  # beside the names of this class: parameters of generated functions
_RESERVED_FOR_ARGUMENTS = frozenset(("buf", "start", "end", "origin"))


def _is_tag(tag: object) -> bool:
    return isinstance(tag, int) and tag >= 0


def _kind(cls: type[Packet]) -> type[Packet]:
    """What ``cls``, which adds no fields and no guard, is compared as: if it only makes a packet Mutable, as that."""
    bases = [base for base in cls.__bases__ if issubclass(base, Packet) and base is not Packet]
    return bases[0]._kind if Mutable in cls.__bases__ and len(bases) == 1 else cls


def _kept(value: object) -> object:
    """A field's value without a buffer that it may be a window on."""
    match value:
        case Window():
            return bytes(value)
        case Packet():
            return value.copy()
        case tuple() if any(isinstance(each, Packet) for each in value):
            return tuple(map(_kept, value))
        case _:
            return value


def _rebuild(spec: type[Packet], values: Mapping[str, object]) -> Packet:
    return spec(**values)


def _own_fields(cls: type[Packet], inherited: Mapping[str, AnyField]) -> dict[str, AnyField]:
    """The fields that the body of ``cls`` declares, bound to their names."""
    module = vars(sys.modules[cls.__module__])
    fields: dict[str, AnyField] = {}
    for name, annotation in get_annotations(cls).items():
        path = f"{cls.__name__}.{name}"
        kind = _evaluated(path, annotation, module)
        if kind is ClassVar or get_origin(kind) is ClassVar:
            continue
        declared = cls.__dict__.get(name, MISSING)
        if declared is MISSING:
            declared = FieldAs(Plain())
        if not isinstance(declared, FieldAs):
            raise TypeError(
                f"{path}: a field takes field(default=...), const(...), derived() and so on, not {declared!r}"
            )
        if get_origin(kind) is not Annotated or not isinstance(get_args(kind)[1], _ENCODINGS):
            raise TypeError(f"{path}: {annotation!r} is not a wire type")
        declared.name, declared.owner = name, cls
        declared.encoding = get_args(kind)[1]
        if isinstance(declared.encoding, Argument) and isinstance(declared.rule, Const) and name not in inherited:
            raise TypeError(f"{path}: only an inherited argument is const(...), as a guard on it")
        taken = isinstance(declared.encoding, Argument) and name in _RESERVED_FOR_ARGUMENTS
        if name.startswith("_") or name in _RESERVED or hasattr(Packet, name) or taken:
            raise TypeError(f"{path}: the name is reserved")
        if isinstance(declared.encoding, OneOf) or declared.encoding == ListOf():
            declared.elements = _members(kind, module)
            declared.bound = _bound(declared, {**inherited, **fields})
        fields[name] = declared
        setattr(cls, name, declared)
    for name in fields.keys() & inherited.keys():
        old, new = inherited[name], fields[name]
        if new.encoding != old.encoding:
            raise TypeError(f"{cls.__name__}.{name}: has another wire type than in {old.owner.__name__}")
        if isinstance(new.rule, Present) != isinstance(old.rule, Present):
            raise TypeError(f"{cls.__name__}.{name}: is always there in one of {cls.__name__} and {old.owner.__name__}")
    return fields


def _evaluated(path: str, annotation: object, module: dict[str, object]) -> object:
    """What an annotation stands for."""
    if not isinstance(annotation, str):
        return annotation
    if annotation in module:  # a plain name, as most are, and not worth the compiler
        return module[annotation]
    try:
        return eval(annotation, module)
    except NameError as error:
        fact = "packets do not contain themselves, and come before what they are in"
        raise TypeError(f"{path}: {error.name} is not known in the module yet; {fact}") from None
    except (AttributeError, TypeError) as error:
        raise TypeError(f"{path}: {annotation!r} is not a wire type: {error}") from None


def _members(kind: object, module: Mapping[str, object]) -> tuple[type[object], ...]:
    """The packets of the union that a list's or a union field's type names."""
    as_read, _, *kept = get_args(kind)
    member = kept[0].union if kept and isinstance(kept[0], Members) else get_args(as_read)[0]
    if isinstance(member, ForwardRef | str):
        member = eval(member if isinstance(member, str) else member.__forward_arg__, dict(module))
    if get_origin(member) is tuple:
        member = get_args(member)[0]
    return tuple(each for each in members_of(member) if each is not type(None))


def _bound(declared: AnyField, before: Mapping[str, AnyField]) -> tuple[str, ...]:
    """The names of ``before`` that the packets in a field have as arguments."""
    chooser = chooser_of(declared.rule)
    found = dict.fromkeys(
        argument.name
        for member in declared.elements
        if "_layout" in member.__dict__ and issubclass(member, Packet)
        for argument in member._layout.arguments
    )
    return tuple(name for name in found if name in before and name != getattr(chooser, "name", None))


def _new_guards(
    own: Mapping[str, AnyField], inherited: Mapping[str, AnyField], when: Expr[bool] | None
) -> tuple[Expr[bool], ...]:
    """What ``cls`` demands beyond its base: ``when``, and each constant that stands in for an inherited field."""
    guards = [] if when is None else [when]
    for name, each in own.items():
        if name in inherited and isinstance(each.rule, Const):
            guards.insert(0, each.one_of(each.rule.value))
    return tuple(guards)
