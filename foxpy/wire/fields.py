"""Fields: what mypy sees of a packet, and the right-hand sides that say what a field is.

A wire type is an annotation ``Annotated[Field[int], UInt(16)]``. ``Field`` is a descriptor, so that ``packet.ttl`` is
an ``int``, ``IPv4.ttl`` an expression, and the type of the constructor's parameter is that of ``__set__``'s value.
At run time the values and views that are generated bring attributes of their own; a Field is only ever found on the
class that defines a packet.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Generic, Literal, NoReturn, TypeAlias, TypeVar, cast, overload

from foxpy.wire.encodings import Encoding, Octets
from foxpy.wire.expressions import Expr, LastByte, Named, SizeOf
from foxpy.wire.rules import (
    Bounds,
    Checksum,
    Computed,
    Const,
    Count,
    Derived,
    Plain,
    Present,
    Rest,
    Rule,
    Sized,
    Tail,
    Total,
    Until,
)
from foxpy.wire.window import Buffer

T = TypeVar("T")
S = TypeVar("S")
N = TypeVar("N", int, bool)
C = TypeVar("C", bound=int)  # what chooses may be a number or a member of an enum


class Mutable:
    """Marks packets whose views may be assigned to: ``class IPv4Mut(IPv4, Mutable)``. All others are read-only.

    ``IPv4Mut.view`` needs a buffer that can be written to, and raises TypeError for any other. ``view.ttl -= 1`` writes
    into it at once, and keeps the packet's own checksum right (RFC 1624): one that was wrong stays wrong. It raises
    OutOfRange for what the field cannot carry, with the buffer unchanged. What follows from other fields and what says
    how others are read takes nothing (AttributeError); a field of variable size takes what has the size of what is
    there. Values of a Mutable packet, those that the constructor and ``parse`` give, are as immutable as all others.
    """

    __slots__ = ()

    def adjust(self, old: Buffer, new: Buffer) -> None:
        """Correct the checksum of a view for bytes elsewhere that it covers: ``old`` there have become ``new``.

        For a pseudo-header whose addresses are rewritten (RFC 3022, section 4.1), or bytes of the body that were
        written by other means. Both begin at an even offset of what is summed; they need not be of one size. A
        checksum of 0 that says "none" stays. The view's arguments stay as they were given. Raises AttributeError if
        there is no checksum, or for a value.
        """
        raise AttributeError(f"{type(self).__name__}.adjust: only views of mutable packets are changed")


class Declared(Named[T]):
    """What a packet's definition says of a field. This is how the compiler sees it."""

    owner: type[object]
    """The packet through which the field was named: for ``Echo.type`` that is Echo, where ICMP defines ``type``."""

    encoding: Encoding
    rule: Rule
    elements: tuple[type[object], ...] = ()
    """The members of the union in ``packets[A | B]`` or ``oneof[A | B]``."""

    bound: tuple[str, ...] = ()
    """The fields and arguments around it that are given to ``elements`` as their arguments of the same name."""

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
def field(*, min: int | None = None, max: int | None = None) -> FieldAs[T, S]: ...
@overload
def field(*, min: int | None = None, max: int | None = None, default: S) -> FieldAs[T, S]: ...
def field(*, min: int | None = None, max: int | None = None, **default: S) -> FieldAs[T, S]:
    """A field that the caller gives, from ``min`` to ``max``. ``default`` is for building only; parsing knows none."""
    return FieldAs(Plain(bounds=Bounds(min, max), **default))


def const(value: T, *, init: Literal[False] = False) -> Field[T]:
    """Always ``value``: checked on parse, written on build, not a parameter. On an inherited field it is a guard."""
    return FieldAs(Const(value))


def derived(*, init: Literal[False] = False) -> FieldAs[N, N]:
    """Solved on build from what a later field's ``sized``, ``count``, ``present``, ``tail`` or ``on`` says of it.

    Not a parameter. On parse it is what that later field is read by.
    """
    return FieldAs(Derived())


