"""Native properties for the numbers of mutable views; compiled as ``foxpy.wire.numbers``.

A view that an interpreter makes has a native base, which holds the buffer once more, and its class has that base's
properties under the names of its fields: a property that is not written in C would cost as much as all that it does.
What is unusual (another type, a number that does not fit, a buffer that is not a plain bytearray or has shrunk) is left
to the generated property, before a byte is written. A bytearray has no native operations, so each read and write
counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, SupportsIndex, cast

from foxpy.wire.straight import Straight

if TYPE_CHECKING:
    from mypy_extensions import i64, mypyc_attr

NONE: Final = bytearray()
"""In place of a buffer of which nothing is known: too short for anything."""
DELETED: Final = object()
"""What a setter is given to delete: none at all, which native code takes for an argument left out."""


class Number:
    """How one field lies: see ``Straight``."""

    def __init__(self, exact: property, what: Straight) -> None:
        assert exact.fget is not None
        assert exact.fset is not None
        getattr(exact, "__set_name__")(View, exact.fget.__name__)  # noqa: B009  # as a class would, for its messages
        self.read: Callable[[object], object] = exact.fget
        self.write: Callable[[object, object], None] = exact.fset
        self.delete: Callable[[object], None] = exact.__delete__
        self.kind: type[object] = what.kind
        self.boolean: bool = what.kind is bool
        self.at: i64 = what.at
        self.size: i64 = what.size
        self.shift: i64 = what.shift
        self.mask: i64 = (1 << what.width) - 1
        self.others: i64 = ((1 << 8 * what.size) - 1) ^ (((1 << what.width) - 1) << what.shift)
        self.least: i64 = what.least
        self.most: i64 = what.most
        self.end: i64 = what.at + what.size
        self.reach: i64 = max(what.at + what.size, what.checksum + 2)
        self.checksum: i64 = what.checksum
        self.high: bool = what.high
        self.zero: i64 = what.zero
        moved = what.checksum + (0 if what.high else 1)
        self.moved: i64 = moved if what.size == 1 and what.checksum >= 0 else -1
        """The byte of the checksum that changes if there is no carry."""


@mypyc_attr(allow_interpreted_subclasses=True)
class View:
    """What the generated class of a view is derived from."""

    _buffer: bytearray
    _start: i64
    _numbers: list[Number]

    @property
    def _0(self) -> object:
        return get(self, self._numbers[0])

    @_0.setter
    def _0(self, value: object = DELETED) -> None:
        put(self, self._numbers[0], value)

    @property
    def _1(self) -> object:
        return get(self, self._numbers[1])

    @_1.setter
    def _1(self, value: object = DELETED) -> None:
        put(self, self._numbers[1], value)

    @property
    def _2(self) -> object:
        return get(self, self._numbers[2])

    @_2.setter
    def _2(self, value: object = DELETED) -> None:
        put(self, self._numbers[2], value)

    @property
    def _3(self) -> object:
        return get(self, self._numbers[3])

    @_3.setter
    def _3(self, value: object = DELETED) -> None:
        put(self, self._numbers[3], value)

    @property
    def _4(self) -> object:
        return get(self, self._numbers[4])

    @_4.setter
    def _4(self, value: object = DELETED) -> None:
        put(self, self._numbers[4], value)

    @property
    def _5(self) -> object:
        return get(self, self._numbers[5])

    @_5.setter
    def _5(self, value: object = DELETED) -> None:
        put(self, self._numbers[5], value)

    @property
    def _6(self) -> object:
        return get(self, self._numbers[6])

    @_6.setter
    def _6(self, value: object = DELETED) -> None:
        put(self, self._numbers[6], value)

    @property
    def _7(self) -> object:
        return get(self, self._numbers[7])

    @_7.setter
    def _7(self, value: object = DELETED) -> None:
        put(self, self._numbers[7], value)

    @property
    def _8(self) -> object:
        return get(self, self._numbers[8])

    @_8.setter
    def _8(self, value: object = DELETED) -> None:
        put(self, self._numbers[8], value)

    @property
    def _9(self) -> object:
        return get(self, self._numbers[9])

    @_9.setter
    def _9(self, value: object = DELETED) -> None:
        put(self, self._numbers[9], value)

    @property
    def _10(self) -> object:
        return get(self, self._numbers[10])

    @_10.setter
    def _10(self, value: object = DELETED) -> None:
        put(self, self._numbers[10], value)

    @property
    def _11(self) -> object:
        return get(self, self._numbers[11])

    @_11.setter
    def _11(self, value: object = DELETED) -> None:
        put(self, self._numbers[11], value)


VIEW: Final[type[object] | None] = View
MOST: Final = 12


def hold(view: View, buf: object, start: i64, numbers: list[Number]) -> None:
    view._buffer = buf if type(buf) is bytearray else NONE
    view._start = start
    view._numbers = numbers


def native(numbers: list[Number], exact: property, what: Straight) -> object:
    numbers.append(Number(exact, what))
    return vars(View)[f"_{len(numbers) - 1}"]


def get(view: View, number: Number) -> object:
    buf, start = view._buffer, view._start
    if len(buf) < start + number.end:
        return number.read(view)
    value: i64 = load(buf, start + number.at, number.size) >> number.shift & number.mask
    if number.boolean:
        return value != 0
    return value


def put(view: View, number: Number, value: object) -> None:
    buf = view._buffer
    if type(value) is number.kind:
        start: i64 = view._start
        if len(buf) >= start + number.reach:
            try:
                new: i64 = cast("i64", value)
            except (OverflowError, ValueError):  # too large for the type
                new = -1
            if number.least <= new <= number.most:
                if number.moved >= 0:
                    at: SupportsIndex = start + number.at
                    was: i64 = buf[at]
                    now: i64 = new
                    if number.others:
                        now = was & number.others | new << number.shift
                    moved: SupportsIndex = start + number.moved
                    before: i64 = buf[moved]
                    after: i64 = before + was - now
                    # no carry, and the checksum neither is nor becomes 0, or 0xFFFF, which is as much
                    if before > 0 and 0 < after < 0xFF:
                        buf[at] = now
                        buf[moved] = after
                        return
                if change(buf, start, number, new):
                    return
    if value is DELETED:
        number.delete(view)
    else:
        number.write(view, value)


def change(buf: bytearray, start: i64, number: Number, new: i64) -> bool:
    """Write a number, and what follows for the checksum; whether that is known."""
    at, size = start + number.at, number.size
    was = load(buf, at, size)
    now: i64 = was & number.others | new << number.shift
    if number.checksum >= 0:
        place: i64 = start + number.checksum
        before = load(buf, place, 2)
        if before != 0 or number.zero <= 0:
            taken: i64 = was - now << 8 if number.high else was - now
            after: i64 = (before + taken) % 0xFFFF
            if after == 0:
                if number.zero < 0:
                    return False
                after = number.zero
            store(buf, place, 2, before, after)
    store(buf, at, size, was, now)
    return True


def load(buf: bytearray, at: i64, size: i64) -> i64:
    value: i64 = buf[at]
    end: i64 = at + size
    at += 1
    while at < end:
        byte: i64 = buf[at]
        value = value << 8 | byte
        at += 1
    return value


def store(buf: bytearray, at: i64, size: i64, before: i64, after: i64) -> None:
    """Write those bytes that change."""
    changed: i64 = before ^ after
    while changed:
        size -= 1
        if changed & 0xFF:
            buf[at + size] = after & 0xFF
        changed >>= 8
        after >>= 8
