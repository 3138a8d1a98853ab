"""The messages of BGP-4 (RFC 4271, section 4)."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.layers.bgp.attributes import LongAttribute, ShortAttribute
from foxpy.layers.bgp.capabilities import Capabilities, OtherParameter
from foxpy.layers.bgp.families import AfiCode, SafiCode
from foxpy.layers.bgp.prefix import Prefixes
from foxpy.layers.ipv4.wire import Ip4
from foxpy.wire import (
    Classifier,
    Field,
    Octets,
    Packet,
    Raw,
    UInt,
    arg,
    const,
    derived,
    field,
    packets,
    rest,
    sized,
    total,
    u8,
    u16,
)

Marker = Annotated[Field[bytes], Octets(16)]


class Header(Packet):
    """What all messages begin with (section 4.1)."""

    marker: Marker = const(b"\xff" * 16)  # of no use any more
    length: u16 = total()  # bytes, 19 to 4096, the header included
    type: u8


class Message(Header, when=Header.length <= 4096):
    """A message, as long as one may be (section 4.1)."""


class Open(Message):
    """The first message of each side (section 4.2)."""

    type: u8 = const(1)
    version: u8 = const(4)
    my_as: u16  # 23456 for a number of four octets, which is then a capability (RFC 6793)
    hold_time: u16  # seconds: 0, or 3 at least
    identifier: Ip4
    parameters_length: u8 = derived()  # bytes
    parameters: packets[Capabilities | OtherParameter] = sized(parameters_length, default=())


class Update(Message):
    """Routes, with what all of them share, and routes that are withdrawn (section 4.3).

    ``as4``: AS numbers have four octets, as both sides have offered FourOctetAs.
    """

    as4: arg[bool] = field(default=True)
    type: u8 = const(2)
    withdrawn_length: u16 = derived()  # bytes
    withdrawn: Prefixes = sized(withdrawn_length, default=())
    attributes_length: u16 = derived()  # bytes
    attributes: packets[ShortAttribute | LongAttribute] = sized(attributes_length, default=())
    routes: Prefixes = rest(default=())  # network layer reachability information


class Error(IntEnum):
    """What is wrong (section 4.5; RFC 7313)."""

    MESSAGE_HEADER = 1
    OPEN_MESSAGE = 2
    UPDATE_MESSAGE = 3
    HOLD_TIMER_EXPIRED = 4
    FINITE_STATE_MACHINE = 5
    CEASE = 6
    ROUTE_REFRESH_MESSAGE = 7


ErrorCode = Annotated[Field["Error | int"], UInt(8, kind=Error, open=True)]


class Notification(Message):
    """An error, with which the connection ends (section 4.5)."""

    type: u8 = const(3)
    code: ErrorCode
    subcode: u8 = field(default=0)  # 0: none that fits
    data: Raw = rest(default=b"")  # what was wrong: for a bad length, that length


class Keepalive(Message):
    """Nothing but that its sender is there (section 4.4)."""

    type: u8 = const(4)


class RouteRefresh(Message):
    """Asks for the routes of an address family (RFC 2918, section 3)."""

    type: u8 = const(5)
    afi: AfiCode
    subtype: u8 = field(default=0)  # 0: a request, 1 and 2: the answer begins and ends (RFC 7313)
    safi: SafiCode


class OtherMessage(Message):
    """To be answered by a NOTIFICATION: Message Header Error, Bad Message Type."""

    data: Raw = rest(default=b"")


bgp = Classifier[Open | Update | Notification | Keepalive | RouteRefresh | OtherMessage]()
"""``bgp.parse(buf, as4=False)`` for an UPDATE from a speaker that knows AS numbers of two octets only."""
