"""How much the path carries, found out without ICMP (RFC 4821): black holes, probes, and what a probe may not cost."""

from __future__ import annotations

from typing import Literal

import pytest

from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.pathmtu import AGAIN, BASE, CLOSE, SMALLEST
from foxpy.layers.tcp.segment import ACK
from tests.support.tcp_ladder import established
from tests.support.tcp_machines import Channel, End, Joined

Probing = Literal["never", "black holes", "always"]
HEADER = 20


class Narrow(Joined):
    """A path that drops segments of more than ``carries`` bytes, header and options included, and tells nobody."""

    def __init__(self, carries: int, probing: Probing, limit: int = 1480) -> None:
        config = TcpConfig(probe_path=probing, timestamps=False, nagle=False)
        super().__init__(Channel(rate=1e6), 1, config, config, limit=limit)
        self.carries = carries
        self.largest = 0
        """The largest segment that got through."""
        self.dropped = 0

    def _carry(self, sent: SendSegment, to: End) -> None:
        payload = sent.payload
        size = min(len(payload), sent.mss or len(payload)) + HEADER
        if size <= self.carries:
            self.largest = max(self.largest, size)
            super()._carry(sent, to)
        else:
            self.dropped += 1

    def transfer(self, size: int) -> float:
        """Send so much from left to right; seconds that it took."""
        left, right = self.left, self.right
        if left.state == "CLOSED":
            left.open()
            self.simulation.run(lambda: left.opened and right.opened, 10.0)
        began = self.simulation.now
        before = len(right.received)
        data = bytes(range(250)) * (size // 250)
        sent = 0

        def feed() -> bool:
            nonlocal sent
            while sent < len(data) and (room := left.machine.sendable()):
                part = data[sent : sent + min(room, 60_000)]
                left.send(part)
                sent += len(part)
            return len(right.received) - before >= len(data)

        self.simulation.run(feed, 1000.0)
        assert bytes(right.received[before:]) == data
        return self.simulation.now - began

    def search(self) -> None:
        """As much time, and as much to send, as the search needs: lost probes keep it waiting."""
        for _ in range(12):
            self.transfer(100_000)
            self.simulation.advance(60.0)


def test_a_black_hole_is_found_and_the_transfer_goes_on() -> None:
    path = Narrow(1200, "black holes")
    path.transfer(1_000_000)
    tcb = path.left.machine.tcb
    assert tcb.counters.black_holes == 1
    assert BASE <= tcb.snd.limit <= 1200
    assert path.largest == tcb.snd.limit


@pytest.mark.parametrize("carries", [1200, 1024, 1010, 1400, 1450])
def test_the_search_ends_close_to_what_the_path_carries(carries: int) -> None:
    path = Narrow(carries, "black holes")
    path.search()
    tcb = path.left.machine.tcb
    assert carries - CLOSE <= tcb.snd.limit <= carries
    assert tcb.search is not None
    assert tcb.search.high - tcb.search.low >= 0


def test_a_hole_below_what_passes_nearly_everywhere_is_found_by_halving() -> None:
    """Section 7.7: "Upon additional successive timeouts, search_low and eff_pmtu SHOULD be halved"."""
    path = Narrow(400, "black holes")
    path.transfer(20_000)
    tcb = path.left.machine.tcb
    assert tcb.counters.black_holes == 3
    assert BASE // 4 <= tcb.snd.limit <= 400


def test_without_probing_a_black_hole_is_the_end() -> None:
    path = Narrow(1200, "never")
    path.left.open()
    path.simulation.run(lambda: path.left.opened and path.right.opened, 10.0)
    path.left.send(bytes(10_000))
    path.simulation.advance(60.0)
    assert not path.right.received
    assert path.left.machine.tcb.search is None


def test_from_the_start_a_connection_begins_small_and_grows() -> None:
    path = Narrow(1480, "always")
    path.transfer(100_000)
    tcb = path.left.machine.tcb
    assert tcb.snd.limit == 1480
    assert tcb.counters.path_probes_lost == 0
    assert tcb.counters.path_probes >= 1


def test_a_lost_probe_is_no_sign_of_congestion() -> None:
    """Section 7.6.2."""
    path = Narrow(1100, "always")
    windows: list[int] = []
    path.transfer(60_000)
    tcb = path.left.machine.tcb
    for _ in range(40):
        before = tcb.counters.path_probes_lost
        path.transfer(50_000)
        if tcb.counters.path_probes_lost > before:
            windows.append(tcb.congestion.window)
    assert tcb.counters.path_probes_lost >= 2
    assert tcb.counters.retransmission_timeouts == 0
    assert min(windows) >= 10 * 1000


def test_after_the_search_the_path_is_left_alone_for_ten_minutes_and_then_searched_again() -> None:
    path = Narrow(1300, "always")
    path.search()
    tcb = path.left.machine.tcb
    sent = tcb.counters.path_probes
    path.transfer(500_000)
    assert tcb.counters.path_probes == sent
    path.carries = 1480  # it has become a wider one
    path.simulation.advance(AGAIN)
    path.transfer(500_000)
    assert tcb.snd.limit == 1480


def test_icmp_still_tells_at_once() -> None:
    path = Narrow(1480, "always")
    path.transfer(100_000)
    machine = path.left.machine
    machine.path_limit(900, path.simulation.now)
    path.transfer(100_000)
    tcb = machine.tcb
    assert tcb.snd.limit == 900
    assert tcb.search is not None
    assert tcb.search.high == 900


def test_the_smallest_segment_is_that_of_68_bytes() -> None:
    peer = established(TcpConfig(probe_path="black holes"), limit=1480, mss=1460)
    peer.end.send(bytes(3000))
    peer.advance(110.0)
    tcb = peer.end.machine.tcb
    assert tcb.snd.limit >= SMALLEST
    assert tcb.snd.limit < BASE // 4


def test_what_is_short_was_not_lost_for_its_size() -> None:
    peer = established(limit=1480, mss=1460)
    peer.end.send(bytes(500))
    peer.expects(ACK, length=500)
    peer.advance(100.0)
    assert peer.end.machine.tcb.counters.black_holes == 0
    assert peer.end.machine.tcb.snd.limit == 1480
