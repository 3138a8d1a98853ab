"""Controls, opens, datagrams and time in any order: a host keeps its tables in order and lets go of everything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.errors import ProtocolError
from foxpy.layers.icmp import IcmpAddress
from foxpy.layers.icmp.wire import Echo, Redirect, Unreachable
from foxpy.layers.ipv4 import (
    AddAddress,
    DisableInterface,
    EnableInterface,
    IpAddress,
    IpConfig,
    IpConnection,
    IpControl,
    JoinGroup,
    LeaveGroup,
    RemoveAddress,
    RemoveRoute,
    SetDefaultGateway,
    SetDirectRoute,
    SetInterfaceAddress,
    SetSpecificGateway,
)
from foxpy.status import Aborted, Closed, Forgotten
from foxpy.testing.collector import Collector
from tests.support.icmp_bench import IcmpBench
from tests.support.ip_bench import PROTOCOL, datagram

addresses = st.sampled_from(
    [
        IPv4Address(text)
        for text in (
            "192.0.2.1", "192.0.2.2", "192.0.2.254", "192.0.2.255", "203.0.113.1", "203.0.113.9", "10.0.0.1",
            "198.51.100.7", "224.0.0.1", "239.1.1.1", "255.255.255.255", "127.0.0.1", "0.0.0.0", "240.0.0.1",
        )
    ]
)  # fmt: skip
names = st.sampled_from(["ip0", "ip1", "ip2"])
own = st.sampled_from(
    [IPv4Interface(text) for text in ("192.0.2.1/24", "203.0.113.1/24", "10.0.0.1/8", "192.0.2.9/24")]
)
networks = st.sampled_from([IPv4Network(text) for text in ("0.0.0.0/0", "198.51.100.0/24", "198.51.100.7/32")])
controls: st.SearchStrategy[IpControl] = st.one_of(
    st.builds(SetDefaultGateway, addresses),
    st.builds(SetSpecificGateway, networks, addresses),
    st.builds(SetDirectRoute, networks, names),
    st.builds(RemoveRoute, networks),
    st.builds(SetInterfaceAddress, names, own),
    st.builds(AddAddress, names, own),
    st.builds(RemoveAddress, names, own),
    st.builds(DisableInterface, names),
    st.builds(EnableInterface, names),
    st.builds(JoinGroup, addresses, st.none() | names),
    st.builds(LeaveGroup, addresses, st.none() | names),
)

Step = Callable[["World"], None]


class World:
    """A host on two links, and all that was ever opened."""

    def __init__(self) -> None:
        config = IpConfig(passive_connections=4, next_hops=2, reassembly_datagrams=3, path_mtu_entries=2)
        self.bench = IcmpBench("192.0.2.1/24", "203.0.113.1/24", config=config)
        self.opened: list[tuple[IpConnection, Collector]] = []
        self.listened = self.bench.listen()

    def control(self, request: IpControl) -> None:
        self.bench.ip.control(request)

    def open(self, address: IpAddress) -> None:
        collector = Collector()
        self.opened.append((self.bench.ip.open(address, lambda _: collector), collector))

    def ping(self, address: IcmpAddress) -> None:
        send = self.bench.icmp.send(self.bench.icmp.open(address, lambda _: Collector()))
        send.send(b"ping")

    def every(self) -> list[tuple[IpConnection, Collector]]:
        return [*self.opened, *self.listened.accepted]

    def send(self, number: int, size: int) -> None:
        if self.every():
            connection, _ = self.every()[number % len(self.every())]
            self.bench.ip.send(connection).send(bytes(size))

    def abort(self, number: int) -> None:
        if self.opened:
            self.bench.ip.abort(self.opened[number % len(self.opened)][0])

    def arrive(self, packet: bytes, link: int, many: bool) -> None:
        self.bench.links[link].say(packet, many=many)

    def quote(self, number: int, code: int) -> None:
        """A router or a peer says something of a datagram that was sent."""
        if self.bench.link.sent:
            _, packet = self.bench.link.sent[number % len(self.bench.link.sent)]
            better = IPv4Address("192.0.2.2")
            message = Redirect(gateway=better, quoted=packet) if code == 16 else Unreachable(code=code, quoted=packet)
            self.bench.tell(message, src=IPv4Address("192.0.2.254"))


steps: st.SearchStrategy[Step] = st.one_of(
    controls.map(lambda request: lambda world: world.control(request)),
    st.builds(IpAddress, addresses, st.just(PROTOCOL), st.none() | addresses).map(
        lambda address: lambda world: world.open(address)
    ),
    st.builds(IcmpAddress, addresses, st.none() | st.integers(0, 3)).map(
        lambda address: lambda world: world.ping(address)
    ),
    st.tuples(st.integers(0, 20), st.sampled_from([0, 10, 1480, 1481, 5000])).map(
        lambda sending: lambda world: world.send(*sending)
    ),
    st.integers(0, 20).map(lambda number: lambda world: world.abort(number)),
    st.tuples(
        st.builds(
            lambda src, dst, protocol, offset, more: datagram(
                Echo(type=8, ident=1, seq=1, data=bytes(16)).build(),
                src=src, dst=dst, protocol=protocol, offset=offset, more=more,
            ),
            addresses, addresses, st.sampled_from([1, PROTOCOL, 99]), st.sampled_from([0, 24, 48]), st.booleans(),
        ),
        st.integers(0, 1),
        st.booleans(),
    ).map(lambda arriving: lambda world: world.arrive(*arriving)),
    st.tuples(st.integers(0, 20), st.integers(0, 16)).map(lambda quoting: lambda world: world.quote(*quoting)),
    st.sampled_from([0.0, 1.0, 40.0, 700.0]).map(lambda seconds: lambda world: world.bench.run(seconds)),
)  # fmt: skip


def in_order(world: World) -> None:
    ip = world.bench.ip
    info = ip.query()
    for key, connection in ip.connections.open.items():
        assert connection.open
        assert connection.key == key
        assert connection.receiver is not None
    assert info.fragments.waiting <= 3
    assert info.narrow_paths <= 2
    assert all(each.neighbours <= 2 for each in info.interfaces)
    for interface, link in zip(ip.interfaces, world.bench.links, strict=True):
        assert sorted(link.claimed) == sorted(interface.addresses if interface.enabled else [])
    for _, collector in world.every():
        assert not collector.complaints
    # What the receive path looks into is what would be made anew.
    tables = [dict(ip._destinations.of(each, many=many)) for each in ip.interfaces for many in (False, True)]
    ip._destinations.rebuild()
    assert tables == [ip._destinations.of(each, many=many) for each in ip.interfaces for many in (False, True)]


@settings(max_examples=150)
@given(st.lists(steps, max_size=30))
def test_any_order(script: list[Step]) -> None:
    world = World()
    for step in script:
        with suppress(ProtocolError):  # what a step cannot do it says; that is not what is tested here
            step(world)
        in_order(world)
    bench = world.bench
    bench.icmp.finalize()
    bench.ip.finalize()
    bench.run()
    assert bench.scheduler.timers.running() == 0
    assert all(link.claimed == [] for link in bench.links)
    assert bench.ip.query().connections == 0
    for connection, collector in world.every():
        # Whoever is not told of the end has been forgotten before, or has ended it.
        told = any(isinstance(event, Closed | Aborted | Forgotten) for event in collector.events)
        assert told or not connection.open
