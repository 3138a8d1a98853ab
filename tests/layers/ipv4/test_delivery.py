"""What is taken and what is dropped, and to whom it goes (RFC 791; RFC 1122, section 3.2.1)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed
from foxpy.layers.ipv4 import (
    Arrived,
    DisableInterface,
    EnableInterface,
    IpAddress,
    IpConfig,
    IpConnection,
    IpPattern,
    JoinGroup,
    LeaveGroup,
)
from foxpy.layers.ipv4.wire import RecordRoute, Timestamp, ip_options
from foxpy.protocol import Receiver
from foxpy.status import Forgotten
from foxpy.testing.collector import Collector
from tests.support.ip_bench import FAR, PEER, PROTOCOL, US, IpBench, datagram

BROADCAST = IPv4Address("192.0.2.255")
LIMITED = IPv4Address("255.255.255.255")
GROUP = IPv4Address("239.1.2.3")


def only(bench: IpBench, reason: str) -> None:
    """``reason`` is the only one for which anything was dropped, and it was one thing."""
    assert bench.dropped() == {reason: 1}


# -- to whom


def test_the_first_datagram_of_a_peer_makes_a_connection_and_the_next_uses_it() -> None:
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"one"))
    bench.say(datagram(b"two"))
    ((connection, collector),) = accepted.accepted
    assert collector.packets == [b"one", b"two"]
    assert (connection.peer, connection.local, connection.protocol) == (PEER, US, PROTOCOL)
    assert connection.answerable


def test_a_listener_for_one_host_goes_before_one_for_all() -> None:
    bench = IpBench()
    everyone, one = bench.listen(), bench.listen(host=PEER)
    bench.say(datagram(b"peer"))
    bench.say(datagram(b"far", src=FAR))
    assert one.accepted[0][1].packets == [b"peer"]
    assert everyone.accepted[0][1].packets == [b"far"]


def test_an_open_connection_goes_before_listeners() -> None:
    bench = IpBench()
    accepted = bench.listen()
    _, collector, _ = bench.open()
    bench.say(datagram(b"mine"))
    assert collector.packets == [b"mine"]
    assert not accepted.accepted


def test_an_open_takes_over_what_the_peer_began() -> None:
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"to the listener"))
    _, collector, _ = bench.open()
    bench.say(datagram(b"to the opener"))
    assert accepted.accepted[0][1].events == [Forgotten()]
    assert collector.packets == [b"to the opener"]


def test_protocols_and_local_addresses_are_kept_apart() -> None:
    bench = IpBench("192.0.2.1/24", "203.0.113.1/24")
    accepted = [bench.listen(), bench.listen(PROTOCOL + 1)]
    bench.say(datagram(b"a"))
    bench.say(datagram(b"b", protocol=PROTOCOL + 1))
    bench.say(datagram(b"c", dst=IPv4Address("203.0.113.1")))
    assert [collector.packets for _, collector in accepted[0].accepted] == [[b"a"], [b"c"]]
    assert [collector.packets for _, collector in accepted[1].accepted] == [[b"b"]]


def test_the_padding_of_the_link_is_cut_off() -> None:
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"four") + bytes(26))
    assert accepted.accepted[0][1].packets == [b"four"]


def test_a_handler_may_abort_what_it_is_given() -> None:
    bench = IpBench()
    collector = Collector()

    def accept(connection: object) -> Collector:
        bench.ip.abort(next(iter(bench.ip.connections.open.values())))
        return collector

    bench.ip.listen(IpPattern(PROTOCOL), accept)
    bench.say(datagram(b"nobody"))
    assert not collector.packets
    assert bench.ip.query().connections == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hear", "open", "abort", "disable"]),
            st.sampled_from([PEER, FAR]),
            st.sampled_from([PROTOCOL, PROTOCOL + 1]),
            st.sampled_from([US, GROUP]),
        ),
        max_size=40,
    )
)
def test_whatever_opens_and_ends_each_datagram_goes_to_the_connection_that_is_open_now(
    steps: list[tuple[str, IPv4Address, int, IPv4Address]],
) -> None:
    """Against the simplest model: a dictionary of who is open."""
    bench = IpBench()
    ip = bench.ip
    heard: dict[IpConnection, Collector] = {}
    model: dict[tuple[IPv4Address, int, IPv4Address], IpConnection] = {}
    delivered = 0
    ip.control(JoinGroup(GROUP))

    def handler(connection: IpConnection) -> Receiver:
        heard[connection] = Collector()
        model[connection.peer, connection.protocol, connection.local] = connection
        return heard[connection]

    for protocol in (PROTOCOL, PROTOCOL + 1):
        ip.listen(IpPattern(protocol), handler)
    enabled = True
    for number, (what, peer, protocol, local) in enumerate(steps):
        known = model.get((peer, protocol, US))
        if what == "hear":
            body = b"%d" % number
            bench.say(datagram(body, src=peer, dst=local, protocol=protocol))
            if enabled:
                assert heard[model[peer, protocol, local]].packets[-1] == body
                delivered += 1
        elif what == "open" and enabled and (known is None or ip.connections.is_passive(known.key)):
            ip.open(IpAddress(peer, protocol), handler)
        elif what == "abort" and known is not None:
            ip.abort(model.pop((peer, protocol, US)))
        elif what == "disable":
            enabled = not enabled
            ip.control(EnableInterface("ip0") if enabled else DisableInterface("ip0"))
    assert sum(len(collector.packets) for collector in heard.values()) == delivered


def test_nothing_is_delivered_after_an_abort() -> None:
    bench = IpBench()
    connection, collector, sender = bench.open()
    bench.ip.abort(connection)
    bench.ip.abort(connection)
    bench.say(datagram(b"late"))
    assert not collector.heard
    with pytest.raises(InvalidConnection):
        sender.send(b"late")
    with pytest.raises(InvalidConnection):
        bench.ip.send(connection)
    only(bench, "unknown_protocol")


# -- what is dropped


def test_one_byte_less_than_a_header_is_truncated() -> None:
    bench = IpBench()
    bench.say(datagram()[:19])
    only(bench, "truncated")


def test_less_than_the_total_length_is_truncated() -> None:
    bench = IpBench()
    bench.say(datagram(b"four")[:-1])
    only(bench, "truncated")


@pytest.mark.requirement("1122-3.2.1.1-version", "1122-3.1-count")
def test_another_version_is_not_ours() -> None:
    bench = IpBench()
    bench.say(b"\x65" + datagram()[1:])
    only(bench, "not_ipv4")


@pytest.mark.parametrize("words", [0, 4, 6, 15])
def test_a_header_length_that_cannot_be(words: int) -> None:
    bench = IpBench()
    bench.say(bytes([0x40 | words]) + datagram()[1:])
    only(bench, "bad_header")


def test_a_total_length_below_the_header() -> None:
    bench = IpBench()
    packet = bytearray(datagram())
    packet[2:4] = (19).to_bytes(2, "big")
    bench.say(bytes(packet))
    only(bench, "bad_length")


@pytest.mark.requirement("1122-3.2.1.2-checksum")
@pytest.mark.parametrize("at", range(8, 20))
def test_a_bit_turned_over_in_the_header_is_noticed(at: int) -> None:
    bench = IpBench()
    packet = bytearray(datagram(b"data"))
    packet[at] ^= 0x40
    bench.say(bytes(packet))
    only(bench, "checksum_errors")


@pytest.mark.requirement("1122-3.2.1.3-bad-src", "1122-4.1.3.6-bad-src")
@pytest.mark.parametrize(
    "source",
    [
        "0.0.0.0",
        "0.0.0.9",
        "127.0.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.255",
        "192.0.2.0",
        "192.0.2.1",
    ],
)
def test_a_source_must_be_one_other_host(source: str) -> None:
    """RFC 1122, section 3.2.1.3; the last is this host's own address, which nobody else may have."""
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"spoofed", src=IPv4Address(source)))
    only(bench, "bad_source")
    assert not accepted.accepted


