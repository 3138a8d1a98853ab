"""Links: rate, delay, losses, outages and what else happens on a wire."""

from __future__ import annotations

import random
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from foxpy.addresses import Port
from foxpy.devices.pcap import open_capture
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp import UdpAddress, UdpConnection, UdpPattern
from foxpy.testing.collector import Acceptor
from foxpy.testing.lab import Burst, DropTail, Frames, Lab, Link, Loss, Segments, Uniform, Way, When
from foxpy.testing.lab.frames import HEADER, marked, tcp_text


class Wire:
    """Datagrams of UDP over one link, and when each arrived."""

    def __init__(self, link: Link, lab: Lab) -> None:
        self.lab = lab
        self.link = link
        self.times: list[float] = []
        self.order: list[int] = []
        a, b = lab.hosts
        acceptor: Acceptor[UdpConnection[IPv4Address]] = Acceptor(
            lambda _, collector: setattr(collector, "react", self.arrived)
        )
        b.stack.udp.listen(UdpPattern(Port(9)), acceptor)
        self.connection = a.stack.udp.open(UdpAddress(b.address, Port(9)), acceptor)
        self.sender = a.stack.udp.send(self.connection)
        self.sender.send(b"ARP")
        lab.run(until=1.0)
        self.times.clear()
        self.order.clear()

    def arrived(self, packet: bytes) -> None:
        self.times.append(self.lab.now - 1.0)
        self.order.append(int.from_bytes(packet[:4], "big") if packet != b"ARP" else -1)

    def send(self, count: int, size: int = 1000) -> None:
        """So many datagrams, each one frame of ``size`` bytes, all at once."""
        for number in range(count):
            self.sender.send(number.to_bytes(4, "big") + bytes(size - HEADER - 28 - 4))
        self.lab.run(until=100.0)


def wire(way: Way) -> Wire:
    lab = Lab(seed=1)
    a, b = lab.host("a"), lab.host("b")
    link = lab.link(
        a,
        b,
        rate=way.rate,
        delay=way.delay,
        queue=way.queue,
        loss=way.loss,
        jitter=way.jitter,
        reorder=way.reorder,
        duplicate=way.duplicate,
        corrupt=way.corrupt,
        back=Way(),
    )
    return Wire(link, lab)


def test_frames_take_their_time_one_after_the_other() -> None:
    """1000 bytes at 1 Mbit/s take 8 ms, and 20 ms more to arrive."""
    sent = wire(Way(rate=1e6, delay=0.02))
    sent.send(3)
    assert sent.times == pytest.approx([0.028, 0.036, 0.044])


def test_without_a_rate_only_the_delay() -> None:
    sent = wire(Way(delay=0.02))
    sent.send(3)
    assert sent.times == pytest.approx([0.02, 0.02, 0.02])
    assert sent.order == [0, 1, 2]


def test_without_anything_at_once() -> None:
    sent = wire(Way())
    sent.send(2)
    assert sent.times == [0.0, 0.0]


def test_jitter_stays_within_its_bounds_and_does_not_keep_the_order() -> None:
    sent = wire(Way(delay=0.05, jitter=0.01))
    sent.send(200)
    assert 0.04 <= min(sent.times) < 0.042
    assert 0.058 < max(sent.times) <= 0.06
    assert sent.order != sorted(sent.order)
    assert sorted(sent.order) == list(range(200))


def test_duplicates_and_late_frames_are_counted() -> None:
    sent = wire(Way(duplicate=0.2, reorder=0.2, delay=0.01))
    sent.send(500)
    info = sent.link.there.info()
    assert 60 < info.duplicated < 140
    assert 60 < info.reordered < 140
    assert set(sent.order) == set(range(500))
    assert 60 < len(sent.order) - 500 <= info.duplicated
    assert sent.order != sorted(sent.order)


def test_damage_is_found_by_the_receiver() -> None:
    sent = wire(Way(corrupt=0.1, delay=0.01))
    sent.send(500)
    info = sent.link.there.info()
    assert 30 < info.corrupted < 70
    assert len(sent.order) == 500 - info.corrupted


def test_an_outage_loses_what_is_sent_meanwhile() -> None:
    sent = wire(Way(rate=1e6, delay=0.01))  # frames end at 8, 16, ... ms
    sent.link.outage(0.02, 0.03)
    sent.send(10)
    assert sent.order == [0, 1, 6, 7, 8, 9]
    assert sent.link.there.info().lost_down == 4


