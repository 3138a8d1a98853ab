"""A packet up and down each layer that keeps nothing of it: one call each, the same one over and over."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Final

from packets.task import Way

from foxpy.addresses import Port
from foxpy.devices.device import WIRE
from foxpy.layers.ethernet import EthernetAddress, EthernetPattern
from foxpy.layers.ipv4 import IpAddress, IpPattern
from foxpy.layers.udp import SetChecksums, UdpAddress, UdpPattern
from foxpy.protocol import Sender
from foxpy.runtime import Runtime, Scheduler
from hosts.pair import HEADER, MTU, Attachment, End, Frames, Pair

EXPERIMENT: Final = 0x88B5
"""One of the two ethertypes that IEEE 802 sets aside."""
TESTING: Final = 253
"""One of the two protocol numbers that RFC 3692 sets aside."""
LAYERS: Final = ("nothing", "device", "Ethernet", "IPv4", "UDP, no checksum", "UDP")
"""Each on top of the one before, but the last, which is the one before it with something more to do."""


def payload(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def ways(two: Pair) -> Mapping[str, Way]:
    """``layer up`` and ``layer down`` for all LAYERS, and ``batch``. Raises AssertionError where a packet is lost."""
    end = End()
    end.keeping = True
    found: dict[str, Way] = {}
    for name, sender in senders(two, end):
        size = MTU + HEADER if name == "device" else sender.limit() if name == "Ethernet" else 0
        data = payload(size or MTU - (20 if name == "IPv4" else 28))
        sender.send(data)
        two.shuttle()
        end.take()  # the neighbour has been asked for, and what peers begin is open
        sender.send(data)
        (frame,) = two.near.take()
        received = two.far.device.port.received
        received(frame)
        if end.take() != data:
            raise AssertionError(f"{name}: {len(data)} bytes were lost or changed")
        found[f"{name} up"] = Way(received, (frame,))
        found[f"{name} down"] = Way(sender.send, (data,))
    found |= bare(payload(MTU + HEADER), two.near.device.runtime.scheduler)
    end.keeping = two.near.device.exit.keeping = False
    return found


def senders(two: Pair, end: End) -> Iterator[tuple[str, Sender]]:
    """What sends from the near host to ``end`` at the far one."""
    near, far = two.near, two.far
    far.ethernet.listen(EthernetPattern(EXPERIMENT), lambda _: end)
    station = near.ethernet.open(EthernetAddress(far.ethernet.address, EXPERIMENT), lambda _: end)
    yield "Ethernet", near.ethernet.send(station)
    far.ip.listen(IpPattern(TESTING), lambda _: end)
    yield "IPv4", near.ip.send(near.ip.open(IpAddress(far.address, TESTING), lambda _: end))
    for name, number in (("UDP", 9), ("UDP, no checksum", 10)):
        far.udp.listen(UdpPattern(Port(number)), lambda _: end)
        connection = near.udp.open(UdpAddress(far.address, Port(number)), lambda _: end)
        near.udp.control(SetChecksums(connection, name == "UDP"))
        yield name, near.udp.send(connection)


def bare(frame: bytes, scheduler: Scheduler) -> Iterator[tuple[str, Way]]:
    """What every other way has in it: a device alone, the two ends alone, and a batch with nothing in it."""
    end = End()
    device = Attachment(Runtime(scheduler, 0), "bare")
    device.exit.keeping = False
    device.initialize()
    sender = device.send(device.open(WIRE, lambda _: end))
    yield "device up", Way(device.port.received, (frame,))
    yield "device down", Way(sender.send, (frame,))
    yield "nothing up", Way(end.deliver, (frame, 0, len(frame)))
    yield "nothing down", Way(device.exit.transmit, (bytearray(), frame))
    yield "batch", Way(device.runtime.pump, (Frames(device.port, ()),))
