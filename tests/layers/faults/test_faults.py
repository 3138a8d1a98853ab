"""What faults do to packets: as much as they were told, the same in every run, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.device import Device, EthernetFrames
from foxpy.errors import OpenFailed
from foxpy.layers.faults import FaultConfig, FaultInfo, Faults, LineInfo, faults
from foxpy.layers.interposing import interposed
from foxpy.status import Aborted, HalfClosed
from tests.support.crossing import Crossing, Interposing

Frames = Device[EthernetFrames]
NOTHING = LineInfo(passed=0, lost=0, corrupted=0, duplicated=0, reordered=0, overflowed=0, abandoned=0)


def plain(device: Frames) -> Frames:
    return device


def crossing(config: FaultConfig, *, up: bool = False, seed: int = 1) -> Crossing:
    """Faults on the left end's sending, or on the right end's hearing."""

    def faulty(device: Frames) -> Frames:
        return faults(device, config=config)

    return Crossing(plain, faulty, seed=seed) if up else Crossing(faulty, plain, seed=seed)


def numbered(count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") * 10 for number in range(count)]


def info(device: Frames) -> FaultInfo:
    return interposed(device, Faults).info()


def test_without_faults_everything_passes() -> None:
    net = Crossing(lambda device: faults(device))
    net.left.send(*numbered(50))
    net.right.send(*numbered(20))
    net.run()
    assert net.right.heard.packets == numbered(50)
    assert net.left.heard.packets == numbered(20)
    assert info(net.left.device).down.passed == 50
    assert info(net.left.device).up.passed == 20


def test_it_gives_back_the_very_layer_it_was_put_on() -> None:
    seen: list[tuple[Frames, Frames]] = []

    def put(device: Frames) -> Frames:
        seen.append((device, faults(device, loss=0.5)))
        return seen[-1][1]

    Crossing(put)
    assert all(before is after for before, after in seen)


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("probability", [0.02, 0.3, 1.0])
def test_loss_is_as_frequent_as_told(probability: float, up: bool) -> None:
    net = crossing(FaultConfig(loss=probability), up=up)
    net.left.send(*numbered(3000))
    net.run()
    line = info(net.right.device).up if up else info(net.left.device).down
    # Five standard deviations of a binomial distribution.
    assert abs(line.lost - 3000 * probability) <= 5 * (3000 * probability * (1 - probability)) ** 0.5
    assert len(net.right.heard.packets) == line.passed == 3000 - line.lost
    assert net.right.heard.packets == sorted(net.right.heard.packets)


@pytest.mark.parametrize("up", [False, True])
def test_duplicates_follow_their_originals(up: bool) -> None:
    net = crossing(FaultConfig(duplicate=0.2), up=up)
    net.left.send(*numbered(2000))
    net.run()
    line = info(net.right.device).up if up else info(net.left.device).down
    assert 300 < line.duplicated < 500
    assert len(net.right.heard.packets) == line.passed == 2000 + line.duplicated
    assert net.right.heard.packets == sorted(net.right.heard.packets)


@pytest.mark.parametrize("up", [False, True])
def test_corruption_flips_one_bit(up: bool) -> None:
    net = crossing(FaultConfig(corrupt=0.25), up=up)
    sent = numbered(1000)
    net.left.send(*sent)
    net.run()
    flipped = [
        (int.from_bytes(before, "big") ^ int.from_bytes(after, "big")).bit_count()
        for before, after in zip(sent, net.right.heard.packets, strict=True)
    ]
    line = info(net.right.device).up if up else info(net.left.device).down
    assert set(flipped) == {0, 1}
    assert sum(flipped) == line.corrupted
    assert 180 < line.corrupted < 320


def test_empty_packets_have_no_bit_to_flip() -> None:
    net = crossing(FaultConfig(corrupt=1.0))
    net.left.send(b"", b"")
    net.run()
    assert net.right.heard.packets == [b"", b""]
    assert info(net.left.device).down.corrupted == 0


@pytest.mark.parametrize("up", [False, True])
def test_reordering_loses_nothing_and_lets_up_to_three_pass(up: bool) -> None:
    net = crossing(FaultConfig(reorder=0.1), up=up)
    net.left.send(*numbered(2000))
    net.run()
    line = info(net.right.device).up if up else info(net.left.device).down
    heard = [int.from_bytes(packet[:4], "big") for packet in net.right.heard.packets]
    assert sorted(heard) == list(range(2000))
    assert 130 < line.reordered < 270
    overtaken = [number for place, number in enumerate(heard) if number < place]
    assert len(overtaken) > 100
    assert max(place - number for place, number in enumerate(heard)) <= 6  # several may be held back at once


def test_a_packet_held_back_goes_on_when_none_follows() -> None:
    net = crossing(FaultConfig(reorder=1.0))
    net.left.send(b"alone")
    net.run(until=0.05)
    assert net.right.heard.packets == []
    net.run(until=0.11)
    assert net.right.heard.packets == [b"alone"]


def test_delay_is_exact_and_keeps_the_order() -> None:
    net = crossing(FaultConfig(delay=0.02))
    net.left.send(*numbered(10))
    net.run(until=0.0199)
    assert net.right.heard.packets == []
    net.run(until=0.0201)
    assert net.right.heard.packets == numbered(10)


def test_jitter_varies_the_delay_and_the_order() -> None:
    net = crossing(FaultConfig(delay=0.1, jitter=0.05))
    net.left.send(*numbered(200))
    net.run(until=0.0499)
    assert net.right.heard.packets == []
    net.run(until=0.1)
    assert 60 < len(net.right.heard.packets) < 140
    net.run(until=0.1501)
    assert sorted(net.right.heard.packets) == numbered(200)
    assert net.right.heard.packets != numbered(200)


def test_packets_wait_for_the_rate() -> None:
    net = crossing(FaultConfig(rate=8000.0))  # a thousand bytes a second
    net.left.send(*(bytes(100) for _ in range(10)))
    for tenth in range(1, 11):
        net.run(until=tenth / 10 + 0.001)
        assert len(net.right.heard.packets) == tenth
    net.run(until=5.0)
    net.left.send(bytes(100))  # an idle line saves nothing up
    net.run(until=5.09)
    assert len(net.right.heard.packets) == 10
    net.run(until=5.101)
    assert len(net.right.heard.packets) == 11


def test_a_full_queue_drops_what_comes_last() -> None:
    net = crossing(FaultConfig(rate=8000.0, queue=5))
    net.left.send(*numbered(20))
    net.run()
    assert net.right.heard.packets == numbered(5)
    assert info(net.left.device).down == LineInfo(5, 0, 0, 0, 0, 15, 0)


def test_a_queue_of_bytes() -> None:
    net = crossing(FaultConfig(rate=8000.0, queue_bytes=1000))
    net.left.send(*(bytes(300) for _ in range(10)))
    net.left.send(bytes(100))  # there is room for a small one
    net.run()
    assert [len(packet) for packet in net.right.heard.packets] == [300, 300, 300, 100]
    net.left.send(bytes(1200))  # larger than the queue, but nobody is in it
    net.run()
    assert len(net.right.heard.packets[-1]) == 1200


@pytest.mark.parametrize(("direction", "up", "hurt"), [("up", False, False), ("down", True, False), ("up", True, True)])
def test_one_direction_alone(direction: str, up: bool, hurt: bool) -> None:
    net = crossing(FaultConfig.parse(f"loss=1,direction={direction}"), up=up)
    net.left.send(*numbered(10))
    net.run()
    assert net.right.heard.packets == ([] if hurt else numbered(10))


EVERYTHING = FaultConfig(loss=0.1, corrupt=0.1, duplicate=0.1, reorder=0.1, delay=0.01, jitter=0.005, rate=1e6)


@given(st.integers(0, 2**32))
def test_the_same_seed_has_the_same_fate(seed: int) -> None:
    first, second = (crossing(EVERYTHING, seed=seed) for _ in range(2))
    for net in (first, second):
        net.left.send(*numbered(40))
        net.run()
    assert first.right.heard.packets == second.right.heard.packets
    assert info(first.left.device) == info(second.left.device)


def test_another_seed_has_another_fate() -> None:
    fates = set()
    for seed in range(5):
        net = crossing(FaultConfig(loss=0.5, seed=seed))
        net.left.send(*numbered(100))
        net.run()
        fates.add(tuple(net.right.heard.packets))
    assert len(fates) == 5


def test_a_seed_of_its_own_does_not_depend_on_the_stack() -> None:
    fates = set()
    for stack_seed in range(3):
        net = crossing(FaultConfig(loss=0.5, seed=1), seed=stack_seed)
        net.left.send(*numbered(100))
        net.run()
        fates.add(tuple(net.right.heard.packets))
    assert len(fates) == 1


def test_one_direction_does_not_change_the_fate_of_the_other() -> None:
    fates = set()
    for crowd in (0, 50):
        net = Crossing(lambda device: faults(device, loss=0.5), plain)
        net.right.send(*numbered(crowd))
        net.left.send(*numbered(100))
        net.run()
        fates.add(tuple(net.right.heard.packets))
    assert len(fates) == 1


@pytest.mark.parametrize("up", [False, True])
def test_what_is_on_its_way_when_the_connection_closes_goes_nowhere(up: bool) -> None:
    net = crossing(FaultConfig(delay=1.0, reorder=0.5), up=up)
    net.left.send(*numbered(10))
    net.run(until=0.5)
    end = net.right if up else net.left
    heard = net.right.heard
    end.close()
    assert net.scheduler.timers.running() == 0
    net.run()
    assert heard.packets == []
    line = info(end.device).up if up else info(end.device).down
    assert (line.passed, line.abandoned) == (0, 10)


def test_nothing_is_heard_after_aborted() -> None:
    net = crossing(FaultConfig(delay=1.0), up=True)
    net.left.send(*numbered(10))
    net.run(until=0.5)
    gone = OpenFailed("gone")
    net.right.device.fail(gone)
    assert net.scheduler.timers.running() == 0
    net.run()
    assert net.right.heard.packets == []
    assert net.right.heard.events == [Aborted(gone)]
    assert net.right.heard.complaints == []


def test_the_end_of_a_stream_does_not_overtake_it() -> None:
    net = crossing(FaultConfig(delay=1.0, reorder=0.3), up=True)
    net.left.send(*numbered(10))
    net.run(until=0.5)
    assert net.right.connection.receiver is not None
    net.right.connection.receiver.status(HalfClosed())
    assert sorted(net.right.heard.packets) == numbered(10)
    assert net.right.heard.events == [HalfClosed()]


def test_the_packets_on_their_way_are_bounded() -> None:
    net = crossing(FaultConfig(delay=3000.0))
    for _ in range(66000):
        net.left.send(b"")
    net.run(until=1.0)
    assert info(net.left.device).down.overflowed == 66000 - 65536
    net.left.close()


def test_each_connection_has_a_rate_of_its_own() -> None:
    config = FaultConfig(rate=8000.0)
    interposer = Faults(config)
    put: Interposing = lambda device: device.interpose(interposer)  # noqa: E731  # a lambda keeps it a line
    net = Crossing(put)
    net.left.send(bytes(100))
    net.right.send(bytes(100))
    net.run(until=0.201)
    assert len(net.left.heard.packets) == len(net.right.heard.packets) == 1
    assert Counter([interposer.info().down.passed, interposer.info().up.passed]) == Counter([2, 2])
    assert interposer.info() != FaultInfo(NOTHING, NOTHING)