def computed(expression: Expr[int], *, init: Literal[False] = False) -> Field[int]:
    """Always what ``expression`` makes of other fields: checked on parse, written on build, not a parameter."""
    return FieldAs(Computed(expression))


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
def sized(
    size: Expr[int] | int,
    *,
    align: int = 1,
    pad: int = 1,
    end: type[object] | None = None,
    on: Expr[C] | None = None,
    min: int | None = None,
    max: int | None = None,
) -> FieldAs[T, S]: ...
@overload
def sized(
    size: Expr[int] | int,
    *,
    align: int = 1,
    pad: int = 1,
    end: type[object] | None = None,
    on: Expr[C] | None = None,
    min: int | None = None,
    max: int | None = None,
    default: S,
) -> FieldAs[T, S]: ...
def sized(
    size: Expr[int] | int,
    *,
    align: int = 1,
    pad: int = 1,
    end: type[object] | None = None,
    on: Expr[C] | None = None,
    min: int | None = None,
    max: int | None = None,
    **default: S,
) -> FieldAs[T, S]:
    """``size`` bytes, from ``min`` to ``max``: arithmetic over earlier fields, inverted for what is ``derived()``.

    ``pad``: zeros follow, uncounted, up to a multiple of so many bytes; what they are is not looked at on parse.
    For a list: ``end`` is an element that ends it early (it is not in the list; what follows it is skipped), and zeros
    are added on build up to a multiple of ``align``; the first of them must read as ``end``.
    For a union: ``on`` is the earlier field whose value is the ``tag`` of the member that it is.
    """
    return FieldAs(Sized(size, align, pad, end, cast("Expr[int] | None", on), Bounds(min, max), **default))


@overload
def rest(*, on: Expr[C] | None = None, min: int | None = None, max: int | None = None) -> FieldAs[T, S]: ...
@overload
def rest(*, on: Expr[C] | None = None, min: int | None = None, max: int | None = None, default: S) -> FieldAs[T, S]: ...
def rest(*, on: Expr[C] | None = None, min: int | None = None, max: int | None = None, **default: S) -> FieldAs[T, S]:
    """All that is left of the packet, ``min`` to ``max`` bytes. Only fields pinned at the end may follow."""
    return FieldAs(Rest(cast("Expr[int] | None", on), Bounds(min, max), **default))


@overload
def count(number: Expr[int] | int, *, min: int | None = None, max: int | None = None) -> FieldAs[T, S]: ...
@overload
def count(number: Expr[int] | int, *, min: int | None = None, max: int | None = None, default: S) -> FieldAs[T, S]: ...
def count(number: Expr[int] | int, *, min: int | None = None, max: int | None = None, **default: S) -> FieldAs[T, S]:
    """A list of ``number`` elements, from ``min`` to ``max``: arithmetic over earlier fields, as in ``sized``."""
    return FieldAs(Count(number, Bounds(min, max), **default))


@overload
def until(end: object) -> FieldAs[T, S]: ...
@overload
def until(end: object, *, default: S) -> FieldAs[T, S]: ...
def until(end: object, **default: S) -> FieldAs[T, S]:
    """A list up to its ``end``: a packet class, or for lists of values a value. It is written behind them on build.

    The end is not in the list. That it is missing is Truncated.
    """
    return FieldAs(Until(end, **default))


@overload
def present(condition: Expr[bool] | Expr[int]) -> FieldAs[T, S]: ...
@overload
def present(condition: Expr[bool] | Expr[int], *, default: S) -> FieldAs[T, S]: ...
def present(condition: Expr[bool] | Expr[int], **default: S) -> FieldAs[T, S]:
    """There if and only if ``condition`` holds of earlier fields and arguments; else its value is None.

    Where the condition is a ``derived()`` field, that one is solved: 1 if a value is given. Otherwise what is given
    must agree with the condition, or OutOfRange is raised on build.
    """
    return FieldAs(Present(condition, **default))


@overload
def tail(size: Expr[int] | int) -> FieldAs[T, S]: ...
@overload
def tail(size: Expr[int] | int, *, default: S) -> FieldAs[T, S]: ...
def tail(size: Expr[int] | int, **default: S) -> FieldAs[T, S]:
    """``size`` bytes at the end of the packet, behind its ``rest()``: arithmetic as in ``sized``, or ``last_u8()``."""
    return FieldAs(Tail(size, **default))


def last_u8(condition: Expr[bool] | None = None) -> Expr[int]:
    """The packet's last byte, where ``condition`` holds, else 0: the size of a ``tail`` that says how long it is.

    On build the field's last byte must be its size; a ``derived()`` condition is solved: whether the field has bytes.
    """
    return LastByte(condition)


def size_of(field: Expr[T]) -> Expr[int]:
    """The bytes that an earlier field of variable size takes, for the size of another."""
    if not isinstance(field, Declared):
        raise TypeError(f"size_of({field!r}): not a field")
    return SizeOf(field)
