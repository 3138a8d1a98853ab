"""One host's attachment to a medium in memory: what waits for it, and what takes its frames to the others."""

from __future__ import annotations

from collections import deque
from typing import Final

from foxpy.devices.port import Outlet, Port
from foxpy.devices.segmentation import completed, segments
from foxpy.message import Writer
from foxpy.offload import Offload
from foxpy.runtime import Runtime
from foxpy.source import Source

QUEUE: Final = 4096
"""Frames that a station holds before it drops: a burst of a 4 MB window at MTU 1500 fits."""
QUEUED: Final = 16 << 20
"""Bytes that it holds, as a frame may have 64 KB."""
IPV4: Final = 20
"""Bytes of an IPv4 header without options: the only one that layers above know to be unfinished."""


class Mailbox(Source):
    """Frames on their way up to one station."""

    __slots__ = ("_counters", "_held", "_port", "_runtime", "_unfinished", "_waiting")

    def __init__(self, port: Port, runtime: Runtime, unfinished: bool) -> None:
        """``unfinished``: frames are taken as they come; else whole, and no larger than on a wire."""
        self._port = port
        self._counters = port.counters
        self._runtime = runtime
        self._unfinished = unfinished
        self._waiting: deque[tuple[bytes, int, int]] = deque()  # as received_checked has them; at 0: it is whole
        self._held = 0

    def arrive(self, frame: bytes, at: int, segment: int) -> None:
        """A frame reaches this station, and is handed up when the Scheduler comes to it.

        Where ``at`` is not 0, its transport header is there, and it is as ``received_checked`` takes it.
        """
        if at and not self._unfinished:
            for each in completed(frame, at, segment):
                self._hold(each, 0, 0)
        else:
            self._hold(frame, at, segment)

    def _hold(self, frame: bytes, at: int, segment: int) -> None:
        waiting = self._waiting
        if len(waiting) >= QUEUE or self._held >= QUEUED:
            self._counters.refused += 1
            return
        waiting.append((frame, at, segment))
        self._held += len(frame)
        if len(waiting) == 1:
            self._runtime.scheduler.ready(self._runtime, self)

    def burst(self, budget: int) -> bool:
        waiting = self._waiting
        port = self._port
        while waiting and budget:
            # Taken off before it is handed up: a frame that makes the stack close this station leaves nothing behind.
            frame, at, segment = waiting.popleft()
            self._held -= len(frame)
            if at:
                port.received_checked(frame, at, segment)
            else:
                port.received(frame)
            budget -= 1
        return bool(waiting)

    def clear(self) -> None:
        """Drop what waits."""
        self._waiting.clear()
        self._held = 0


class Cable(Outlet):
    """Takes the frames of one station to all others."""

    __slots__ = ("_counters", "_members", "_own")

    def __init__(self, own: Mailbox, members: list[Mailbox], port: Port) -> None:
        """``members`` are those of the medium, which come and go."""
        self._own = own
        self._members = members
        self._counters = port.counters

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._put(bytes(headers) + payload, 0, 0)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        if task.network == IPV4 and task.version == 4 and task.checksum >= 0:
            self._put(bytes(headers) + payload, len(headers) - task.header, task.segment)
        else:
            for each, part in segments(headers, payload, task):
                self.transmit(each, part)

    def _put(self, frame: bytes, at: int, segment: int) -> None:
        counters = self._counters
        counters.sent += 1
        counters.bytes_sent += len(frame)
        own = self._own
        for member in self._members:
            if member is not own:
                member.arrive(frame, at, segment)
