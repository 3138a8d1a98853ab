"""The TCP header (RFC 9293, section 3.1) and its options (RFC 9293, 3.2; RFC 2018; RFC 7323)."""

from __future__ import annotations

from typing import Final

from foxpy.wire import (
    Body,
    Packet,
    Raw,
    Records,
    appender,
    arg,
    const,
    derived,
    field,
    filler,
    inet_checksum,
    packets,
    reader,
    rest,
    sized,
    total,
    u4,
    u8,
    u12,
    u16,
    u32,
    verifier,
    writer,
)

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10
URG: Final = 0x20
ECE: Final = 0x40
CWR: Final = 0x80


class TcpOption(Packet):
    """What all options begin with."""

    kind: u8


class EndOfOptions(TcpOption):
    """Ends the list; what follows is padding (RFC 9293, MUST-69)."""

    kind: u8 = const(0)


class NoOperation(TcpOption):
    """Aligns the option behind it."""

    kind: u8 = const(1)


class MaximumSegmentSize(TcpOption):
    """The largest segment that its sender takes (RFC 9293, section 3.7.1). Only in segments with SYN."""

    kind: u8 = const(2)
    length: u8 = total()
    size: u16


class WindowScale(TcpOption):
    """Windows are to be shifted left by this many bits (RFC 7323, section 2). Only in segments with SYN."""

    kind: u8 = const(3)
    length: u8 = total()
    shift: u8


class SackPermitted(TcpOption):
    """Selective acknowledgements may be sent (RFC 2018, section 2). Only in segments with SYN."""

    kind: u8 = const(4)
    length: u8 = total()


class SackBlock(Packet):
    """Sequence numbers that have arrived, ``right`` excluded."""

    left: u32
    right: u32


class Sack(TcpOption):
    """Blocks that have arrived behind a gap (RFC 2018, section 3; RFC 2883)."""

    kind: u8 = const(5)
    length: u8 = total()
    blocks: packets[SackBlock] = rest()


class Timestamps(TcpOption):
    """The sender's clock and the clock value that it echoes (RFC 7323, section 3)."""

    kind: u8 = const(8)
    length: u8 = total()
    value: u32
    echo: u32


class UserTimeout(TcpOption):
    """For how long its sender lets data go unacknowledged: seconds, or minutes with the highest bit (RFC 5482)."""

    kind: u8 = const(28)
    length: u8 = total()
    value: u16


class FastOpen(TcpOption):
    """Asks for a cookie, brings one, or shows one, which lets a SYN carry data (RFC 7413). Only in SYNs."""

    kind: u8 = const(34)
    length: u8 = total()
    cookie: Raw = rest(default=b"")


class OtherOption(TcpOption):
    """Any option with a length."""

    length: u8 = total()
    data: Raw = rest(default=b"")


class TCP(Packet):
    """A segment, with its options as values. ``pseudo`` is the sum of the pseudo-header, with the length."""

    pseudo: arg[int] = field(default=0)
    sport: u16
    dport: u16
    seq: u32
    ack: u32 = field(default=0)
    doff: u4 = derived()  # in words of 4 bytes, 5 to 15
    flags: u12 = field(default=0)  # four reserved bits and the eight control bits
    window: u16
    checksum: u16 = inet_checksum("whole", seed=pseudo)
    urgent: u16 = field(default=0)
    options: packets[
        NoOperation
        | MaximumSegmentSize
        | WindowScale
        | SackPermitted
        | Sack
        | Timestamps
        | UserTimeout
        | FastOpen
        | OtherOption
    ] = sized(doff * 4 - 20, align=4, end=EndOfOptions, default=())
    body: Body = rest(default=b"")


class TcpHeader(Packet):
    """A segment, with its options in bytes: what is built and read for each packet."""

    pseudo: arg[int] = field(default=0)
    sport: u16
    dport: u16
    seq: u32
    ack: u32 = field(default=0)
    doff: u4 = derived()
    flags: u12 = field(default=0)
    window: u16
    checksum: u16 = inet_checksum("whole", seed=pseudo)
    urgent: u16 = field(default=0)
    options: Raw = sized(doff * 4 - 20, default=b"")
    body: Body = rest(default=b"")


class Quote(Packet):
    """What an ICMP error must quote of a segment: its first 8 bytes (RFC 792)."""

    sport: u16
    dport: u16
    seq: u32
    body: Body = rest(default=b"")


class AlignedTimestamps(Packet):
    """The option area of nearly all segments once timestamps are agreed on (RFC 7323, appendix A)."""

    head: u32 = const(0x0101080A)  # NOP, NOP, kind 8, length 10
    value: u32
    echo: u32


tcp_options = Records[
    NoOperation
    | MaximumSegmentSize
    | WindowScale
    | SackPermitted
    | Sack
    | Timestamps
    | UserTimeout
    | FastOpen
    | OtherOption
](end=EndOfOptions, align=4)
"""``tcp_options.parse(buf, start, end)`` and ``tcp_options.build(options)``: an option area as typed values.

An option whose length is below 2, beyond the end or not that of its kind raises PacketError (RFC 9293, MUST-7).
"""

read_tcp = reader(
    TcpHeader.sport,
    TcpHeader.dport,
    TcpHeader.seq,
    TcpHeader.ack,
    TcpHeader.doff * 4,
    TcpHeader.flags,
    TcpHeader.window,
    TcpHeader.checksum,
    TcpHeader.urgent,
)
"""Ports, sequence and acknowledgement number, bytes of header (not checked), flags, window, checksum, urgent."""

read_quote = reader(Quote.sport, Quote.dport, Quote.seq)
"""Ports and sequence number of a segment that an ICMP error is about."""

SEQ: Final = 4
CONTROL: Final = 12
CHECKSUM: Final = 16
"""Where in the header are the sequence number, the 16 bits with the header's length and the flags, the checksum."""

append_tcp = appender(TcpHeader)
put_tcp = writer(TcpHeader)
fill_tcp = filler(TcpHeader)
verify_tcp = verifier(TcpHeader)

read_timestamps = reader(AlignedTimestamps.value, AlignedTimestamps.echo)
"""Value and echo of an option area that holds timestamps alone, aligned; Malformed for any other."""

append_timestamps = appender(AlignedTimestamps)
