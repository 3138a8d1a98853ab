"""The headers of ``checksum``.

Both begin with a length, because a layer below may have padded the packet (Ethernet does, to 46 bytes); the check
covers the length as well. Padding must be zeros: then no damage to the length alone can go unnoticed.
"""

from __future__ import annotations

from foxpy.wire import Body, Packet, appender, field, filler, inet_checksum, reader, rest, total, u16, u32, verifier


class Crc32(Packet):
    """Checked by the CRC of IEEE 802.3, started with the length in place of 0 and running over the body."""

    length: u16 = total()
    crc: u32 = field()
    body: Body = rest(default=b"")


class InternetChecksum(Packet):
    """Checked by the ones' complement sum of RFC 1071, over the header and the body."""

    length: u16 = total()
    checksum: u16 = inet_checksum("whole")
    body: Body = rest(default=b"")


append_crc32 = appender(Crc32)
read_crc32 = reader(Crc32.length, Crc32.crc)

append_internet = appender(InternetChecksum)
fill_internet = filler(InternetChecksum)
read_internet = reader(InternetChecksum.length)
verify_internet = verifier(InternetChecksum)
