"""Packet sockets against Linux: a device on one end of a veth, Linux at the other, and Linux beside it."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Hashable, Iterator
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Final

import pytest
import trio
import trio.testing

from foxpy.addresses import MacAddress
from foxpy.checksum import fold, ones_sum
from foxpy.cli.http import HttpService, pseudo_random
from foxpy.cli.parsing import Service
from foxpy.cli.services import serve_streams
from foxpy.devices.device import WIRE
from foxpy.devices.interface import mac_of
from foxpy.devices.packet import BLOCKS, FRAMES, NO_RING, BlockRing, Fanout, FrameRing, Ring, Spread, packet
from foxpy.driver import running
from foxpy.errors import InitializationFailed, InvalidConnection
from foxpy.layers.ipv4.wire import append_ipv4
from foxpy.layers.tcp import Tcp
from foxpy.offload import Kind, Offload
from foxpy.status import Aborted
from foxpy.testing.namespaces import Namespace, namespace, veth
from stacks import tcp_ip_packet
from tests.support.processes import serving
from tests.support.wires import Checked, Keeper, frame, initialized, raw, still, without

FAR: Final = "192.0.2.1"
LINUX: Final = "192.0.2.2"
FOXPY: Final = "192.0.2.7"
RINGS: Final = {"frames": FRAMES, "blocks": BLOCKS, "none": NO_RING}
SIZE: Final = 5_000_000
DATA: Final = b"".join(pseudo_random(SIZE))
DIGEST: Final = hashlib.sha256(DATA).hexdigest()
CAP_NET_ADMIN: Final = 12
CAP_NET_RAW: Final = 13

every_ring = pytest.mark.parametrize("ring", RINGS.values(), ids=RINGS)


@pytest.fixture
def far(place: Namespace) -> Iterator[Namespace]:
    """Linux at the other end of ``veth0`` of ``place``, where it is too."""
    with namespace() as other:
        veth(other, place, f"{FAR}/24", f"{LINUX}/24")
        yield other


def datagrams(place: Namespace, address: str = FAR) -> socket.socket:
    with place.entered():
        sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sending.bind((address, 5000))
    return sending


# -- frames


@pytest.mark.interop
@every_ring
async def test_frames_both_ways_in_order(place: Namespace, far: Namespace, ring: Ring) -> None:
    device = packet("veth0", ring=ring)
    with initialized(place, device), raw(far, "veth0") as wire:
        keeper = Keeper(device.runtime)
        sender = device.send(device.open(WIRE, lambda _: keeper))
        went_in = [frame(b"%d" % number * (number % 300)) for number in range(3000)]
        async with running(device):
            for number in range(0, 3000, 100):
                for each in went_in[number : number + 100]:
                    wire.send(each)
                await keeper.until(lambda: len(keeper.frames) == number + 100)  # noqa: B023  # awaited in this turn
            for number in range(100):
                writer = sender.begin(60)
                writer += frame(b"")[:14]
                sender.commit(writer, b"out %d".ljust(46, b"\0") % number)
                assert wire.recv(2000)[14:].startswith(b"out %d" % number)
        assert keeper.frames == went_in
        assert keeper.checked == [None] * 3000
        info = device.query()
        assert (info.received, info.bytes_received) == (3000, sum(map(len, went_in)))
        assert (info.sent, info.refused, info.unclaimed, info.lost, info.cut) == (100, 0, 0, 0, 0)
        assert RINGS[info.ring] is ring


@pytest.mark.interop
@every_ring
async def test_frames_that_linux_left_unfinished(place: Namespace, far: Namespace, ring: Ring) -> None:
    """A datagram without its checksum, and 20 in one frame of 28 KB, which fits no slot."""
    far.ip("neighbour", "add", FOXPY, "lladdr", "02:00:00:00:00:07", "dev", "veth0")
    device = packet("veth0", addresses=(FOXPY,), ring=ring)
    with initialized(place, device), datagrams(far) as sending:
        keeper = Keeper(device.runtime)
        device.open(WIRE, lambda _: keeper)
        data = b"".join(pseudo_random(28_000))
        async with running(device):
            sending.sendto(b"small", (FOXPY, 9))
            sending.setsockopt(socket.IPPROTO_UDP, 103, 1400)  # UDP_SEGMENT
            sending.sendto(data, (FOXPY, 9))
            sending.setsockopt(socket.IPPROTO_UDP, 103, 0)
            sending.sendto(b"small again", (FOXPY, 9))
            await keeper.until(lambda: len(keeper.frames) == 3)
        assert [each[42:] for each in keeper.frames] == [b"small", data, b"small again"]
        assert keeper.checked == [Checked(34, 0), Checked(34, 1400), Checked(34, 0)]


@pytest.mark.interop
def test_many_large_frames_wait_without_a_large_queue(place: Namespace, far: Namespace) -> None:
    """A queue larger than net.core.rmem_max takes CAP_NET_ADMIN; without, the slots are large in its place."""
    far.ip("neighbour", "add", FOXPY, "lladdr", "02:00:00:00:00:07", "dev", "veth0")
    device = packet("veth0", addresses=(FOXPY,), runtime=still())
    with place.entered(), without(CAP_NET_ADMIN):
        device.initialize()
    try:
        keeper = Keeper(device.runtime)
        device.open(WIRE, lambda _: keeper)
        with datagrams(far) as sending:
            sending.setsockopt(socket.IPPROTO_UDP, 103, 1400)  # UDP_SEGMENT
            for number in range(40):
                sending.sendto(b"%02d" % number * 28_000, (FOXPY, 9))
        while device.burst(64):
            pass
        assert [each[42:] for each in keeper.frames] == [b"%02d" % number * 28_000 for number in range(40)]
        assert (device.query().lost, device.query().cut) == (0, 0)
    finally:
        device.finalize()


@pytest.mark.interop
@pytest.mark.parametrize("how", ["kernel", "here", "older kernel"])
def test_datagrams_that_are_cut_on_their_way_out(
    place: Namespace, far: Namespace, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "older kernel":
        monkeypatch.setattr(platform, "release", lambda: "6.1.0-18-amd64")
    device = packet("veth0", offloads=how != "here", runtime=still())
    data = b"".join(pseudo_random(10_001))
    task = Offload(Kind.UDP, 6)
    task.header, task.network, task.version, task.segment = 8, 20, 4, 1000
    with initialized(place, device), datagrams(far) as wire:
        wire.settimeout(5)
        sender = device.send(device.open(WIRE, lambda _: Keeper(device.runtime)))
        with far.entered():
            station = mac_of("veth0")
        for _ in range(2):
            writer = sender.begin_offloaded(42 + len(data), task)
            writer += station.packed + b"\2\0\0\0\0\7\x08\0"
            ours, theirs = IPv4Address(FOXPY), IPv4Address(FAR)
            append_ipv4(writer, 8 + len(data), proto=17, ident=1, df=True, ttl=64, src=ours, dst=theirs)
            seed = fold(ones_sum(bytes(writer), 26, 34) + 17 + 8 + len(data))
            writer += struct.pack(">HHHH", 9, 5000, 8 + len(data), seed)
            sender.commit(writer, data)
            assert [wire.recv(2000) for _ in range(11)] == [data[at : at + 1000] for at in range(0, 10_001, 1000)]
        assert device.query().sent == (2 if how == "kernel" else 22)
        assert device.query().refused == 0


@pytest.mark.interop
@every_ring
async def test_a_vlan_tag_is_put_back(place: Namespace, far: Namespace, ring: Ring) -> None:
    """Linux takes it off every frame that it receives, and shows it beside the frame."""
    device = packet("veth0", ring=ring)
    tagged = [
        frame(b"in a VLAN")[:12] + bytes.fromhex(kind) + frame(b"in a VLAN")[12:] for kind in ("81000007", "88a82008")
    ]
    with initialized(place, device), raw(far, "veth0") as wire:
        keeper = Keeper(device.runtime)
        device.open(WIRE, lambda _: keeper)
        async with running(device):
            for each in (*tagged, frame(b"in none")):
                wire.send(each)
            await keeper.until(lambda: len(keeper.frames) == 3)
        assert keeper.frames == [*tagged, frame(b"in none")]


@pytest.mark.interop
@every_ring
async def test_what_linux_sends_on_the_interface_is_not_heard(place: Namespace, far: Namespace, ring: Ring) -> None:
    device = packet("veth0", ring=ring)
    with initialized(place, device), raw(place, "veth0") as beside, raw(far, "veth0") as wire:
        keeper = Keeper(device.runtime)
        device.open(WIRE, lambda _: keeper)
        async with running(device):
            beside.send(frame(b"out"))
            wire.send(frame(b"in"))
            await keeper.until(lambda: len(keeper.frames) > 0)
        assert keeper.frames == [frame(b"in")]


# -- a burst, a ring that is full, statistics


@pytest.mark.interop
@pytest.mark.parametrize("ring", [FRAMES, NO_RING], ids=["frames", "none"])
def test_a_batch_is_bounded(place: Namespace, far: Namespace, ring: Ring) -> None:
    device = packet("veth0", ring=ring, runtime=still())
    with initialized(place, device), raw(far, "veth0") as wire:
        wire.send(frame(b"nobody has opened the device"))
        assert not device.burst(64)
        assert device.query().unclaimed == 1
        keeper = Keeper(device.runtime)
        device.open(WIRE, lambda _: keeper)
        for _ in range(5):
            wire.send(frame(b"x"))
        assert device.burst(3)
        assert len(keeper.frames) == 3
        assert not device.burst(3)
        assert len(keeper.frames) == 5


@pytest.mark.interop
def test_what_a_full_ring_loses_is_counted(place: Namespace, far: Namespace) -> None:
    device = packet("veth0", ring=FrameRing(count=64), runtime=still())
    with initialized(place, device), raw(far, "veth0") as wire:
        keeper = Keeper(device.runtime)
        device.open(WIRE, lambda _: keeper)
        for number in range(100):
            wire.send(frame(b"%d" % number))
        while device.burst(64):
            pass
        assert keeper.frames == [frame(b"%d" % number) for number in range(64)]
        assert device.query().lost == 36
        wire.send(frame(b"there is room again"))
        device.burst(64)
        assert keeper.frames[64:] == [frame(b"there is room again")]
        assert device.query().lost == 36  # though the kernel's count begins anew with each reading
    assert device.query().lost == 36


@pytest.mark.interop
def test_a_large_mtu_makes_larger_slots(place: Namespace, far: Namespace) -> None:
    for end in (place, far):
        end.ip("link", "set", "veth0", "mtu", "9000")
    device = packet("veth0", runtime=still())
    with initialized(place, device), raw(far, "veth0") as wire:
        keeper = Keeper(device.runtime)
        sender = device.send(device.open(WIRE, lambda _: keeper))
        assert sender.limit() == 9014
        wire.send(frame(b"l" * 9000))
        device.burst(64)
        assert keeper.frames == [frame(b"l" * 9000)]


@pytest.mark.interop
@every_ring
def test_a_receiver_may_finalize_the_device(place: Namespace, far: Namespace, ring: Ring) -> None:
    device = packet("veth0", ring=ring, runtime=still())

    class Quitter(Keeper):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            super().deliver(frame, start, end)
            device.finalize()

    keeper = Quitter(device.runtime)
    with place.entered():
        device.initialize()
    device.open(WIRE, lambda _: keeper)
    with raw(far, "veth0") as wire:
        wire.send(frame(b"1"))
        wire.send(frame(b"2"))
    while not keeper.frames:  # a block takes its time
        device.burst(64)
    assert keeper.frames == [frame(b"1")]
    assert device.fileno() < 0


@pytest.mark.interop
@every_ring
async def test_close_and_open_again(place: Namespace, far: Namespace, ring: Ring) -> None:
    device = packet("veth0", ring=ring)
    for number in range(3):
        with initialized(place, device), raw(far, "veth0") as wire:
            keeper = Keeper(device.runtime)
            device.open(WIRE, lambda _: keeper)  # noqa: B023  # called at once
            assert "promiscuity 1" in place.ip("-d", "link", "show", "veth0")
            async with running(device):
                wire.send(frame(b"%d" % number))
                await keeper.until(lambda: len(keeper.frames) > 0)  # noqa: B023  # awaited in this turn
            assert keeper.frames == [frame(b"%d" % number)]
        assert "promiscuity 0" in place.ip("-d", "link", "show", "veth0")


@pytest.mark.interop
def test_single_stations_in_place_of_all(place: Namespace, far: Namespace) -> None:
    with initialized(place, packet("veth0", promiscuous=False, runtime=still())):
        assert "promiscuity 0" in place.ip("-d", "link", "show", "veth0")
    with initialized(place, packet("veth0", promiscuous=False, macs=[MacAddress.local(7)], runtime=still())):
        # a veth has no filter for single stations, and so Linux lets it receive for all
        assert "promiscuity 1" in place.ip("-d", "link", "show", "veth0")


# -- sharing with others


@pytest.mark.interop
@pytest.mark.parametrize("ring", [FRAMES, NO_RING], ids=["frames", "none"])
def test_two_share_the_frames(place: Namespace, far: Namespace, ring: Ring) -> None:
    taking_turns = Fanout(7, Spread.TURNS)
    one = packet("veth0", ring=ring, fanout=taking_turns, runtime=still())
    other = packet("veth0", ring=ring, fanout=taking_turns, runtime=still())
    with initialized(place, one), initialized(place, other), raw(far, "veth0") as wire, raw(place, "veth0") as beside:
        keepers = Keeper(one.runtime), Keeper(other.runtime)
        one.open(WIRE, lambda _: keepers[0])
        other.open(WIRE, lambda _: keepers[1])
        sent = [frame(b"%d" % number) for number in range(100)]
        for each in sent:
            wire.send(each)
            beside.send(frame(b"out"))
        while one.burst(64) or other.burst(64):
            pass
        assert [len(keeper.frames) for keeper in keepers] == [50, 50]
        assert sorted(keepers[0].frames + keepers[1].frames) == sorted(sent)
        another = packet("veth0", fanout=Fanout(7, Spread.FLOW), runtime=still())
        with place.entered(), pytest.raises(InitializationFailed, match="fanout group 7: its members name another"):
            another.initialize()


@pytest.mark.interop("ping")
@pytest.mark.parametrize("forwards", [False, True], ids=["host", "router"])
async def test_linux_and_foxpy_answer_each_for_its_own(place: Namespace, far: Namespace, forwards: bool) -> None:
    """Linux, which may be a router, takes frames for foxpy's station for what they are: somebody else's."""
    with place.entered():
        Path("/proc/sys/net/ipv4/ip_forward").write_text(str(int(forwards)))
        stack = tcp_ip_packet.beside_linux("veth0", IPv4Interface(f"{FOXPY}/24"))
        for layer in stack.components():
            layer.initialize()
    try:
        async with stack.running(), trio.open_nursery() as nursery:
            await serve(stack, Service("echo", 7), nursery)
            for address in (LINUX, FOXPY):
                said = await output(far, "ping", "-c3", "-i0.2", "-W2", address)
                assert "3 received" in said
                assert "DUP" not in said
            told = await output(far, "ip", "neighbour", "show", "dev", "veth0")
            stations = dict(re.findall(r"^(\S+) lladdr (\S+)", told, re.MULTILINE))
            assert stations[FOXPY] == str(stack.ethernet.address) != stations[LINUX]
            # A reset by Linux for the stack's connection, or the stack's for Linux's, would end it.
            assert await trio.to_thread.run_sync(echoed, far, FOXPY) == b"hello"
            with pytest.raises(ConnectionRefusedError):
                await trio.to_thread.run_sync(echoed, far, LINUX)
            nursery.cancel_scope.cancel()
        assert counted(place, "Tcp", "OutRsts") == 1  # that one refusal
        # and it sent no other message than its answers to ping, forwarded nothing
        assert counted(place, "Icmp", "OutMsgs") == counted(place, "Icmp", "OutEchoReps") == 3
        assert counted(place, "Ip", "ForwDatagrams") == 0
    finally:
        for layer in stack.components():
            layer.finalize()


@pytest.mark.interop
async def test_with_linux_own_station(place: Namespace, far: Namespace) -> None:
    """Then Linux's IP does see what is for foxpy, and drops it without a word, as it does not forward."""
    with place.entered():
        device = packet("veth0", addresses=(FOXPY,), promiscuous=False)
        stack = tcp_ip_packet.build(device, IPv4Interface(f"{FOXPY}/24"), mac=mac_of("veth0"))
        device.initialize()
    try:
        async with stack.running(), trio.open_nursery() as nursery:
            await serve(stack, Service("echo", 7), nursery)
            assert await trio.to_thread.run_sync(echoed, far, FOXPY) == b"hello"
            nursery.cancel_scope.cancel()
        assert counted(place, "Tcp", "OutRsts") == counted(place, "Icmp", "OutMsgs") == 0
        assert counted(place, "Ip", "InAddrErrors") > 0
    finally:
        device.finalize()


