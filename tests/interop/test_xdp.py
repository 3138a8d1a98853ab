"""AF_XDP sockets on a veth pair, with Linux at the other end: what arrives, what is sent, what is refused."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import Final

import pytest

from foxpy.addresses import MacAddress
from foxpy.checksum import fold
from foxpy.devices.interface import mac_of
from foxpy.devices.xdp import XdpConfig, XdpSocket, abi, bpf, programs
from foxpy.devices.xdp.config import Mode
from foxpy.devices.xdp.partial import unfinished
from foxpy.errors import InitializationFailed
from foxpy.layers.arp.wire import ARP, REPLY, REQUEST
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.ipv4.numbers import word_sum
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp.wire import UDP
from foxpy.testing.generator import Generator
from foxpy.testing.namespaces import Namespace, namespace, veth

EXPERIMENTAL: Final = 0x88B5  # IEEE 802, local experimental ethertype 1
LINUX, FOXPY, OTHER = (IPv4Address(f"192.0.2.{number}") for number in (1, 2, 3))
SOME, ANY = MacAddress.local(1), MacAddress(b"\xff" * 6)
PORT: Final = 4000
MODES: Final[tuple[Mode, ...]] = ("native", "generic")
PATIENCE: Final = 10.0


@contextlib.contextmanager
def pair(address: IPv4Address = FOXPY) -> Iterator[tuple[Namespace, Namespace]]:
    """Linux, and where foxpy's end of the pair is."""
    with namespace() as linux, namespace() as here:
        veth(linux, here, f"{LINUX}/24", f"{address}/24")
        yield linux, here


@contextlib.contextmanager
def opened(place: Namespace, config: XdpConfig | None = None) -> Iterator[XdpSocket]:
    with place.entered():
        made = XdpSocket("veth0", config)
    with made:
        yield made


@contextlib.contextmanager
def listening(place: Namespace) -> Iterator[socket.socket]:
    """A packet socket of Linux on veth0."""
    with place.entered():
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    with made:
        made.bind(("veth0", 0))
        made.settimeout(PATIENCE)
        yield made


def numbered(number: int, size: int = 60) -> bytes:
    return EthernetII(dst=ANY, src=SOME, kind=EXPERIMENTAL, body=number.to_bytes(4, "big").ljust(size - 14)).build()


def number_of(frame: bytes | memoryview) -> int:
    assert frame[12:14] == EXPERIMENTAL.to_bytes(2, "big")
    return int.from_bytes(frame[14:18], "big")


def arriving(wire: XdpSocket, count: int) -> list[bytes]:
    """The next ``count`` frames, copied."""
    found: list[bytes] = []
    end = time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < end, f"{len(found)} of {count} frames arrived, {wire.statistics()}"
        found += map(bytes, wire.frames())
    return found


def put(wire: XdpSocket, frames: Sequence[bytes]) -> int:
    addresses = wire.alloc(len(frames))
    for address, frame in zip(addresses, frames, strict=True):
        wire.umem.memory[address : address + len(frame)] = frame
    return wire.send(addresses, [len(frame) for frame in frames])


# -- frames


@pytest.mark.interop
@pytest.mark.parametrize("mode", MODES)
def test_frames_arrive_in_order(mode: Mode) -> None:
    with pair() as (linux, here), opened(here, XdpConfig(mode=mode)) as wire, listening(linux) as sending:
        for number in range(100):
            sending.send(numbered(number, 60 + number))
        frames = arriving(wire, 100)
        assert frames == [numbered(number, 60 + number) for number in range(100)]
        assert wire.frames() == []
        assert wire.statistics().rx_dropped == 0


@pytest.mark.interop
@pytest.mark.parametrize("mode", MODES)
def test_frames_are_sent_in_order_and_their_chunks_come_back(mode: Mode) -> None:
    with pair() as (linux, here), opened(here, XdpConfig(mode=mode)) as wire, listening(linux) as listener:
        free = len(wire.free)
        for batch in range(40):  # more than there are chunks
            numbers = range(100 * batch, 100 * batch + 100)
            assert put(wire, [numbered(number) for number in numbers]) == 100
            assert [number_of(listener.recv(2000)) for _ in numbers] == list(numbers)
        end = time.monotonic() + PATIENCE
        while len(wire.free) < free:
            assert time.monotonic() < end
            wire.reap()
        assert sorted(wire.free) == sorted(set(wire.free))


