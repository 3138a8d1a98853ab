"""What native packets have in common, and helpers of their generated code; compiled with them, never run as it is.

How a field is held is the generated classes' business; here are the ways in which a packet can have come about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast, overload

from librt.strings import read_i32_be

from foxpy.wire.ahead.backing import Backing, body_window, held_body, open_window, push_body
from foxpy.wire.out import Out
from foxpy.wire.window import Window

if TYPE_CHECKING:
    from mypy_extensions import i64, mypyc_attr

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


@mypyc_attr(acyclic=True)
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

    def _read_at(self, buf: bytes, start: i64, end: i64, how: i64) -> Native | None:
        """The packet of this class, of which this is any one, in ``buf[start:end]``; None for what is refused."""
        raise NotImplementedError

    def _new(self) -> Native:
        """A packet of this class, with nothing in it."""
        raise NotImplementedError

    def _argue(self, given: dict[str, object]) -> None:
        """Take the arguments that are given."""

    def _ready(self) -> bool:
        """Whether packets are complete without arguments."""
        return True

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
    def open(self, how: type[N], /) -> N: ...
    @overload
    def open(self, how: Chooser[T], /) -> T: ...
    def open(self, how: object, /) -> object:
        """As ``Packet.open``, without arguments: compiled callers that have some view the body."""
        return self._opened(how)

    def _opened(self, how: object) -> object:
        """What ``open`` gives, of whatever type: callers of an overload are held to the type that it promises."""
        if self._body is None and self._how != BACKED and self._has_payload():
            any_one = ANY_ONE.get(how)
            if any_one is not None:
                found = any_one._read_at(self._b, self._s, self._t, VIEWED)
                if found is not None:
                    return found
        return self._open_with(how, {})

    def _open_with(self, how: object, arguments: dict[str, object]) -> object:
        if self._how != BACKED and self._has_payload():
            return open_window(how, self._window(), arguments)
        return self._backing().open(self, how, arguments)

    def _open_any(self, how: object, /, **arguments: object) -> object:
        """What interpreted callers know as ``open``."""
        return self._open_with(how, arguments) if arguments else self._opened(how)

    def _number(self, name: str) -> int:
        return cast(int, self._value(name))

    def _truth(self, name: str) -> bool:
        return cast(bool, self._value(name))


ANY_ONE: Final[dict[object, Native]] = {}
"""A packet of each native class that needs no arguments, by the class and by that of the source."""


def enter(one: Native, buf: object, start: i64, end: i64, how: i64) -> Native | None:
    """Read the packet of the class of ``one`` in whatever ``buf`` is; None for what is refused."""
    if isinstance(buf, bytes):
        return one._read_at(buf, start, len(buf) if end == END else end, how)
    if isinstance(buf, Window):
        data = buf.buf
        if isinstance(data, bytes):
            first: i64 = buf.start
            last: i64 = buf.end
            return one._read_at(data, first + start, last if end == END else first + end, how)
    return None


def through(one: Native, backed: object) -> Native:
    """A packet of the class of ``one`` whose fields are those of a packet of the other back end."""
    packet = one._new()
    packet._how = BACKED
    packet._backed = backed
    return packet


def remake(one: Native, values: tuple[object, ...]) -> object:
    """What the other back end makes of what a constructor was given and refused, in the order of its parameters."""
    return through(one, one._backing().remake(values))


class Door:
    """How interpreted callers come to the packets of one class: what is put into the place of its program."""

    def __init__(self, one: Native) -> None:
        self._one = one

    def view(self, buf: object, start: i64 = 0, end: object = None) -> object:
        found = enter(self._one, buf, start, END if end is None else cast(int, end), VIEWED)
        if found is None:
            return through(self._one, self._one._backing().view(buf, start, end))
        return found

    def parse(self, buf: object, start: i64 = 0, end: object = None) -> object:
        found = enter(self._one, buf, start, END if end is None else cast(int, end), PARSED)
        if found is None:
            return through(self._one, self._one._backing().parse(buf, start, end))
        return found

    def take(self, buf: object, start: i64, end: i64, origin: object = 0) -> object:
        found = enter(self._one, buf, start, end, PARSED)
        if found is None:
            backed, behind = self._one._backing().take(buf, start, end)
            return through(self._one, backed), behind
        last: int = found._e
        return found, last

    def push(self, packet: object, out: Out) -> None:
        if isinstance(packet, Native):
            packet._write(out)
        else:
            self._one._backing().push_its_own(packet, out)


class ArguedDoor:
    """The same for packets that take arguments."""

    def __init__(self, one: Native) -> None:
        self._one = one

    def _found(self, found: Native | None, arguments: dict[str, object]) -> Native | None:
        if found is None:
            return None
        if not arguments:
            return found if self._one._ready() else None
        if not self._one._backing().takes(arguments):
            return None
        found._argue(arguments)
        return found

    def view(self, buf: object, start: int = 0, end: object = None, **arguments: object) -> object:
        found = self._found(enter(self._one, buf, start, END if end is None else cast(int, end), VIEWED), arguments)
        if found is None:
            return through(self._one, self._one._backing().view(buf, start, end, **arguments))
        return found

    def parse(self, buf: object, start: int = 0, end: object = None, **arguments: object) -> object:
        found = self._found(enter(self._one, buf, start, END if end is None else cast(int, end), PARSED), arguments)
        if found is None:
            return through(self._one, self._one._backing().parse(buf, start, end, **arguments))
        return found

    def take(self, buf: object, start: i64, end: i64, origin: object = 0, **arguments: object) -> object:
        found = self._found(enter(self._one, buf, start, end, PARSED), arguments)
        if found is None:
            backed, behind = self._one._backing().take(buf, start, end, **arguments)
            return through(self._one, backed), behind
        last: int = found._e
        return found, last

    def push(self, packet: object, out: Out) -> None:
        if isinstance(packet, Native):
            packet._write(out)
        else:
            self._one._backing().push_its_own(packet, out)


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
    if size >= 4:
        number = i64(read_i32_be(packed, 0)) & 0xFFFFFFFF
        at = 4
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
    if isinstance(value, (bytearray, memoryview)):
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
