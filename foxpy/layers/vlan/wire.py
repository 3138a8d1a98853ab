"""VLAN tags (IEEE 802.1Q, 9.6): what lies behind the ethertypes 0x8100 and 0x88A8 of a frame, or of another tag.

A frame of a provider's network has a service tag and, as the body of that, a customer's tag (once IEEE 802.1ad). The
last two bytes of a tag are an ethertype or a length, as those of an Ethernet header are.
"""

from __future__ import annotations

from typing import Final

from foxpy.wire import Body, Classifier, Packet, Raw, appender, derived, field, flag, reader, rest, sized, u3, u12, u16

CUSTOMER_TAG: Final = 0x8100
"""The ethertype of a customer's tag (C-TAG), the only one in most networks."""

SERVICE_TAG: Final = 0x88A8
"""The ethertype of a provider's tag (S-TAG)."""


class Tag(Packet):
    """What all tags have: priority and network of a frame."""

    pcp: u3 = field(default=0)  # priority code point, 0 to 7; 1 is the lowest, 0 the default (802.1Q, table I-2)
    dei: flag = field(default=False)  # drop eligible: to be dropped first when queues are full (802.1Q, 6.9.3)
    vid: u12  # the VLAN, 1 to 4094; 0: none, the tag has a priority alone; 4095 is reserved (802.1Q, table 9-2)
    kind: u16  # the ethertype of the body from 0x600 on, a length of data up to 1500


class Tagged(Tag, when=Tag.kind >= 0x600):
    """A tag in front of what an ethertype says, which may be another tag."""

    body: Body = rest(default=b"")


class TaggedLlc(Tag, when=Tag.kind.between(0, 1500)):
    """A tag in an IEEE 802.3 frame: an LLC header begins the data."""

    kind: u16 = derived()  # bytes of data, padding not counted
    body: Body = sized(kind, default=b"")
    pad: Raw = rest(default=b"")


class UndefinedTag(Tag):
    """A tag whose ``kind``, 1501 to 1535, has no meaning (IEEE 802.3, 3.2.6)."""

    body: Raw = rest(default=b"")


vlan = Classifier[Tagged | TaggedLlc | UndefinedTag]()

read_tag = reader(Tag.pcp, Tag.dei, Tag.vid, Tag.kind)
append_tag = appender(Tag)
