"""The Ethernet layer: filtering, framing, padding, who gets which frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.devices.device import WIRE, Device, EthernetFrames
from foxpy.devices.link import link
from foxpy.errors import BadAddress, InvalidConnection, OpenFailed, PacketSize
from foxpy.layers.ethernet import (
    LLC,
    EthernetAddress,
    EthernetConfig,
    EthernetConnection,
    EthernetPattern,
    JoinGroup,
    LeaveGroup,
    SetFilter,
    ethernet,
)
from foxpy.layers.ethernet.wire import Ethernet as Header
from foxpy.layers.ethernet.wire import Ieee8023
from foxpy.protocol import Path, Receiver
from foxpy.runtime import Scheduler
from foxpy.status import Aborted, Forgotten
from foxpy.testing import Acceptor, Collector

OURS = MacAddress.local(1)
THEIRS = MacAddress.local(2)
GROUP = MacAddress.parse("01:00:5e:00:00:09")
TYPE = 0x88B5


class Rig:
    """One Ethernet on a segment without an event loop; frames go in by hand, and what it sends is collected."""

    def __init__(self, config: EthernetConfig | None = None) -> None:
        segment = link(scheduler=Scheduler(lambda: 0.0))
        self.device: Device[EthernetFrames] = segment.attach()
        self.ethernet = ethernet(self.device, OURS, config=config or EthernetConfig())
        self.ethernet.initialize()
        far = segment.attach()
        far.initialize()
        self.sent = Collector()
        far.open(WIRE, lambda _: self.sent)
        self._run = segment.scheduler.run
        self.accepted: Acceptor[EthernetConnection] = Acceptor()

    def hear(self, frame: bytes) -> None:
        self.device.received(frame)

    def run(self) -> list[bytes]:
        self._run()
        return self.sent.packets


def frame(dst: MacAddress = OURS, src: MacAddress = THEIRS, kind: int = TYPE, body: bytes = b"data") -> bytes:
    return Header(dst=dst, src=src, kind=kind).build() + body


# -- up


def test_a_frame_of_a_listened_ethertype_begins_a_connection_with_its_sender() -> None:
    rig = Rig()
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)
    rig.hear(frame(body=b"one"))
    rig.hear(frame(body=b"two"))
    ((connection, collector),) = rig.accepted.accepted
    assert (connection.peer, connection.local, connection.ethertype) == (THEIRS, OURS, TYPE)
    assert collector.packets == [b"one", b"two"]
    assert rig.ethernet.query().received == 2


def test_the_more_specific_pattern_gets_its_peer() -> None:
    rig = Rig()
    special: Acceptor[EthernetConnection] = Acceptor()
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)
    rig.ethernet.listen(EthernetPattern(TYPE, THEIRS), special)
    rig.hear(frame())
    rig.hear(frame(src=MacAddress.local(3)))
    assert len(special.accepted) == len(rig.accepted.accepted) == 1
    assert special.accepted[0][0].peer == THEIRS


def test_every_frame_that_is_not_delivered_is_counted_under_its_reason() -> None:
    rig = Rig(EthernetConfig(all_groups=False))
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)
    rig.hear(frame(dst=MacAddress.local(9)))
    rig.hear(frame(dst=GROUP))
    rig.hear(frame()[:13])
    rig.hear(frame(src=GROUP))
    rig.hear(frame(kind=1501))
    rig.hear(frame(kind=1535))
    rig.hear(frame(kind=200))  # a length of 200 in a frame of 18 bytes
    rig.hear(frame(kind=0x1234))
    rig.hear(frame(kind=0x1234))
    info = rig.ethernet.query()
    assert rig.accepted.accepted == []
    assert (info.not_for_us, info.groups_filtered, info.malformed, info.undefined_kind) == (1, 1, 3, 2)
    assert (info.unclaimed, info.unclaimed_ethertypes) == (2, {0x1234: 2})


def test_unclaimed_ethertypes_are_told_apart_within_bounds() -> None:
    rig = Rig()
    for kind in range(0x2000, 0x2100):
        rig.hear(frame(kind=kind))
    info = rig.ethernet.query()
    assert info.unclaimed == 256
    assert len(info.unclaimed_ethertypes) == 64


@pytest.mark.requirement("1122-2.4-broadcasts")
def test_broadcast_arrives_on_a_connection_of_its_own_that_is_not_answerable() -> None:
    rig = Rig()
    paths: list[Path[MacAddress]] = []

    def accept(path: Path[MacAddress]) -> Receiver:
        paths.append(path)
        return Collector()

    rig.ethernet.carrier(0x0800).listen(accept)
    rig.hear(frame(kind=0x0800))
    rig.hear(frame(kind=0x0800, dst=BROADCAST))
    rig.hear(frame(kind=0x0800, dst=BROADCAST))
    assert [(path.local, path.answerable) for path in paths] == [(OURS, True), (BROADCAST, False)]


def test_groups_are_joined_and_left_and_the_filter_is_opened() -> None:
    rig = Rig(EthernetConfig(all_groups=False))
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)

    def received() -> int:
        return rig.ethernet.query().received

    rig.ethernet.control(JoinGroup(GROUP))
    rig.hear(frame(dst=GROUP))
    assert received() == 1
    rig.ethernet.control(LeaveGroup(GROUP))
    rig.hear(frame(dst=GROUP))
    assert received() == 1
    rig.ethernet.control(SetFilter(all_groups=True))
    rig.hear(frame(dst=GROUP))
    assert received() == 2
    rig.ethernet.control(SetFilter(all_groups=False, promiscuous=True))
    rig.hear(frame(dst=MacAddress.local(9)))
    assert received() == 3
    with pytest.raises(BadAddress, match="is not a group"):
        rig.ethernet.control(JoinGroup(THEIRS))


def test_a_frame_with_a_length_is_cut_to_it_and_given_to_llc() -> None:
    rig = Rig()
    rig.ethernet.listen(EthernetPattern(LLC), rig.accepted)
    rig.hear(Ieee8023(dst=OURS, src=THEIRS, body=b"\x42\x42\x03bpdu", pad=bytes(39)).build())
    ((_, collector),) = rig.accepted.accepted
    assert collector.packets == [b"\x42\x42\x03bpdu"]


def test_strangers_fill_no_table() -> None:
    rig = Rig(EthernetConfig(passive_connections=10))
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)
    mine = Collector()
    rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: mine)
    for number in range(100, 1100):
        rig.hear(frame(src=MacAddress.local(number)))
    rig.hear(frame(body=b"still here"))
    info = rig.ethernet.query()
    assert info.connections == 11
    assert info.forgotten == 990
    assert rig.accepted.accepted[0][1].events == [Forgotten()]
    assert mine.packets == [b"still here"]


@given(st.binary(max_size=80))
def test_no_bytes_raise(data: bytes) -> None:
    rig = Rig(EthernetConfig(promiscuous=True))
    for kind in (TYPE, LLC, 0x0800):
        rig.ethernet.listen(EthernetPattern(kind), rig.accepted)
    rig.hear(data)
    rig.hear(OURS.packed + data)
    info = rig.ethernet.query()
    assert info.received + info.malformed + info.undefined_kind + info.unclaimed == 2


# -- down


@pytest.mark.parametrize("size", [0, 1, 45, 46, 47, 1500])
def test_short_frames_are_padded_with_zeros_to_the_minimum(size: int) -> None:
    rig = Rig()
    connection = rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: Collector())
    rig.ethernet.send(connection).send(b"x" * size)
    expected = frame(dst=THEIRS, src=OURS, body=b"x" * size + bytes(max(46 - size, 0)))
    assert rig.run() == [expected]


def test_a_medium_without_a_minimum_needs_no_padding() -> None:
    rig = Rig(EthernetConfig(minimum=0))
    connection = rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: Collector())
    rig.ethernet.send(connection).send(b"x")
    assert rig.run() == [frame(dst=THEIRS, src=OURS, body=b"x")]


def test_llc_frames_carry_their_length() -> None:
    rig = Rig()
    connection = rig.ethernet.open(EthernetAddress(THEIRS, LLC), lambda _: Collector())
    sender = rig.ethernet.send(connection)
    sender.send(b"x" * 50)
    assert rig.run() == [frame(dst=THEIRS, src=OURS, kind=50, body=b"x" * 50)]
    assert sender.limit() == 1500


def test_one_byte_too_many_is_refused_with_the_limit() -> None:
    rig = Rig()
    sender = rig.ethernet.send(rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: Collector()))
    assert sender.limit() == 1500
    with pytest.raises(PacketSize) as refused:
        sender.begin(1501)
    assert refused.value.size - refused.value.limit == 1
    assert rig.run() == []


# -- opens and ends


def test_a_connection_is_open_once_and_can_be_opened_again_after_its_end() -> None:
    rig = Rig()
    address = EthernetAddress(THEIRS, TYPE)
    first = rig.ethernet.open(address, lambda _: Collector())
    with pytest.raises(OpenFailed, match="open already"):
        rig.ethernet.open(address, lambda _: Collector())
    sender = rig.ethernet.send(first)
    rig.ethernet.abort(first)
    rig.ethernet.abort(first)
    with pytest.raises(InvalidConnection):
        sender.begin(0)
    again = rig.ethernet.open(address, lambda _: Collector())
    rig.ethernet.abort(first)
    rig.ethernet.send(again).send(b"x")


def test_an_open_takes_the_place_of_what_the_peer_began() -> None:
    rig = Rig()
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)
    rig.hear(frame(body=b"to the listener"))
    mine = Collector()
    rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: mine)
    rig.hear(frame(body=b"to the opener"))
    ((_, theirs),) = rig.accepted.accepted
    assert (theirs.packets, theirs.events) == ([b"to the listener"], [Forgotten()])
    assert mine.packets == [b"to the opener"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hear", "open", "abort", "forget"]),
            st.sampled_from([MacAddress.local(2), MacAddress.local(3), MacAddress(b"\xfe\xff\xff\xff\xff\xff")]),
            st.sampled_from([TYPE, TYPE + 1, LLC]),
            st.sampled_from([OURS, BROADCAST]),
        ),
        max_size=40,
    )
)
def test_whatever_opens_and_ends_each_frame_goes_to_the_connection_that_is_open_now(
    steps: list[tuple[str, MacAddress, int, MacAddress]],
) -> None:
    """Against the simplest model: a dictionary of who is open."""
    rig = Rig()
    layer = rig.ethernet
    heard: dict[EthernetConnection, Collector] = {}
    model: dict[tuple[MacAddress, int, MacAddress], EthernetConnection] = {}

    def handler(connection: EthernetConnection) -> Receiver:
        heard[connection] = Collector()
        model[connection.peer, connection.ethertype, connection.local] = connection
        return heard[connection]

    for kind in (TYPE, TYPE + 1, LLC):
        layer.listen(EthernetPattern(kind), handler)
    for number, (what, source, kind, destination) in enumerate(steps):
        known = model.get((source, kind, OURS))
        if what == "hear":
            body = b"%d" % number
            rig.hear(frame(destination, source, len(body) if kind == LLC else kind, body))
            assert heard[model[source, kind, destination]].packets[-1] == body
        elif what == "open" and (known is None or layer.connections.is_passive(known.key)):
            layer.open(EthernetAddress(source, kind), handler)
        elif what == "abort" and known is not None:
            layer.abort(model.pop((source, kind, OURS)))
        elif what == "forget" and known is not None:
            model.pop((source, kind, OURS))
            layer._drop(known, Forgotten())
    assert sum(len(collector.packets) for collector in heard.values()) == [step[0] for step in steps].count("hear")


def test_to_close_what_was_forgotten_leaves_the_one_in_its_place() -> None:
    rig = Rig(EthernetConfig(passive_connections=1))
    rig.ethernet.listen(EthernetPattern(TYPE), rig.accepted)
    rig.hear(frame())
    rig.hear(frame(src=MacAddress.local(3)))
    rig.hear(frame())
    (old, _), _, (_, theirs) = rig.accepted.accepted
    rig.ethernet.abort(old)
    rig.hear(frame(body=b"more"))
    assert theirs.packets == [b"data", b"more"]
    mine = Collector()
    rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: mine)
    rig.ethernet.abort(rig.accepted.accepted[2][0])
    rig.hear(frame())
    assert mine.packets == [b"data"]


def test_when_the_device_is_gone_all_connections_are() -> None:
    rig = Rig()
    collector = Collector()
    connection = rig.ethernet.open(EthernetAddress(THEIRS, TYPE), lambda _: collector)
    rig.device.fail(OpenFailed("the device was deleted"))
    assert isinstance(collector.events[0], Aborted)
    with pytest.raises(InvalidConnection):
        rig.ethernet.send(connection)


@pytest.mark.parametrize("ethertype", [0, 5, 0x5FF, 0x10000])
def test_numbers_that_are_no_ethertypes_are_refused(ethertype: int) -> None:
    with pytest.raises(BadAddress, match="ethertype"):
        EthernetPattern(ethertype)
    with pytest.raises(BadAddress, match="ethertype"):
        Rig().ethernet.carrier(ethertype)


def test_a_station_has_an_address_of_its_own() -> None:
    device = link(scheduler=Scheduler(lambda: 0.0)).attach()
    with pytest.raises(BadAddress, match="group"):
        ethernet(device, BROADCAST)
    with pytest.raises(BadAddress, match="not a MAC address"):
        ethernet(device, "10.0.0.1")
    chosen = ethernet(device)
    assert not chosen.address.is_group
    rig = Rig()
    with pytest.raises(BadAddress, match="itself"):
        rig.ethernet.open(EthernetAddress(OURS, TYPE), lambda _: Collector())


def test_random_addresses_differ_between_stations() -> None:
    scheduler = Scheduler(lambda: 0.0)
    segment = link(scheduler=scheduler)
    addresses = {ethernet(segment.attach()).address for _ in range(50)}
    assert len(addresses) == 50


# -- lengths


def test_a_carrier_of_an_unknown_protocol_cuts_the_padding() -> None:
    segment = link(scheduler=Scheduler(lambda: 0.0))
    near, far = ethernet(segment.attach(), OURS), ethernet(segment.attach(), THEIRS)
    heard = Collector()
    carriers = near.carrier(TYPE), far.carrier(TYPE)
    for carrier in carriers:
        carrier.initialize()
    carriers[1].listen(lambda _: heard)
    path = carriers[0].open(THEIRS, lambda _: Collector())
    for size in (0, 1, 44, 45, 1498):
        path.sender.send(b"x" * size)
    segment.scheduler.run()
    assert [len(packet) for packet in heard.packets] == [0, 1, 44, 45, 1498]
    assert path.sender.limit() == 1498