@pytest.mark.interop
def test_the_largest_frame_both_ways() -> None:
    with pair() as (linux, here):
        for place in (linux, here):
            place.ip("link", "set", "veth0", "mtu", "3498")
        with opened(here) as wire, listening(linux) as other:
            assert wire.umem.capacity == 3840
            frame = numbered(1, 3512)
            other.send(frame)
            assert arriving(wire, 1) == [frame]
            assert put(wire, [frame]) == 1
            assert other.recv(4000) == frame


@pytest.mark.interop
def test_frames_are_reflected_from_where_they_lie() -> None:
    with pair() as (linux, here), opened(here, XdpConfig(chunks=256, ring=128)) as wire, listening(linux) as other:
        for turn in range(30):  # each chunk several times
            for number in range(32):
                other.send(numbered(32 * turn + number))
            back = 0
            end = time.monotonic() + PATIENCE
            while back < 32:
                assert time.monotonic() < end
                addresses, lengths = wire.receive()
                for address in addresses:
                    wire.umem.memory[address + 18] = 0xAB
                back += wire.reflect(lengths)
            frames = [other.recv(2000) for _ in range(32)]
            assert [number_of(frame) for frame in frames] == list(range(32 * turn, 32 * turn + 32))
            assert {frame[18] for frame in frames} == {0xAB}
        assert wire.statistics().rx_dropped == 0


@pytest.mark.interop
def test_a_full_ring_drops_what_does_not_fit() -> None:
    with pair() as (linux, here), opened(here, XdpConfig(chunks=256, ring=64)) as wire:
        here.ip("link", "set", "veth0", "down")
        assert put(wire, [numbered(number) for number in range(100)]) == 64
        assert not wire.kick()
        assert put(wire, [numbered(100)]) == 0
        assert len(wire.free) == 128 - 64
        with listening(linux) as listener:
            here.ip("link", "set", "veth0", "up")
            end = time.monotonic() + PATIENCE
            while not wire.kick():
                assert time.monotonic() < end
            assert [number_of(listener.recv(2000)) for _ in range(64)] == list(range(64))


@pytest.mark.interop
def test_frames_too_large_for_a_chunk_are_counted() -> None:
    with pair() as (linux, here), opened(here) as wire, listening(linux) as sending:
        for place in (linux, here):
            place.ip("link", "set", "veth0", "mtu", "1900")  # behind the socket's back
        sending.send(numbered(1, 1800))
        sending.send(numbered(2, 60))
        assert number_of(arriving(wire, 1)[0]) == 2
        assert wire.statistics().rx_dropped == 1


# -- which frames


def datagram(destination: IPv4Address, body: bytes = b"body") -> bytes:
    pseudo = fold(word_sum(LINUX) + word_sum(destination) + 17 + UDP.MIN + len(body))
    udp = UDP(pseudo=pseudo, sport=PORT, dport=PORT, body=body)
    return EthernetII(dst=ANY, src=SOME, kind=0x0800, body=IPv4(proto=17, src=LINUX, dst=destination, body=udp)).build()


def asking(target: IPv4Address, operation: int = REQUEST) -> bytes:
    arp = ARP(operation=operation, sha=SOME, spa=LINUX, tha=MacAddress(bytes(6)), tpa=target)
    return EthernetII(dst=ANY, src=SOME, kind=0x0806, body=arp).build()


FILTERED: Final = {
    "to the first": (datagram(FOXPY), abi.REDIRECT),
    "to the second": (datagram(IPv4Address("203.0.113.200")), abi.REDIRECT),
    "to another": (datagram(OTHER), abi.PASS),
    "without data": (datagram(FOXPY, b"")[:34], abi.REDIRECT),
    "cut in the header": (datagram(FOXPY)[:33], abi.PASS),
    "ARP for the first": (asking(FOXPY), abi.REDIRECT),
    "ARP for the second": (asking(IPv4Address("203.0.113.200")), abi.REDIRECT),
    "an answer to the first": (asking(FOXPY, REPLY), abi.REDIRECT),
    "ARP for another": (asking(OTHER), abi.PASS),
    "ARP that is cut": (asking(FOXPY)[:41], abi.PASS),
    "IPv6": (EthernetII(dst=ANY, src=SOME, kind=0x86DD, body=bytes(60)).build(), abi.PASS),
    "tagged": (EthernetII(dst=ANY, src=SOME, kind=0x8100, body=b"\0\x05" + datagram(FOXPY)[12:]).build(), abi.PASS),
    "something else": (numbered(1), abi.PASS),
}


