"""The blocks of pcapng captures (draft-ietf-opsawg-pcapng), in both byte orders: each section has one of its own.

Every block begins with its type and ends as it says a second time how long it is, so that a file can be walked in both
directions (section 3.1).
"""

from __future__ import annotations

from typing import Annotated, Final

from foxpy.wire import (
    Body,
    Field,
    Packet,
    Raw,
    Records,
    UInt,
    computed,
    const,
    derived,
    field,
    flag,
    reader,
    rest,
    sized,
    total,
    u7,
    u16,
    u16le,
    u32,
    u32le,
    u64,
    u64le,
)

u24 = Annotated[Field[int], UInt(24)]

SECTION: Final = 0x0A0D0D0A
"""The type of the block that a section begins with: the same in both orders, and a file's magic number."""
ORDER: Final = 0x1A2B3C4D
"""Tells the byte order of a section."""
INTERFACE: Final = 1
OLD_PACKET: Final = 2
SIMPLE_PACKET: Final = 3
ENHANCED_PACKET: Final = 6
UNKNOWN: Final = 0xFFFF_FFFF_FFFF_FFFF
"""The length of a section that does not say it."""


class LittleHead(Packet):
    """What all blocks begin with."""

    kind: u32le
    length: u32le


class LittleTail(Packet):
    """What all blocks end with: their length again."""

    again: u32le


class LittleOrder(Packet):
    """Stands behind the head of a section, and tells the byte order of that, too."""

    order: u32le


class LittleSection(Packet):
    """Begins a section, which is independent of those before it (section 4.1)."""

    kind: u32le = const(SECTION)
    length: u32le = total()
    order: u32le = const(ORDER)
    major: u16le = const(1)
    minor: u16le = field(default=0)
    section: u64le = field(default=UNKNOWN)  # bytes of the blocks that follow; not relied upon
    options: Raw = rest(default=b"")
    again: u32le = computed(length)


class LittleInterface(Packet):
    """An interface, named by its place among those of its section (section 4.2)."""

    kind: u32le = const(INTERFACE)
    length: u32le = total()
    linktype: u16le
    reserved: u16le = field(default=0)
    snaplen: u32le = field(default=0)  # 0: no limit
    options: Raw = rest(default=b"")
    again: u32le = computed(length)


class LittleEnhanced(Packet):
    """A packet, with its time in units of its interface (section 4.3)."""

    kind: u32le = const(ENHANCED_PACKET)
    length: u32le = total()
    interface: u32le = field(default=0)
    high: u32le
    low: u32le
    captured: u32le = derived()
    original: u32le
    packet: Body = sized(captured, pad=4)
    options: Raw = rest(default=b"")
    again: u32le = computed(length)


class LittleSimple(Packet):
    """A packet of the first interface, with no time (section 4.4). ``packet`` is padded."""

    kind: u32le = const(SIMPLE_PACKET)
    length: u32le = total()
    original: u32le
    packet: Body = rest()
    again: u32le = computed(length)


class LittleOld(Packet):
    """A packet as writers of old have it (appendix A)."""

    kind: u32le = const(OLD_PACKET)
    length: u32le = total()
    interface: u16le
    drops: u16le = field(default=0xFFFF)  # unknown
    high: u32le
    low: u32le
    captured: u32le = derived()
    original: u32le
    packet: Body = sized(captured, pad=4)
    options: Raw = rest(default=b"")
    again: u32le = computed(length)


class LittleOption(Packet):
    """What all options begin with (section 3.5)."""

    code: u16le


class LittleEnd(LittleOption):
    """Ends the options of a block, whatever stands behind it; they may end without it."""

    code: u16le = const(0)
    length: u16le = field(default=0)
    behind: Raw = rest(default=b"")


class LittleResolution(LittleOption):
    """What time stamps count: units of 10 or, if ``binary``, 2 to the power of minus ``exponent`` seconds."""

    code: u16le = const(9)
    length: u16le = const(1)
    binary: flag = field(default=False)
    exponent: u7
    pad: u24 = field(default=0)


class LittleOffset(LittleOption):
    """Seconds to be added to time stamps, in two's complement."""

    code: u16le = const(14)
    length: u16le = const(8)
    seconds: u64le


class LittleOther(LittleOption):
    """Any option."""

    length: u16le = derived()
    value: Raw = sized(length, pad=4)


class BigHead(Packet):
    kind: u32
    length: u32


class BigTail(Packet):
    again: u32


class BigOrder(Packet):
    order: u32


class BigSection(Packet):
    kind: u32 = const(SECTION)
    length: u32 = total()
    order: u32 = const(ORDER)
    major: u16 = const(1)
    minor: u16 = field(default=0)
    section: u64 = field(default=UNKNOWN)
    options: Raw = rest(default=b"")
    again: u32 = computed(length)


class BigInterface(Packet):
    kind: u32 = const(INTERFACE)
    length: u32 = total()
    linktype: u16
    reserved: u16 = field(default=0)
    snaplen: u32 = field(default=0)
    options: Raw = rest(default=b"")
    again: u32 = computed(length)


class BigEnhanced(Packet):
    kind: u32 = const(ENHANCED_PACKET)
    length: u32 = total()
    interface: u32 = field(default=0)
    high: u32
    low: u32
    captured: u32 = derived()
    original: u32
    packet: Body = sized(captured, pad=4)
    options: Raw = rest(default=b"")
    again: u32 = computed(length)


class BigSimple(Packet):
    kind: u32 = const(SIMPLE_PACKET)
    length: u32 = total()
    original: u32
    packet: Body = rest()
    again: u32 = computed(length)


class BigOld(Packet):
    kind: u32 = const(OLD_PACKET)
    length: u32 = total()
    interface: u16
    drops: u16 = field(default=0xFFFF)
    high: u32
    low: u32
    captured: u32 = derived()
    original: u32
    packet: Body = sized(captured, pad=4)
    options: Raw = rest(default=b"")
    again: u32 = computed(length)


class BigOption(Packet):
    code: u16


class BigEnd(BigOption):
    code: u16 = const(0)
    length: u16 = field(default=0)
    behind: Raw = rest(default=b"")


class BigResolution(BigOption):
    code: u16 = const(9)
    length: u16 = const(1)
    binary: flag = field(default=False)
    exponent: u7
    pad: u24 = field(default=0)


class BigOffset(BigOption):
    code: u16 = const(14)
    length: u16 = const(8)
    seconds: u64


class BigOther(BigOption):
    length: u16 = derived()
    value: Raw = sized(length, pad=4)


read_little_head, read_big_head = reader(LittleHead.kind, LittleHead.length), reader(BigHead.kind, BigHead.length)
read_little_tail, read_big_tail = reader(LittleTail.again), reader(BigTail.again)
read_little_order, read_big_order = reader(LittleOrder.order), reader(BigOrder.order)

little_options = Records[LittleEnd | LittleResolution | LittleOffset | LittleOther]()
big_options = Records[BigEnd | BigResolution | BigOffset | BigOther]()
