"""Reading pcapng captures (draft-ietf-opsawg-pcapng), of any size, packet by packet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from foxpy.devices.pcap import ng_wire as wire
from foxpy.devices.pcap.capture import Captured, CaptureReader, PcapError
from foxpy.devices.pcap.clock import Clock
from foxpy.devices.pcap.writer import LARGEST
from foxpy.wire import Packet, PacketError, Reader

HEAD: Final = 8
"""Bytes of a block's type and length."""
TAIL: Final = 4
"""Bytes of its length again."""
INTERFACES: Final = 4096
"""How many a section may have: each is remembered."""
ROOM: Final = LARGEST + (1 << 18)
"""The most bytes of a block that is read: a packet with its options. Blocks that are skipped may have any size."""


@attrs.frozen
class _Order:
    """How to read blocks in one byte order. All other blocks are skipped: names, statistics, private ones."""

    head: Reader[tuple[int, int]]
    tail: Reader[tuple[int]]
    blocks: Mapping[int, type[Packet]]


_LITTLE: Final = _Order(
    wire.read_little_head,
    wire.read_little_tail,
    {
        wire.SECTION: wire.LittleSection,
        wire.INTERFACE: wire.LittleInterface,
        wire.ENHANCED_PACKET: wire.LittleEnhanced,
        wire.SIMPLE_PACKET: wire.LittleSimple,
        wire.OLD_PACKET: wire.LittleOld,
    },
)
_BIG: Final = _Order(
    wire.read_big_head,
    wire.read_big_tail,
    {
        wire.SECTION: wire.BigSection,
        wire.INTERFACE: wire.BigInterface,
        wire.ENHANCED_PACKET: wire.BigEnhanced,
        wire.SIMPLE_PACKET: wire.BigSimple,
        wire.OLD_PACKET: wire.BigOld,
    },
)


class PcapngReader(CaptureReader):
    """Reads a capture of one or more sections, each of either byte order, with any number of interfaces.

    Packets that were stored without a time have the time 0.
    """

    _order = _LITTLE

    def _read_header(self) -> None:
        self._clocks: list[Clock] = []
        head = self._take(HEAD)
        if len(head) < HEAD:
            raise PcapError(self.name, 0, f"a capture begins with {HEAD} bytes, {len(head)} are there")
        if int.from_bytes(head[:4], "big") != wire.SECTION:
            raise PcapError(self.name, 0, f"this is no pcapng file (magic number {head[:4].hex()})")
        self._read_block(head)

    def _read(self) -> Captured | None:
        while True:
            head = self._take(HEAD)
            if not head:
                return None
            if len(head) < HEAD:
                raise self._wrong(f"a block is cut off after {len(head)} bytes of its header")
            packet = self._read_block(head)
            if packet is not None:
                return packet

    def _wrong(self, fact: str, behind: int = 0) -> PcapError:
        """What to raise for a fault ``behind`` bytes into the block that is being read."""
        return PcapError(self.name, self.offset + behind, fact)

    def _read_block(self, head: bytes) -> Captured | None:
        """Read the block that begins with ``head``; gives the packet, if it has one."""
        kind, length = self._order.head(head, 0, HEAD)
        begun = head
        if kind == wire.SECTION:  # its length is in its own byte order
            begun += self._take(TAIL)
            self._order = self._order_of(begun)
            _, length = self._order.head(head, 0, HEAD)
        if length % 4 or length < HEAD + TAIL:
            raise self._wrong(f"a block of {length} bytes; it has to be a multiple of 4, and at least {HEAD + TAIL}", 4)
        described = self._order.blocks.get(kind)
        if described is None:
            self._pass_over(length)
            return None
        if length > ROOM:  # before anything of that size is read
            raise self._wrong(f"a block of {length} bytes, at most {ROOM} for one of type {kind}", 4)
        data = begun + self._take(length - len(begun))
        if len(data) < length:
            raise self._wrong(f"a block of {length} bytes is cut off after {len(data)}")
        try:
            found = self._enter(described.parse(data), data)
        except PacketError as error:
            raise self._wrong(f"{error.packet}.{error.field}: {error.fact}", error.offset or 0) from None
        self.offset += length
        return found

    def _order_of(self, begun: bytes) -> _Order:
        """The byte order of the section that begins so."""
        if len(begun) < HEAD + TAIL:
            raise self._wrong(f"a section is cut off after {len(begun)} bytes of its header")
        for read, order in ((wire.read_little_order, _LITTLE), (wire.read_big_order, _BIG)):
            if read(begun, HEAD, HEAD + TAIL) == (wire.ORDER,):
                return order
        raise self._wrong(f"{begun[HEAD:].hex()} tells no byte order", HEAD)

    def _pass_over(self, length: int) -> None:
        """Skip the rest of a block, all but its head."""
        passed = HEAD + self._skip(length - HEAD - TAIL)
        tail = self._take(TAIL)
        if passed + len(tail) < length:
            raise self._wrong(f"a block of {length} bytes is cut off after {passed + len(tail)}")
        (again,) = self._order.tail(tail, 0, TAIL)
        if again != length:
            raise self._wrong(f"a block of {length} bytes says at its end that it has {again}", length - TAIL)
        self.offset += length

    def _enter(self, block: Packet, data: bytes) -> Captured | None:
        """Do what ``block``, which was read from ``data``, says."""
        match block:
            case wire.LittleSection() | wire.BigSection():
                self._clocks.clear()
            case wire.LittleInterface() | wire.BigInterface():
                self._add_interface(block, data)
            case wire.LittleEnhanced() | wire.BigEnhanced() | wire.LittleOld() | wire.BigOld():
                clock = self._clock(block.interface)
                time = clock.nanoseconds(block.high << 32 | block.low)
                return self._packet(clock, time, bytes(block.packet), block.original)
            case wire.LittleSimple() | wire.BigSimple():
                clock = self._clock(0)
                size = min(block.original, clock.snaplen or block.original)
                if size > len(block.packet):
                    raise self._wrong(f"a packet of {size} bytes in a block with {len(block.packet)}")
                return self._packet(clock, 0, bytes(block.packet)[:size], block.original)
        return None

    def _packet(self, clock: Clock, time: int, packet: bytes, length: int) -> Captured:
        if len(packet) > LARGEST:
            raise self._wrong(f"a packet of {len(packet)} bytes, at most {LARGEST}")
        if len(packet) > length:
            raise self._wrong(f"{len(packet)} bytes kept of a packet of {length}")
        return Captured(time, packet, length, clock.linktype)

    def _clock(self, number: int) -> Clock:
        if number >= len(self._clocks):
            raise self._wrong(f"a packet of interface {number}, of which there are {len(self._clocks)}")
        return self._clocks[number]

    def _add_interface(self, block: wire.LittleInterface | wire.BigInterface, data: bytes) -> None:
        if len(self._clocks) >= INTERFACES:
            raise self._wrong(f"more than {INTERFACES} interfaces in one section")
        clock = Clock(block.linktype, block.snaplen)
        options = wire.little_options if isinstance(block, wire.LittleInterface) else wire.big_options
        for option in options.parse(data, block.MIN - TAIL, len(data) - TAIL):
            match option:
                case wire.LittleResolution() | wire.BigResolution():
                    clock.resolve(2 if option.binary else 10, option.exponent)
                case wire.LittleOffset() | wire.BigOffset():
                    clock.shift(option.seconds)
        self._clocks.append(clock)
