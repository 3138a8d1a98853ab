"""A flood of SYN segments from random addresses must cost neither memory nor the answers that others get."""

from __future__ import annotations

import random
import re
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import islice
from typing import Final

import pytest

from foxpy.checksum import ones_sum
from foxpy.testing.namespaces import Namespace
from tests.support.processes import ServedHost, host

FLOOD: Final = 100_000
ALLOWED: Final = 20_000_000
"""Bytes of memory that it may cost."""
AT_ONCE: Final = 100
"""Frames between two pauses: fewer than the queue of a tap holds, so that they reach the stack."""


@pytest.mark.interop("ping")
@pytest.mark.slow
def test_a_syn_flood_costs_little_memory_and_ping_is_answered(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        greet(place, there)
        before = there.resident()
        pinging = subprocess.Popen(
            place.command("ping", "-c", "20", "-i", "0.1", "-W", "5", there.address), stdout=subprocess.PIPE, text=True
        )
        flood(place, there)
        during, _ = pinging.communicate(timeout=60)
        # The flood competes with ping for the queue of the tap, where Linux drops what does not fit.
        answered = re.search(r"(\d+) received", during)
        assert answered is not None
        assert int(answered[1]) >= 10, during
        grown = there.resident() - before
        assert grown < ALLOWED
        assert ", 0% packet loss" in place.run("ping", "-c", "20", "-i", "0.01", there.address)
        greet(place, there)  # who completes the handshake is served as before


def greet(place: Namespace, there: ServedHost) -> None:
    with place.entered():
        wire = socket.create_connection((there.address, 7), timeout=20)
    with wire:
        wire.sendall(b"hello")
        assert wire.recv(100) == b"hello"


def flood(place: Namespace, there: ServedHost) -> None:
    """Send SYN segments until FLOOD of them have reached the stack's end of the tap."""
    with place.entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with wire:
        wire.bind((there.interface, 0))
        frames = syns(place, there)
        wanted = arrived(place, there) + FLOOD
        end = time.monotonic() + 120
        while (missing := wanted - arrived(place, there)) > 0:
            assert time.monotonic() < end, f"{missing} of {FLOOD} segments did not reach the stack"
            for _ in range(0, missing, AT_ONCE):
                for frame in islice(frames, AT_ONCE):
                    wire.send(frame)
                time.sleep(0.01)


def arrived(place: Namespace, there: ServedHost) -> int:
    """Frames that Linux has put into the tap's queue so far."""
    counts = place.run("cat", "/proc/net/dev").partition(f"{there.interface}:")[2].split()
    return int(counts[9])


def syns(place: Namespace, there: ServedHost) -> Iterator[bytes]:
    """Ethernet frames with well-formed SYN segments to the host's echo service, from random addresses and ports."""
    neighbour = re.search(rf"{there.address} .*lladdr (\S+)", place.ip("neighbour"))
    own = re.search(r"link/ether (\S+)", place.ip("link", "show", there.interface))
    assert neighbour is not None
    assert own is not None
    ethernet = bytes.fromhex((neighbour[1] + own[1]).replace(":", "")) + b"\x08\0"
    choice = random.Random(1)
    target = IPv4Address(there.address).packed
    while True:
        source = bytes((choice.randrange(1, 224), *choice.randbytes(2), choice.randrange(1, 255)))
        if source[0] == 127:
            continue
        tcp = bytearray(struct.pack("!HHIIHHHHBBHBB", choice.randrange(1024, 65536), 7, choice.getrandbits(32), 0,
                                    0x6002, 64240, 0, 0, 2, 4, 1460, 0, 0))[:24]  # fmt: skip
        tcp[16:18] = complement(ones_sum(source + target + b"\0\x06\0\x18" + tcp, 0, 36))
        ip = (
            bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 44, choice.getrandbits(16), 0x4000, 64, 6, 0)) + source + target
        )
        ip[10:12] = complement(ones_sum(ip, 0, 20))
        yield ethernet + ip + tcp


def complement(total: int) -> bytes:
    return (~total & 0xFFFF).to_bytes(2, "big")