@pytest.mark.requirement("1122-3.1-count", "1122-3.2.1.3-bad-dst")
@pytest.mark.parametrize("destination", ["192.0.2.9", "198.51.100.1", "239.1.2.3", "240.0.0.1", "0.0.0.0"])
def test_what_is_for_others_is_dropped_not_forwarded(destination: str) -> None:
    bench = IpBench()
    bench.listen()
    bench.say(datagram(b"elsewhere", dst=IPv4Address(destination)))
    only(bench, "not_for_us")
    assert not bench.link.sent


def test_loopback_addresses_do_not_come_from_outside() -> None:
    bench = IpBench()
    bench.listen()
    bench.say(datagram(dst=IPv4Address("127.0.0.1")))
    only(bench, "bad_source")


@pytest.mark.requirement("1122-2.4-broadcasts", "1122-3.3.6-link-only")
def test_one_host_by_a_broadcast_of_the_link_is_dropped() -> None:
    """RFC 1122, section 3.3.6."""
    bench = IpBench()
    bench.listen()
    bench.say(datagram(), many=True)
    only(bench, "link_broadcast")


def test_a_protocol_that_nobody_listens_to() -> None:
    bench = IpBench()
    bench.say(datagram())
    only(bench, "unknown_protocol")


@pytest.mark.requirement("1122-3.2.1.7-discard")
@pytest.mark.parametrize("ttl", [0, 1])
def test_what_was_left_of_the_time_to_live_does_not_matter(ttl: int) -> None:
    """RFC 1122, section 3.2.1.7: it has arrived."""
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"data", ttl=ttl))
    assert accepted.accepted[0][1].packets == [b"data"]


