"""The GRE header (RFC 2784, section 2), with key and sequence number (RFC 2890, section 2).

What a receiver is to discard that does not know RFC 1701 is ``OtherGre``.
"""

from __future__ import annotations

from typing import Annotated

from foxpy.wire import (
    Body,
    Classifier,
    Field,
    Packet,
    Raw,
    UInt,
    const,
    derived,
    field,
    filler,
    flag,
    inet_checksum,
    present,
    reader,
    rest,
    u2,
    u3,
    u7,
    u16,
    verifier,
)

OptU32 = Annotated[Field["int | None"], UInt(32)]


class GreHeader(Packet):
    """What all headers begin with."""

    has_checksum: flag = field(default=False)
    has_routing: flag = field(default=False)  # RFC 1701; not in use any more
    has_key: flag = field(default=False)
    has_sequence: flag = field(default=False)
    reserved: u2 = field(default=0)  # to be 0; or else the packet is to be discarded (RFC 2784, section 2.3)
    reserved2: u7 = field(default=0)  # to be 0, and not looked at
    version: u3 = field(default=0)  # 0; 1 is that of PPTP (RFC 2637)
    kind: u16  # the ethertype of the body


class Gre(GreHeader):
    """A header without a checksum."""

    has_checksum: flag = const(False)
    has_routing: flag = const(False)
    has_key: flag = derived()
    has_sequence: flag = derived()
    reserved: u2 = const(0)
    version: u3 = const(0)
    key: OptU32 = present(has_key, default=None)  # which of several flows through the tunnel this is
    sequence: OptU32 = present(has_sequence, default=None)  # one more in each packet of the flow
    body: Body = rest(default=b"")


class GreChecked(GreHeader):
    """A header with the checksum of all that follows as well."""

    has_checksum: flag = const(True)
    has_routing: flag = const(False)
    has_key: flag = derived()
    has_sequence: flag = derived()
    reserved: u2 = const(0)
    version: u3 = const(0)
    checksum: u16 = inet_checksum("whole")
    reserved3: u16 = field(default=0)  # to be 0
    key: OptU32 = present(has_key, default=None)  # which of several flows through the tunnel this is
    sequence: OptU32 = present(has_sequence, default=None)  # one more in each packet of the flow
    body: Body = rest(default=b"")


class OtherGre(GreHeader):
    """A header of another version, or with a route."""

    data: Raw = rest(default=b"")


gre = Classifier[Gre | GreChecked | OtherGre]()

read_gre = reader(GreHeader.has_checksum, GreHeader.has_key, GreHeader.has_sequence, GreHeader.version, GreHeader.kind)
fill_gre = filler(GreChecked)
verify_gre = verifier(GreChecked)