@pytest.mark.interop
def test_the_filter_takes_what_is_for_its_addresses() -> None:
    """Run on frames that go nowhere."""
    config = XdpConfig(addresses=(FOXPY, IPv4Address("203.0.113.200")))
    with pair(OTHER) as (_, here), opened(here, config) as wire:
        assert {name: bpf.answer_to(wire.program, frame) for name, (frame, _) in FILTERED.items()} == {
            name: answer for name, (_, answer) in FILTERED.items()
        }


@pytest.mark.interop
def test_without_a_filter_all_is_taken() -> None:
    with pair() as (_, here), opened(here) as wire:
        assert {bpf.answer_to(wire.program, frame) for frame, _ in FILTERED.values()} == {abi.REDIRECT}


@pytest.mark.interop
def test_as_many_addresses_as_a_filter_takes() -> None:
    addresses = tuple(IPv4Address(f"198.51.100.{number}") for number in range(256))
    with pair() as (_, here), opened(here, XdpConfig(addresses=addresses)) as wire:
        assert {bpf.answer_to(wire.program, datagram(address)) for address in addresses} == {abi.REDIRECT}
        assert bpf.answer_to(wire.program, datagram(FOXPY)) == abi.PASS


@pytest.mark.interop("ping")
@pytest.mark.parametrize("mode", MODES)
def test_linux_goes_on_answering_for_its_own_address(mode: Mode) -> None:
    with pair(OTHER) as (linux, here), opened(here, XdpConfig(addresses=(FOXPY,), mode=mode)) as wire:
        assert "3 received" in linux.run("ping", "-c", "3", "-i", "0.01", "-W", "2", str(OTHER))
        assert wire.frames() == []
        linux.start("ping", "-c", "1", "-W", "1", str(FOXPY))
        (frame,) = arriving(wire, 1)
        assert ARP.parse(frame[14:]).tpa == FOXPY


# -- checksums


@contextlib.contextmanager
def receiving(place: Namespace) -> Iterator[socket.socket]:
    """A UDP socket of Linux, which verifies what it takes in."""
    with place.entered():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with made:
        made.bind((str(LINUX), PORT))
        made.settimeout(PATIENCE)
        yield made


def to_linux(linux: Namespace, body: bytes, checksum: int | None = None) -> bytes:
    """A datagram to Linux's socket, with this checksum, or the right one."""
    with linux.entered():
        hardware = mac_of("veth0")
    pseudo = pseudo_sum(body)
    udp = UDP(pseudo=pseudo, sport=PORT, dport=PORT, body=body)
    packet = IPv4(proto=17, src=FOXPY, dst=LINUX, body=udp)
    frame = EthernetII(dst=hardware, src=SOME, kind=0x0800, body=packet).build()
    return frame if checksum is None else frame[:40] + checksum.to_bytes(2, "big") + frame[42:]


def pseudo_sum(body: bytes) -> int:
    return fold(word_sum(FOXPY) + word_sum(LINUX) + 17 + UDP.MIN + len(body))


@pytest.mark.interop
def test_linux_accepts_our_checksums_and_those_it_is_told_to_fill_in() -> None:
    with pair(OTHER) as (linux, here), opened(here) as wire, receiving(linux) as socket_of_linux:
        assert wire.checksums
        right, wrong = to_linux(linux, b"right"), to_linux(linux, b"wrong", 0x1234)
        left = to_linux(linux, b"left to the kernel", pseudo_sum(b"left to the kernel"))
        assert put(wire, [right, wrong, left]) == 3
        (address,) = wire.alloc(1)
        wire.umem.memory[address : address + len(left)] = left
        abi.CHECKSUM_TASK.pack_into(wire.umem.memory, address - 24, abi.CHECKSUM_WANTED, 34, 6)
        assert wire.send([address], [len(left) | abi.METADATA]) == 1
        assert put(wire, [to_linux(linux, b"last")]) == 1
        assert [socket_of_linux.recv(100) for _ in range(3)] == [b"right", b"left to the kernel", b"last"]


