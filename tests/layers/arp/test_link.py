"""ARP as IPv4 sees it: an IpLink."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest
import trio

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import BadAddress, InitializationFailed, InvalidConnection, OpenFailed
from foxpy.layers.arp import AddNeighbour, arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.ipv4.link import ANYBODY, EVERYBODY, IpLink, NextHop
from foxpy.protocol import Path, Receiver
from foxpy.status import Closed, Forgotten, Report, Trouble
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import Collector
from tests.support.arp_bench import OURS, PEER, THEIRS, US, arp_bench
from tests.support.arp_station import ArpStation

PACKET = bytes(range(60))


class Above:
    """What a layer above keeps: the paths that began, and what each heard."""

    def __init__(self) -> None:
        self.paths: list[tuple[Path[NextHop], Collector]] = []

    def __call__(self, path: Path[NextHop]) -> Receiver:
        collector = Collector()
        self.paths.append((path, collector))
        return collector


def hop(text: str) -> NextHop:
    return NextHop(IPv4Address(text))


async def test_a_path_to_a_neighbour() -> None:
    async with arp_bench() as b:
        carrier: IpLink = b.arp.carrier()
        above = Above()
        path = carrier.open(hop(PEER), above)
        assert (path.peer, path.pseudo, path.answerable) == (hop(PEER), 0, True)
        assert path.sender.limit() == 1500
        path.sender.send(PACKET)
        await trio.sleep(4)
        assert above.paths[0][1].events == [Report(Trouble.HOST_UNREACHABLE, PACKET)]
        b.station.answers[PEER] = THEIRS
        path.sender.send(PACKET)
        await trio.sleep(0.1)
        assert [to for _, to, _ in b.station.packets] == [THEIRS]
        path.close()
        with pytest.raises(InvalidConnection):
            path.sender.send(PACKET)


@pytest.mark.requirement("1122-3.3.7-multicast", "1122-3.3.6-link")
@pytest.mark.parametrize(
    ("group", "station"),
    [
        ("255.255.255.255", BROADCAST),
        ("224.0.0.1", MacAddress.parse("01:00:5e:00:00:01")),
        ("239.255.18.52", MacAddress.parse("01:00:5e:7f:12:34")),  # 23 bits of the group: RFC 1112, 6.4
        ("224.127.18.52", MacAddress.parse("01:00:5e:7f:12:34")),
    ],
)
async def test_groups_need_no_asking(group: str, station: MacAddress) -> None:
    async with arp_bench() as b:
        carrier = b.arp.carrier()
        assert carrier.broadcasts
        path, again = (carrier.open(hop(group), Above()) for _ in range(2))
        path.sender.send(PACKET)
        path.close()
        again.sender.send(PACKET)
        await trio.sleep(0.1)
        assert [(to, data) for _, to, data in b.station.packets] == [(station, PACKET)] * 2
        assert b.station.heard == []
        with pytest.raises(InvalidConnection):
            path.sender.send(PACKET)


async def test_what_arrives_goes_to_the_listener_by_station() -> None:
    async with arp_bench() as b:
        above = Above()
        listening = b.arp.carrier().listen(above)
        for _ in range(3):
            b.station.frame(0x0800, PACKET, to=OURS)
        b.station.frame(0x0800, PACKET[::-1])
        b.station.frame(0x0800, PACKET, source=MacAddress.local(9), to=OURS)
        await trio.sleep(0.1)
        (one, heard), (many, shouted), (_, other) = above.paths
        assert (one.peer, one.local, one.answerable) == (ANYBODY, ANYBODY, True)
        assert (many.peer, many.local, many.answerable) == (ANYBODY, EVERYBODY, False)
        assert (heard.packets, shouted.packets, other.packets) == ([PACKET] * 3, [PACKET[::-1]], [PACKET])
        one.sender.send(PACKET)  # back to the station, without asking
        await trio.sleep(0.1)
        assert [to for _, to, _ in b.station.packets] == [THEIRS]
        assert b.station.heard == []
        listening.stop()
        b.station.frame(0x0800, PACKET, source=MacAddress.local(10), to=OURS)
        await trio.sleep(0.1)
        assert len(above.paths) == 3
        assert b.arp.query().packets_unclaimed == 1


async def test_one_listener() -> None:
    async with arp_bench() as b:
        carrier = b.arp.carrier()
        listening = carrier.listen(Above())
        with pytest.raises(OpenFailed):
            carrier.listen(Above())
        listening.stop()
        carrier.listen(Above())
        listening.stop()  # stopping twice does not stop another's
        with pytest.raises(OpenFailed):
            carrier.listen(Above())


async def test_an_open_takes_the_stations_path_over_and_the_listener_still_hears() -> None:
    async with arp_bench() as b:
        above = Above()
        probe = Probe()
        carrier = b.arp.carrier().interpose(probe)
        carrier.listen(above)
        b.station.answers[PEER] = THEIRS
        b.station.frame(0x0800, PACKET, to=OURS)
        await trio.sleep(0.1)
        path = carrier.open(hop(PEER), Above())
        path.sender.send(PACKET)
        await trio.sleep(0.1)
        assert above.paths[0][1].events == [Forgotten()]
        assert [session.ends for session in probe.sessions] == [1, 0]
        above.paths[0][0].sender.send(PACKET)  # one that is forgotten still sends
        b.station.frame(0x0800, PACKET[::-1], to=OURS)
        await trio.sleep(0.1)
        assert len(b.station.packets) == 2
        assert above.paths[1][1].packets == [PACKET[::-1]]
        path.close()  # and with it the station's path; what it sends next begins another
        assert above.paths[1][1].events == [Closed()]
        b.station.frame(0x0800, PACKET, to=OURS)
        await trio.sleep(0.1)
        assert above.paths[2][1].packets == [PACKET]


async def test_a_closed_path_of_a_station_begins_anew() -> None:
    async with arp_bench() as b:
        above = Above()
        carrier = b.arp.carrier()
        carrier.listen(above)
        b.station.answers[PEER] = THEIRS
        path = carrier.open(hop(PEER), Above())
        path.sender.send(PACKET)
        await trio.sleep(0.1)
        for _ in range(2):
            b.station.frame(0x0800, PACKET, to=OURS)
            await trio.sleep(0.1)
            above.paths[-1][0].close()
        assert [collector.packets for _, collector in above.paths] == [[PACKET], [PACKET]]
        path.sender.send(PACKET)  # closing what arrives leaves what was opened alone
        await trio.sleep(0.1)
        assert len(b.station.packets) == 2


@pytest.mark.parametrize("text", ["0.0.0.0", "127.0.0.1", US])
async def test_who_is_no_neighbour(text: str) -> None:
    async with arp_bench() as b:
        with pytest.raises(BadAddress):
            b.arp.carrier().open(hop(text), Above())


async def test_hosts_are_written_as_ipv4_addresses() -> None:
    async with arp_bench() as b:
        carrier = b.arp.carrier()
        assert carrier.host("192.0.2.7") == hop("192.0.2.7")
        with pytest.raises(BadAddress, match=r"192\.0\.2\.1"):
            carrier.host("gateway")


async def test_claims_go_through_the_link() -> None:
    async with arp_bench(claimed=False) as b:
        carrier: IpLink = b.arp.carrier()
        carrier.claim(IPv4Interface("192.0.2.8/24"))
        assert [str(each.address) for each in b.arp.query().claims()] == ["192.0.2.8/24"]
        carrier.disclaim(IPv4Interface("192.0.2.8/24"))
        assert b.arp.query().claims() == ()


@pytest.mark.requirement("1122-2.3.3-arp")
async def test_two_hosts_find_each_other() -> None:
    segment = link()
    layers = []
    for n in (1, 2):
        eth = ethernet(segment.attach(), MacAddress.local(n))
        layers.append(arp(eth.carrier(0x0806), eth.carrier(0x0800)))
        layers[-1].claim(IPv4Interface(f"192.0.2.{n}/24"))
    async with running(*layers):
        above = Above()
        layers[1].carrier().listen(above)
        layers[0].carrier().open(hop("192.0.2.2"), Above()).sender.send(PACKET)  # at once, with nothing learned
        await trio.sleep(0.1)
        assert above.paths[0][1].packets == [PACKET]


async def test_a_second_arp_on_one_ethernet_is_refused_and_leaves_nothing() -> None:
    segment = link()
    eth = ethernet(segment.attach(), OURS)
    first, second = (arp(eth.carrier(0x0806), eth.carrier(0x0800)) for _ in range(2))
    first.initialize()
    with pytest.raises(InitializationFailed):
        second.initialize()
    first.finalize()
    second.initialize()
    second.finalize()


async def test_the_end_of_the_device_ends_everything_quietly() -> None:
    segment = link()
    eth = ethernet(segment.attach(), OURS)
    layer = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    layer.claim(IPv4Interface(f"{US}/24"))
    station = ArpStation(segment, THEIRS)
    async with running(layer):
        above = Above()
        path = layer.carrier().open(hop(PEER), above)
        path.sender.send(PACKET)
        eth.told(Closed())
        await trio.sleep(60)
        assert [type(event) for event in above.paths[0][1].events] == [Closed]
        with pytest.raises(InvalidConnection):
            path.sender.send(PACKET)
        assert layer.runtime.scheduler.timers.running() == 0
    station.forget()
    async with running(layer):  # and it works again when the device does
        station.answers[PEER] = THEIRS
        layer.carrier().open(hop(PEER), Above()).sender.send(PACKET)
        await trio.sleep(10)
        assert len(station.requests(US)) == 2  # announced anew
        assert [to for _, to, _ in station.packets] == [THEIRS]


async def test_what_is_not_a_layers_own_is_untouched_by_a_static_neighbour() -> None:
    async with arp_bench() as b:
        b.arp.control(AddNeighbour(IPv4Address(PEER), THEIRS))
        b.arp.carrier().open(hop(PEER), Above()).sender.send(PACKET)
        await trio.sleep(0.1)
        assert b.station.heard == []
        assert len(b.station.packets) == 1