class Looking(Receiver):
    """A layer that looks at the headers of what it is delivered."""

    def __init__(self, bench: IpBench) -> None:
        self._bench = bench
        self.seen: list[Arrived | None] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.seen.append(self._bench.ip.arrived(frame, start))
        assert self._bench.ip.arrived(frame, start + 1) is None
        assert self._bench.ip.arrived(frame[start:end], 0) is None


@pytest.mark.requirement(
    "1122-3.2.1.6-pass",
    "1122-3.2.1.8-pass",
    "1122-3.4-options",
    "1122-3.4-interface",
    "1122-3.2.1.8c-completed",
)
@pytest.mark.parametrize("options", [b"", b"\x94\x04\x00\x00", b"\x83\x07\x08" + FAR.packed + b"\x00"])
def test_layers_above_find_the_header(options: bytes) -> None:
    """RFC 1122, section 3.4: the interface, the type of service, all options; source routes at their end, too."""
    bench = IpBench("192.0.2.1/24", "203.0.113.1/24", config=IpConfig(accept_source_routes=True))
    looking = Looking(bench)
    bench.ip.listen(IpPattern(PROTOCOL), lambda _: looking)
    bench.say(datagram(b"data", dscp=46, ttl=9, options=options))
    bench.links[1].say(datagram(bytes(8), dscp=10, options=options, ident=2, more=True))
    bench.links[1].say(datagram(bytes(8), ident=2, offset=8))
    bench.open(US)[2].send(b"to myself")
    bench.run()
    assert looking.seen == [
        Arrived("ip0", PEER, US, 46 << 2, 9, options),
        Arrived("ip1", PEER, US, 10 << 2, 64, options),
    ]


