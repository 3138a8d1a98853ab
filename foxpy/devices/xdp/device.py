"""A queue of a network interface as a device: AF_XDP below any stack over Ethernet."""

from __future__ import annotations

import mmap
from typing import Final, Literal, TypeAlias

from foxpy.devices.coalescing import Coalescing
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.xdp import abi
from foxpy.devices.xdp.config import XdpConfig
from foxpy.devices.xdp.partial import transport, unfinished
from foxpy.devices.xdp.socket import XdpSocket
from foxpy.devices.xdp.stats import XdpInfo, XdpStatistics
from foxpy.errors import InitializationFailed, OpenFailed
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, Offload, Offloads
from foxpy.runtime import Descriptor, Runtime
from foxpy.status import Closed

Checksums: TypeAlias = Literal["verify", "partial", "trust"]
CHECKSUMS: Final = ("verify", "partial", "trust")

HEADER: Final = 14
LARGEST_FRAME: Final = LARGEST_PACKET + HEADER + 4
"""Bytes of a frame that comes in several chunks, at most: what goes on beyond is dropped."""
LENGTH: Final = 0xFFFF_FFFF
"""Of a descriptor's second word, without the options."""
AGAIN: Final = 0.001
LATEST: Final = 0.25
"""Seconds until the kernel is asked again to send what it left, and what that doubles to while it takes nothing."""


