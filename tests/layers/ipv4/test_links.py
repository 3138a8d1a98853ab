"""The links that come with IPv4, and what is put between: bare packets, the loopback, interposed layers."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest

from foxpy.devices.device import IpPackets
from foxpy.devices.link import Segment, ip_link
from foxpy.errors import InitializationFailed, NotInitialized, OpenFailed, PacketSize
from foxpy.interpose import Interposer, Session
from foxpy.layers.ipv4 import (
    EVERYBODY,
    DisableInterface,
    Ip,
    IpAddress,
    IpPattern,
    NextHop,
    interface,
    ipv4,
    point_to_point,
)
from foxpy.layers.ipv4.counters import Counters
from foxpy.layers.ipv4.loopback import QUEUE, Loopback
from foxpy.protocol import Connection, Receiver, Sender
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Report, Trouble
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import Acceptor, Collector
from tests.support.ip_bench import PROTOCOL

LEFT, RIGHT = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")


def segment() -> tuple[Segment[IpPackets], Scheduler]:
    scheduler = Scheduler(lambda: 0.0)
    return ip_link(scheduler=scheduler), scheduler


def turn(scheduler: Scheduler) -> None:
    while scheduler.run():
        pass


# -- bare packets


def test_bare_packets_carry_datagrams_between_two_hosts() -> None:
    medium, scheduler = segment()
    left, right = (
        ipv4(interface(point_to_point(medium.attach()), f"{host}/30"), gateway=other)
        for host, other in ((LEFT, RIGHT), (RIGHT, LEFT))
    )
    left.initialize()
    right.initialize()
    accepted: Acceptor[Connection] = Acceptor()
    right.listen(IpPattern(PROTOCOL), accepted)
    connection = left.open(IpAddress(RIGHT, PROTOCOL), lambda _: Collector())
    for size in (0, 1, 1480, 1481, 65515):
        left.send(connection).send(bytes(size))
    turn(scheduler)
    assert [len(packet) for packet in accepted.accepted[0][1].packets] == [0, 1, 1480, 1481, 65515]
    for host in (left, right):
        assert host.finalize() == 0
        assert all(count == 0 for count in host.query().discards.values())
    assert medium.stations == []


def test_a_link_is_counted_and_opened_once() -> None:
    medium, _ = segment()
    link = point_to_point(medium.attach())
    with pytest.raises(NotInitialized):
        link.open(NextHop(RIGHT), lambda _: Collector())
    with pytest.raises(NotInitialized):
        link.finalize()
    assert (link.initialize(), link.initialize(), link.finalize()) == (1, 2, 1)
    listening = link.listen(lambda _: Collector())
    with pytest.raises(OpenFailed, match="listens"):
        link.listen(lambda _: Collector())
    listening.stop()
    listening.stop()
    link.listen(lambda _: Collector())
    assert link.finalize() == 0
    assert medium.stations == []


def test_a_device_that_is_taken_is_told_by_name() -> None:
    medium, _ = segment()
    device = medium.attach("tun7")
    first, second = (ipv4(interface(point_to_point(device), f"{host}/30")) for host in (LEFT, RIGHT))
    first.initialize()
    with pytest.raises(InitializationFailed, match="tun7"):
        second.initialize()
    assert first.finalize() == 0
    assert second.initialize() == 1


def test_a_device_that_is_gone_takes_its_interface_with_it() -> None:
    medium, scheduler = segment()
    device = medium.attach()
    host = ipv4(interface(point_to_point(device), f"{LEFT}/30"))
    host.initialize()
    heard = Collector()
    connection = host.open(IpAddress(RIGHT, PROTOCOL), lambda _: heard)
    send = host.send(connection)
    send.send(b"taken")
    device.fail(OpenFailed("unplugged"))
    send.send(b"lost")
    turn(scheduler)
    assert not host.query().interfaces[0].enabled
    assert heard.events == [Report(Trouble.NETWORK_UNREACHABLE, b"lost")]
    assert host.finalize() == 0


@pytest.mark.parametrize("disabled", ["never", "before", "meanwhile"])
def test_an_interface_whose_device_was_gone_is_back_when_the_host_begins_anew(disabled: str) -> None:
    medium, scheduler = segment()
    device = medium.attach()
    host, other = (
        ipv4(interface(point_to_point(each), f"{address}/30"))
        for each, address in ((device, LEFT), (medium.attach(), RIGHT))
    )
    host.initialize()
    other.initialize()
    if disabled == "before":
        host.control(DisableInterface("ip0"))
    device.fail(OpenFailed("unplugged"))
    if disabled == "meanwhile":
        host.control(DisableInterface("ip0"))
    host.finalize()
    host.initialize()
    assert host.query().interfaces[0].enabled is (disabled == "never")
    accepted: Acceptor[Connection] = Acceptor()
    other.listen(IpPattern(PROTOCOL), accepted)
    if disabled == "never":
        host.send(host.open(IpAddress(RIGHT, PROTOCOL), lambda _: Collector())).send(b"here again")
        turn(scheduler)
        assert accepted.accepted[0][1].packets == [b"here again"]


# -- the loopback


def test_the_loopback_has_room_for_so_much() -> None:
    scheduler = Scheduler(lambda: 0.0)
    counters = Counters()
    link = Loopback(Runtime(scheduler, 1), counters)
    link.initialize()
    heard = Collector()
    link.listen(lambda _: heard)
    path = link.open(EVERYBODY, lambda _: Collector())
    for _ in range(QUEUE + 5):
        path.sender.send(b"x")
    assert counters.discards()["loopback_full"] == 5
    turn(scheduler)
    assert len(heard.packets) == QUEUE
    for _ in range(300):
        path.sender.send(bytes(65535))
    assert counters.loopback_full == 5 + 300 - 257
    turn(scheduler)
    assert len(heard.packets) == QUEUE + 257
    with pytest.raises(PacketSize):
        path.sender.send(bytes(65536))
    link.claim(IPv4Interface("10.0.0.1/8"))
    assert link.finalize() == 0
    with pytest.raises(NotInitialized):
        link.finalize()


# -- what is interposed


class Prefix(Interposer):
    """Puts a byte before every packet, and takes it off again."""

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return PrefixSession()


class PrefixSession(Session):
    def sender(self, below: Sender) -> Sender:
        return PrefixSender(below)

    def receiver(self, above: Receiver) -> Receiver:
        return PrefixReceiver(above)


class PrefixSender(Sender):
    def __init__(self, below: Sender) -> None:
        self._below = below

    def begin(self, size: int) -> bytearray:
        writer = self._below.begin(size + 1)
        writer += b"#"
        return writer

    def commit(self, writer: bytearray, payload: bytes) -> None:
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._below.limit() - 1


class PrefixReceiver(Receiver):
    def __init__(self, above: Receiver) -> None:
        self._above = above

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        assert frame[start : start + 1] == b"#"
        self._above.deliver(frame, start + 1, end)


@pytest.mark.parametrize("where", ["link", "ip", "carrier"])
def test_a_layer_may_be_interposed_anywhere(where: str) -> None:
    medium, scheduler = segment()
    hosts: list[Ip] = []
    for host in (LEFT, RIGHT):
        link = point_to_point(medium.attach())
        if where == "link":
            link.interpose(Prefix())
        hosts.append(ipv4(interface(link, f"{host}/30")))
    carriers = [host.carrier(PROTOCOL) for host in hosts]
    for number in range(2):
        if where == "ip":
            hosts[number].interpose(Prefix())
        if where == "carrier":
            carriers[number].interpose(Prefix())
        carriers[number].initialize()
    heard = Collector()
    carriers[1].listen(lambda _: heard)
    path = carriers[0].open(RIGHT, lambda _: Collector())
    for size in (0, 1479, 65514):
        path.sender.send(bytes(size))
    turn(scheduler)
    assert [len(packet) for packet in heard.packets] == [0, 1479, 65514]
    assert path.sender.limit() == (65515 if where == "link" else 65514)
    assert hosts[0].query().interfaces[0].mtu == (1499 if where == "link" else 1500)


def test_what_is_interposed_on_a_link_ends_with_it() -> None:
    medium, _ = segment()
    probe = Probe()
    host = ipv4(interface(point_to_point(medium.attach()).interpose(probe), f"{LEFT}/30"))
    for lives in range(1, 3):
        host.initialize()
        host.abort(host.open(IpAddress(RIGHT, PROTOCOL), lambda _: Collector()))
        assert [session.ends for session in probe.sessions] == [1] * (lives - 1) + [0]
        host.finalize()
        assert [session.ends for session in probe.sessions] == [1] * lives


def test_reports_reach_the_receiver_through_what_is_interposed() -> None:
    medium, _ = segment()
    host = ipv4(interface(point_to_point(medium.attach()), f"{LEFT}/30"))

    class Watch(Interposer):
        def session(self, connection: Connection, runtime: Runtime) -> Session:
            return WatchSession()

    class WatchSession(Session):
        def sender(self, below: Sender) -> Sender:
            return below

        def receiver(self, above: Receiver) -> Receiver:
            return above

    host.interpose(Watch())
    host.initialize()
    heard = Collector()
    connection = host.open(IpAddress(RIGHT, PROTOCOL), lambda _: heard)
    assert connection.receiver is heard
    host.control(DisableInterface("ip0"))
    host.send(connection).send(b"lost")
    host.runtime.scheduler.run()
    assert heard.events == [Report(Trouble.NETWORK_UNREACHABLE, b"lost")]
