"""Ethernet frames without preamble and frame check sequence: Ethernet II (RFC 894) and IEEE 802.3 (RFC 1042).

The last two header bytes are an ethertype from 0x600 on, a length of data up to 1500, and neither in between.
"""

from __future__ import annotations

from typing import Annotated

from foxpy.addresses import MacAddress
from foxpy.wire import (
    Body,
    Classifier,
    FieldAs,
    Octets,
    Packet,
    Raw,
    appender,
    derived,
    reader,
    rest,
    sized,
    u16,
    writer,
)

Mac = Annotated[FieldAs[MacAddress, MacAddress | bytes], Octets(6, MacAddress)]


class Ethernet(Packet):
    """The header that all frames share."""

    dst: Mac
    src: Mac
    kind: u16


class EthernetII(Ethernet, when=Ethernet.kind >= 0x600):
    """A frame whose ``kind`` is the ethertype of its body. What pads a short frame is part of the body."""

    body: Body = rest(default=b"")


class Ieee8023(Ethernet, when=Ethernet.kind.between(0, 1500)):
    """A frame whose ``kind`` is the length of its data; an LLC header begins the data (RFC 1042)."""

    kind: u16 = derived()
    body: Body = sized(kind, default=b"")
    pad: Raw = rest(default=b"")


class UndefinedFrame(Ethernet):
    """A frame whose ``kind``, 1501 to 1535, has no meaning (IEEE 802.3, 3.2.6)."""

    body: Raw = rest(default=b"")


ethernet = Classifier[EthernetII | Ieee8023 | UndefinedFrame]()

read_ethernet = reader(Ethernet.dst.number, Ethernet.src.number, Ethernet.kind)
"""Destination, source (as numbers) and ethertype or length of a frame."""

append_ethernet = appender(Ethernet)
put_ethernet = writer(EthernetII)
