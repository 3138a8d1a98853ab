"""Pacing: what congestion control asks for is the rate at which segments leave."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.actions import Timer
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.congestion import Ack, CongestionControl, Start
from foxpy.layers.tcp.pacing import BURST, LATEST
from foxpy.layers.tcp.segment import ACK
from tests.support.tcp_ladder import Ladder, established


class Paced(CongestionControl):
    """50 segments at most, 100 a second."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.window = 50 * start.mss
        self.pacing_rate = 100_000.0

    def acknowledged(self, ack: Ack) -> None:
        return

    def loss(self, flight: int, mss: int, now: float) -> None:
        return

    def restart(self, initial: int, now: float) -> None:
        return


def paced(rate: float = 100_000.0, window: int = 60_000) -> Ladder:
    peer = established(TcpConfig(congestion_control=Paced), window=window)
    peer.advance(1.0)
    peer.end.machine.tcb.congestion.pacing_rate = rate
    return peer


def times(peer: Ladder, seconds: float, step: float = 0.001) -> list[tuple[float, int]]:
    """When how many bytes were sent, for so long; nothing is acknowledged."""
    seen = []
    begin = peer.simulation.now
    while peer.simulation.now - begin < seconds:
        if peer.sent:
            seen.append((peer.simulation.now, sum(len(sent.payload) for sent in peer.sent)))
            peer.sent.clear()
        peer.advance(step)
    return seen


def test_two_segments_go_at_a_time_where_the_rate_is_low() -> None:
    peer = paced()
    peer.end.send(bytes(10_000))
    seen = times(peer, 0.12)
    assert [count for _, count in seen] == [2000] * 5
    assert [when for when, _ in seen] == pytest.approx([1, 1.01, 1.03, 1.05, 1.07], abs=0.0015)
    assert Timer.PACING not in peer.end.timers


def test_a_millisecond_goes_at_a_time_where_it_is_high() -> None:
    peer = paced(8e6)
    peer.end.send(bytes(40_000))
    seen = times(peer, 0.02, 0.0005)
    assert [count for _, count in seen] == [8000] * 5


def test_large_segments_stay_large() -> None:
    peer = paced(20e6)
    peer.end.machine.offloaded(65_515, 0.0)
    peer.end.send(bytes(50_000))
    peer.expects(ACK, length=20_000)
    peer.expects_nothing()
    peer.advance(0.0011)
    peer.expects(ACK, length=20_000)
    peer.advance(0.0011)
    peer.expects(ACK, length=10_000)


def test_the_rate_is_kept_over_time() -> None:
    """However the application gives its data, and however late the timer is."""
    peer = paced()
    peer.end.simulation.at(1.05, lambda: peer.end.send(bytes(5000)))
    peer.end.send(bytes(11_000))
    seen = times(peer, 0.18, 0.0007)
    assert sum(count for _, count in seen) == 16_000
    assert seen[-1][0] == pytest.approx(1.13, abs=0.003)


@pytest.mark.parametrize("late", [0.0003, 0.001, 0.003])
@pytest.mark.parametrize("rate", [400_000.0, 1.7e6, 5e6])
def test_timers_that_are_late_do_not_slow_it_down(monkeypatch: pytest.MonkeyPatch, late: float, rate: float) -> None:
    """As those of an event loop that counts milliseconds are."""
    peer = paced(rate)
    exact = peer.simulation.at
    monkeypatch.setattr(peer.simulation, "at", lambda when, action: exact(when + late, action))
    peer.end.send(bytes(50_000))
    seen = times(peer, 0.2, 0.0001)
    begin = seen[0][0]
    assert sum(count for _, count in seen) == 50_000
    assert seen[-1][0] - begin == pytest.approx((50_000 - seen[-1][1]) / rate, rel=0.03, abs=late + 0.001)


def test_a_timer_that_is_very_late_lets_no_burst_out(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = paced(1e6)
    exact = peer.simulation.at
    monkeypatch.setattr(peer.simulation, "at", lambda when, action: exact(when + 0.1, action))
    peer.end.send(bytes(50_000))
    peer.sent.clear()
    peer.advance(0.11)
    assert sum(len(sent.payload) for sent in peer.sent) == 1e6 * (BURST + LATEST)


def test_one_timer_runs_at_most() -> None:
    """However often there is a reason to send."""
    peer = paced()
    started: list[object] = []
    for _ in range(20):
        peer.end.machine.send(bytes(1000), peer.simulation.now)
        started += [action for action in peer.end.machine.todo if getattr(action, "timer", None) is Timer.PACING]
        peer.end.perform()
    assert len(started) == 1


def test_the_windows_limit_as_ever() -> None:
    """The peer's window is full: no timer is needed, the acknowledgement goes on."""
    peer = paced(window=4000)
    peer.end.send(bytes(20_000))
    seen = times(peer, 0.15)
    assert sum(count for _, count in seen) == 4000
    assert Timer.PACING not in peer.end.timers
    peer.sends(ACK)
    peer.expects(ACK, length=1000)
    peer.expects(ACK, length=1000)
    peer.expects_nothing()


def test_after_a_pause_no_more_than_a_burst_goes() -> None:
    """Time in which nothing was sent is not saved up."""
    peer = paced()
    peer.end.send(bytes(2000))
    peer.sends(ACK)
    peer.sent.clear()
    peer.advance(0.15)
    peer.end.send(bytes(10_000))
    assert sum(len(sent.payload) for sent in peer.sent) == 2000


def test_what_is_sent_again_takes_its_time_as_well() -> None:
    peer = paced()
    peer.end.send(bytes(10_000))
    times(peer, 0.12)
    peer.end.send(bytes(1000))
    peer.expects(ACK, length=1000)
    for _ in range(3):
        peer.sends(ACK, ack=1)
    peer.expects(ACK, seq=1)
    peer.advance(0.009)
    peer.end.send(bytes(2000))
    peer.expects_nothing()
    peer.advance(0.011)
    peer.expects(ACK, length=1000)


def test_a_short_segment_that_nagle_holds_back_sets_no_timer_for_ever() -> None:
    peer = paced()
    peer.end.send(bytes(100))
    peer.expects(ACK, length=100)
    peer.end.send(bytes(100))
    peer.advance(0.01)
    peer.expects_nothing()
    assert Timer.PACING not in peer.end.timers
    peer.sends(ACK)
    peer.expects(ACK, length=100)


def test_without_a_rate_everything_goes_at_once() -> None:
    peer = paced(0.0)
    peer.end.send(bytes(60_000))
    assert len(peer.sent) == 50
    assert Timer.PACING not in peer.end.timers
