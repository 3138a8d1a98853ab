"""What kinds of values filters compare, and how two values of different make are compared."""

from __future__ import annotations

import enum
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from foxpy.addresses import MacAddress
from foxpy.decode.filter.tokens import Literal, Text
from foxpy.wire import Packet, Window
from foxpy.wire.codec import Codec
from foxpy.wire.encodings import Blob, ListOf, Octets, OneOf, UInt
from foxpy.wire.fields import AnyField


class Kind(enum.Enum):
    """What a value is, as far as that is known before any packet is read. The value is what to call it."""

    NUMBER = "a number"
    TEXT = "text"
    BYTES = "bytes"
    MAC = "a MAC address"
    IP = "an IP address"
    NETWORK = "a network"
    PACKET = "a part with fields of its own"
    UNKNOWN = "anything"


_ADDRESSES: Final[dict[object, Kind]] = {MacAddress: Kind.MAC, IPv4Address: Kind.IP, IPv6Address: Kind.IP}

COMPARABLE: Final = {
    Kind.NUMBER: {Kind.NUMBER, Kind.TEXT},  # the members of enums have names
    Kind.TEXT: {Kind.TEXT, Kind.BYTES},
    Kind.BYTES: {Kind.TEXT, Kind.BYTES},
    Kind.MAC: {Kind.MAC, Kind.TEXT},
    Kind.IP: {Kind.IP, Kind.NETWORK, Kind.TEXT},
    Kind.NETWORK: {Kind.IP},
    Kind.PACKET: set[Kind](),
}
"""What each kind may be compared with."""


def kind_of_literal(value: Literal) -> Kind:
    match value:
        case int() | float():
            return Kind.NUMBER
        case Text():
            return Kind.TEXT
        case MacAddress():
            return Kind.MAC
        case IPv4Address() | IPv6Address():
            return Kind.IP
        case IPv4Network() | IPv6Network():
            return Kind.NETWORK


def kind_of_field(field: AnyField) -> Kind:
    """Of a list, what its elements are."""
    encoding = field.encoding
    if isinstance(encoding, ListOf) and encoding.element is not None:
        encoding = encoding.element
    match encoding:
        case UInt():
            return Kind.NUMBER
        case Octets(kind=kind):
            return Kind.BYTES if kind is None else _ADDRESSES.get(kind, Kind.UNKNOWN)
        case Blob():
            return Kind.BYTES
        case ListOf() | OneOf():
            return Kind.PACKET
        case Codec():
            return Kind.UNKNOWN
        case _:
            return Kind.UNKNOWN


def comparable(left: Kind, right: Kind) -> bool:
    """Whether there is a packet for which the comparison can hold."""
    return Kind.UNKNOWN in (left, right) or right in COMPARABLE[left] or left in COMPARABLE[right]


def equal(left: object, right: object) -> bool:
    """Whether two values are the same, or the one lies in the other, which is a network."""
    if isinstance(right, Text) and not isinstance(left, Text):
        return _is_text(left, right)
    if isinstance(left, Text):
        return left == right if isinstance(right, Text) else _is_text(right, left)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, IPv4Address | IPv6Address) and isinstance(other, IPv4Network | IPv6Network):
            return one in other
    return left == right


def _is_text(value: object, text: Text) -> bool:
    match value:
        case bytes() | Window():
            return value == text.data
        case enum.Enum():
            return value.name.lower() == text.text.lower()
        case int() | float() | Packet():
            return False
        case _:
            return str(value).lower() == text.text.lower()


def contains(left: object, right: object) -> bool:
    """Whether ``right``, a string or bytes, is found in ``left``."""
    match left, right:
        case ((bytes() | Window()), Text(data=data)):
            return data in bytes(left)
        case ((bytes() | Window()), (bytes() | Window())):
            return bytes(right) in bytes(left)
        case str(), Text(text=text):
            return text.lower() in left.lower()
        case _:
            return False


def _ordered(holds: Callable[[float, float], bool]) -> Callable[[object, object], bool]:
    def compare(left: object, right: object) -> bool:
        return isinstance(left, int | float) and isinstance(right, int | float) and holds(left, right)

    return compare


COMPARE: Final[dict[str, Callable[[object, object], bool]]] = {
    "==": equal,
    "in": equal,
    "contains": contains,
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
}
"""By sign. ``!=`` is the opposite of ``==``, of all values at once."""

CALCULATE: Final[dict[str, Callable[[int, int], int]]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
    "&": int.__and__,
    "|": int.__or__,
}
