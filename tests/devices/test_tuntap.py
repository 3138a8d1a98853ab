"""tap and tun against Linux: attaching, frames both ways, what can go wrong with the interface."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from typing import Final

import pytest
import trio
import trio.testing

from foxpy.devices import remedies
from foxpy.devices.device import WIRE, EthernetFrames
from foxpy.devices.tap import Tun, tap, tun
from foxpy.devices.tuntap import CONTROL, IFF_NO_PI, IFF_TAP, IFF_TUN, TUNSETIFF, TUNSETOFFLOAD, TunTap
from foxpy.driver import running
from foxpy.errors import InitializationFailed, InvalidConnection
from foxpy.status import Aborted
from foxpy.testing.namespaces import Namespace
from tests.support.wires import Keeper, initialized, still, without

CAP_NET_ADMIN: Final = 12


# -- what needs no kernel


@pytest.mark.parametrize(
    "name", ["", "a-name-of-16-byte", "with space", "a/b", "..", "tap\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"]
)
def test_impossible_name(name: str) -> None:
    with pytest.raises(InitializationFailed, match="1 to 15 bytes"):
        tap(name, runtime=still())


@pytest.mark.parametrize("mtu", [67, 65522])
def test_impossible_mtu(mtu: int) -> None:
    with pytest.raises(InitializationFailed, match=r"68\.\.65521"):
        tap("tap0", mtu=mtu, runtime=still())


def test_impossible_address() -> None:
    with pytest.raises(InitializationFailed, match=r"'192\.0\.2\.300/24' is not an address"):
        tun("tun0", kernel_address=["192.0.2.1/24", "192.0.2.300/24"], runtime=still())


# -- attaching


@pytest.mark.interop
def test_creates_configures_and_removes(place: Namespace) -> None:
    device = tap("tap0", mtu=1400, kernel_address=["192.0.2.254/24", "198.51.100.1/32"], runtime=still())
    with initialized(place, device):
        told = place.ip("address", "show", "dev", "tap0")
        assert "mtu 1400" in told
        assert "192.0.2.254/24" in told
        assert "198.51.100.1/32" in told
        assert ",UP" in told
        assert device.mtu == 1400
    assert "tap0" not in place.ip("link")


@pytest.mark.interop
def test_takes_the_mtu_of_an_existing_interface(place: Namespace) -> None:
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap")
    place.ip("link", "set", "tap0", "mtu", "9000")
    device = tap("tap0", runtime=still())
    with initialized(place, device):
        assert device.mtu == 9000
        connection = device.open(WIRE, lambda _: Keeper(still()))
        assert device.send(connection).limit() == 9014
    assert "tap0" in place.ip("link")


@pytest.mark.interop
def test_persist_and_attach_again_with_the_same_address(place: Namespace) -> None:
    device = tap("tap0", kernel_address="192.0.2.254/24", persist=True, runtime=still())
    for _ in range(2):
        with initialized(place, device):
            pass
        assert "192.0.2.254/24" in place.ip("address")


@pytest.mark.interop
def test_kernel_numbers_the_name(place: Namespace) -> None:
    first, second = tap("fox%d", runtime=still()), tap("fox%d", runtime=still())
    with initialized(place, first), initialized(place, second):
        assert (first.name, second.name) == ("fox0", "fox1")


@pytest.mark.interop("ethtool")
def test_clears_offloads_that_an_earlier_owner_left(place: Namespace) -> None:
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap")
    with place.entered():
        descriptor = os.open(CONTROL, os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", b"tap0", IFF_TAP | IFF_NO_PI))
    fcntl.ioctl(descriptor, TUNSETOFFLOAD, 1)
    os.close(descriptor)
    assert "tx-checksumming: on" in place.run("ethtool", "--show-offload", "tap0")
    with initialized(place, tap("tap0", offloads=False, runtime=still())):
        assert "tx-checksumming: off" in place.run("ethtool", "--show-offload", "tap0")


# -- what is missing


@pytest.mark.interop
def test_without_the_capability(place: Namespace) -> None:
    device = tap("tap0", runtime=still())
    with place.entered(), without(CAP_NET_ADMIN), pytest.raises(InitializationFailed, match="CAP_NET_ADMIN") as raised:
        device.initialize()
    assert "sudo ip tuntap add dev tap0 mode tap user $USER" in str(raised.value)
    assert "setcap cap_net_admin+ep" in str(raised.value)


@pytest.mark.interop
def test_a_tap_made_for_the_user_needs_no_capability(place: Namespace) -> None:
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap", "user", "root")
    device = tap("tap0", runtime=still())
    with place.entered(), without(CAP_NET_ADMIN), pytest.raises(InitializationFailed, match="sudo ip link set tap0 up"):
        device.initialize()
    place.ip("link", "set", "tap0", "up")
    with place.entered(), without(CAP_NET_ADMIN):
        device.initialize()
    device.finalize()


@pytest.mark.interop
def test_addresses_need_the_capability(place: Namespace) -> None:
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap", "user", "root")
    device = tap("tap0", kernel_address="192.0.2.254/24", runtime=still())
    with place.entered(), without(CAP_NET_ADMIN), pytest.raises(InitializationFailed) as raised:
        device.initialize()
    assert "sudo ip address add 192.0.2.254/24 dev tap0" in str(raised.value)


@pytest.mark.interop
def test_a_tap_of_another_user(place: Namespace) -> None:
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap", "user", "1")
    device = tap("tap0", runtime=still())
    with place.entered(), without(CAP_NET_ADMIN), pytest.raises(InitializationFailed, match="belongs to another user"):
        device.initialize()


@pytest.mark.interop
def test_in_use(place: Namespace) -> None:
    with (
        initialized(place, tap("tap0", runtime=still())),
        place.entered(),
        pytest.raises(InitializationFailed, match="in use by another process"),
    ):
        tap("tap0", runtime=still()).initialize()


@pytest.mark.interop
def test_another_kind_of_interface(place: Namespace) -> None:
    place.ip("tuntap", "add", "dev", "tun0", "mode", "tun")
    with place.entered(), pytest.raises(InitializationFailed, match="exists and is not a plain tap"):
        tap("tun0", runtime=still()).initialize()


@pytest.mark.interop
def test_what_the_kernel_refuses(place: Namespace) -> None:
    device = tap("tap0", kernel_address="2001:db8::1/64", runtime=still())
    # a namespace of ours has no IPv6
    with place.entered(), pytest.raises(InitializationFailed, match="tap0: the kernel refused address 2001:db8::1/64"):
        device.initialize()
    assert "tap0" not in place.ip("link")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOENT, "sudo modprobe tun"),
        (errno.ENODEV, "--device /dev/net/tun --cap-add NET_ADMIN"),
        (errno.EACCES, "sudo chmod 0666 /dev/net/tun"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_without_the_driver(number: int, remedy: str) -> None:
    told = remedies.not_opened("tap", "tap0", "/dev/net/tun", OSError(number, os.strerror(number)))
    assert told.startswith("tap tap0: cannot open /dev/net/tun")
    assert remedy in told


# -- frames


@pytest.mark.interop
async def test_frames_both_ways(place: Namespace) -> None:
    device = tap("tap0")
    with initialized(place, device):
        keeper = Keeper(still())
        sender = device.send(device.open(WIRE, lambda _: keeper))
        with raw(place, "tap0") as wire:
            async with running(device):
                wire.send(frame(b"in"))
                await keeper.until(lambda: len(keeper.frames) > 0)
                assert keeper.frames == [frame(b"in")]
                writer = sender.begin(60)
                writer += frame(b"")[:14]
                sender.commit(writer, b"out".ljust(46, b"\0"))
                assert wire.recv(2000) == frame(b"out")
        info = device.query()
        assert (info.received, info.bytes_received, info.sent, info.bytes_sent) == (1, 60, 1, 60)
        assert (info.refused, info.unclaimed) == (0, 0)


@pytest.mark.interop
async def test_more_than_a_batch(place: Namespace) -> None:
    device = tap("tap0")
    with initialized(place, device):
        keeper = Keeper(still())
        device.open(WIRE, lambda _: keeper)
        with raw(place, "tap0") as wire:
            for number in range(200):
                wire.send(frame(str(number).encode()))
        async with running(device):
            await keeper.until(lambda: len(keeper.frames) == 200)
        assert keeper.frames == [frame(str(number).encode()) for number in range(200)]


@pytest.mark.interop
def test_a_batch_is_bounded(place: Namespace) -> None:
    device = TunTap[EthernetFrames](still(), IFF_TAP, 14, "tap0", None, (), False, True, False)
    with initialized(place, device):
        keeper = Keeper(still())
        device.open(WIRE, lambda _: keeper)
        with raw(place, "tap0") as wire:
            for _ in range(5):
                wire.send(frame(b"x"))
        assert device.burst(3)
        assert len(keeper.frames) == 3
        assert not device.burst(3)
        assert len(keeper.frames) == 5


@pytest.mark.interop
def test_frames_nobody_opened_and_frames_too_long_are_counted(place: Namespace) -> None:
    device = TunTap[EthernetFrames](still(), IFF_TAP, 14, "tap0", None, (), False, True, False)
    with initialized(place, device), raw(place, "tap0") as wire:
        wire.send(frame(b"nobody"))
        device.burst(64)
        assert device.query().unclaimed == 1
        keeper = Keeper(still())
        device.open(WIRE, lambda _: keeper)
        place.ip("link", "set", "tap0", "mtu", "3000")
        wire.send(frame(b"".ljust(2000, b"l")))
        wire.send(frame(b"t" * 1504))
        device.burst(64)
        assert device.query().unclaimed == 2
        assert keeper.frames == [frame(b"t" * 1504)]


@pytest.mark.interop
def test_a_receiver_may_finalize_the_device(place: Namespace) -> None:
    device = TunTap[EthernetFrames](still(), IFF_TAP, 14, "tap0", None, (), False, True, False)

    class Quitter(Keeper):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            super().deliver(frame, start, end)
            device.finalize()

    keeper = Quitter(still())
    with place.entered():
        device.initialize()
    device.open(WIRE, lambda _: keeper)
    with raw(place, "tap0") as wire:
        wire.send(frame(b"1"))
        wire.send(frame(b"2"))
    device.burst(64)
    assert keeper.frames == [frame(b"1")]


@pytest.mark.interop
async def test_sending_while_the_interface_is_down(place: Namespace) -> None:
    device = tap("tap0")
    with initialized(place, device):
        sender = device.send(device.open(WIRE, lambda _: Keeper(still())))
        place.ip("link", "set", "tap0", "down")
        sender.send(frame(b"lost"))
        place.ip("link", "set", "tap0", "up")
        sender.send(frame(b"sent"))
        assert (device.query().refused, device.query().sent) == (1, 1)


@pytest.mark.interop
async def test_the_interface_is_deleted(place: Namespace) -> None:
    device = tap("tap0")
    with initialized(place, device):
        keeper = Keeper(still())
        sender = device.send(device.open(WIRE, lambda _: keeper))
        async with running(device):
            await trio.testing.wait_all_tasks_blocked()
            place.ip("link", "delete", "tap0")
            await keeper.until(lambda: len(keeper.events) > 0)
            await trio.testing.wait_all_tasks_blocked()  # and nobody spins on the dead descriptor
        [event] = keeper.events
        assert isinstance(event, Aborted)
        assert str(event.error) == "tap tap0 was deleted"
        with pytest.raises(InvalidConnection):
            sender.send(frame(b"late"))


@pytest.mark.interop("ping")
async def test_tun_carries_bare_ip_packets(place: Namespace) -> None:
    device = tun("tun0", mtu=1280, kernel_address="192.0.2.254/24")
    with initialized(place, device):
        keeper = Keeper(still())
        sender = device.send(device.open(WIRE, lambda _: keeper))
        async with running(device):
            place.start("ping", "-c1", "-W1", "-s3000", "192.0.2.1")
            await keeper.until(lambda: len(keeper.frames) == 3)
        assert [packet[0] for packet in keeper.frames] == [0x45] * 3
        assert [packet[9] for packet in keeper.frames] == [1] * 3
        assert max(map(len, keeper.frames)) == 1276 <= sender.limit() == 1280
        sender.send(b"\x10 no IP packet")
        assert device.query().refused == 1


@pytest.mark.interop
def test_tun_lets_nothing_else_up(place: Namespace) -> None:
    device = Tun(still(), IFF_TUN, 0, "tun0", None, (), False, True, False)
    with initialized(place, device), raw(place, "tun0") as wire:
        keeper = Keeper(still())
        device.open(WIRE, lambda _: keeper)
        wire.send(b"\x10 neither version 4 nor 6")
        wire.send(b"\x45 a header that begins well")
        device.burst(64)
        assert keeper.frames == [b"\x45 a header that begins well"]
        assert device.query().unclaimed == 1


# -- the other end


def frame(payload: bytes) -> bytes:
    """A broadcast frame of an ethertype for experiments, of 60 bytes at least."""
    return b"\xff" * 6 + b"\x02\0\0\0\0\x01" + b"\x88\xb5" + payload.ljust(46, b"\0")


@contextlib.contextmanager
def raw(place: Namespace, name: str) -> Iterator[socket.socket]:
    """A socket that sends and receives bare frames on Linux's end."""
    with place.entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0003 << 8)
    with wire:
        wire.bind((name, 0x88B5))
        wire.settimeout(5)
        yield wire
