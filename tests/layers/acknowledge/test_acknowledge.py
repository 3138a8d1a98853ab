"""The acknowledge micro-protocol, and reliable messages made of all four."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.devices.device import Device, EthernetFrames
from foxpy.errors import BrokenByPeer, InvalidConnection, PacketSize, TimedOut
from foxpy.interpose import Interposer, Session
from foxpy.layers.acknowledge import Acknowledge, AcknowledgeInfo, acknowledge
from foxpy.layers.acknowledge.wire import Acknowledgement, Data, Reset
from foxpy.layers.checksum import checksum
from foxpy.layers.faults import FaultConfig, Faults, faults
from foxpy.layers.fragment import fragment
from foxpy.layers.interposing import Between, interposed
from foxpy.layers.sequence import Sequence, sequence
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Report, Sendable, Trouble
from foxpy.transfer import Connection
from tests.support.crossing import Crossing

Frames = Device[EthernetFrames]


def info(device: Frames) -> AcknowledgeInfo:
    return interposed(device, Acknowledge).info()


def over(config: FaultConfig, seed: int = 1) -> Crossing:
    return Crossing(lambda device: acknowledge(device.interpose(Faults(config))), seed=seed)


def numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]


def test_without_faults_nothing_is_sent_twice() -> None:
    net = Crossing(acknowledge)
    net.left.send(*numbered(1000))
    net.right.send(*numbered(10))
    net.run()
    assert net.right.heard.packets == numbered(1000)
    assert net.left.heard.packets == numbered(10)
    told = info(net.left.device)
    assert (told.sent, told.acknowledged, told.resent, told.timeouts) == (1000, 1000, 0, 0)
    assert net.scheduler.timers.running() == 0


@given(
    st.integers(0, 2**32),
    st.floats(0, 0.15),
    st.floats(0, 0.15),
    st.floats(0, 0.15),
    st.sampled_from([0.0, 0.02, 0.3]),
    st.sampled_from([None, 1e6]),
)
@settings(max_examples=60)
def test_everything_arrives_exactly_once(
    seed: int, loss: float, duplicate: float, reorder: float, delay: float, rate: float | None
) -> None:
    config = FaultConfig(loss=loss, duplicate=duplicate, reorder=reorder, delay=delay, jitter=delay / 2, rate=rate)
    net = over(config, seed)
    net.left.send(*numbered(60))
    net.right.send(*numbered(20))
    net.run()
    assert sorted(net.right.heard.packets) == sorted(numbered(60))
    assert sorted(net.left.heard.packets) == sorted(numbered(20))
    assert info(net.left.device).acknowledged == 60
    assert net.left.heard.events == net.right.heard.events == []
    assert net.scheduler.timers.running() == 0


def reliable(config: FaultConfig, mtu: int = 500, seed: int = 1) -> Crossing:
    """What the reliable Ethernet stack is made of, over a bad path."""
    return Crossing(
        lambda device: fragment(sequence(acknowledge(checksum(faults(device, config=config))))), mtu=mtu, seed=seed
    )


@given(
    st.integers(0, 2**32),
    st.tuples(*(st.floats(0, 0.2) for _ in range(4))),
    st.lists(st.integers(0, 5000), min_size=1, max_size=8),
)
@settings(max_examples=60)
def test_reliable_messages_of_any_size_arrive_once_and_in_order(
    seed: int, odds: tuple[float, float, float, float], sizes: list[int]
) -> None:
    loss, corrupt, duplicate, reorder = odds
    config = FaultConfig(loss=loss, corrupt=corrupt, duplicate=duplicate, reorder=reorder, delay=0.02, jitter=0.01)
    net = reliable(config, seed=seed)
    source = random.Random(seed)
    there, back = ([source.randbytes(size) for size in sizes] for _ in range(2))
    net.left.send(*there)
    net.right.send(*back)
    net.run()
    assert net.right.heard.packets == there
    assert net.left.heard.packets == back
    assert net.left.heard.events == net.right.heard.events == []


def test_a_megabyte_through_a_very_bad_path() -> None:
    config = FaultConfig(loss=0.1, corrupt=0.05, duplicate=0.05, reorder=0.1, delay=0.02, rate=50e6)
    net = reliable(config, mtu=1500)
    source = random.Random(5)
    messages = [source.randbytes(65535) for _ in range(16)]
    for message in messages:
        while net.left.sender.limit() == 0:
            net.run(until=net.now + 0.05)
        net.left.send(message)
    net.run()
    assert net.right.heard.packets == messages
    assert interposed(net.right.device, Sequence).info().skipped == 0
    assert net.now < 30.0


def test_a_small_queue_below_slows_it_down_and_no_more() -> None:
    net = over(FaultConfig(rate=10e6, queue=20, delay=0.01, direction="down"))
    sent = [number.to_bytes(2, "big") * 500 for number in range(2000)]
    for packet in sent:
        while net.left.sender.limit() == 0:
            net.run(until=net.now + 0.05)
        net.left.send(packet)
    net.run()
    assert sorted(net.right.heard.packets) == sent
    told = info(net.left.device)
    assert told.resent < 4 * told.sent
    assert net.now < 20 * sum(map(len, sent)) * 8 / 10e6


class Losing(Interposer):
    """Loses the packets sent whose places, counted from 0, are in ``which``."""

    def __init__(self, *which: int) -> None:
        self.which = which
        self.sent = 0

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return LosingSession(self)


class LosingSession(Between):
    __slots__ = ("_losing",)

    def __init__(self, losing: Losing) -> None:
        self._losing = losing

    def commit(self, writer: Writer, payload: bytes) -> None:
        place = self._losing.sent
        self._losing.sent += 1
        if place not in self._losing.which:
            self.below.commit(writer, payload)


def losing(*which: int) -> Crossing:
    """The left loses ``which`` of its packets; 100 ms there and back."""
    return Crossing(
        lambda device: acknowledge(faults(device, delay=0.05, direction="down").interpose(Losing(*which))),
        lambda device: acknowledge(faults(device, delay=0.05, direction="down")),
    )


def test_a_loss_in_the_middle_is_noticed_within_a_round_trip() -> None:
    net = losing(5, 6)
    net.left.send(*numbered(20))
    net.run(until=0.201)
    assert sorted(net.right.heard.packets) == sorted(numbered(20))
    told = info(net.left.device)
    assert (told.resent, told.timeouts) == (2, 0)


def test_a_loss_at_the_end_costs_a_timeout() -> None:
    net = losing(18, 19)
    net.left.send(*numbered(20))
    net.run(until=2.0)
    told = info(net.left.device)
    assert (told.acknowledged, told.resent, told.timeouts) == (20, 2, 1)
    assert sorted(net.right.heard.packets) == sorted(numbered(20))


def test_a_lost_repetition_is_noticed_without_a_timeout() -> None:
    net = losing(5, 40)
    net.left.send(*numbered(40))
    net.run(until=0.15)
    net.left.send(*(b"more %d" % number for number in range(10)))
    net.run(until=0.5)
    told = info(net.left.device)
    assert (told.acknowledged, told.resent, told.timeouts) == (50, 2, 0)


# -- giving up


def test_a_peer_that_does_not_answer_is_given_up() -> None:
    net = Crossing(lambda device: acknowledge(device, patience=5.0), lambda device: device)
    net.left.send(*numbered(3))
    net.run(until=4.99)
    assert net.left.heard.events == []
    net.run(until=5.01)
    (event,) = net.left.heard.events
    assert isinstance(event, Aborted)
    assert isinstance(event.error, TimedOut)
    assert "5 s" in str(event.error)
    with pytest.raises(InvalidConnection):
        net.left.send(b"more")
    told = info(net.left.device)
    assert (told.aborted, told.undelivered, told.acknowledged) == (1, 3, 0)
    net.run()
    assert net.scheduler.timers.running() == 0
    assert isinstance(Reset.parse(net.right.heard.packets[-1]), Reset)


def test_nothing_is_delivered_after_giving_up() -> None:
    net = Crossing(lambda device: acknowledge(device, patience=5.0), lambda device: device)
    net.left.send(b"unheard")
    net.run()
    heard = len(net.left.heard.events)
    net.right.send(Data(epoch=1, number=0, base=0, turn=0, body=b"late").build())
    net.run()
    assert net.left.heard.packets == []
    assert len(net.left.heard.events) == heard == 1


def test_as_long_as_anything_is_acknowledged_it_goes_on() -> None:
    net = over(FaultConfig(loss=0.4, direction="down"))  # of three attempts two fail
    net.left.send(*numbered(200))
    net.run()
    assert sorted(net.right.heard.packets) == sorted(numbered(200))
    assert info(net.left.device).timeouts > 0


def test_a_receiver_waits_no_longer_than_a_sender_tries() -> None:
    net = Crossing(lambda device: device, lambda device: acknowledge(device, patience=8.0))
    net.left.send(Data(epoch=1, number=1, base=0, turn=1, body=b"1").build())
    net.run(until=9.9)
    assert net.right.heard.events == []
    net.run(until=11.1)
    (event,) = net.right.heard.events
    assert isinstance(event, Aborted)
    assert isinstance(event.error, TimedOut)


def test_a_receiver_hears_that_the_sender_gave_up() -> None:
    net = Crossing(acknowledge)
    net.left.send(b"1")
    net.run()
    epoch = net.left.sender._session._epoch  # type: ignore[attr-defined]  # the session, whose epoch nobody else knows
    assert net.right.connection.receiver is not None
    net.right.connection.receiver.deliver(Reset(epoch=epoch ^ 1).build(), 0, 7)
    assert net.right.heard.events == []
    net.right.connection.receiver.deliver(Reset(epoch=epoch).build(), 0, 7)
    (event,) = net.right.heard.events
    assert isinstance(event, Aborted)
    assert isinstance(event.error, BrokenByPeer)


def test_a_peer_that_was_restarted_is_sent_what_it_had_not_acknowledged() -> None:
    net = Crossing(acknowledge)
    net.left.send(*numbered(3))
    net.run()
    net.right.reopen()
    net.left.send(*numbered(6)[3:])
    net.run()
    assert net.right.heard.packets == numbered(6)[3:]
    assert net.left.heard.events == net.right.heard.events == []
    assert info(net.left.device).restarts == 1
    assert info(net.left.device).acknowledged == 6


def test_after_a_restart_both_directions_work() -> None:
    net = Crossing(acknowledge)
    net.left.send(*numbered(3))
    net.right.send(*numbered(5))
    net.run()
    net.right.reopen()
    net.right.send(b"from the restarted one")
    net.run()
    net.left.send(b"to the restarted one")
    net.run()
    assert net.left.heard.packets == [*numbered(5), b"from the restarted one"]
    assert net.right.heard.packets[-1] == b"to the restarted one"


@given(st.integers(0, 2**32), st.floats(0, 0.2), st.floats(0, 0.3), st.booleans(), st.booleans())
def test_after_a_restart_the_two_settle(seed: int, loss: float, reorder: float, left_first: bool, idle: bool) -> None:
    """Whoever speaks first, what is sent from then on arrives once, and nobody begins again more than once."""
    config = FaultConfig(loss=loss, reorder=reorder, delay=0.02, jitter=0.01)
    net = over(config, seed)
    net.left.send(*numbered(30))
    if not idle:
        net.right.send(*numbered(30))
    net.run()
    net.right.reopen()
    before = len(net.left.heard.packets)
    first, second = (net.left, net.right) if left_first else (net.right, net.left)
    for turn in range(20):
        first.send(b"%d" % turn)
        if turn:  # the other one answers
            second.send(b"%d" % turn)
        net.run(until=net.now + 0.03)
    net.run()
    there, back = net.right.heard.packets, net.left.heard.packets[before:]
    if left_first:
        there, back = back, there
    assert sorted(back) == sorted(numbered(20))
    assert sorted(there) == sorted(numbered(20)[1:])
    assert info(net.left.device).restarts <= 1
    assert info(net.right.device).restarts == 0
    assert net.left.heard.events == net.right.heard.events == []


def test_a_peer_that_forgets_again_and_again_is_given_up() -> None:
    net = Crossing(lambda device: acknowledge(device, patience=5.0), lambda device: device)
    net.left.send(b"unheard")
    for moment in range(1, 20):
        net.run(until=moment / 2)
        if net.left.heard.events:
            break
        epoch = net.left.sender._session._epoch  # type: ignore[attr-defined]  # the session, whose epoch nobody else knows
        net.right.send(Reset(epoch=epoch).build())
    (event,) = net.left.heard.events
    assert isinstance(event, Aborted)
    assert isinstance(event.error, TimedOut)


def test_a_restarted_sender_is_welcome() -> None:
    net = Crossing(acknowledge)
    net.left.send(*numbered(3))
    net.run()
    net.left.reopen()
    net.left.send(b"3")
    net.run()
    assert net.right.heard.packets == numbered(4)
    assert net.right.heard.events == []


def test_closing_leaves_no_timer_behind() -> None:
    net = Crossing(acknowledge, lambda device: device)
    net.left.send(*numbered(3))
    net.left.close()
    assert net.scheduler.timers.running() == 0
    assert info(net.left.device).undelivered == 3


def test_closing_before_a_gap_leaves_no_timer_behind() -> None:
    net = Crossing(lambda device: device, acknowledge)
    net.left.send(Data(epoch=1, number=1, base=0, turn=1, body=b"1").build())
    net.run(until=0.5)
    assert net.scheduler.timers.running() == 1
    net.right.close()
    assert net.scheduler.timers.running() == 0
    assert net.right.heard.events == []


# -- bounds


def test_a_full_queue_refuses_and_says_when_there_is_room() -> None:
    net = Crossing(lambda device: acknowledge(faults(device, delay=0.01), window=4, queue=10))
    limit = net.left.sender.limit()
    net.left.send(*numbered(14))
    assert net.left.sender.limit() == 0
    with pytest.raises(PacketSize) as caught:
        net.left.send(b"one too many")
    assert caught.value.limit == 0
    assert "Sendable" in str(caught.value)
    net.run()
    assert net.left.heard.events == [Sendable(limit)]
    assert net.left.sender.limit() == limit
    assert net.right.heard.packets == numbered(14)


def test_empty_packets_are_packets() -> None:
    net = Crossing(lambda device: acknowledge(faults(device, loss=0.3), window=2, queue=3))
    net.left.send(b"", b"", b"", b"", b"", b"")
    net.run()
    assert net.right.heard.packets == [b""] * 5
    assert info(net.left.device).overflowed == 1


def test_the_limit() -> None:
    net = Crossing(acknowledge, lambda device: device)
    limit = net.left.sender.limit()
    assert limit == net.right.sender.limit() - Data.MIN
    net.left.send(bytes(limit))
    with pytest.raises(PacketSize):
        net.left.send(bytes(limit + 1))


def test_what_is_begun_and_not_committed_is_not_sent() -> None:
    net = Crossing(acknowledge)
    net.left.sender.begin(100)
    net.left.send(b"1")
    net.run()
    assert net.right.heard.packets == [b"1"]
    assert info(net.left.device).resent == 0


@given(st.binary(max_size=40), st.integers(0, 20))
def test_any_bytes_are_counted(data: bytes, padding: int) -> None:
    net = Crossing(lambda device: device, acknowledge)
    net.left.send(data + bytes(padding))
    net.run(until=1.0)
    told = info(net.right.device)
    assert told.malformed + told.stale + told.received == 1


def test_impossible_packets_are_malformed() -> None:
    net = Crossing(lambda device: device, acknowledge)
    data = Data(epoch=1, number=0, base=0, turn=0, body=b"data").build()
    net.left.send(data[:-1], data[:2] + b"\x07" + data[3:], Data(epoch=1, number=5000, base=0, turn=0).build())
    net.left.send(b"\0\x07\x01" + bytes(40), b"\0\x06\x02" + bytes(40))
    net.run()
    assert info(net.right.device).malformed == 5
    assert net.right.heard.packets == []


def test_padding_is_cut() -> None:
    net = Crossing(lambda device: device, acknowledge)
    net.left.send(Data(epoch=1, number=0, base=0, turn=0, body=b"data").build() + bytes(30))
    net.run()
    assert net.right.heard.packets == [b"data"]
    ack = Acknowledgement.parse(net.left.heard.packets[0])
    assert (ack.epoch, ack.expected, bytes(ack.selected)) == (1, 1, b"")


def test_only_what_is_quoted_of_data_concerns_the_layer_above() -> None:
    net = Crossing(lambda device: device, acknowledge)
    receiver = net.right.connection.receiver
    assert receiver is not None
    receiver.status(Report(Trouble.TOO_BIG, Data(epoch=1, number=0, base=0, turn=0, body=b"data").build(), 576))
    receiver.status(Report(Trouble.TOO_BIG, Acknowledgement(epoch=1, expected=0, heard=0).build(), 576))
    assert net.right.heard.events == [Report(Trouble.TOO_BIG, b"data", 576)]


@pytest.mark.parametrize("settings", [{"window": 0}, {"window": 1025}, {"queue": 0}, {"patience": 0}])
def test_absurd_settings_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Acknowledge(**settings)
