"""Bytes from outside."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from foxpy.devices.device import AnyMedium, Device
from foxpy.protocol import Address, Conn, Pattern
from foxpy.runtime import Source
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import Acceptor
from foxpy.testing.contract import Observation
from foxpy.testing.rig import Rig

RANDOM: Final = 300
"""Frames of random bytes that are fed."""
CHANGED: Final = 1500
"""Real frames, damaged, that are fed."""


async def hostile_frames_never_raise(rig: Rig[Address, Pattern, Conn]) -> None:
    """deliver never raises on account of the bytes: random frames and damaged real ones are dropped and counted."""
    device = rig.pair.right_device
    if device is None:
        return
    seen = Probe()
    device.interpose(seen)
    async with rig.turning():
        rig.initialize()
        left, right, _listening = await rig.connect_listening()
        for size in (0, 1, 8, 100, 900):
            if size >= max(rig.pair.smallest, 1 if rig.pair.stream else 0):
                left.sender.send(rig.payload(min(size, left.sender.limit())))
        right.sender.send(rig.payload(rig.knock))
        await rig.silence()
        real = [frame for session in seen.sessions for frame in session.up]
        noise = random.Random(1)
        for frame in (*_random_frames(noise, device), *_damaged(noise, real)):
            _feed(device, frame)
        if not right.collector.ended and not rig.pair.stream:
            rig.right.abort(right.connection)
        for frame in _damaged(noise, real):  # some of them now meet nobody
            _feed(device, frame)
        await rig.silence()
        rig.finalize()
        timers = [protocol.runtime.scheduler.timers for protocol in (rig.left, rig.right)]
        # What is interposed is not told of an abort, and may wait for a while for the rest of what was damaged.
        await rig.until(
            lambda: not any(queue.running() for queue in timers),
            f"timers run on {rig.pair.patience} s after hostile frames and the last finalize",
        )


async def listening_survives_hostile_frames(rig: Rig[Address, Pattern, Conn]) -> None:
    """Random frames change nothing for others: a peer that opens after them is accepted and heard."""
    device = rig.pair.right_device
    if device is None:
        return
    async with rig.turning(), rig.initialized():
        acceptor: Acceptor[Conn] = Acceptor()
        rig.right.listen(rig.pair.pattern, acceptor)
        if not acceptor.accepted:
            for frame in _random_frames(random.Random(2), device):
                _feed(device, frame)
        before = len(acceptor.accepted)
        left = await rig.active(rig.left, rig.pair.right_address)
        await rig.accepted(acceptor, left, max(1, before))


class _Fed(Source):
    """One frame that a device hands up, as its pump does."""

    def __init__(self, device: Device[AnyMedium], frame: bytes) -> None:
        self._device = device
        self._frame = frame

    def burst(self, budget: int) -> bool:
        self._device.received(self._frame)
        return False


def _feed(device: Device[AnyMedium], frame: bytes) -> None:
    try:
        device.runtime.pump(_Fed(device, frame))
    except Exception as error:
        raise Observation(f"the frame {frame[:64].hex(' ')} ({len(frame)} bytes) raised {error!r}") from error


def _random_frames(noise: random.Random, device: Device[AnyMedium]) -> Iterator[bytes]:
    yield b""
    for _ in range(RANDOM):
        yield noise.randbytes(noise.choice((1, 13, 14, 20, 28, 34, 60, noise.randrange(device.mtu + device.header))))


def _damaged(noise: random.Random, real: list[bytes]) -> Iterator[bytes]:
    for _ in range(CHANGED if real else 0):
        frame = bytearray(noise.choice(real))
        match noise.randrange(4):
            case 0:
                for _ in range(noise.randrange(1, 4)):
                    if frame:
                        # Most of what can go wrong is in the headers.
                        frame[min(noise.randrange(len(frame)), noise.randrange(80))] = noise.randrange(256)
            case 1:
                del frame[noise.randrange(len(frame) + 1) :]
            case 2:
                frame += noise.randbytes(noise.randrange(1, 40))
            case _:
                place = noise.randrange(len(frame) + 1)
                frame[place : place + 2] = noise.choice((b"\0\0", b"\xff\xff", b"\x7f\xff", b""))
        yield bytes(frame)