@pytest.mark.requirement("1122-3.2.1.8e-timestamp")
@pytest.mark.parametrize("destination", [US, IPv4Address("192.0.2.255")])
def test_layers_above_are_given_the_time_of_arrival(destination: IPv4Address) -> None:
    """RFC 1122, section 3.2.1.8 (e); by the address that it came to, or that of the link where it came to many."""
    bench = IpBench()
    looking = Looking(bench)
    bench.ip.listen(IpPattern(PROTOCOL), lambda _: looking)
    bench.run(2.5)
    asked = ip_options.build([RecordRoute(route=bytes(4)), Timestamp(form=1, stamps=bytes(8))])
    bench.say(datagram(b"data", dst=destination, options=asked))
    stamp = US.packed + (0x8000_0000 | 2500).to_bytes(4, "big")
    (seen,) = looking.seen
    assert seen is not None
    assert seen.options == ip_options.build([RecordRoute(route=bytes(4)), Timestamp(pointer=13, form=1, stamps=stamp)])


# -- groups and broadcasts


@pytest.mark.requirement("1122-3.3.6-formats", "1122-3.3.6-all", "1122-3.3.7-all-hosts")
@pytest.mark.parametrize("destination", [LIMITED, BROADCAST, IPv4Address("192.0.2.0"), IPv4Address("224.0.0.1")])
@pytest.mark.parametrize("many", [False, True])
def test_broadcasts_and_the_group_of_all_hosts_are_taken(destination: IPv4Address, many: bool) -> None:
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"all", dst=destination), many=many)
    ((connection, collector),) = accepted.accepted
    assert collector.packets == [b"all"]
    assert connection.local == destination
    assert not connection.answerable
    with pytest.raises(InvalidConnection, match="cannot be answered"):
        bench.ip.send(connection).send(b"thanks")


def test_the_broadcast_of_another_interface_is_not_taken() -> None:
    bench = IpBench("192.0.2.1/24", "203.0.113.1/24")
    bench.listen()
    bench.links[1].say(datagram(src=IPv4Address("203.0.113.9"), dst=BROADCAST), many=True)
    only(bench, "not_for_us")


@pytest.mark.requirement("1122-3.3.7-multicast")
def test_groups_are_joined_and_left() -> None:
    bench = IpBench("192.0.2.1/24", "203.0.113.1/24")
    accepted = bench.listen()
    packet = datagram(b"news", dst=GROUP)
    bench.ip.control(JoinGroup(GROUP, "ip0"))
    bench.say(packet, many=True)
    bench.links[1].say(packet, many=True)
    assert accepted.accepted[0][1].packets == [b"news"]
    assert bench.ip.query().interfaces[0].groups == {GROUP, IPv4Address("224.0.0.1")}
    bench.ip.control(LeaveGroup(GROUP))
    bench.ip.control(LeaveGroup(IPv4Address("224.0.0.1")))
    bench.say(packet, many=True)
    assert accepted.accepted[0][1].packets == [b"news"]
    assert bench.dropped() == {"not_for_us": 2}
    assert bench.ip.query().interfaces[0].groups == {IPv4Address("224.0.0.1")}
    with pytest.raises(BadAddress, match="not a multicast group"):
        bench.ip.control(JoinGroup(PEER))


def test_a_host_without_an_address_may_ask_all_others() -> None:
    """RFC 1122, section 3.2.1.3, case (a)."""
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"who am I", src=IPv4Address(0), dst=LIMITED), many=True)
    ((connection, collector),) = accepted.accepted
    assert collector.packets == [b"who am I"]
    assert not connection.answerable


# -- interfaces


def test_a_disabled_interface_neither_takes_nor_claims() -> None:
    bench = IpBench()
    accepted = bench.listen()
    bench.ip.control(DisableInterface("ip0"))
    assert bench.link.claimed == []
    bench.say(datagram(b"unheard"))
    only(bench, "interface_disabled")
    bench.ip.control(EnableInterface("ip0"))
    bench.say(datagram(b"heard"))
    assert accepted.accepted[0][1].packets == [b"heard"]
    assert bench.link.claimed == [IPv4Interface("192.0.2.1/24")]


