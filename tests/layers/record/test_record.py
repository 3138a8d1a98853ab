"""Record: every packet in a capture that can be read back."""

from __future__ import annotations

import gc
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.link import ip_link, link
from foxpy.devices.pcap import PcapReader, PcapWriter
from foxpy.layers.ethernet import ethernet
from foxpy.layers.interposing import interposed
from foxpy.layers.record import Record, RecordInfo, record
from foxpy.runtime import Scheduler
from tests.support.crossing import Crossing

Frames = Device[EthernetFrames]


def packets_of(data: bytes) -> list[tuple[float, bytes]]:
    with PcapReader(io.BytesIO(data)) as capture:
        return [(captured.time, captured.packet) for captured in capture]


@given(st.lists(st.binary(max_size=100), max_size=6), st.integers(0, 20))
def test_both_directions_are_recorded_and_nothing_is_changed(packets: list[bytes], headers: int) -> None:
    file = io.BytesIO()
    net = Crossing(lambda device: record(device, file), lambda device: device)
    for packet in packets:
        writer = net.left.sender.begin(len(packet))
        writer += packet[:headers]
        net.left.sender.commit(writer, packet[headers:])
    net.run(until=2.5)
    net.right.send(*packets)
    net.run()
    assert net.right.heard.packets == net.left.heard.packets == packets
    expected = [(0.0, packet) for packet in packets] + [(2.5, packet) for packet in packets]
    assert packets_of(file.getvalue()) == expected
    assert interposed(net.left.device, Record).info() == RecordInfo(1, 2 * len(packets), 0)


def test_the_file_is_complete_after_each_batch_and_closed_with_the_stack(tmp_path: Path) -> None:
    path = tmp_path / "left.pcap"
    net = Crossing(lambda device: record(device, path), lambda device: device)
    net.left.send(b"one")
    assert [packet for _, packet in packets_of(path.read_bytes())] == [b"one"]
    net.right.send(b"two", b"three")
    net.run()
    assert [packet for _, packet in packets_of(path.read_bytes())] == [b"one", b"two", b"three"]
    del net
    gc.collect()  # a file left open would be reported


def test_closing_ends_the_recording_and_not_the_traffic(tmp_path: Path) -> None:
    path = tmp_path / "left.pcap"
    net = Crossing(lambda device: record(device, path), lambda device: device)
    net.left.send(b"one")
    recording = interposed(net.left.device, Record)
    recording.close()
    recording.close()
    net.left.send(b"two")
    net.run()
    assert net.right.heard.packets == [b"one", b"two"]
    assert [packet for _, packet in packets_of(path.read_bytes())] == [b"one"]


def test_a_file_that_cannot_be_made_says_so_at_once(tmp_path: Path) -> None:
    device = link(scheduler=Scheduler(lambda: 0.0)).attach()
    with pytest.raises(FileNotFoundError):
        record(device, tmp_path / "nowhere" / "x.pcap")
    assert device.interposers == ()


def test_a_disk_that_is_full_does_not_stop_the_traffic() -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            if self.tell():
                raise OSError(28, "No space left on device")
            return super().write(data)  # type: ignore[arg-type]  # whatever bytes are written

    net = Crossing(lambda device: record(device, Full()), lambda device: device)
    net.left.send(b"one", b"two")
    net.run()
    assert net.right.heard.packets == [b"one", b"two"]
    assert interposed(net.left.device, Record).info() == RecordInfo(1, 0, 2)


def test_several_layers_share_a_capture() -> None:
    file = io.BytesIO()
    capture = PcapWriter(file, 1)
    net = Crossing(lambda device: record(device, capture))
    net.left.send(b"one")
    net.run()
    capture.close()
    assert [packet for _, packet in packets_of(file.getvalue())] == [b"one", b"one"]


def test_the_link_type_is_that_of_what_passes() -> None:
    scheduler = Scheduler(lambda: 0.0)
    eth = ethernet(link(scheduler=scheduler).attach(), MacAddress.local(1))
    for layer, linktype in (
        (link(scheduler=scheduler).attach(), 1),
        (ip_link(scheduler=scheduler).attach(), 101),
        (eth.carrier(0x0800), 101),
        (eth.carrier(0x88B5), 147),
    ):
        file = io.BytesIO()
        record(layer, file)
        assert interposed(layer, Record).info().linktype == linktype
        assert int.from_bytes(file.getvalue()[20:24], "little") == linktype
    file = io.BytesIO()
    assert interposed(record(eth, file, linktype=148), Record).info().linktype == 148


def test_a_snaplen_cuts_what_is_kept() -> None:
    file = io.BytesIO()
    net = Crossing(lambda device: record(device, file, snaplen=4), lambda device: device)
    net.left.send(b"123456")
    net.run()
    assert net.right.heard.packets == [b"123456"]
    assert [packet for _, packet in packets_of(file.getvalue())] == [b"1234"]