@pytest.mark.interop("ethtool")
@pytest.mark.parametrize("mode", MODES)
def test_what_linux_leaves_unfinished_is_found(mode: Mode) -> None:
    with pair(OTHER) as (linux, here), opened(here, XdpConfig(addresses=(FOXPY,), mode=mode)) as wire:
        linux.ip("neighbour", "add", str(FOXPY), "lladdr", str(SOME), "dev", "veth0")
        with linux.entered():
            sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            opening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with sending, opening:
            opening.setblocking(False)
            for state, start in (("on", 34), ("off", 0)):
                linux.run("ethtool", "-K", "veth0", "tx", state)
                sending.sendto(b"some data", (str(FOXPY), PORT))
                assert [unfinished(frame) for frame in arriving(wire, 1)] == [start]
            linux.run("ethtool", "-K", "veth0", "tx", "on")
            opening.connect_ex((str(FOXPY), PORT))
            assert unfinished(arriving(wire, 1)[0]) == 34


# -- counts


@pytest.mark.interop
def test_a_receive_ring_that_is_full_is_told() -> None:
    with pair() as (linux, here), opened(here, XdpConfig(ring=64)) as wire, linux.entered():
        with Generator("veth0") as generator:
            generator.send(numbered(7), 1000)
        assert len(arriving(wire, 64)) == 64
        told = wire.statistics()
        assert told.rx_ring_full == 1000 - 64
        assert told.rx_dropped == 0


@pytest.mark.interop
def test_chunks_that_ran_out_are_told() -> None:
    with pair() as (linux, here), opened(here, XdpConfig(chunks=128)) as wire, linux.entered():
        with Generator("veth0") as generator:
            generator.send(numbered(7), 1000)
        assert len(arriving(wire, 64)) == 64
        told = wire.statistics()
        assert told.rx_dropped == told.fill_ring_empty == 1000 - 64


@pytest.mark.interop
@pytest.mark.slow
def test_every_frame_of_a_flood_is_accounted_for() -> None:
    count = 1_000_000
    with pair() as (linux, here), opened(here) as wire:
        frame = numbered(0x01020304, 64)

        def flood() -> None:
            with linux.entered(), Generator("veth0") as generator:
                generator.send(frame, count)

        generating = threading.Thread(target=flood)
        generating.start()
        received = 0
        last = False
        while not last:
            last = not generating.is_alive()
            while views := wire.frames():
                received += len(views)
                assert all(view == frame for view in views)
        generating.join()
        told = wire.statistics()
        assert received + told.rx_dropped + told.rx_ring_full == count
        assert received > 1024


# -- what is kept, and what is let go of


@pytest.mark.interop
def test_recycled_frames_are_poisoned_where_that_is_asked_for() -> None:
    with pair() as (linux, here), opened(here, XdpConfig(poison=True)) as wire, listening(linux) as sending:
        sending.send(numbered(1))
        frame = None
        end = time.monotonic() + PATIENCE
        while frame is None:
            assert time.monotonic() < end
            frame = next(iter(wire.frames()), None)
        assert number_of(frame) == 1
        assert wire.frames() == []
        assert set(frame) == {0xDD}
        del frame


@pytest.mark.interop
@pytest.mark.parametrize("mode", MODES)
def test_opening_again_and_again(mode: Mode) -> None:
    """The kernel lets go of a queue some time after its socket was closed."""
    with pair() as (linux, here), listening(linux) as sending:
        for number in range(10):
            with opened(here, XdpConfig(mode=mode)) as wire:
                sending.send(numbered(number))
                assert number_of(arriving(wire, 1)[0]) == number
            assert attached(here) == []


