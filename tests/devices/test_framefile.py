"""When frames leave that are sent while a burst is handed up."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

import pytest

from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.framefile import HELD, LOOK_AFTER, SMALL, FrameFile
from foxpy.devices.link import link
from foxpy.runtime import Scheduler


class Bench:
    """A FrameFile on one end of a socket pair. What comes is answered by ``answer``."""

    def __init__(self, device: Device[EthernetFrames]) -> None:
        self.here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.here.setblocking(False)
        self.there.setblocking(False)
        self.file = FrameFile(device.port, self.comes, False, 14)
        self.file.opened(self.here.fileno(), 65_536)
        self.answer: Callable[[bytes], None] = self.send
        self.waiting: list[list[bytes]] = []
        """What the other end had, as each frame came."""

    def send(self, frame: bytes) -> None:
        self.file.transmit(bytearray(frame[:1]), frame[1:])

    def comes(self, frame: bytes, start: int) -> None:
        assert not start
        self.waiting.append(self.heard())
        self.answer(frame)

    def burst(self, *frames: bytes, budget: int = 64) -> list[bytes]:
        """What is answered to these."""
        self.waiting.clear()
        for frame in frames:
            self.there.send(frame)
        self.file.burst(budget)
        return self.heard()

    def heard(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.there.recv(65_536))
            except BlockingIOError:
                return found


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(link(scheduler=Scheduler(lambda: 0.0)).attach())
    with made.here, made.there:
        yield made


def test_a_single_answer_leaves_at_once(bench: Bench) -> None:
    seen: list[list[bytes]] = []

    def answer(frame: bytes) -> None:
        bench.send(frame)
        seen.append(bench.heard())

    bench.answer = answer
    assert bench.burst(b"one") == []
    assert seen == [[b"one"]]


def test_answers_to_many_leave_together_and_in_order(bench: Bench) -> None:
    """All but the first, which comes before anybody knows of more."""
    assert bench.burst(b"1st", b"2nd", b"3rd", b"4th") == [b"2nd", b"3rd", b"4th"]
    assert bench.waiting == [[], [b"1st"], [], []]
    assert bench.file.counters.sent == 4


def test_where_each_answers_the_one_before_none_waits(bench: Bench) -> None:
    """As in an echo between two processes on one CPU, where the next question is there when the answer has left."""
    assert bench.burst(b"one", b"two") == [b"two"]  # it waited, and alone
    asked = 0

    def answer(frame: bytes) -> None:
        nonlocal asked
        bench.send(frame)
        if bench.heard():
            asked += 1
            bench.there.send(frame)

    bench.answer = answer
    assert bench.burst(b"question", budget=1000) == [b"question"]  # tried again, after so many
    assert asked == 1 + LOOK_AFTER


def test_no_more_than_a_bound_waits(bench: Bench) -> None:
    def answer(frame: bytes) -> None:
        if not bench.waiting[-1] and len(bench.waiting) == 2:
            for number in range(HELD + 1):
                bench.send(b"%03d" % number)
            assert len(bench.heard()) == HELD

    bench.answer = answer
    assert bench.burst(b"1", b"2") == [b"%03d" % HELD]


def test_a_large_frame_does_not_overtake(bench: Bench) -> None:
    bench.answer = lambda frame: bench.send(frame + bytes(SMALL if frame == b"3rd" else 0))
    assert bench.burst(b"1st", b"2nd", b"3rd", b"4th") == [b"4th"]
    assert [len(each) for each in bench.waiting[3]] == [3, 3 + SMALL]


def test_nothing_waits_after_an_error(bench: Bench) -> None:
    def answer(frame: bytes) -> None:
        bench.send(frame)
        if frame == b"3rd":
            raise RuntimeError("the application's")

    bench.answer = answer
    with pytest.raises(RuntimeError):
        bench.burst(b"1st", b"2nd", b"3rd", b"4th")
    assert bench.heard() == [b"2nd", b"3rd"]


def test_what_waits_leaves_before_the_file_is_closed(bench: Bench) -> None:
    def answer(frame: bytes) -> None:
        bench.send(frame)
        if frame == b"3rd":
            bench.file.flush()
            bench.file.descriptor = -1

    bench.answer = answer
    assert bench.burst(b"1st", b"2nd", b"3rd", b"4th") == [b"2nd", b"3rd"]
    assert bench.file.counters.refused == 0
    assert os.read(bench.here.fileno(), 10) == b"4th"
