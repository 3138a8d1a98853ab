"""Both ends of an interface, for tests of devices: what takes in the frames of one, a bare socket on the other."""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Final

import attrs
import trio

from foxpy.devices.device import AnyMedium, Device
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Status
from foxpy.testing.namespaces import Namespace

EXPERIMENT: Final = 0x88B5
"""The ethertype of the frames (IEEE 802, local experiments)."""


@attrs.frozen
class Checked:
    """What was known of a frame beside its bytes."""

    at: int
    """Where its transport header is that need not be checked, from the start of the frame."""
    segment: int


class Keeper(Receiver):
    """Keeps what arrives and what is known of it, and wakes who waits for it."""

    def __init__(self, runtime: Runtime) -> None:
        self.frames: list[bytes] = []
        self.checked: list[Checked | None] = []
        self.events: list[Status] = []
        self._arriving = runtime.arriving
        self._something = trio.Event()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        known = self._arriving
        self.checked.append(Checked(known.start - start, known.segment) if known.frame is frame else None)
        self.frames.append(frame[start:end])
        self._something.set()

    def status(self, event: Status) -> None:
        self.events.append(event)
        self._something.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        with trio.fail_after(10):
            while not condition():
                self._something = trio.Event()
                await self._something.wait()


def still() -> Runtime:
    """A Runtime for devices that are never pumped."""
    return Runtime(Scheduler(lambda: 0.0), seed=1)


@contextlib.contextmanager
def initialized(place: Namespace, device: Device[AnyMedium]) -> Iterator[None]:
    with place.entered():
        device.initialize()
    try:
        yield
    finally:
        device.finalize()


def frame(payload: bytes) -> bytes:
    """A broadcast frame of 60 bytes at least."""
    return b"\xff" * 6 + b"\x02\0\0\0\0\x01" + EXPERIMENT.to_bytes(2, "big") + payload.ljust(46, b"\0")


@contextlib.contextmanager
def raw(place: Namespace, name: str) -> Iterator[socket.socket]:
    """A socket that sends and receives bare frames, those of ``frame`` alone, on an interface of ``place``."""
    with place.entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    with wire:
        wire.bind((name, EXPERIMENT))
        wire.settimeout(5)
        yield wire


@contextlib.contextmanager
def without(capability: int) -> Iterator[None]:
    """Run the calling thread without ``capability`` (capset(2), version 3)."""
    library = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", 0x20080522, 0)
    before = ctypes.create_string_buffer(24)
    assert library.capget(header, before) == 0
    effective, *others = struct.unpack("6I", before.raw)
    assert library.capset(header, struct.pack("6I", effective & ~(1 << capability), *others)) == 0
    try:
        yield
    finally:
        assert library.capset(header, before) == 0
