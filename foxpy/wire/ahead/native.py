"""What native packets have in common, and helpers of their generated code. Compiled along with them, never run as it is.

How a field is held is the generated classes' business; here are the ways in which a packet can have come about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast, overload

from foxpy.wire.ahead.backing import Backing, body_window, held_body, open_window, push_body
from foxpy.wire.out import Out
from foxpy.wire.window import Window

if TYPE_CHECKING:
    from mypy_extensions import i64

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
N = TypeVar("N", bound="Native")


class Chooser(Protocol[T_co]):
    """A classifier, as far as opening with it goes."""

    def view(self, buf: Window, start: i64 = 0, end: i64 | None = None) -> T_co: ...


BUILT: Final = 0
"""By the constructor."""
PARSED: Final = 1
VIEWED: Final = 2
"""As PARSED, but lists are read when they are asked for, and building gives the bytes that were read."""
BACKED: Final = 3
"""By the other back end, whose object does all: a view of a buffer that may change."""

END: Final = -1
"""No end given: that of the buffer."""


class Native:
    """A packet whose fields are held natively."""

    _how: i64
    _b: bytes
    """What was read, of a view and of a packet with a payload; its bounds are ``_o`` and ``_e``."""
    _o: i64
    _e: i64
    _backed: object
    _body: object
    """The payload that a packet was built with, if that is not in ``_b``."""
    _s: i64
    _t: i64
    """Where in ``_b`` the payload lies, where ``_body`` is None."""

    def _backing(self) -> Backing:
        """The other back end's part."""
        raise NotImplementedError

    def _write(self, out: Out) -> None:
        """Write the packet in front of what is in ``out``."""
        raise NotImplementedError

    def _view_at(self, buf: bytes, start: i64, end: i64) -> Native:
        """View the packet of this class, of which this is any one, in ``buf[start:end]``."""
        raise NotImplementedError

    def _has_payload(self) -> bool:
        return False

    # What an interpreter is told: that this is an instance of the packet that the source defines.
    @property  # type: ignore[override]  # a type may lie about its instances' class
    def __class__(self) -> type[object]:
        return self._shown()

    @__class__.setter
    def __class__(self, value: object) -> None:
        raise AttributeError(f"{self._backing().name}: packets are read-only")

    def _shown(self) -> type[object]:
        raise NotImplementedError

    def push(self, out: Out) -> None:
        self._write(out)

    def build(self) -> bytes:
        out = Out()
        self._write(out)
        return out.bytes()

    def _value(self, name: str) -> object:
        """A field that is not held: of a built packet a computed one, or any that the other back end has."""
        if self._how == BACKED:
            return getattr(self._backed, name)
        return self._backing().computed(self, name)

    def _again(self, name: str) -> object:
        """A field of a view that cannot be read: the other back end says why."""
        return getattr(self._backing().view(self._b, self._o, self._e), name)

    def _hold(self, body: object) -> bool:
        """Hold what a constructor was given as the payload; whether it can be one."""
        self._body = None
        if isinstance(body, bytes):
            self._b = body
            self._s = 0
            self._t = len(body)
        elif isinstance(body, Window) and isinstance(body.buf, bytes):
            self._b = body.buf
            self._s = body.start
            self._t = body.end
        elif isinstance(body, Native):
            self._body = body
        else:
            self._body = held_body(body)
            return self._body is not None
        return True

    def _window(self) -> Window:
        """The payload, read."""
        if self._body is None:
            return Window(self._b, self._s, self._t)
        return body_window(self._body)

    def _push_payload(self, out: Out) -> None:
        body = self._body
        if isinstance(body, Native):
            body._write(out)
        elif body is not None:
            push_body(out, body)
        elif self._t != self._s:
            out.push_bytes(self._b if self._s == 0 and self._t == len(self._b) else self._b[self._s : self._t])

    @overload
    def open(self, how: type[N], /, **arguments: object) -> N: ...
    @overload
    def open(self, how: Chooser[T], /, **arguments: object) -> T: ...
    def open(self, how: object, /, **arguments: object) -> object:
        """As ``Packet.open``."""
        if self._how != BACKED and self._has_payload():
            buf, start, end = self._b, self._s, self._t
            if self._body is not None:
                return open_window(how, body_window(self._body), arguments)
            any_one = ANY_ONE.get(how)
            if any_one is not None and not arguments:
                return any_one._view_at(buf, start, end)
            return open_window(how, Window(buf, start, end), arguments)
        return self._backing().open(self, how, arguments)

    def _number(self, name: str) -> int:
        return cast(int, self._value(name))

    def _truth(self, name: str) -> bool:
        return cast(bool, self._value(name))


ANY_ONE: Final[dict[object, Native]] = {}
"""A packet of each native class, by the class and by that of the source: to call its ``_view_at``."""


def octets(value: object, kind: type[object] | None, size: i64) -> i64:
    """The number that ``size`` bytes, or an address of them, are; -1 for anything else."""
    if isinstance(value, bytes):
        packed = value
    elif kind is not None and isinstance(value, kind):
        packed = packed_of(value)
    else:
        return -1
    if len(packed) != size:
        return -1
    number: i64 = 0
    at: i64 = 0
    while at < size:
        byte: i64 = packed[at]
        number = number << 8 | byte
        at += 1
    return number


def wide_octets(value: object, kind: type[object] | None, size: i64) -> bytes | None:
    """As ``octets``, for those that are held as bytes."""
    packed: bytes | None = None
    if isinstance(value, bytes):
        packed = value
    elif kind is not None and isinstance(value, kind):
        packed = packed_of(value)
    if packed is None or len(packed) != size:
        return None
    return packed


def packed_of(address: object) -> bytes:
    return cast(bytes, getattr(address, "packed"))  # noqa: B009  # of whatever type the field's kind is


def seed_of(value: object) -> i64:
    """What is added to a checksum, in 48 bits; -1 for what is not."""
    if isinstance(value, int) and 0 <= value < 1 << 48:
        return value
    return -1


def blob(value: object) -> bytes | None:
    """What a field of variable bytes was given as, copied if it can change; None for what is no bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    return None


def write_list(elements: tuple[object, ...], align: i64) -> bytes:
    """Packets back to back, and zeros up to a multiple of ``align``."""
    if not elements:
        return b""
    out = Out(64)
    for element in reversed(elements):
        if isinstance(element, Native):
            element._write(out)
        else:
            push_body(out, element)
    data = out.bytes()
    odd: i64 = len(data) % align
    return data if odd == 0 else data + bytes(align - odd)
