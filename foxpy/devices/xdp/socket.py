"""An AF_XDP socket with its memory, its rings and its program: frames by the batch, without a stack.

``with XdpSocket("veth0") as socket:`` is what a packet generator, a sink or a reflector needs; ``XdpDevice`` stands on
it.
"""

from __future__ import annotations

import errno
import mmap
import os
import select
import socket
from array import array
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Final, Self, TypeAlias

from foxpy.devices import interface as interfaces
from foxpy.devices.xdp import abi, bpf, programs
from foxpy.devices.xdp.config import MODES, XdpConfig
from foxpy.devices.xdp.fence import MACHINE, fence_of
from foxpy.devices.xdp.remedies import FALLBACK, Step, explained
from foxpy.devices.xdp.ring import CompletionRing, FillRing, Layout, ReceiveRing, TransmitRing
from foxpy.devices.xdp.stats import XdpStatistics
from foxpy.devices.xdp.umem import Umem
from foxpy.errors import InitializationFailed

LINK_HEADER: Final = 14 + 4
"""An Ethernet header and a VLAN tag."""
SO_SNDBUFFORCE: Final = 32
SEND_COST: Final = 4096
"""Bytes that the kernel spends on a frame of the usual MTU on its way, and some more."""
AT_ONCE: Final = int(socket.MSG_DONTWAIT)
"""As a number: a member of an enumeration is converted in each call."""
Words: TypeAlias = "Sequence[int] | array[int]"
"""Numbers, fastest as an array of 64-bit words ("Q"), which is what the rings have."""
BIND_TRIES: Final = 500
BIND_PAUSE: Final = 2
"""Milliseconds: a queue is let go of some time after its socket was closed, so one that is busy is tried for 1 s."""


