"""Fields: what mypy sees of a packet, and the right-hand sides that say what a field is.

A wire type is an annotation ``Annotated[Field[int], UInt(16)]``. ``Field`` is a descriptor, so that ``packet.ttl`` is
an ``int``, ``IPv4.ttl`` an expression, and the type of the constructor's parameter is that of ``__set__``'s value.
At run time the values and views that are generated bring attributes of their own; a Field is only ever found on the
class that defines a packet.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Generic, Literal, NoReturn, TypeAlias, TypeVar, overload

from foxpy.wire.encodings import Encoding, Octets
from foxpy.wire.expressions import Expr, Named
from foxpy.wire.rules import Checksum, Const, Derived, Plain, Rest, Rule, Sized, Total

T = TypeVar("T")
S = TypeVar("S")


class Mutable:
    """Marks packets whose fields may be assigned to. No packet of this release does: all are read-only."""

    __slots__ = ()


class Declared(Named[T]):
    """What a packet's definition says of a field. This is how the compiler sees it."""

    owner: type[object]
    """The packet through which the field was named: for ``Echo.type`` that is Echo, where ICMP defines ``type``."""

    encoding: Encoding
    rule: Rule
    elements: tuple[type[object], ...] = ()
    """The members of the union in a list's ``packets[A | B]``."""

    as_number: bool = False
    """Whether an address is to be read as a number."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __repr__(self) -> str:
        return f"<field {self.owner.__name__}.{self.name}>" if self.name else "<field without a name>"


AnyField: TypeAlias = Declared[object]


class FieldAs(Declared[T], Generic[T, S]):
    """A field that reads as ``T`` and is given as ``S``. This is how the users of a packet see it."""

    @overload
    def __get__(self, obj: None, owner: type[object]) -> FieldAs[T, S]: ...
    @overload
    def __get__(self, obj: object, owner: type[object]) -> T: ...
    def __get__(self, obj: object, owner: type[object]) -> FieldAs[T, S] | T:
        if obj is not None:
            raise AttributeError(f"{owner.__name__}.{self.name}: has no value here")
        if owner is self.owner:
            return self
        return self.through(owner)

    if TYPE_CHECKING:  # generated classes have setters of their own

        def __set__(self, obj: Mutable, value: S) -> None: ...

    else:

        def __set__(self, obj: object, value: object) -> NoReturn:
            raise AttributeError(f"{type(obj).__name__}.{self.name}: packets are read-only")

    def through(self, owner: type[object]) -> FieldAs[T, S]:
        """The same field, named through a subclass of the packet that defines it."""
        bound = copy(self)
        bound.owner = owner
        return bound

    @property
    def number(self) -> Declared[int]:
        """A field of fixed bytes (an address) read as one number in network order, for ``reader``: no object is made.

        Raises TypeError for other fields.
        """
        if not isinstance(self.encoding, Octets):
            raise TypeError(f"{self.owner.__name__}.{self.name}: number is for fields of a fixed number of bytes")
        numbered = Declared[int](self.rule)
        numbered.name = self.name
        numbered.owner = self.owner
        numbered.encoding = self.encoding
        numbered.as_number = True
        return numbered


Field: TypeAlias = FieldAs[T, T]
"""A field that is given as what it reads as: most are."""


@overload
def field() -> FieldAs[T, S]: ...
@overload
def field(*, default: S) -> FieldAs[T, S]: ...
def field(**default: S) -> FieldAs[T, S]:
    """A field that the caller gives. ``default`` is for building only; parsing knows no defaults."""
    return FieldAs(Plain(**default))


def const(value: T, *, init: Literal[False] = False) -> Field[T]:
    """Always ``value``: checked on parse, written on build, not a parameter. On an inherited field it is a guard."""
    return FieldAs(Const(value))


def derived(*, init: Literal[False] = False) -> Field[int]:
    """Solved on build from the size of a later field, whose size expression names it; not a parameter."""
    return FieldAs(Derived())


def total(plus: int = 0, *, init: Literal[False] = False) -> Field[int]:
    """The bytes of the packet, ``plus`` of them not counted. Filled on build; on parse, what lies behind is cut off."""
    return FieldAs(Total(plus))


def inet_checksum(
    over: Literal["header", "whole"], *, seed: Expr[int] | None = None, zero: int = 0, init: Literal[False] = False
) -> Field[int]:
    """The Internet checksum (RFC 1071), filled on build and not checked on parse (``verifier`` checks).

    ``over``: all before the ``rest`` field, or all. ``seed``: an argument, added to the sum (a pseudo-header's sum, its
    length included). ``zero``: what a computed 0 is sent as; with 0xFFFF, a 0 on the wire means "none" (RFC 768).
    """
    return FieldAs(Checksum(over, seed, zero))


@overload
def sized(size: Expr[int] | int, *, align: int = 1, end: type[object] | None = None) -> FieldAs[T, S]: ...
@overload
def sized(size: Expr[int] | int, *, align: int = 1, end: type[object] | None = None, default: S) -> FieldAs[T, S]: ...
def sized(size: Expr[int] | int, *, align: int = 1, end: type[object] | None = None, **default: S) -> FieldAs[T, S]:
    """``size`` bytes: arithmetic over earlier fields, inverted on build for those that are ``derived()``.

    For a list: ``end`` is an element that ends it early (it is not in the list; what follows it is skipped), and zeros
    are added on build up to a multiple of ``align``; the first of them must read as ``end``.
    """
    return FieldAs(Sized(size, align, end, **default))


@overload
def rest() -> FieldAs[T, S]: ...
@overload
def rest(*, default: S) -> FieldAs[T, S]: ...
def rest(**default: S) -> FieldAs[T, S]:
    """All that is left of the packet; the last field."""
    return FieldAs(Rest(**default))
