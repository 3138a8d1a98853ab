"""The router's part (RFC 1256, section 4; RFC 1812, section 4.3.3.10)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest

from foxpy.errors import BadAddress, InitializationFailed, OpenFailed
from foxpy.layers.ipv4 import AddAddress, DisableInterface, EnableInterface, JoinGroup, RemoveAddress
from foxpy.layers.router_discovery import (
    AddressVariables,
    InterfaceVariables,
    RouterDiscoveryConfig,
    RouterPattern,
    SetAddressVariables,
    SetInterfaceVariables,
    router_discovery,
)
from foxpy.layers.router_discovery.wire import HIGHEST, NEVER_DEFAULT, RouterAdvertisement
from foxpy.testing.collector import ignoring
from tests.support.discovery_bench import ALL_ROUTERS, ALL_SYSTEMS, DiscoveryBench, advertisement
from tests.support.ip_bench import FAR, PEER, US

SECOND = IPv4Address("203.0.113.1")
BROADCAST = IPv4Address("255.255.255.255")


def router(*addresses: str, config: RouterDiscoveryConfig | None = None, mtu: int = 1500) -> DiscoveryBench:
    return DiscoveryBench(*addresses, forward=True, config=config, mtu=mtu)


def settled(*addresses: str, config: RouterDiscoveryConfig | None = None, mtu: int = 1500) -> DiscoveryBench:
    """A router whose first advertisements are out."""
    bench = router(*addresses, config=config, mtu=mtu)
    bench.run(40.0)
    for link in bench.links:
        link.take()
    return bench


def listed(message: RouterAdvertisement) -> dict[IPv4Address, int]:
    return {each.address: each.preference for each in message.routers}


# -- the variables


@pytest.mark.requirement("1122-3.1-gateway")
def test_the_variables_have_the_defaults_of_the_rfc() -> None:
    """RFC 1256, section 4.1."""
    variables, address = InterfaceVariables(), AddressVariables()
    assert variables.advertisement_address == ALL_SYSTEMS
    assert (variables.max_interval, variables.min_interval, variables.lifetime) == (600, 450, 1800)
    assert (address.advertise, address.preference) == (True, 0)
    other = InterfaceVariables(max_interval=4)
    assert (other.min_interval, other.lifetime) == (3, 12)


@pytest.mark.parametrize(
    "absurd",
    [
        {"max_interval": 3.9},
        {"max_interval": 1801},
        {"min_interval": 2.9},
        {"min_interval": 601},
        {"lifetime": 599},
        {"lifetime": 9001},
        {"advertisement_address": FAR},
        {"solicitation_address": ALL_SYSTEMS},
    ],
)
@pytest.mark.requirement("1122-3.1-gateway")
def test_the_variables_keep_to_their_bounds(absurd: dict[str, object]) -> None:
    (name,) = absurd
    with pytest.raises(ValueError, match=name):
        InterfaceVariables(**absurd)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("preference", [HIGHEST + 1, NEVER_DEFAULT - 1])
def test_a_preference_has_32_bits(preference: int) -> None:
    with pytest.raises(ValueError, match="preference"):
        AddressVariables(preference=preference)


# -- when


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.requirement("1122-3.1-gateway")
def test_the_first_three_come_soon_the_others_within_the_interval(seed: int) -> None:
    bench = DiscoveryBench(forward=True, seed=seed)
    assert bench.until_said(2.0) >= 0.0
    assert bench.until_said(16.0) == pytest.approx(16.0)
    assert bench.until_said(16.0) == pytest.approx(16.0)
    waits = [bench.until_said(600.0) for _ in range(20)]
    assert min(waits) >= 450.0
    assert len(set(waits)) == 20  # they are not to beat time with those of others
    assert all(header.dst == ALL_SYSTEMS and header.src == US for header, _ in bench.advertised())


def test_short_intervals_are_short_from_the_first() -> None:
    bench = router(config=RouterDiscoveryConfig(interface=InterfaceVariables(max_interval=4)))
    bench.until_said(2.0)
    for _ in range(10):
        assert 3.0 <= bench.until_said(4.0) <= 4.0
    assert {message.lifetime for _, message in bench.advertised()} == {12}


@pytest.mark.requirement("1122-3.1-gateway")
def test_a_solicitation_is_answered_after_a_random_time() -> None:
    delays = set()
    for seed in range(8):
        bench = DiscoveryBench(forward=True, seed=seed)
        bench.run(40.0)
        bench.links[0].take()
        bench.ask()
        assert not bench.links[0].sent
        delays.add(bench.until_said(2.0))
        ((header, message),) = bench.advertised()
        assert (header.src, header.dst, header.ttl) == (US, ALL_SYSTEMS, 1)
        assert message == advertisement(US)
    assert len(delays) == 8
    assert max(delays) - min(delays) > 0.5


def test_an_answer_sets_the_timer_of_the_others_back() -> None:
    """RFC 1256, section 4.3: a multicast answer counts as one that nobody asked for."""
    bench = settled()
    bench.run(400.0)
    bench.ask()
    bench.until_said(2.0)
    assert bench.until_said(600.0) >= 450.0


def test_many_who_ask_are_answered_once() -> None:
    bench = settled()
    for number in range(3, 200):
        bench.ask(IPv4Address("192.0.2.0") + number)
    bench.run(2.0)
    assert len(bench.advertised()) == 1
    assert bench.discovery.query().solicitations_received == 197


@pytest.mark.parametrize("source", [IPv4Address(0), PEER])
@pytest.mark.parametrize("destination", [ALL_ROUTERS, BROADCAST, ALL_SYSTEMS])
def test_whoever_may_ask_is_answered(source: IPv4Address, destination: IPv4Address) -> None:
    """A host without an address, too, and one without multicast (RFC 1256, section 4.2)."""
    bench = settled()
    bench.ask(source, destination)
    bench.run(2.0)
    ((header, _),) = bench.advertised()
    assert header.dst == ALL_SYSTEMS


def test_one_who_knows_the_router_may_ask_it_alone() -> None:
    bench = settled()
    bench.ask(PEER, US)
    bench.run(2.0)
    assert len(bench.advertised()) == 1


# -- what


def test_each_link_is_told_of_its_own_addresses() -> None:
    config = RouterDiscoveryConfig(
        interfaces={"ip1": InterfaceVariables(advertisement_address=BROADCAST, lifetime=9000)},
        addresses={SECOND: AddressVariables(preference=HIGHEST)},
    )
    bench = router("192.0.2.1/24", "203.0.113.1/24", config=config)
    bench.ip.control(AddAddress("ip0", IPv4Interface("198.51.100.1/24")))
    bench.run(2.0)
    ((header, message),) = bench.advertised(0)
    assert (header.src, header.dst) == (US, ALL_SYSTEMS)
    assert (message.lifetime, listed(message)) == (1800, {US: 0, IPv4Address("198.51.100.1"): 0})
    ((header, message),) = bench.advertised(1)
    assert (header.src, header.dst, header.ttl) == (SECOND, BROADCAST, 1)
    assert (message.lifetime, listed(message)) == (9000, {SECOND: HIGHEST})
    assert bench.discovery.query().advertising == ("ip0", "ip1")


def test_an_address_that_is_not_to_be_advertised_is_not() -> None:
    config = RouterDiscoveryConfig(addresses={US: AddressVariables(advertise=False)})
    bench = router("192.0.2.1/24", "203.0.113.1/24", config=config)
    bench.run(1000.0)
    assert bench.advertised(0) == []
    assert len(bench.advertised(1)) >= 3
    assert bench.discovery.query().advertising == ("ip1",)
    bench.ask()
    bench.run(2.0)
    assert bench.advertised(0) == []
    assert bench.discards() == {"not_advertising": 1}


def test_more_addresses_than_the_link_has_room_for() -> None:
    """RFC 1256, section 4.3: several messages, each as long as the MTU allows."""
    bench = router(mtu=68)
    others = [IPv4Interface(f"192.0.2.{number}/24") for number in range(10, 20)]
    for each in others:
        bench.ip.control(AddAddress("ip0", each))
    bench.run(2.0)
    found = bench.advertised()
    assert [len(message.routers) for _, message in found] == [5, 5, 1]
    assert [each.address for _, message in found for each in message.routers] == [US, *(each.ip for each in others)]
    assert all(not header.mf and header.length <= 68 for header, _ in found)


def test_more_addresses_than_a_message_counts() -> None:
    bench = router(mtu=9000)
    for number in range(300):
        bench.ip.control(AddAddress("ip0", IPv4Interface((IPv4Address("10.0.0.1") + number, 8))))
    bench.run(2.0)
    assert [len(message.routers) for _, message in bench.advertised()] == [255, 46]


# -- the end


@pytest.mark.requirement("1122-3.1-gateway")
def test_the_last_words_have_no_lifetime() -> None:
    """RFC 1256, section 4.3: as the previous transmission, but for the lifetime."""
    bench = settled("192.0.2.1/24", "203.0.113.1/24")
    bench.discovery.finalize()
    for link, address in enumerate((US, SECOND)):
        ((header, message),) = bench.advertised(link)
        assert (header.src, header.dst) == (address, ALL_SYSTEMS)
        assert message == advertisement(address, lifetime=0)
    bench.run(2000.0)
    assert not bench.link.sent
    assert bench.scheduler.timers.running() == 0


def test_who_was_never_told_hears_no_last_words() -> None:
    bench = router()
    bench.discovery.finalize()
    assert not bench.link.sent


def test_it_can_begin_again() -> None:
    bench = settled()
    bench.discovery.finalize()
    bench.link.take()
    bench.discovery.initialize()
    bench.until_said(2.0)
    ((_, message),) = bench.advertised()
    assert message == advertisement(US)


def test_an_interface_that_is_disabled_says_so_and_begins_anew() -> None:
    bench = settled()
    bench.ip.control(DisableInterface("ip0"))
    ((_, message),) = bench.advertised()
    assert message == advertisement(US, lifetime=0)
    bench.run(2000.0)
    assert not bench.link.sent
    bench.ip.control(EnableInterface("ip0"))
    bench.until_said(2.0)
    assert bench.until_said(16.0) == pytest.approx(16.0)
    assert [message for _, message in bench.advertised()] == [advertisement(US)] * 2


def test_an_address_that_goes_is_withdrawn_and_one_that_comes_told_soon() -> None:
    bench = settled()
    other = IPv4Interface("192.0.2.77/24")
    bench.ip.control(AddAddress("ip0", other))
    bench.until_said(2.0)
    bench.ip.control(RemoveAddress("ip0", IPv4Interface("192.0.2.1/24")))
    bench.until_said(2.0)
    assert [message for _, message in bench.advertised()] == [
        advertisement(US, other.ip),
        advertisement(US, lifetime=0),
        advertisement(other.ip),
    ]
    bench.ip.control(RemoveAddress("ip0", other))
    assert [message for _, message in bench.advertised()] == [advertisement(other.ip, lifetime=0)]
    bench.run(2000.0)
    assert not bench.link.sent


def test_an_address_whose_flag_is_cleared_is_withdrawn_alone() -> None:
    """RFC 1256, section 4.3."""
    bench = settled()
    other = IPv4Interface("192.0.2.77/24")
    bench.ip.control(AddAddress("ip0", other))
    bench.run(40.0)
    bench.link.take()
    bench.discovery.control(SetAddressVariables(US, AddressVariables(advertise=False)))
    ((_, message),) = bench.advertised()
    assert message == advertisement(US, lifetime=0)
    bench.until_said(2.0)
    ((_, message),) = bench.advertised()
    assert message == advertisement(other.ip)


def test_a_preference_that_changes_is_told_soon() -> None:
    bench = settled()
    bench.discovery.control(SetAddressVariables(US, AddressVariables(preference=-9)))
    bench.until_said(2.0)
    ((_, message),) = bench.advertised()
    assert message == advertisement(US, preference=-9)


def test_variables_that_change_are_told_soon() -> None:
    bench = settled()
    bench.discovery.control(SetInterfaceVariables("ip0", InterfaceVariables(max_interval=10, lifetime=20)))
    bench.until_said(2.0)
    assert bench.until_said(10.0) >= 7.5
    assert {message.lifetime for _, message in bench.advertised()} == {20}


def test_what_is_set_before_the_beginning_begins_nothing() -> None:
    bench = DiscoveryBench(forward=True, start=False)
    bench.discovery.control(SetInterfaceVariables("ip0", InterfaceVariables(lifetime=700)))
    bench.discovery.control(SetAddressVariables(US, AddressVariables(preference=3)))
    bench.run(100.0)
    assert not bench.link.sent
    bench.discovery.initialize()
    bench.until_said(2.0)
    assert [message for _, message in bench.advertised()] == [advertisement(US, preference=3, lifetime=700)]


def test_joining_a_group_changes_nothing() -> None:
    bench = settled()
    bench.ip.control(JoinGroup(IPv4Address("239.1.2.3")))
    bench.run(100.0)
    assert not bench.link.sent


# -- what a router does not do


def test_the_group_of_all_routers_is_that_of_routers() -> None:
    bench = router()
    assert ALL_ROUTERS in bench.ip.query().interfaces[0].groups
    bench.discovery.finalize()
    assert ALL_ROUTERS not in bench.ip.query().interfaces[0].groups


def test_a_group_that_was_joined_before_is_not_left() -> None:
    bench = DiscoveryBench(forward=True, start=False)
    bench.ip.control(JoinGroup(ALL_ROUTERS))
    bench.discovery.initialize()
    bench.discovery.finalize()
    assert ALL_ROUTERS in bench.ip.query().interfaces[0].groups


def test_a_router_asks_nobody_and_believes_nobody() -> None:
    bench = DiscoveryBench(forward=True, gateway=PEER)
    bench.tell(advertisement(IPv4Address("192.0.2.9"), preference=9), src=IPv4Address("192.0.2.9"))
    bench.run(60.0)
    assert bench.gateways() == [PEER]
    assert bench.discards() == {"advertisements_ignored": 1}
    assert {message for _, message in bench.advertised()} == {advertisement(US)}
    assert bench.discovery.query().solicitations_sent == 0


def test_a_router_discovers_none() -> None:
    bench = router()
    with pytest.raises(OpenFailed, match="forwards"):
        bench.discovery.listen(RouterPattern(), ignoring)


def test_a_host_has_it_once() -> None:
    bench = router()
    with pytest.raises(InitializationFailed, match="has router discovery already"):
        router_discovery(bench.icmp).initialize()
    bench.discovery.finalize()
    assert router_discovery(bench.icmp).initialize() == 1


def test_an_interface_that_is_not_there() -> None:
    with pytest.raises(BadAddress, match="no interface 'eth0'; there are ip0"):
        router(config=RouterDiscoveryConfig(interfaces={"eth0": InterfaceVariables()}))
    with pytest.raises(BadAddress, match="no interface 'eth0'"):
        router().discovery.control(SetInterfaceVariables("eth0", InterfaceVariables()))


def test_a_link_that_is_down_loses_what_is_said_until_it_is_up() -> None:
    bench = router()
    bench.link.down = True
    bench.run(2.0)
    assert bench.dropped() == {"no_route": 1}
    bench.link.down = False
    bench.until_said(16.0)
    assert len(bench.advertised()) == 1


def test_a_broadcast_on_a_link_that_has_none_is_counted() -> None:
    config = RouterDiscoveryConfig(interface=InterfaceVariables(advertisement_address=BROADCAST))
    bench = DiscoveryBench(forward=True, config=config, broadcasts=False)
    bench.run(40.0)
    assert bench.said() == []
    assert bench.discovery.query().advertisements_sent == 0
    assert bench.discards() == {"unsendable": 3}