@pytest.mark.interop
def test_a_frame_that_is_kept_does_not_keep_the_queue() -> None:
    with pair() as (linux, here), listening(linux) as sending:
        with opened(here) as wire:
            sending.send(numbered(1))
            end = time.monotonic() + PATIENCE
            kept: list[memoryview] = []
            while not kept:
                assert time.monotonic() < end
                kept = wire.frames()
            with pytest.warns(ResourceWarning, match="a frame is still in use, so 4194304 bytes of memory stay"):
                wire.close()
        with opened(here) as again:
            sending.send(numbered(2))
            assert number_of(arriving(again, 1)[0]) == 2
        assert number_of(kept[0]) == 1
        del kept, wire
        gc.collect()


KILLED: Final = """
import signal
from foxpy.devices.xdp import XdpSocket
wire = XdpSocket("veth0")
print("open", flush=True)
signal.pause()
"""


@pytest.mark.interop
def test_nothing_stays_attached_when_the_process_is_killed() -> None:
    with pair() as (_, here):
        process = here.start(sys.executable, "-c", KILLED, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        assert len(attached(here)) == 1
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert attached(here) == []
        with opened(here):
            assert len(attached(here)) == 1


def attached(place: Namespace) -> list[str]:
    """The lines of ``ip link`` that show an XDP program."""
    return [line for line in place.ip("link", "show", "veth0").splitlines() if "prog/xdp" in line]


# -- refusals


def refusal(place: Namespace, config: XdpConfig, name: str = "veth0") -> str:
    with place.entered(), pytest.raises(InitializationFailed) as caught:
        XdpSocket(name, config)
    gc.collect()  # nothing that was opened by then may be left: pytest makes that an error
    return str(caught.value)


@pytest.mark.interop
def test_refusals_name_the_thing_and_the_remedy() -> None:
    with pair() as (linux, here):
        assert refusal(here, XdpConfig(), "veth7") == (
            "xdp veth7: there is no such interface in this network namespace, there are lo, veth0"
        )
        assert refusal(here, XdpConfig(queue=77)) == (
            "xdp veth0: there is no queue 77, veth0 has 1; choose a lower one"
        )
        assert refusal(here, XdpConfig(zero_copy=True)) == (
            "xdp veth0: its driver has no zero-copy; leave out zero_copy, and the kernel copies each frame"
        )
        assert refusal(here, XdpConfig(addresses=(OTHER, FOXPY))) == (
            "xdp veth0: Linux has 192.0.2.2 itself, and would lose it; share the interface by another address, or "
            "remove it: ip address show to 192.0.2.2 tells where it is"
        )
        with opened(here):
            assert refusal(here, XdpConfig(receive=False)).startswith(
                "xdp veth0: queue 0 belongs to another AF_XDP socket, of this process or another; end that one"
            )
        linux.ip("link", "set", "veth0", "mtu", "3700")
        assert refusal(here, XdpConfig()) == (
            "xdp veth0: its MTU, or for a veth that of its other end, is too large for frames of one page; lower it "
            "there (sudo ip link set veth0 mtu 3498), or pass frags=True"
        )
        here.ip("link", "set", "veth0", "mtu", "9000")
        assert refusal(here, XdpConfig()) == (
            "xdp veth0: a frame of MTU 9000 does not fit a chunk of 4096 bytes, which has room for 3840; "
            "pass frags=True, or run: sudo ip link set veth0 mtu 3822"
        )


@pytest.mark.interop
@pytest.mark.parametrize("mode", MODES)
def test_a_second_program_is_refused(mode: Mode) -> None:
    with pair() as (_, here):
        with here.entered():
            program = bpf.load(programs.answer(abi.PASS))
            link = bpf.attach(program, socket.if_nametoindex("veth0"), abi.MODE_NATIVE)
        try:
            assert refusal(here, XdpConfig(mode=mode)) == (
                "xdp veth0: another XDP program is attached; ip link show veth0 tells its number, and this removes it: "
                "sudo ip link set veth0 xdp off"
            )
        finally:
            os.close(link)
            os.close(program)
        with opened(here, XdpConfig(mode=mode)):
            pass


@pytest.mark.interop
def test_the_verifiers_reasons_are_told() -> None:
    with pytest.raises(PermissionError) as caught:
        bpf.load(b"\x95" + bytes(7))  # exits without an answer
    assert any("R0 !read_ok" in note for note in caught.value.__notes__)
