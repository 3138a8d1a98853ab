"""Logical link control (IEEE 802.2, section 5), and the SNAP header behind it (RFC 1042).

They begin the data of Ethernet frames that have a length in place of an ethertype.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.wire import (
    Body,
    Classifier,
    Field,
    Packet,
    UInt,
    appender,
    const,
    field,
    flag,
    reader,
    rest,
    u2,
    u6,
    u7,
    u16,
    u24,
)


class Sap(IntEnum):
    """Service access points: whom the data is for. The lowest bit is not part of the number; it is 0 in these."""

    NULL = 0x00
    """The link itself, for XID and TEST."""
    BPDU = 0x42
    """The spanning tree (IEEE 802.1D)."""
    SNAP = 0xAA
    """Another header, with an ethertype, follows."""
    IPX = 0xE0
    NETBIOS = 0xF0
    OSI = 0xFE
    """ISO network layer: IS-IS, ES-IS, CLNP."""


SapField = Annotated[Field[int], UInt(8, kind=Sap, open=True)]


class Llc(Packet):
    """What all headers begin with: two access points, and the first byte of ``control``, which says its format."""

    dsap: SapField  # for whom; its lowest bit is set for a group
    ssap: SapField  # from whom; its lowest bit is set in a response
    control: u6 = field(default=0)  # by format: a function, or a sequence number
    format: u2  # 3: unnumbered, one byte of control; 1: supervisory, 0 and 2: information, two bytes


class Snap(Llc):
    """An unnumbered header of one kind, with the type of the data (RFC 1042)."""

    dsap: SapField = const(Sap.SNAP)
    ssap: SapField = const(Sap.SNAP)
    control: u6 = const(0)  # unnumbered information
    format: u2 = const(3)
    oui: u24 = field(default=0)  # who gave the number behind it; 0: it is an ethertype
    kind: u16  # an ethertype where oui is 0
    body: Body = rest(default=b"")


class Unnumbered(Llc):
    """Data, or a command, that no sequence number belongs to; ``control`` 0 is unnumbered information (UI)."""

    format: u2 = const(3)
    body: Body = rest(default=b"")


class Numbered(Llc):
    """Data, or an acknowledgement, on a connection of LLC (IEEE 802.2, type 2)."""

    format: u2 = field(max=2)  # 1: supervisory; 0 and 2: information, the upper bit being the lowest of N(S)
    receive: u7  # N(R): the number of the frame that is expected next
    poll: flag = field(default=False)  # poll in a command, final in a response
    body: Body = rest(default=b"")


llc = Classifier[Snap | Unnumbered | Numbered]()

read_llc = reader(Llc.dsap, Llc.ssap, Llc.control, Llc.format)
append_snap = appender(Snap)
