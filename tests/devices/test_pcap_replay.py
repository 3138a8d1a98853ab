"""The device that replays a capture, in virtual time."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.device import WIRE, Device, EthernetFrames, IpPackets
from foxpy.devices.link import link
from foxpy.devices.pcap import ETHERNET, RAW, PcapngWriter, PcapReader, PcapWriter, pcap
from foxpy.driver import running
from foxpy.errors import InitializationFailed, OpenFailed
from foxpy.layers.ethernet import EthernetAddress, ethernet
from foxpy.protocol import Receiver
from foxpy.status import Aborted, Closed, Status

EPOCH = 1_700_000_000.0


def capture(path: Path, *packets: tuple[float, bytes], linktype: int = ETHERNET) -> Path:
    writer = PcapWriter(path, linktype, epoch=EPOCH)
    for time, packet in packets:
        writer.write(time, packet)
    writer.close()
    return path


class Listener(Receiver):
    """When each packet arrived, counted from the first look at the clock."""

    def __init__(self) -> None:
        self.begun = trio.current_time()
        self.heard: list[tuple[float, bytes]] = []
        self.events: list[Status] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.heard.append((round(trio.current_time() - self.begun, 6), frame[start:end]))

    def status(self, event: Status) -> None:
        self.events.append(event)

    def on(self, device: Device[EthernetFrames] | Device[IpPackets]) -> Listener:
        device.open(WIRE, lambda _: self)
        return self


THREE = ((0.0, b"one"), (0.5, b"two"), (100.0, b"three"))


@pytest.mark.parametrize(
    ("speed", "delay", "times"),
    [(1.0, 0.0, [0, 0.5, 100]), (2.0, 0.0, [0, 0.25, 50]), (0.5, 3.0, [3, 4, 203]), (float("inf"), 1.0, [1, 1, 1])],
)
async def test_packets_arrive_in_their_time(tmp_path: Path, speed: float, delay: float, times: list[float]) -> None:
    device = pcap(capture(tmp_path / "in.pcap", *THREE), speed=speed, delay=delay)
    async with running(device):
        listener = Listener().on(device)
        before = device.finished
        await trio.sleep(1000)
        assert listener.heard == list(zip(times, [b"one", b"two", b"three"], strict=True))
        assert (before, device.finished) == (False, True)
        assert listener.events == []  # the medium is still there, only silent
        assert device.runtime.scheduler.timers.running() == 0
    assert listener.events == [Closed()]
    assert device.query().received == 3


async def test_pcapng_is_replayed_but_for_other_links(tmp_path: Path) -> None:
    def written(linktype: int) -> bytes:
        path = tmp_path / "part.pcapng"
        writer = PcapngWriter(path, linktype, epoch=EPOCH)
        writer.write(0.0 if linktype == ETHERNET else 0.25, b"first" if linktype == ETHERNET else b"of another medium")
        writer.close()
        return path.read_bytes()

    both = tmp_path / "both.pcapng"
    both.write_bytes(written(ETHERNET) + written(RAW) + written(ETHERNET))  # sections follow each other
    device = pcap(both)
    async with running(device):
        listener = Listener().on(device)
        await trio.sleep(1)
        assert listener.heard == [(0, b"first"), (0.25, b"first")]
    assert (device.query().received, device.query().unclaimed) == (2, 1)
    only = tmp_path / "raw.pcapng"
    only.write_bytes(written(RAW))
    with pytest.raises(InitializationFailed, match="has link type 101, not EthernetFrames"):
        pcap(only).initialize()


async def test_it_replays_again_after_finalize(tmp_path: Path) -> None:
    device = pcap(capture(tmp_path / "in.pcap", *THREE))
    for _ in range(2):
        async with running(device):
            listener = Listener().on(device)
            await trio.sleep(0.6)
            assert [packet for _, packet in listener.heard] == [b"one", b"two"]


async def test_bursts_larger_than_a_batch_and_times_out_of_order(tmp_path: Path) -> None:
    packets = [(5.0, b"%d" % n) for n in range(200)] + [(1.0, b"late")]
    device = pcap(capture(tmp_path / "in.pcap", *packets))
    async with running(device):
        listener = Listener().on(device)
        await trio.sleep(0.1)
        assert listener.heard == [(0, packet) for _, packet in packets]


async def test_what_is_sent_is_captured_in_the_same_time(tmp_path: Path) -> None:
    output = tmp_path / "out.pcap"
    device = pcap(capture(tmp_path / "in.pcap", *THREE), output=output)
    async with running(device):
        device.send(device.open(WIRE, lambda _: Listener())).send(b"first")
        await trio.sleep(2.5)
        await trio.sleep(0)
    assert device.query().sent == 1
    (read,) = PcapReader(output)
    assert (read.time, read.packet) == (EPOCH, b"first")


async def test_a_stack_on_a_capture(tmp_path: Path) -> None:
    us, them = MacAddress.local(1), MacAddress.local(2)
    frame = us.packed + them.packed + b"\x88\xb5" + bytes(46)
    device = pcap(capture(tmp_path / "in.pcap", (0.0, frame)), output=tmp_path / "out.pcap")
    eth = ethernet(device, us)
    async with running(eth):
        listener = Listener()
        connection = eth.open(EthernetAddress(them, 0x88B5), lambda _: listener)
        await trio.sleep(1.5)
        eth.send(connection).send(bytes(50))
        assert listener.heard == [(0, bytes(46))]
    (sent,) = PcapReader(tmp_path / "out.pcap")
    assert sent.packet == them.packed + us.packed + b"\x88\xb5" + bytes(50)
    assert sent.time == EPOCH + 1.5


async def test_bare_ip_packets(tmp_path: Path) -> None:
    path = capture(tmp_path / "ip.pcap", (0.0, b"\x45"), linktype=RAW)
    device = pcap(path, IpPackets)
    async with running(device):
        listener = Listener().on(device)
        await trio.sleep(1)
        assert listener.heard == [(0, b"\x45")]
        assert device.query().mtu == 1500


async def test_a_packet_that_was_cut_short_is_counted_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "short.pcap"
    writer = PcapWriter(path, ETHERNET, snaplen=4)
    writer.write(0.0, b"whole")
    writer.write(0.0, b"fits")
    writer.close()
    device = pcap(path)
    async with running(device):
        listener = Listener().on(device)
        await trio.sleep(1)
        assert listener.heard == [(0, b"fits")]
        assert device.query().unclaimed == 1


async def test_a_capture_that_breaks_ends_the_connection_there(tmp_path: Path) -> None:
    path = capture(tmp_path / "in.pcap", *THREE)
    path.write_bytes(path.read_bytes() + b"junk")
    device = pcap(path)
    async with running(device):
        listener = Listener().on(device)
        await trio.sleep(200)
        assert [packet for _, packet in listener.heard] == [b"one", b"two", b"three"]
        (event,) = listener.events
        assert isinstance(event, Aborted)
        assert isinstance(event.error, OpenFailed)
        assert "at byte 83" in str(event.error)


async def test_a_receiver_may_close_the_device(tmp_path: Path) -> None:
    device = pcap(capture(tmp_path / "in.pcap", (0.0, b"one"), (0.0, b"two")))

    class Closing(Listener):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            super().deliver(frame, start, end)
            device.finalize()

    other = link().attach()  # keeps the scheduler turning
    device.initialize()
    closing = Closing()
    closing.on(device)
    async with running(other):
        device.runtime.scheduler.run()
        device.runtime.scheduler.run()
        await trio.sleep(1)
    assert [packet for _, packet in closing.heard] == [b"one"]


async def test_an_empty_capture_is_silence(tmp_path: Path) -> None:
    device = pcap(capture(tmp_path / "in.pcap"), output=tmp_path / "out.pcap")
    async with running(device):
        device.send(device.open(WIRE, lambda _: Listener())).send(b"x")
        await trio.sleep(1)
        assert device.finished
    assert [each.packet for each in PcapReader(tmp_path / "out.pcap")] == [b"x"]


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (None, "No such file"),
        (b"nonsense" * 4, "at byte 0: this is no pcap file"),
        (struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW), r"link type 101.*pcap\(path, IpPackets\)"),
        (struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105), "link type 105.*no device"),
    ],
)
async def test_what_cannot_be_replayed(tmp_path: Path, content: bytes | None, fact: str) -> None:
    path = tmp_path / "in.pcap"
    if content is not None:
        path.write_bytes(content)
    device = pcap(path)
    with pytest.raises(InitializationFailed, match=fact):
        device.initialize()
    assert device.runtime.scheduler.timers.running() == 0


async def test_settings_that_cannot_be(tmp_path: Path) -> None:
    path = capture(tmp_path / "in.pcap")
    for speed, delay in ((0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, -1.0)):
        with pytest.raises(InitializationFailed):
            pcap(path, speed=speed, delay=delay)
    with pytest.raises(InitializationFailed):
        pcap(path, mtu=67)
    with pytest.raises(InitializationFailed, match="No such file"):
        pcap(path, output=tmp_path / "no" / "out.pcap").initialize()
