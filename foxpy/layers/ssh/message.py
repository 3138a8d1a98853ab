"""What all SSH messages begin with (RFC 4251, section 7)."""

from __future__ import annotations

from foxpy.wire import Packet, Raw, rest, u8


class SshMessage(Packet):
    """The payload of a binary packet."""

    number: u8  # 1 to 49: transport, 50 to 79: authentication, 80 to 127: connection


class OtherMessage(SshMessage):
    """Of a number that no protocol here has: 128 to 191 for client protocols, 192 to 255 for local extensions."""

    data: Raw = rest(default=b"")
