"""In-memory segments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from foxpy.devices.attachment import QUEUE
from foxpy.devices.device import WIRE, AnyMedium, WireConnection
from foxpy.devices.link import Segment, ip_link, link
from foxpy.errors import InitializationFailed, InvalidConnection, OpenFailed, PacketSize
from foxpy.runtime import Scheduler
from foxpy.testing import Acceptor, Collector


def test_every_other_station_hears_a_frame_in_the_order_of_sending() -> None:
    segment = link(scheduler=Scheduler(lambda: 0.0))
    stations = [segment.attach() for _ in range(4)]
    accepted: list[Acceptor[WireConnection]] = [Acceptor() for _ in stations]
    senders = []
    for station, accept in zip(stations, accepted, strict=True):
        station.initialize()
        senders.append(station.send(station.open(WIRE, accept)))
    heard = [accept.accepted[0][1] for accept in accepted]
    senders[0].send(b"first")
    senders[1].send(b"second")
    assert all(collector.packets == [] for collector in heard)
    segment.scheduler.run()
    assert [collector.packets for collector in heard] == [
        [b"second"],
        [b"first"],
        [b"first", b"second"],
        [b"first", b"second"],
    ]


def test_a_station_is_on_the_segment_while_it_is_initialized() -> None:
    segment = link(scheduler=Scheduler(lambda: 0.0))
    one, other = segment.attach(), segment.attach()
    heard = Collector()
    one.initialize()
    other.initialize()
    other.open(WIRE, lambda _: heard)
    sender = one.send(one.open(WIRE, lambda _: Collector()))
    sender.send(b"lost on the way")
    other.finalize()
    segment.scheduler.run()
    assert heard.packets == []
    one.finalize()
    with pytest.raises(InvalidConnection):
        sender.begin(0)
    assert segment.stations == []


def test_a_slow_station_drops_and_counts() -> None:
    segment = link(scheduler=Scheduler(lambda: 0.0))
    one, other = segment.attach(), segment.attach()
    for station in (one, other):
        station.initialize()
    heard = Collector()
    other.open(WIRE, lambda _: heard)
    sender = one.send(one.open(WIRE, lambda _: Collector()))
    for _ in range(QUEUE + 5):
        sender.send(b"x")
    while segment.scheduler.run():
        pass
    info = other.query()
    assert (len(heard.packets), info.received, info.refused) == (QUEUE, QUEUE, 5)
    assert one.query().bytes_sent == QUEUE + 5


@pytest.mark.parametrize(("make", "header"), [(link, 14), (ip_link, 0)])
def test_the_mtu_does_not_count_the_link_header(make: Callable[..., Segment[AnyMedium]], header: int) -> None:
    segment = make(mtu=576, scheduler=Scheduler(lambda: 0.0))
    station = segment.attach("eth0")
    station.initialize()
    sender = station.send(station.open(WIRE, lambda _: Collector()))
    assert sender.limit() == 576 + header
    with pytest.raises(PacketSize, match=f"eth0: {577 + header} bytes, at most {576 + header}"):
        sender.begin(577 + header)
    with pytest.raises(OpenFailed, match="eth0 is open already"):
        station.open(WIRE, lambda _: Collector())


def test_an_mtu_below_what_ipv4_works_with_is_refused() -> None:
    with pytest.raises(InitializationFailed, match="MTU 67 is below 68"):
        link(mtu=67, scheduler=Scheduler(lambda: 0.0))
