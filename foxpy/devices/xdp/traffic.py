"""The frames of an AF_XDP device, both ways: out of chunks and into chunks, counted."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable
from typing import Final

from foxpy.devices.coalescing import Coalescing
from foxpy.devices.port import Outlet, Port
from foxpy.devices.segmentation import segments
from foxpy.devices.xdp import abi
from foxpy.devices.xdp.ring import TransmitRing
from foxpy.devices.xdp.socket import XdpSocket
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, Offload
from foxpy.runtime import Runtime

LARGEST_FRAME: Final = LARGEST_PACKET + 14 + 4
"""Bytes of a frame that comes in several chunks, at most: what goes on beyond is dropped."""
LENGTH: Final = 0xFFFF_FFFF
"""Of a descriptor's second word, without the options."""
STOCK: Final = 64
"""Chunks that are taken at once."""
AGAIN: Final = 0.001
LATEST: Final = 0.25
"""Seconds until the kernel is asked again to send what it left, and what that doubles to while it takes nothing."""


class Gone(Exception):
    """The interface was deleted, or moved to another namespace."""


class Traffic(Outlet):
    """What passes an open socket; while there is none, what is sent is refused."""

    __slots__ = (
        "_again",
        "_capacity",
        "_checksums",
        "_counters",
        "_delay",
        "_frags",
        "_free",
        "_mark",
        "_marked",
        "_memory",
        "_pieces",
        "_runtime",
        "_size",
        "_stock",
        "_tx",
        "_unchecked",
        "_unsent",
        "_up",
        "socket",
    )

    socket: XdpSocket | None
    _memory: mmap.mmap
    _tx: TransmitRing
    _free: array[int]

    def __init__(
        self, port: Port, runtime: Runtime, link: int, unchecked: Callable[[bytes], int] | None, frags: bool
    ) -> None:
        """``unchecked`` says where in a frame the transport header is that need not be checked, 0 for nowhere; None
        has all of them checked. ``link``: bytes of link header."""
        self._up = Coalescing(port, runtime, link)
        self._counters = port.counters
        self._runtime = runtime
        self._unchecked = unchecked
        self._frags = frags
        self.socket = None
        self._capacity = 0
        self._checksums = False
        self._stock: list[int] = []  # chunks that were taken out of ``_free``, in which a look costs four times as much
        self._mark = b""  # before a frame whose checksum is wanted: here, what begins and lies at ``_marked``
        self._marked = (0, 0)
        self._pieces: list[bytes] = []
        self._size = 0
        self._unsent = False  # frames are in the ring, and what was asked to act at the end of the batch sends them
        self._again = runtime.timer(self._send)
        self._delay = AGAIN

    # -- lifecycle

    def begin(self, socket: XdpSocket) -> None:
        """Frames pass by ``socket`` from now on."""
        self._capacity = socket.umem.capacity
        self._memory = socket.umem.memory
        self._tx = socket.tx
        self._free = socket.free
        self._checksums = socket.checksums
        self.socket = socket

    def end(self) -> None:
        """There is no socket any more."""
        self.socket = None
        self._again.stop()
        self._stock.clear()
        self._pieces, self._size = [], 0

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._put(headers, payload, 0, 0)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        whole = not task.segment or len(payload) <= task.segment
        if whole and task.checksum >= 0 and self._checksums:
            self._put(headers, payload, len(headers) - task.header, task.checksum)
            return
        # One system call for all that it is cut into.
        held, self._unsent = self._unsent, True
        try:
            for each, part in segments(headers, payload, task):
                self._put(each, part, 0, 0)
        finally:
            if not held:
                self._send_soon()

    def _put(self, headers: Writer, payload: bytes, start: int, place: int) -> None:
        """One frame into the ring; ``start`` is where the bytes begin whose checksum is wanted, 0 for none."""
        counters = self._counters
        socket = self.socket
        if socket is None:
            counters.refused += 1
            return
        before = len(headers)
        size = before + len(payload)
        if size > self._capacity:
            self._put_pieces(socket, bytes(headers) + payload, start, place)
            return
        stock = self._stock
        if not stock and not self._restocked(socket):
            counters.refused += 1
            return
        address = stock[-1]
        end = address + size
        memory = self._memory
        memory[address : address + before] = headers
        memory[address + before : end] = payload
        word = size
        if start:
            if (start, place) != self._marked:
                self._mark, self._marked = _mark(start, place), (start, place)
            memory[address - len(self._mark) : address] = self._mark
            word |= abi.METADATA
        tx = self._tx
        if not tx.put(address, word):
            self._flush(socket)
            if not tx.put(address, word):
                counters.refused += 1
                return
        stock.pop()
        counters.sent += 1
        counters.bytes_sent += size
        if not self._unsent:
            self._send_soon()

    def _put_pieces(self, socket: XdpSocket, frame: bytes, start: int, place: int) -> None:
        """A frame that needs several chunks, all of them or none."""
        capacity = self._capacity
        count = -(-len(frame) // capacity)
        self._free.fromlist(self._stock)
        self._stock.clear()
        if self._tx.room() < count:
            self._flush(socket)
        if self._tx.room() < count or (len(self._free) < count and not self._reaped(socket, count)):
            self._counters.refused += 1
            return
        chunks = socket.alloc(count)
        if start:
            mark = _mark(start, place)
            self._memory[chunks[0] - len(mark) : chunks[0]] = mark
        options = abi.METADATA if start else 0
        for number, address in enumerate(chunks):
            piece = frame[number * capacity : (number + 1) * capacity]
            self._memory[address : address + len(piece)] = piece
            more = abi.CONTINUES if number < count - 1 else 0
            self._tx.put(address, len(piece) | more | options)
            options = 0
        self._counters.sent += 1
        self._counters.bytes_sent += len(frame)
        if not self._unsent:
            self._send_soon()

    def _restocked(self, socket: XdpSocket) -> bool:
        """Take some of the free chunks; whether there were any."""
        free = self._free
        if not free and not self._reaped(socket, 1):
            return False
        self._stock.extend(free[-STOCK:])
        del free[-STOCK:]
        return True

    def _reaped(self, socket: XdpSocket, count: int) -> bool:
        """Whether ``count`` chunks are free once what is in the ring was sent, and what was sent is taken back."""
        socket.reap()
        if len(self._free) < count:
            self._flush(socket)
            socket.reap()
        return len(self._free) >= count

    def _send_soon(self) -> None:
        """Send at the end of the batch, after those who were to act at its end have sent as well."""
        self._unsent = True
        self._runtime.at_end_of_batch(self._ended)

    def _ended(self) -> None:
        self._runtime.at_end_of_batch(self._send)

    def _send(self) -> None:
        self._unsent = False
        socket = self.socket
        if socket is not None:
            self._flush(socket)

    def _flush(self, socket: XdpSocket) -> None:
        self._tx.publish()
        if socket.kick():
            self._delay = AGAIN
            self._again.stop()
        else:
            # Nothing announces that there is room again, or that the interface is up.
            self._again.start(self._delay)
            self._delay = min(2 * self._delay, LATEST)

    # -- up: deliver

    def burst(self, budget: int) -> bool:
        """Hand up at most ``budget`` frames; whether more are waiting. Raises Gone.

        True, too, without a socket, or where a frame made the stack above close it: so that nobody waits for one.
        """
        socket = self.socket
        if socket is None:
            return True
        addresses, lengths = socket.receive(budget)
        if not addresses:
            if socket.error():
                raise Gone
            return False
        # The one copy: above here a frame is anybody's for as long as they like, and the chunks are free at once.
        memory = self._memory
        if self._frags:
            frames = self._whole(addresses, lengths)
        else:
            frames = [memory[address : address + length] for address, length in zip(addresses, lengths, strict=True)]
        socket.recycle()
        up, unchecked = self._up, self._unchecked
        for frame in frames:
            up.received(frame, 0, 0 if unchecked is None else unchecked(frame))
        return self.socket is None or socket.rx.waiting() > 0

    def _whole(self, addresses: list[int], lengths: list[int]) -> list[bytes]:
        """The frames that are complete; what the next batch completes is kept."""
        frames = []
        for address, length in zip(addresses, lengths, strict=True):
            more = length & abi.CONTINUES
            piece = self._memory[address : address + (length & LENGTH)]
            if not more and not self._size:
                frames.append(piece)
                continue
            self._size += len(piece)
            if self._size <= LARGEST_FRAME:
                self._pieces.append(piece)
            if not more:
                if self._size <= LARGEST_FRAME:
                    frames.append(b"".join(self._pieces))
                else:
                    self._counters.unclaimed += 1
                self._pieces, self._size = [], 0
        return frames


def _mark(start: int, place: int) -> bytes:
    """What stands before a frame whose checksum is to begin at ``start`` and to be put ``place`` bytes behind that."""
    return abi.CHECKSUM_TASK.pack(abi.CHECKSUM_WANTED, start, place)