async def serve(stack: tcp_ip_packet.TcpIp, service: Service, nursery: trio.Nursery) -> None:
    tcp: Tcp[Hashable] = next(layer for layer in stack.components() if isinstance(layer, Tcp))
    await serve_streams(tcp, [service], HttpService(), nursery)


def echoed(place: Namespace, address: str) -> bytes:
    with place.entered():
        wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with wire:
        wire.settimeout(5)
        wire.connect((address, 7))
        wire.sendall(b"hello")
        return wire.recv(100)


def counted(place: Namespace, protocol: str, name: str) -> int:
    """One of Linux's counters (RFC 4022, RFC 4293)."""
    names, values = re.findall(rf"^{protocol}: (.*)$", place.run("cat", "/proc/net/snmp"), re.MULTILINE)
    return int(dict(zip(names.split(), values.split(), strict=True))[name])


async def output(place: Namespace, *arguments: str) -> str:
    return await trio.to_thread.run_sync(lambda: place.run(*arguments, timeout=60))


# -- integrity


@pytest.mark.interop("curl", "ethtool")
@pytest.mark.parametrize("linux", [True, False], ids=["linux offloads", "linux plain"])
@pytest.mark.parametrize("offloads", [True, False], ids=["offloads", "plain"])
@every_ring
async def test_integrity(
    place: Namespace, far: Namespace, tmp_path: Path, ring: Ring, offloads: bool, linux: bool
) -> None:
    """5 MB each way through curl, whatever of the two ends leaves packets for later."""
    if not linux:
        far.run("ethtool", "-K", "veth0", "tx", "off", "tso", "off", "gso", "off")
    device = packet("veth0", addresses=(FOXPY,), ring=ring, offloads=offloads)
    stack = tcp_ip_packet.build(device, IPv4Interface(f"{FOXPY}/24"))
    (tmp_path / "upload").write_bytes(DATA)
    with initialized(place, device):
        async with stack.running(), trio.open_nursery() as nursery:
            await serve(stack, Service("http", 80), nursery)
            url = f"http://{FOXPY}"
            await output(far, "curl", "-sSf", "-o", str(tmp_path / "got"), f"{url}/bytes/{SIZE}")
            between = device.query()
            said = await output(far, "curl", "-sSf", "-T", str(tmp_path / "upload"), f"{url}/upload")
            nursery.cancel_scope.cancel()
        info = device.query()
    assert hashlib.sha256((tmp_path / "got").read_bytes()).hexdigest() == DIGEST
    assert said.strip() == DIGEST
    assert (info.offloads, info.cut) == (offloads, 0)
    # How many segments are in a frame, the senders' pace decides, and so the machine: some are.
    assert (between.sent < SIZE // 1448) == offloads
    assert (info.received - between.received < SIZE // 1448) == linux


@pytest.mark.interop("curl")
def test_the_command(place: Namespace, far: Namespace, tmp_path: Path) -> None:
    got = tmp_path / "got"
    options = ("--device", "packet:veth0", "--address", f"{FOXPY}/24", "--serve", "http=80")
    with serving(place, "tcp_ip_packet", *options):
        far.run("curl", "-sSf", "-o", str(got), f"http://{FOXPY}/bytes/{SIZE}")
    assert hashlib.sha256(got.read_bytes()).hexdigest() == DIGEST


# -- an interface that goes down, and away


@pytest.mark.interop
@every_ring
async def test_the_interface_goes_down_and_up(place: Namespace, far: Namespace, ring: Ring) -> None:
    device = packet("veth0", ring=ring)
    with initialized(place, device), raw(far, "veth0") as wire:
        keeper = Keeper(device.runtime)
        sender = device.send(device.open(WIRE, lambda _: keeper))
        async with running(device):
            place.ip("link", "set", "veth0", "down")
            await trio.testing.wait_all_tasks_blocked()
            sender.send(frame(b"lost"))
            assert (device.query().refused, device.query().sent) == (1, 0)
            place.ip("link", "set", "veth0", "up")
            sender.send(frame(b"sent"))
            assert wire.recv(2000) == frame(b"sent")
            wire.send(frame(b"heard"))
            await keeper.until(lambda: len(keeper.frames) > 0)
        assert keeper.events == []


@pytest.mark.interop
@every_ring
@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
async def test_the_interface_is_deleted(place: Namespace, far: Namespace, ring: Ring, down: bool) -> None:
    device = packet("veth0", ring=ring)
    with initialized(place, device):
        keeper = Keeper(device.runtime)
        sender = device.send(device.open(WIRE, lambda _: keeper))
        async with running(device):
            await trio.testing.wait_all_tasks_blocked()
            if down:
                place.ip("link", "set", "veth0", "down")
                await trio.testing.wait_all_tasks_blocked()
            place.ip("link", "delete", "veth0")
            await keeper.until(lambda: len(keeper.events) > 0)
            await trio.testing.wait_all_tasks_blocked()  # and nobody spins on the dead descriptor
        [event] = keeper.events
        assert isinstance(event, Aborted)
        assert str(event.error) == "packet veth0: the interface was deleted, or moved to another namespace"
        with pytest.raises(InvalidConnection):
            sender.send(frame(b"late"))


# -- what is missing


def refusal(place: Namespace, interface: str, *, addresses: tuple[str, ...] = ()) -> str:
    with place.entered(), pytest.raises(InitializationFailed) as raised:
        packet(interface, addresses=addresses, runtime=still()).initialize()
    return str(raised.value)


@pytest.mark.interop
def test_refusals(place: Namespace, far: Namespace) -> None:
    assert refusal(place, "eth7") == ("packet eth7: there is no such interface; this network namespace has: lo, veth0")
    assert refusal(place, "lo").startswith("packet lo: it carries no Ethernet frames (ARPHRD type 772)")
    assert "is an address of this machine's kernel too" in refusal(place, "veth0", addresses=(FOXPY, LINUX))
    assert "sudo ip address del 192.0.2.2 dev veth0" in refusal(place, "veth0", addresses=(FOXPY, LINUX))
    many = tuple(f"10.0.{number // 256}.{number % 256}" for number in range(1000))
    assert "the kernel takes no filter for so many addresses" in refusal(place, "veth0", addresses=many)
    place.ip("link", "set", "veth0", "down")
    assert refusal(place, "veth0") == "packet veth0: the interface is down; run: sudo ip link set veth0 up"
    with without(CAP_NET_RAW):
        told = refusal(place, "veth0")
    assert "needs CAP_NET_RAW" in told
    assert "sudo setcap cap_net_raw+ep" in told


@pytest.mark.interop
def test_a_refusal_leaves_nothing(place: Namespace, far: Namespace) -> None:
    before = len(os.listdir("/proc/self/fd"))
    refusal(place, "lo")
    refusal(place, "veth0", addresses=(LINUX,))
    assert len(os.listdir("/proc/self/fd")) == before


UNPRIVILEGED: Final = """
import subprocess, trio
from foxpy.devices.device import WIRE
from foxpy.devices.packet import packet
from tests.support.wires import Keeper, frame, still

for command in ("link add one type veth peer name other", "link set one up", "link set other up"):
    subprocess.run(["ip", *command.split()], check=True)
async def main():
    left, right = packet("one", runtime=still()), packet("other", runtime=still())
    left.initialize(), right.initialize()
    keeper = Keeper(right.runtime)
    right.open(WIRE, lambda _: keeper)
    sender = left.send(left.open(WIRE, lambda _: Keeper(left.runtime)))
    for number in range(50):
        sender.send(frame(b"%d" % number))
    right.burst(64)
    print([kept for kept in keeper.frames if kept[12:14] == b"\\x88\\xb5"] == [frame(b"%d" % n) for n in range(50)])
trio.run(main)
"""


@pytest.mark.interop("unshare")
def test_with_privileges_in_a_network_of_ones_own_alone() -> None:
    """Root of a user namespace is nobody outside of it: what anyone may become, where that is allowed."""
    apart = ["unshare", "-Urn"]
    may = subprocess.run([*apart, "true"], capture_output=True, text=True, check=False)
    if may.returncode:
        pytest.skip(f"needs user namespaces: {may.stderr.strip()}")
    house = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [*apart, sys.executable, "-c", UNPRIVILEGED], capture_output=True, text=True, check=False, cwd=house, timeout=60
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_blocks_are_of_the_least_size_that_holds_a_large_frame() -> None:
    with pytest.raises(ValueError, match="131072"):
        BlockRing(size=65536)