class XdpDevice(Device[EthernetFrames], Descriptor):
    """What ``xdp`` makes."""

    def __init__(self, runtime: Runtime, interface: str, config: XdpConfig, checksums: Checksums) -> None:
        if not 0 < len(interface.encode()) < 16:
            raise InitializationFailed(f"{interface!r} names no interface: a name has 1 to 15 bytes")
        if checksums not in CHECKSUMS:
            raise InitializationFailed(f"xdp {interface}: checksums {checksums!r} is none of {', '.join(CHECKSUMS)}")
        # What the kernel does not do for a marked packet is done here, before each frame is sent.
        super().__init__(runtime, interface, 1500, HEADER, Offloads(True, LARGEST_PACKET + HEADER))
        self._config = config
        self._unchecked = {"verify": None, "partial": unfinished, "trust": transport}[checksums]
        self._coalescing = Coalescing(self.port, runtime, HEADER)
        self._socket: XdpSocket | None = None
        self._told = XdpStatistics()
        self._pieces: list[bytes] = []
        self._size = 0
        self._unsent = False  # frames are in the ring, and the kick that is to come will send them
        self._again = runtime.timer(self._send)
        self._delay = AGAIN

    # -- lifecycle

    def acquire(self) -> None:
        socket = self._socket = XdpSocket(self.name, self._config)
        self.mtu = socket.mtu
        # What is not taken at once waits in chunks, and has a place in the ring.
        waiting = min(self._config.ring, self._config.chunks // 2) * (self.mtu + HEADER)
        self.offloads = Offloads(True, LARGEST_PACKET + HEADER, waiting)
        self.runtime.scheduler.watch(self.runtime, self)

    def release(self) -> None:
        self.end(Closed())
        self._close()

    def _close(self) -> None:
        socket = self._socket
        if socket is not None:
            self.runtime.scheduler.unwatch(self)
            self._again.stop()
            self._told = socket.statistics()
            self._pieces, self._size = [], 0
            self._socket = None
            socket.close()

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._put(headers, payload, 0, 0)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        socket = self._socket
        whole = not task.segment or len(payload) <= task.segment
        if whole and task.checksum >= 0 and socket is not None and socket.checksums:
            self._put(headers, payload, len(headers) - task.header, task.checksum)
            return
        # One system call for all that it is cut into.
        held, self._unsent = self._unsent, True
        try:
            super().transmit_offloaded(headers, payload, task)
        finally:
            if not held:
                self._send_soon()

    def _put(self, headers: Writer, payload: bytes, start: int, place: int) -> None:
        """One frame into the ring; ``start`` is where the bytes begin whose checksum is wanted, 0 for none."""
        socket = self._socket
        counters = self.counters
        if socket is None:
            counters.refused += 1
            return
        before = len(headers)
        size = before + len(payload)
        umem = socket.umem
        if size > umem.capacity:
            self._put_pieces(socket, bytes(headers) + payload, start, place)
            return
        free = socket.free
        if not free and not self._reaped(socket):
            counters.refused += 1
            return
        address = free[-1]
        memory = umem.memory
        end = address + size
        word = size
        memory[address : address + before] = headers
        memory[address + before : end] = payload
        if start:
            abi.CHECKSUM_TASK.pack_into(memory, address - abi.CHECKSUM_TASK.size, abi.CHECKSUM_WANTED, start, place)
            word |= abi.METADATA
        if not socket.tx.put(address, word):
            self._flush(socket)
            if not socket.tx.put(address, word):
                counters.refused += 1
                return
        free.pop()
        counters.sent += 1
        counters.bytes_sent += size
        if not self._unsent:
            self._send_soon()

    def _put_pieces(self, socket: XdpSocket, frame: bytes, start: int, place: int) -> None:
        """A frame that needs several chunks, all of them or none."""
        capacity = socket.umem.capacity
        count = -(-len(frame) // capacity)
        if socket.tx.room() < count:
            self._flush(socket)
        if socket.tx.room() < count or (len(socket.free) < count and not self._reaped(socket, count)):
            self.counters.refused += 1
            return
        chunks = socket.alloc(count)
        if start:
            abi.CHECKSUM_TASK.pack_into(
                socket.umem.memory, chunks[0] - abi.CHECKSUM_TASK.size, abi.CHECKSUM_WANTED, start, place
            )
        options = abi.METADATA if start else 0
        for number, address in enumerate(chunks):
            piece = frame[number * capacity : (number + 1) * capacity]
            socket.umem.memory[address : address + len(piece)] = piece
            more = abi.CONTINUES if number < count - 1 else 0
            socket.tx.put(address, len(piece) | more | options)
            options = 0
        self.counters.sent += 1
        self.counters.bytes_sent += len(frame)
        if not self._unsent:
            self._send_soon()

    def _reaped(self, socket: XdpSocket, count: int = 1) -> bool:
        """Whether ``count`` chunks are free once what is in the ring was sent, and what was sent is taken back."""
        socket.reap()
        if len(socket.free) < count:
            self._flush(socket)
            socket.reap()
        return len(socket.free) >= count

    def _send_soon(self) -> None:
        """Send at the end of the batch, after those who were to act at its end have sent as well."""
        self._unsent = True
        self.runtime.at_end_of_batch(self._ended)

    def _ended(self) -> None:
        self.runtime.at_end_of_batch(self._send)

    def _send(self) -> None:
        self._unsent = False
        if self._socket is not None:
            self._flush(self._socket)

    def _flush(self, socket: XdpSocket) -> None:
        socket.tx.publish()
        if socket.kick():
            self._delay = AGAIN
            self._again.stop()
        else:
            # Nothing announces that there is room again, or that the interface is up.
            self._again.start(self._delay)
            self._delay = min(2 * self._delay, LATEST)

    # -- up: deliver

    def fileno(self) -> int:
        return -1 if self._socket is None else self._socket.fileno()

    def taken(self) -> int:
        return self.counters.received

    def burst(self, budget: int) -> bool:
        socket = self._socket
        if socket is None:
            return True  # so that nobody waits for a descriptor that there is no more
        addresses, lengths = socket.receive(budget)
        if not addresses:
            if socket.error():
                self._lost()
                return True
            return False
        # The one copy: above here a frame is anybody's for as long as they like, and the chunks are free at once.
        memory = socket.umem.memory
        if self._config.frags:
            frames = self._whole(memory, addresses, lengths)
        else:
            frames = [memory[address : address + length] for address, length in zip(addresses, lengths, strict=True)]
        socket.recycle()
        received, unchecked = self._coalescing.received, self._unchecked
        if unchecked is None:
            for frame in frames:
                received(frame)
        else:
            for frame in frames:
                received(frame, 0, unchecked(frame))
        return self._socket is None or socket.rx.waiting() > 0

    def _whole(self, memory: mmap.mmap, addresses: list[int], lengths: list[int]) -> list[bytes]:
        """The frames that are complete; what the next batch completes is kept."""
        frames = []
        for address, length in zip(addresses, lengths, strict=True):
            more = length & abi.CONTINUES
            piece = memory[address : address + (length & LENGTH)]
            if not more and not self._pieces:
                frames.append(piece)
                continue
            self._size += len(piece)
            if self._size <= LARGEST_FRAME:
                self._pieces.append(piece)
            if not more:
                if self._size <= LARGEST_FRAME:
                    frames.append(b"".join(self._pieces))
                else:
                    self.counters.unclaimed += 1
                self._pieces, self._size = [], 0
        return frames

    def _lost(self) -> None:
        self._close()
        self.fail(OpenFailed(f"xdp {self.name}: the interface was deleted"))

    # -- control and query

    def query(self) -> XdpInfo:
        socket = self._socket
        told = super().query()
        return XdpInfo(
            name=told.name,
            mtu=told.mtu,
            received=told.received,
            bytes_received=told.bytes_received,
            sent=told.sent,
            bytes_sent=told.bytes_sent,
            refused=told.refused,
            unclaimed=told.unclaimed,
            kernel=self._told if socket is None else socket.statistics(),
            zero_copy=socket is not None and socket.zero_copy,
            checksums=socket is not None and socket.checksums,
        )
