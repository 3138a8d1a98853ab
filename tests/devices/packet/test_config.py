"""Settings that cannot be are refused, and so is what a machine lacks, with the remedy."""

from __future__ import annotations

import errno
import os
import platform
import socket
from collections.abc import Callable

import pytest

from foxpy.devices.packet import FRAMES, BlockRing, Fanout, FrameRing, Spread, config, packet, remedies, sockets
from foxpy.errors import InitializationFailed
from tests.support.wires import still


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: FrameRing(count=1000), "FrameRing: count=1000 is not a power of two"),
        (lambda: FrameRing(size=0), "FrameRing: size=0 is not a power of two"),
        (lambda: FrameRing(size=128), "256"),
        (lambda: FrameRing(count=1 << 20), "2048 MB of kernel memory, at most 1024 MB"),
        (lambda: BlockRing(size=300_000), "BlockRing: size=300000 is not a power of two"),
        (lambda: BlockRing(size=1 << 16), "131072"),
        (lambda: BlockRing(blocks=1), "2"),
        (lambda: BlockRing(timeout=0), "1"),
        (lambda: BlockRing(blocks=5000), "1250 MB of kernel memory"),
        (lambda: Fanout(65536), "65535"),
        (lambda: Fanout(-1), "0"),
    ],
)
def test_settings_that_cannot_be(make: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make()


@pytest.mark.parametrize("name", ["", "a-name-of-16-byte", "with space", "a/b"])
def test_impossible_name(name: str) -> None:
    with pytest.raises(InitializationFailed, match="1 to 15 bytes"):
        packet(name, runtime=still())


def failed(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("told", "remedy"),
    [
        (remedies.no_socket("eth0", failed(errno.EPERM)), "sudo setcap cap_net_raw+ep"),
        (remedies.no_socket("eth0", failed(errno.EAFNOSUPPORT)), "sudo modprobe af_packet"),
        (remedies.no_socket("eth0", failed(errno.EMFILE)), "Too many open files"),
        (remedies.not_bound("eth0", failed(errno.ENODEV)), "this network namespace has: lo"),
        (remedies.not_bound("eth0", failed(errno.EACCES)), "Permission denied"),
        (remedies.no_ring("eth0", FRAMES, failed(errno.ENOMEM)), "has not 4096 KB for a ring; give ring=... with less"),
        (remedies.no_ring("eth0", BlockRing(), failed(errno.ENOMEM)), "less than blocks=32"),
        (remedies.no_ring("eth0", FRAMES, failed(errno.EINVAL)), "Invalid argument; give ring=NO_RING"),
        (remedies.no_rings_here("eth0", "aarch64"), "this machine is aarch64"),
        (remedies.no_fanout("eth0", Fanout(7, Spread.TURNS), failed(errno.EINVAL)), "spread or rollover than TURNS"),
        (remedies.no_fanout("eth0", Fanout(7), failed(errno.ENOSPC)), "it is full; take another number"),
        (remedies.no_fanout("eth0", Fanout(7), failed(errno.EALREADY)), "already"),
    ],
)  # fmt: skip
def test_remedies(told: str, remedy: str) -> None:
    assert told.startswith("packet eth0: ")
    assert remedy in told


def test_an_interface_that_is_gone_is_not_up() -> None:
    with socket.socket() as wire:
        assert not sockets.is_up(wire, "no such")


def test_rings_are_for_x86_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere none is taken by default, and one that is asked for is refused."""
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert not config.rings_work()
    with socket.socket() as wire:
        assert sockets.mapped(wire, "eth0", None, 1514) == (config.NO_RING, None)
        with pytest.raises(InitializationFailed, match="give ring=NO_RING"):
            sockets.mapped(wire, "eth0", FRAMES, 1514)