def test_a_link_that_is_down_by_hand() -> None:
    sent = wire(Way())
    sent.link.down()
    sent.send(3)
    sent.link.up()
    sent.sender.send((7).to_bytes(4, "big"))
    sent.lab.run(until=101.0)
    assert sent.order == [7]


# -- losses


def lost(loss: Loss, count: int, seed: int = 1) -> list[int]:
    """The numbers of the frames that are lost, of ``count`` equal ones, counted from 1."""
    losing = loss.losing(random.Random(seed))
    return [number for number in range(1, count + 1) if losing.lost(b"frame")]


def test_uniform_loss_has_its_share() -> None:
    assert 1900 < len(lost(Uniform(0.02), 100_000)) < 2100
    assert lost(Uniform(0.0), 1000) == []
    assert len(lost(Uniform(1.0), 1000)) == 1000


def test_bursts_have_their_share_and_their_length() -> None:
    numbers = lost(Burst.of(0.02, 5.0), 200_000)
    assert 3600 < len(numbers) < 4400
    beginnings = sum(number - 1 not in set(numbers[max(0, at - 1) : at]) for at, number in enumerate(numbers))
    assert 4.5 < len(numbers) / beginnings < 5.5


def test_bursts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match=r"bursts of 0\.5"):
        Burst.of(0.1, 0.5)
    with pytest.raises(ValueError, match="bursts"):
        Burst.of(1.0, 5)


def test_frames_by_number() -> None:
    assert lost(Frames(2, 5), 10) == [2, 5]


def test_segments_by_number_are_those_with_text() -> None:
    lab = Lab(seed=1)
    a, b = lab.host("a"), lab.host("b")
    link = lab.link(a, b, delay=0.01, loss=Segments(3, 7))
    flow = lab.bulk(a, b, 20 * 1460)
    lab.run()
    assert link.there.info().lost == 2
    assert flow.retransmissions >= 2
    assert link.back.info().lost == 0
    assert flow.delivered == 20 * 1460


def test_by_what_a_frame_is() -> None:
    lab = Lab(seed=1)
    a, b = lab.host("a"), lab.host("b")
    small = When(lambda frame: 0 < tcp_text(frame) < 100)
    link = lab.link(a, b, delay=0.01, loss=small)
    lab.bulk(a, b, 1460 + 50).may_fail = True
    lab.run(until=5.0)
    assert link.there.info().lost > 1


# -- captures


def test_a_recording_has_every_frame_and_captures_the_last(tmp_path: Path) -> None:
    lab = Lab(seed=1, keep=5)
    a, b = lab.host("a"), lab.host("b")
    link = lab.link(a, b, rate=1e6, delay=0.01, loss=Uniform(0.05), queue=DropTail(packets=5))
    link.record(tmp_path / "all.pcap")
    lab.bulk(a, b, 50_000)
    lab.run()
    link.stop_recording()
    link.stop_recording()
    (last,) = lab.capture(tmp_path / "last")
    with open_capture(tmp_path / "all.pcap") as capture:
        every = [(frame.nanoseconds, frame.packet) for frame in capture]
    with open_capture(last) as capture:
        kept = [(frame.nanoseconds, frame.packet) for frame in capture]
    assert len(every) == link.there.info().sent + link.back.info().sent
    assert len(kept) == 10
    assert set(kept) <= set(every)


# -- ECN's mark


def test_only_packets_of_a_capable_transport_are_marked() -> None:
    def frame(ecn: int) -> bytes:
        header = IPv4(ecn=ecn, proto=6, src=IPv4Address("192.0.2.1"), dst=IPv4Address("192.0.2.2"), body=b"text")
        return bytes(12) + b"\x08\x00" + header.build()

    assert marked(frame(0)) is None
    for ecn in (1, 2):
        changed = marked(frame(ecn))
        assert changed is not None
        assert IPv4.parse(changed[HEADER:]).ecn == 3  # which checks the checksum
        assert changed[HEADER + 20 :] == b"text"
    assert marked(frame(3)) == frame(3)
    assert marked(b"short") is None
    assert marked(bytes(12) + b"\x86\xdd" + bytes(40)) is None