class XdpSocket:
    """Takes frames from, and puts frames on, one queue of the interface ``interface``, in this thread's namespace.

    It belongs to one thread. What it holds is released by ``close``, and by the kernel when the process ends, however
    it does: nothing stays attached. Raises InitializationFailed, which names what is missing and what grants it.
    """

    def __init__(self, interface: str, config: XdpConfig | None = None) -> None:
        self.interface = interface
        self.config = config = config or XdpConfig()
        if fence_of(MACHINE) is None:
            raise InitializationFailed(
                f"xdp {interface}: the order of memory accesses on {MACHINE} is not known here, only that of x86_64 "
                f"and aarch64; {FALLBACK}"
            )
        self.index, self.mtu = _looked_up(interface)
        for address in config.addresses:
            if interfaces.is_own(address):
                raise InitializationFailed(
                    f"xdp {interface}: Linux has {address} itself, and would lose it; share the interface by another "
                    f"address, or remove it: ip address show to {address} tells where it is"
                )
        self._refused = 0
        self._poison = config.poison
        self._closing = ExitStack()
        with ExitStack() as opened:
            with explained(Step.SOCKET, interface, config):
                self._socket = socket.socket(abi.AF_XDP, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
            opened.callback(self._socket.close)
            self._share_memory(opened)
            self._make_rings(opened)
            self._bind()
            if config.receive:
                self._attach(opened)
            self._closing = opened.pop_all()
        self.zero_copy = bool(self._option(abi.OPTIONS, abi.WORD.size)[0] & abi.OPTION_ZEROCOPY)
        """The card reads and writes the chunks itself."""
        chunks = self.umem.addresses()
        receiving = len(chunks) // 2 if config.receive else 0
        self.fill.put(memoryview(chunks)[:receiving])
        self.free = chunks[receiving:]
        """Chunks that nobody uses, by their addresses: 64-bit words, as they are in the rings."""

    # -- opening

    def _share_memory(self, opened: ExitStack) -> None:
        config = self.config
        size = config.chunk or _chunk_for(self.mtu)
        if self.mtu + LINK_HEADER > size - abi.HEADROOM and not config.frags:
            raise InitializationFailed(
                f"xdp {self.interface}: a frame of MTU {self.mtu} does not fit a chunk of {size} bytes, which has room "
                f"for {size - abi.HEADROOM}; pass frags=True, "
                + ("leave out chunk, " if config.chunk == 2048 else "")
                + f"or run: sudo ip link set {self.interface} mtu {size - abi.HEADROOM - LINK_HEADER}"
            )
        with explained(Step.MEMORY, self.interface, config, config.chunks * size):
            self.umem = Umem(config.chunks, size)
            opened.callback(self.umem.close)
            self.checksums = False
            """The kernel fills in the checksums of frames that are marked."""
            if config.offload and not config.zero_copy:
                try:
                    self._set(abi.UMEM_REG, self.umem.registration(abi.CHECKSUM_TASK.size))
                    self.checksums = True
                    return
                except OSError as error:
                    if error.errno != errno.EINVAL:  # that is what a kernel before 6.8 says
                        raise
            self._set(abi.UMEM_REG, self.umem.registration(0))

    def _make_rings(self, opened: ExitStack) -> None:
        ring, chunks = self.config.ring, self.config.chunks
        with explained(Step.RINGS, self.interface, self.config):
            for option, size in (
                (abi.UMEM_FILL_RING, chunks),
                (abi.UMEM_COMPLETION_RING, chunks),
                (abi.RX_RING, ring),
                (abi.TX_RING, ring),
            ):
                self._set(option, abi.WORD.pack(size))
            numbers = abi.OFFSETS.unpack(self._option(abi.MMAP_OFFSETS, abi.OFFSETS.size))
            receive, transmit, fill, completion = (Layout(*numbers[at : at + 4]) for at in (0, 4, 8, 12))
            self.rx = ReceiveRing(self._mapped(abi.PAGE_RX, receive.entries + 16 * ring), receive, ring)
            opened.callback(self.rx.close)
            self.tx = TransmitRing(self._mapped(abi.PAGE_TX, transmit.entries + 16 * ring), transmit, ring)
            opened.callback(self.tx.close)
            self.fill = FillRing(self._mapped(abi.PAGE_FILL, fill.entries + 8 * chunks), fill, chunks)
            opened.callback(self.fill.close)
            pages = self._mapped(abi.PAGE_COMPLETION, completion.entries + 8 * chunks)
            self.completion = CompletionRing(pages, completion, chunks)
            opened.callback(self.completion.close)
        # Before Linux 6.17 it is 32 and cannot be set: a batch takes more calls, and goes out all the same.
        with suppress(OSError):
            self._set(abi.MAX_TX_BUDGET, abi.WORD.pack(min(self.config.budget, ring)))
        # What is on its way counts against the send buffer, by the memory that the kernel spends on it: let that be a
        # full ring. Beyond the machine's limit (net.core.wmem_max) only with CAP_NET_ADMIN; less means more calls.
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, ring * SEND_COST)

    def _mapped(self, page: int, size: int) -> mmap.mmap:
        flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
        return mmap.mmap(self._socket.fileno(), size, flags, mmap.PROT_READ | mmap.PROT_WRITE, offset=page)

    def _bind(self) -> None:
        config = self.config
        flags = abi.BIND_ZEROCOPY if config.zero_copy else abi.BIND_COPY
        flags |= abi.BIND_NEED_WAKEUP | (abi.BIND_FRAGMENTS if config.frags else 0)
        address = abi.ADDRESS.pack(abi.AF_XDP, flags, self.index, config.queue, 0)
        with explained(Step.BIND, self.interface, config):
            for left in reversed(range(BIND_TRIES)):
                try:
                    bpf.bind(self._socket.fileno(), address)
                    return
                except OSError as error:
                    if error.errno != errno.EBUSY or not left:
                        raise
                select.poll().poll(BIND_PAUSE)

    def _attach(self, opened: ExitStack) -> None:
        config, name = self.config, self.interface
        with explained(Step.MAP, name, config), ExitStack() as attached:
            sockets = bpf.create_map(abi.XSKMAP, 4, 4, config.queue + 1)
            attached.callback(os.close, sockets)
            bpf.update(sockets, abi.WORD.pack(config.queue), abi.WORD.pack(self._socket.fileno()))
            code = programs.take_only(sockets, config.addresses) if config.addresses else programs.take_all(sockets)
            with explained(Step.PROGRAM, name, config):
                self.program = bpf.load(code, abi.ACCEPTS_FRAGMENTS if config.frags else 0)
            attached.callback(os.close, self.program)
            with explained(Step.ATTACH, name, config):
                link = bpf.attach(self.program, self.index, MODES[config.mode])
            attached.callback(os.close, link)
            opened.push(attached.pop_all())

    # -- closing

    def close(self) -> None:
        """Detach, and give everything back. Views of frames that are still held keep their memory. Harmless twice."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """Readable while frames wait; -1 once it is closed."""
        return self._socket.fileno()

    # -- receiving

    def receive(self, limit: int = 64) -> tuple[list[int], list[int]]:
        """At most ``limit`` frames that have arrived: their addresses in the memory, and their lengths in bytes.

        They are lent until the next call. With ``frags``, a length has abi.CONTINUES where the frame goes on in the
        next one. Does not block.
        """
        self.recycle()
        return self.rx.take(limit)

    def frames(self, limit: int = 64) -> list[memoryview]:
        """``receive`` as views of the frames: lent until the next call, copy what is kept."""
        addresses, lengths = self.receive(limit)
        view = self.umem.view
        return [view[address : address + length] for address, length in zip(addresses, lengths, strict=True)]

    def recycle(self) -> None:
        """Give what is lent back to the kernel now. Harmless where nothing is."""
        lent = self.rx.taken()
        if not lent:
            return
        if self._poison:
            self.umem.poison(lent)
        self.fill.put(lent)  # from ring to ring, no address is looked at
        self.rx.release()
        if self.zero_copy and self.fill.flags[0] & abi.NEED_WAKEUP:
            self._wake()

    def _wake(self) -> None:
        """The driver sleeps, as it had no chunks: have it look again."""
        with suppress(OSError):  # it looks at the ring before it says what it thinks of the call
            self._socket.recv(0, AT_ONCE)

    # -- sending

    def alloc(self, count: int) -> array[int]:
        """At most ``count`` chunks, by the addresses where frames of up to ``umem.capacity`` bytes are to be written.

        They are the caller's until ``send``.
        """
        if len(self.free) < count:
            self.reap()
        free = self.free
        start = max(0, len(free) - count)
        taken = free[start:]
        del free[start:]
        return taken

    def send(self, addresses: Words, lengths: Words) -> int:
        """Send the frames at ``addresses`` from ``alloc``, and how many found a place; the others are dropped."""
        chunks, sizes = _words(addresses), _words(lengths)
        count, room = len(chunks), self.tx.room()
        if count > room:
            self.free.extend(chunks[room:])
            chunks, sizes, count = chunks[:room], sizes[:room], room
        self.tx.put_all(chunks, sizes)
        self.tx.publish()
        self.kick()
        return count

    def reflect(self, lengths: Words) -> int:
        """Send the frames of the last ``receive`` from where they lie, changed or not; how many found a place.

        ``lengths`` are those that they have now. Their chunks are replaced by free ones for what arrives next; frames
        for which there is none are dropped.
        """
        if len(self.free) < self.config.chunks // 4:
            self.reap()
        lent = self.rx.taken()
        count = min(len(lent), len(self.free), self.tx.room())
        self.tx.put_all(array("Q", lent[:count].tobytes()), _words(lengths)[:count])
        start = len(self.free) - count
        self.fill.put(memoryview(self.free[start:]))
        self.fill.put(lent[count:])
        self.rx.release()
        del self.free[start:]
        self.tx.publish()
        self.kick()
        return count

    def kick(self) -> bool:
        """Have the kernel send what is published; whether it took all of it. Does not wait.

        What it did not take stays in the ring for the next time: too much is on its way, or the interface is down.
        """
        tx = self.tx
        while tx.pending():
            before = tx.consumer[0]
            try:
                self._socket.send(b"", AT_ONCE)
            except OSError as error:
                if error.errno == errno.EBUSY:
                    self._refused += 1
            if self.zero_copy:
                return True  # the driver sends in its own time
            if tx.consumer[0] == before:
                return False
        return True

    def reap(self) -> None:
        """Take back the chunks of frames that have left."""
        self.completion.take_to(self.free)

    # -- what it tells

    def statistics(self) -> XdpStatistics:
        """Its counts now."""
        counts = abi.COUNTS.unpack(self._option(abi.STATISTICS, abi.COUNTS.size))
        return XdpStatistics(*(*counts, self._refused))

    def error(self) -> int:
        """What has befallen the socket since this was last asked, as an errno: ENETDOWN where its interface is gone."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def _set(self, option: int, value: bytes) -> None:
        self._socket.setsockopt(abi.SOL_XDP, option, value)

    def _option(self, option: int, size: int) -> bytes:
        return self._socket.getsockopt(abi.SOL_XDP, option, size)


def _words(numbers: Words) -> array[int]:
    return numbers if isinstance(numbers, array) else array("Q", numbers)


def _looked_up(interface: str) -> tuple[int, int]:
    """The index and the MTU of ``interface``. Raises InitializationFailed where there is none."""
    try:
        return socket.if_nametoindex(interface), interfaces.mtu_of(interface)
    except OSError:
        there = ", ".join(name for _, name in socket.if_nameindex())
        raise InitializationFailed(
            f"xdp {interface}: there is no such interface in this network namespace, there are {there}"
        ) from None


def _chunk_for(mtu: int) -> int:
    return 2048 if mtu + LINK_HEADER <= 2048 - abi.HEADROOM else 4096