@pytest.mark.requirement("1122-3.1-multihoming")
def test_an_address_is_taken_on_every_interface() -> None:
    """The weak model of RFC 1122, section 3.3.4.2."""
    bench = IpBench("192.0.2.1/24", "203.0.113.1/24")
    accepted = bench.listen()
    bench.links[1].say(datagram(b"by the other", src=FAR))
    assert accepted.accepted[0][1].packets == [b"by the other"]


# -- bounds


def test_strangers_are_bounded_and_the_oldest_is_forgotten() -> None:
    bench = IpBench(config=IpConfig(passive_connections=10))
    accepted = bench.listen()
    for number in range(100):
        bench.say(datagram(src=FAR + number))
    info = bench.ip.query()
    assert (info.connections, info.forgotten) == (10, 90)
    forgotten, collector = accepted.accepted[0]
    assert collector.events == [Forgotten()]
    bench.ip.send(forgotten).send(b"still sends")
    assert bench.link.take()[-1].dst == FAR
    bench.say(datagram(b"again", src=FAR))
    assert accepted.accepted[-1][1].packets == [b"again"]
    bench.ip.abort(forgotten)  # which is not the one in the table
    bench.say(datagram(b"and again", src=FAR))
    assert accepted.accepted[-1][1].packets == [b"again", b"and again"]


def test_a_flood_to_nobody_leaves_nothing() -> None:
    bench = IpBench()
    for number in range(5000):
        bench.link.say(datagram(src=FAR + number, protocol=99))
    info = bench.ip.query()
    assert info.connections == 0
    assert info.discards["unknown_protocol"] == 5000
    assert info.interfaces[0].neighbours == 0


# -- opening


@pytest.mark.parametrize("host", ["0.0.0.0", "240.0.0.1", "127.0.0.9", "0.1.2.3"])
def test_addresses_that_no_host_has_are_refused(host: str) -> None:
    with pytest.raises(BadAddress):
        IpBench().open(IPv4Address(host))


@pytest.mark.parametrize("protocol", [-1, 256])
def test_protocols_are_bytes(protocol: int) -> None:
    with pytest.raises(BadAddress, match=r"0\.\.255"):
        IpAddress(PEER, protocol)
    with pytest.raises(BadAddress, match=r"0\.\.255"):
        IpBench().ip.carrier(protocol)


def test_the_same_connection_is_not_opened_twice() -> None:
    bench = IpBench()
    bench.open()
    with pytest.raises(OpenFailed, match="open already"):
        bench.open()


def test_opening_needs_initialization() -> None:
    bench = IpBench()
    bench.ip.finalize()
    with pytest.raises(NotInitialized):
        bench.open()
    with pytest.raises(NotInitialized):
        bench.listen()


# -- hostile bytes


@given(st.binary(max_size=120), st.booleans())
def test_any_bytes_do_no_harm(data: bytes, many: bool) -> None:
    bench = IpBench()
    bench.listen()
    bench.say(data, many=many)
    info = bench.ip.query()
    assert info.packets_received == 1
    assert info.packets_delivered + info.packets_discarded + info.fragments.waiting == 1


@given(
    st.binary(max_size=64),
    st.integers(0, 10).map(lambda words: words * 4).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    st.booleans(),
    st.integers(0, 0x1FFF).map(lambda units: units * 8),
    st.integers(0, 255),
)
def test_any_well_formed_header_does_no_harm(
    data: bytes, options: bytes, more: bool, offset: int, protocol: int
) -> None:
    """The checksum is right, so that what lies behind the first checks is reached."""
    bench = IpBench()
    bench.listen()
    bench.say(datagram(data, options=options, more=more, offset=offset, protocol=protocol))
    info = bench.ip.query()
    assert info.packets_delivered + info.packets_discarded + info.fragments.waiting == 1
