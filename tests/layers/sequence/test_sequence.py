"""The sequence micro-protocol: in order and once, whatever happens below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.device import Device, EthernetFrames
from foxpy.errors import OpenFailed, PacketSize
from foxpy.layers.faults import faults
from foxpy.layers.interposing import interposed
from foxpy.layers.sequence import Sequence, SequenceInfo, sequence
from foxpy.layers.sequence.wire import Numbered
from foxpy.status import HalfClosed, Report, Sendable, Trouble
from tests.support.crossing import Crossing

Frames = Device[EthernetFrames]


def receiving(patience: float | None = 1.0, window: int = 8) -> Crossing:
    """Sequenced on the right; the left is the wire."""
    return Crossing(lambda device: device, lambda device: sequence(device, patience=patience, window=window))


def packet(number: int, epoch: int = 7, padding: int = 0) -> bytes:
    return Numbered(epoch=epoch, number=number, body=b"%d" % number).build() + bytes(padding)


def info(device: Frames) -> SequenceInfo:
    return interposed(device, Sequence).info()


def numbers(net: Crossing) -> list[int]:
    return [int(each) for each in net.right.heard.packets]


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=8), st.integers(0, 20))
def test_any_permutation_with_duplicates_is_delivered_sorted_and_once(
    order: list[int], again: list[int], padding: int
) -> None:
    net = receiving()
    net.left.send(*(packet(number, padding=padding) for number in (*order, *again)))
    net.run()
    assert numbers(net) == list(range(8))
    assert info(net.right.device) == SequenceInfo(0, 8, len(again), 0, 0, 0, 0)
    assert net.scheduler.timers.running() == 0


@given(st.binary(max_size=30))
def test_any_bytes_are_counted(data: bytes) -> None:
    net = receiving()
    net.left.send(data)
    net.run()
    told = info(net.right.device)
    assert told.received + told.malformed + told.unusable == 1


def test_a_missing_packet_is_waited_for_and_then_passed_over() -> None:
    net = receiving(patience=1.0)
    net.left.send(packet(0), packet(2), packet(3))
    net.run(until=0.5)
    net.left.send(packet(5))
    net.run(until=0.99)
    assert numbers(net) == [0]
    net.run(until=1.01)
    assert numbers(net) == [0, 2, 3]
    net.run(until=1.49)
    assert numbers(net) == [0, 2, 3]  # patience is counted from when the packet behind the gap came
    net.run(until=1.51)
    assert numbers(net) == [0, 2, 3, 5]
    net.left.send(packet(4), packet(1), packet(6))
    net.run()
    assert numbers(net) == [0, 2, 3, 5, 6]
    assert info(net.right.device) == SequenceInfo(0, 5, 2, 2, 0, 0, 0)


def test_without_impatience_a_gap_is_waited_for_until_the_window_is_full() -> None:
    net = receiving(patience=None, window=4)
    net.left.send(packet(1), packet(2), packet(3))
    net.run(until=100_000.0)
    assert numbers(net) == []
    net.left.send(packet(4))
    net.run()
    assert numbers(net) == [1, 2, 3, 4]


def test_over_a_path_that_reorders_and_duplicates() -> None:
    net = Crossing(lambda device: sequence(faults(device, reorder=0.2, duplicate=0.2)))
    sent = [b"%d" % number for number in range(2000)]
    net.left.send(*sent)
    net.right.send(*sent[:100])
    net.run()
    assert net.right.heard.packets == sent
    assert net.left.heard.packets == sent[:100]


def test_over_a_path_that_loses() -> None:
    net = Crossing(lambda device: sequence(faults(device, loss=0.1, reorder=0.2), patience=0.5, window=64))
    net.left.send(*(b"%d" % number for number in range(2000)))
    net.run()
    assert numbers(net) == sorted(set(numbers(net)))
    told = info(net.right.device)
    assert told.received + told.skipped + told.duplicates >= 1990
    assert told.duplicates == 0  # nothing came too late
    assert 1500 < told.received < 1740  # 0.9 * 0.9 of them: both ends lose


def test_a_restarted_sender_is_recognized() -> None:
    net = Crossing(sequence)
    net.left.send(b"1", b"2", b"3")
    net.run()
    net.left.reopen()
    net.left.send(b"4", b"5")
    net.run()
    assert net.right.heard.packets == [b"1", b"2", b"3", b"4", b"5"]


def test_a_restarted_end_that_speaks_first_need_not_wait() -> None:
    net = Crossing(sequence)
    for turn in range(3):
        net.left.send(b"ping %d" % turn)
        net.right.send(b"pong %d" % turn)
        net.run()
    net.right.reopen()
    for turn in range(3, 20):
        net.right.send(b"pong %d" % turn)
        net.run(until=net.now + 0.01)
        net.left.send(b"ping %d" % turn)
        net.run(until=net.now + 0.01)
    assert net.left.heard.packets == [b"pong %d" % turn for turn in range(20)]
    assert net.right.heard.packets == [b"ping %d" % turn for turn in range(3, 20)]


def test_two_ends_that_begin_at_once_do_not_take_each_other_for_restarted() -> None:
    net = Crossing(lambda device: sequence(faults(device, delay=0.1, jitter=0.05)))
    for number in range(40):
        net.left.send(b"%d" % number)
        net.right.send(b"%d" % number)
        net.run(until=net.now + 0.01)
    net.run()
    assert net.left.heard.packets == net.right.heard.packets == [b"%d" % number for number in range(40)]


def test_a_restarted_receiver_finds_its_place() -> None:
    net = Crossing(lambda device: sequence(device, window=4))
    net.left.send(*(b"%d" % number for number in range(100)))
    net.run()
    net.right.reopen()
    net.left.send(*(b"%d" % number for number in range(100, 110)))
    net.run()
    assert net.right.heard.packets == [b"%d" % number for number in range(101, 110)]
    assert info(net.right.device).unusable == 1


def test_a_packet_that_is_begun_and_never_committed_takes_no_number() -> None:
    net = Crossing(sequence)
    net.left.send(b"1")
    net.left.sender.begin(10)
    net.left.send(b"2")
    net.run()
    assert net.right.heard.packets == [b"1", b"2"]


def test_what_is_held_when_the_connection_closes_is_not_delivered() -> None:
    net = receiving(patience=1.0)
    net.left.send(packet(1), packet(2))
    net.run(until=0.5)
    net.right.close()
    assert net.scheduler.timers.running() == 0
    net.run()
    assert net.right.heard.packets == []
    assert info(net.right.device).dropped == 2


def test_a_receiver_that_closes_hears_no_more_of_what_was_held() -> None:
    net = receiving()
    heard = net.right.heard
    heard.react = lambda _: net.right.close()
    net.left.send(packet(1), packet(2), packet(0))
    net.run()
    assert heard.packets == [b"0"]
    assert info(net.right.device).dropped == 2


def test_nothing_is_delivered_after_aborted() -> None:
    net = receiving()
    net.left.send(packet(1))
    net.run(until=0.5)
    net.right.device.fail(OpenFailed("gone"))
    assert net.scheduler.timers.running() == 0
    net.run()
    assert net.right.heard.packets == []
    assert len(net.right.heard.events) == 1


def test_the_end_of_the_stream_fills_all_gaps() -> None:
    net = receiving()
    net.left.send(packet(1), packet(3))
    net.run(until=0.1)
    assert net.right.connection.receiver is not None
    net.right.connection.receiver.status(HalfClosed())
    assert numbers(net) == [1, 3]
    assert net.right.heard.events == [HalfClosed()]


def test_the_header_shows_in_the_limit_and_is_taken_off_of_what_is_quoted() -> None:
    net = receiving()
    assert net.right.sender.limit() == net.left.sender.limit() - Numbered.MIN
    with pytest.raises(PacketSize):
        net.right.send(bytes(net.right.sender.limit() + 1))
    assert net.right.connection.receiver is not None
    net.right.connection.receiver.status(Report(Trouble.TOO_BIG, packet(4), 576))
    net.right.connection.receiver.status(Sendable(5))
    assert net.right.heard.events == [Report(Trouble.TOO_BIG, b"4", 576), Sendable(0)]


@pytest.mark.parametrize(("window", "patience"), [(0, 1.0), (65537, 1.0), (8, -1.0), (8, float("nan"))])
def test_absurd_settings_are_refused(window: int, patience: float) -> None:
    with pytest.raises(ValueError, match=r"window|patience"):
        Sequence(window, patience)
