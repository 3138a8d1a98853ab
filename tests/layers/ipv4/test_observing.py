"""What a layer beside IP is told of the interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Interface

import pytest

from foxpy.layers.ipv4 import (
    AddAddress,
    DisableInterface,
    EnableInterface,
    Interface,
    InterfaceObserver,
    IpControl,
    JoinGroup,
    RemoveAddress,
    SetDefaultGateway,
    SetInterfaceAddress,
)
from tests.support.ip_bench import PEER, ROUTER, IpBench, datagram

OURS, OTHER = IPv4Interface("192.0.2.1/24"), IPv4Interface("192.0.2.9/24")


class Observer(InterfaceObserver):
    """Keeps what it is told, and sees that what is leaving can still be sent from."""

    def __init__(self, bench: IpBench) -> None:
        self._bench = bench
        self.left: list[list[IPv4Interface]] = []
        self.changes = 0

    def leaving(self, interface: Interface, addresses: Sequence[IPv4Interface]) -> None:
        assert interface.enabled
        assert set(addresses) <= set(interface.addresses)
        self._bench.open(PEER, 100 + len(self.left))[2].send(b"bye")
        self.left.append(list(addresses))

    def changed(self) -> None:
        self.changes += 1


def test_what_leaves_is_told_before_and_what_changes_after() -> None:
    bench = IpBench()
    observer = Observer(bench)
    forget = bench.ip.observe(observer)
    steps: list[tuple[IpControl, list[list[IPv4Interface]]]] = [
        (AddAddress("ip0", OTHER), []),
        (JoinGroup(IPv4Address("239.1.2.3")), []),
        (RemoveAddress("ip0", OURS), [[OURS]]),
        (SetInterfaceAddress("ip0", OURS), [[OTHER]]),
        (DisableInterface("ip0"), [[OURS]]),
        (RemoveAddress("ip0", OURS), []),
        (AddAddress("ip0", OURS), []),
        (EnableInterface("ip0"), []),
    ]
    for number, (request, left) in enumerate(steps, 1):
        before = len(observer.left)
        bench.ip.control(request)
        assert observer.left[before:] == left, request
        assert observer.changes == number
    assert len(bench.link.take()) == 3
    forget()
    forget()
    bench.ip.control(DisableInterface("ip0"))
    assert (len(observer.left), observer.changes) == (3, 8)


def test_routes_are_no_matter_of_interfaces() -> None:
    bench = IpBench()
    observer = Observer(bench)
    bench.ip.observe(observer)
    bench.ip.control(SetDefaultGateway(PEER, (ROUTER,)))
    assert observer.changes == 0


@pytest.mark.parametrize(
    ("destination", "good"), [("255.255.255.255", True), ("224.0.0.1", True), ("192.0.2.255", False)]
)
def test_who_has_no_address_may_speak_to_all_of_a_kind(destination: str, good: bool) -> None:
    """RFC 1122, section 3.2.1.3; RFC 1256, section 4.2."""
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"who is there?", src=IPv4Address(0), dst=IPv4Address(destination)), many=True)
    assert [connection.answerable for connection, _ in accepted.accepted] == ([False] if good else [])
    assert bench.dropped() == ({} if good else {"bad_source": 1})
