"""A file descriptor of the kernel that gives and takes one frame a call, as a tun's or tap's does."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from typing import Final

from foxpy.devices import virtio
from foxpy.devices.finishing import summed
from foxpy.devices.port import Outlet, Port
from foxpy.devices.segmentation import completed, finish, segments
from foxpy.message import Writer
from foxpy.offload import Kind, Offload
from foxpy.source import Source

# By names of their own, as native code looks an attribute of a module up each time anew.
_read: Final = os.read
_writev: Final = os.writev

IPV4: Final = 20
PLAIN_IPV4: Final = 0x45
"""The first byte of an IPv4 header without options, which is this long: what layers above know to be unfinished. Its
lower half counts the header in words of four bytes."""


HELD: Final = 64
"""Frames that wait for the end of a burst, at most."""
SMALL: Final = 2048
"""Bytes of a frame that waits: a larger one costs more to copy than there is to gain."""
LOOK_AFTER: Final = 64
"""Frames that do not wait after one that waited alone, until it is tried whether they come in numbers again."""


class FrameFile(Outlet):
    """Reads and writes frames, each behind a virtio header where ``virtual``."""

    __slots__ = (
        "_at",
        "_before",
        "_expected",
        "_flags",
        "_held",
        "_holding",
        "_kind",
        "_left",
        "_link",
        "_marks",
        "_place",
        "_poll",
        "_port",
        "_segment",
        "_single",
        "_unsummed",
        "_up",
        "_virtual",
        "counters",
        "cuts_udp",
        "descriptor",
        "finishes",
        "size",
    )

    cuts_udp: bool
    """Whether the kernel cuts super-datagrams: since Linux 6.2."""
    descriptor: int
    """-1 while it is closed."""
    finishes: bool
    """Whether the kernel is given marked packets as they are."""
    size: int
    """How much is read at once: more than fits the largest frame."""

    def __init__(self, port: Port, up: Callable[[bytes, int], None], virtual: bool, link: int) -> None:
        """``up`` takes frames that are whole; unfinished ones go to ``port``. ``link``: bytes of link header."""
        self.cuts_udp = False
        self.finishes = virtual
        self.descriptor = -1
        self.size = 0
        self._port = port
        self.counters = port.counters
        self._up = up
        self._virtual = virtual
        self._link = link
        self._before = virtio.SIZE if virtual else 0
        self._poll = select.poll()
        self._marks = b""  # the virtio header that came last, which mostly comes again, and what it says
        self._flags = self._kind = self._segment = self._at = self._place = 0
        self._left = -1  # what was left to do last for a packet that is not to be cut, and the virtio header for it
        self._unsummed = b""
        # The frames of the last burst. When as many have been read, it is asked whether there are more: an exception
        # takes six times as long, but no time where there are.
        self._expected = 0
        self._holding = False  # more than one frame is being handed up: what is sent meanwhile goes together
        self._held: list[bytes] = []
        self._single = 0  # so many frames still do not wait: each is the answer to the one before, as in an echo

    def opened(self, descriptor: int, size: int) -> None:
        """The file is open: ``descriptor``, of whose frames ``size`` bytes are read at once."""
        self.descriptor = descriptor
        self.size = size
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        if self._virtual:
            self._write((virtio.PLAIN, headers, payload))
        else:
            self._write((headers, payload))

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        """With the virtio header that leaves ``task`` to the kernel, where it can be left to it; else done here."""
        by_kernel = self.finishes and task.version and task.checksum >= 0
        if by_kernel and (not task.segment or self.cuts_udp or task.kind is not Kind.UDP):
            if task.segment:
                marks = virtio.header_for(task, len(headers))
            else:
                left = len(headers) - task.header << 8 | task.checksum
                if left != self._left:
                    self._left = left
                    self._unsummed = virtio.header_for(task, len(headers))
                marks = self._unsummed
            self._write((marks, headers, payload))
        elif task.segment:
            for each, part in segments(headers, payload, task):
                self.transmit(each, part)
        else:
            finish(headers, payload, task)
            self.transmit(headers, payload)

    def _write(self, parts: tuple[bytes | bytearray, ...]) -> None:
        if not self._holding:
            self._put(parts)
        elif self._single:
            self._single -= 1
            self._put(parts)
        elif len(parts[-1]) > SMALL:
            self.flush()
            self._put(parts)
        else:
            self._held.append(b"".join(parts))
            if len(self._held) == HELD:
                self.flush()

    def flush(self) -> None:
        """Send what waits for the end of the burst.

        Answers that leave one after the other find their reader awake after the first. If each left as soon as its
        question was read, the reader would sleep again before the next, and waking it is what takes most of a write.
        """
        held = self._held
        if held:
            self._held = []
            for frame in held:
                self._put((frame,))

    def _put(self, parts: tuple[bytes | bytearray, ...]) -> None:
        counters = self.counters
        try:
            size = _writev(self.descriptor, parts)
        except OSError:
            # The interface is down (EIO), out of room (EAGAIN, ENOBUFS) or gone; that last one ``burst`` notices.
            counters.refused += 1
            return
        counters.sent += 1
        counters.bytes_sent += size - self._before

    # -- up: deliver

    def burst(self, budget: int) -> bool:
        """Hand up at most ``budget`` frames; whether more may be waiting. Raises OSError where the file fails.

        True, too, where a frame made the stack above close it: so that nobody waits for a descriptor that is no more.
        """
        try:
            return self._burst(budget)
        finally:
            self._holding = False
            if len(self._held) == 1:
                self._single = LOOK_AFTER
            self.flush()

    def _burst(self, budget: int) -> bool:
        size = self.size
        waits = self._poll
        expected = self._expected
        taken = 0
        while budget:
            descriptor = self.descriptor
            if descriptor < 0:
                return True
            if taken >= expected and not waits.poll(0):
                self._expected = taken
                return False
            try:
                frame = _read(descriptor, size)
            except BlockingIOError:
                self._expected = taken
                return False
            taken += 1
            if taken == 2:
                self._holding = True
            if len(frame) == size:
                self.counters.unclaimed += 1  # it was cut short by the kernel
            elif self._virtual:
                self._unfinished(frame)
            else:
                self._up(frame, 0)
            budget -= 1
        self._expected = taken
        return True

    def _unfinished(self, frame: bytes) -> None:
        """A frame behind the header that says what Linux left to do: the checksum, the cutting."""
        if len(frame) < virtio.SIZE:
            self.counters.unclaimed += 1
            return
        marks = frame[: virtio.SIZE]
        if marks != self._marks:
            self._marks = marks
            self._flags, self._kind, _, self._segment, self._at, self._place = virtio.read(marks)
        if not self._flags & virtio.NEEDS_CSUM:
            self._up(frame, virtio.SIZE)
            return
        kind, segment, place = self._kind, self._segment, self._place
        at = self._at + virtio.SIZE
        if at + place + 2 > len(frame) or (kind and not segment):
            self.counters.unclaimed += 1
            return
        network = at - virtio.SIZE - self._link  # bytes of network header
        if network == IPV4 and frame[at - IPV4] == PLAIN_IPV4:
            self._port.received_checked(frame, at, segment if kind else 0, virtio.SIZE)
        elif not kind:
            self._up(summed(frame, at, at + place), virtio.SIZE)
        elif network > IPV4 and frame[at - network] == 0x40 | network >> 2:
            for each in completed(frame, at, segment, network):  # its IPv4 header has options
                self._up(each, virtio.SIZE)
        else:
            self.counters.unclaimed += 1  # a super-frame of IPv6, which was not asked for


class Inlet(Source):
    """What is pumped for a FrameFile."""

    __slots__ = ("_counters", "_failed", "_file")

    def __init__(self, file: FrameFile, failed: Callable[[OSError], bool]) -> None:
        """``failed`` is told of errors; whether the file need not be waited for again."""
        self._file = file
        self._counters = file.counters
        self._failed = failed

    def burst(self, budget: int) -> bool:
        try:
            return self._file.burst(budget)
        except OSError as error:
            return self._failed(error)

    def taken(self) -> int:
        return self._counters.received
