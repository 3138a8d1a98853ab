"""What only trouble needs: it is made at the first sign of trouble, and goes with it."""

from __future__ import annotations

import gc

from foxpy.layers.tcp.congestion import Cubic, Start
from foxpy.layers.tcp.congestion.base import UNLIMITED
from foxpy.layers.tcp.congestion.hystart import HyStart
from foxpy.layers.tcp.info import describe
from foxpy.layers.tcp.prr import ProportionalRate
from foxpy.layers.tcp.rack import Rack
from foxpy.layers.tcp.scoreboard import Scoreboard
from foxpy.layers.tcp.segment import ACK
from foxpy.layers.tcp.spurious import Doubt
from foxpy.layers.tcp.tail import TailProbe
from foxpy.layers.tcp.tcb import Tcb
from tests.support.congestion import ack
from tests.support.tcp_ladder import established
from tests.support.tcp_sack import TRIP, Flight


def made(tcb: Tcb) -> set[type]:
    """What loss recovery holds now."""
    parts = {type(each) for each in gc.get_referents(tcb.recovery)}
    return parts & {Doubt, ProportionalRate, Rack, Scoreboard, TailProbe}


def test_without_trouble_nothing_is_made() -> None:
    flight = Flight(10, age=0.0)
    for number in range(1, 11):
        flight.advance(TRIP / 10)
        flight.acks(number)
    assert made(flight.tcb) == set()


def test_whoever_only_looks_makes_nothing() -> None:
    flight = Flight(10, age=0.0)
    machine = flight.peer.end.machine
    info = describe("connection", machine, flight.peer.simulation.now, 0, 0)
    assert (info.sacked, info.lost, info.reordering, info.repairing) == (0, 0, False, "open")
    assert info.in_flight == 10_000
    assert made(flight.tcb) == set()


def test_a_recovery_needs_them() -> None:
    flight = Flight(10)
    flight.acks(0, (1, 4))
    flight.expects(0)
    assert made(flight.tcb) >= {Doubt, ProportionalRate, Rack, Scoreboard}


def test_after_a_recovery_only_what_outlasts_it_stays() -> None:
    """What the path has shown of itself, and what a DSACK that is still on its way would undo."""
    flight = Flight(10)
    flight.acks(0, (1, 10))
    flight.acks(10)
    assert not flight.tcb.recovery.busy
    assert made(flight.tcb) == {Doubt, Rack}


def test_a_late_dsack_undoes_a_recovery_that_is_over() -> None:
    flight = Flight(10)
    before = flight.cwnd
    flight.acks(0, (1, 4))
    flight.acks(10)
    assert flight.cwnd < before
    flight.acks(10, dsack=(0, 1))
    assert flight.count("spurious_recoveries") == 1
    assert flight.cwnd >= before
    assert made(flight.tcb) == {Rack}


def test_after_reordering_it_is_remembered_and_no_more() -> None:
    flight = Flight(4)
    flight.acks(0, (1, 3))
    assert Scoreboard in made(flight.tcb)
    flight.acks(4)
    assert made(flight.tcb) == {Rack}
    assert flight.tcb.recovery.reordering()


def test_the_next_loss_begins_with_an_empty_scoreboard() -> None:
    flight = Flight(10)
    flight.acks(0, (1, 10))
    flight.acks(10)
    flight.peer.sent.clear()
    flight.peer.end.send(bytes(4000))
    flight.expects(10, 11, 12, 13)
    flight.advance(TRIP)
    flight.acks(10, (11, 14))
    flight.expects(10)
    assert flight.tcb.recovery.gone() == 3000
    flight.acks(14)
    assert flight.count("fast_retransmits") == 2
    assert flight.tcb.recovery.repeated == 2000


def test_after_a_tail_loss_probe_another_round_trip_is_awaited_all_the_same() -> None:
    """RFC 8985, section 7.2: that is known although the probe is over."""
    flight = Flight(2, age=0.0)
    flight.advance(3 * TRIP)
    assert flight.count("tail_probes") == 1
    assert TailProbe in made(flight.tcb)
    flight.acks(2, dsack=(1, 2))
    assert TailProbe not in made(flight.tcb)
    assert flight.tcb.recovery.probed > 0


def test_the_queue_for_what_comes_early_goes_when_the_gap_is_filled() -> None:
    peer = established()
    rcv = peer.end.machine.tcb.rcv
    assert rcv.reassembly is None
    peer.sends(ACK, b"two", seq=4)
    assert rcv.early() == 3
    peer.sends(ACK, b"one")
    assert peer.end.received == b"onetwo"
    assert rcv.reassembly is None


def test_hystart_is_there_while_the_first_slow_start_is_at_work() -> None:
    def at_work() -> bool:
        return HyStart in {type(each) for each in gc.get_referents(congestion)}

    congestion = Cubic(Start(1000, 10_000))
    assert not at_work()
    for number, trip in enumerate([0.1] * 8 + [0.2] * 60):
        window = congestion.window
        congestion.acknowledged(ack(window, flight=window, round_trip=trip, round_started=number % 8 == 0))
        assert at_work() == (congestion.ssthresh == UNLIMITED)
    assert not at_work()
