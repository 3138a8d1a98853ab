"""Which congestion control a connection has: by name or the user's own, per stack and per connection."""

from __future__ import annotations

import re

import attrs
import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.congestion import (
    ALGORITHMS,
    Ack,
    Bbr,
    CongestionControl,
    Cubic,
    NewReno,
    NoControl,
    Start,
    Vegas,
)
from foxpy.layers.tcp.congestion.base import UNLIMITED, initial_window
from foxpy.layers.tcp.requests import Configure
from foxpy.layers.tcp.segment import ACK
from foxpy.testing.lab import Lab
from tests.support.tcp_ladder import established, syn_sent


class Fixed(CongestionControl):
    """Three segments, whatever happens."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.start = start
        self.window = 3 * start.mss
        self.heard: list[tuple[int, int, int]] = []
        self.losses: list[tuple[int, int, float]] = []

    def acknowledged(self, ack: Ack) -> None:
        self.heard.append((ack.acknowledged, ack.delivered, ack.flight))

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.losses.append((flight, mss, now))

    def recovered(self, flight: int, mss: int, now: float) -> None:
        self.window = 3 * mss


def test_the_table_has_each_algorithm() -> None:
    assert {"none": NoControl, "newreno": NewReno, "cubic": Cubic, "vegas": Vegas, "bbr": Bbr} == ALGORITHMS


@pytest.mark.requirement("MAY-18")
@pytest.mark.parametrize("name", ALGORITHMS)
def test_by_name(name: str) -> None:
    peer = established(TcpConfig(congestion_control=name))
    control = peer.end.machine.tcb.congestion
    assert control.__class__ is ALGORITHMS[name]
    assert control.window == (UNLIMITED if name == "none" else 10_000)
    assert control.ssthresh == UNLIMITED


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    known = ", ".join(sorted(ALGORITHMS))
    with pytest.raises(ValueError, match=re.escape(f"congestion_control='reno' is not known: give one of {known}")):
        TcpConfig(congestion_control="reno")


def test_what_makes_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="congestion_control=5 is neither one of"):
        TcpConfig(congestion_control=5)  # type: ignore[arg-type]  # as from a program that nobody checked


def test_a_factory_of_other_things_is_named() -> None:
    peer = syn_sent(TcpConfig(congestion_control=lambda start: start.mss))  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="made 536, which is no CongestionControl"):
        peer.sends(0x12)


@pytest.mark.requirement("MAY-18")
def test_an_algorithm_of_ones_own() -> None:
    peer = established(TcpConfig(congestion_control=Fixed))
    control = peer.end.machine.tcb.congestion
    assert isinstance(control, Fixed)
    assert (control.start.mss, control.start.window) == (1000, 10_000)
    peer.end.send(bytes(10_000))
    for number in range(3):
        peer.expects(ACK, seq=1 + 1000 * number)
    peer.expects_nothing()
    peer.sends(ACK, ack=2001)
    assert control.heard == [(2000, 2000, 3000)]
    peer.expects(ACK, seq=3001)
    peer.expects(ACK, seq=4001)
    peer.expects_nothing()


def test_what_was_delivered_is_told_once() -> None:
    """Duplicate ACKs tell of deliveries to who asks for them, and the ACK that covers them does not tell again."""
    made = []

    def own(start: Start) -> CongestionControl:
        control = Fixed(start)
        control.window = 10 * start.mss
        control.own_recovery = True
        made.append(control)
        return control

    peer = established(TcpConfig(congestion_control=own))
    (control,) = made
    peer.end.send(bytes(10_000))
    for _ in range(4):
        peer.sends(ACK, ack=1)
    assert control.losses == [(10_000, 1000, 0.0)]
    assert control.heard == [(0, 1000, 10_000)] * 4
    peer.sends(ACK, ack=10_001)
    assert control.heard[4:] == [(10_000, 6000, 10_000)]


def test_who_leaves_recovery_to_us_hears_nothing_in_it() -> None:
    peer = established(TcpConfig(congestion_control=Fixed))
    control = peer.end.machine.tcb.congestion
    assert isinstance(control, Fixed)
    control.window = 10_000
    peer.end.send(bytes(10_000))
    for _ in range(3):
        peer.sends(ACK, ack=1)
    peer.sends(ACK, ack=4001)
    assert control.losses == [(10_000, 1000, 0.0)]
    assert control.heard == []
    peer.sends(ACK, ack=10_001)
    assert control.heard == []
    assert control.window == 3000


def test_a_round_trip_starts_when_all_that_was_in_flight_is_acknowledged() -> None:
    starts = []

    class Watching(Fixed):
        def acknowledged(self, ack: Ack) -> None:
            starts.append((ack.round_started, ack.round_trip))

    peer = established(TcpConfig(congestion_control=Watching))
    peer.end.send(bytes(20_000))
    for number in range(1, 7):
        peer.advance(0.1)
        peer.sends(ACK, ack=1 + 1000 * number)
    assert [started for started, _ in starts] == [True, False, False, True, False, False]
    assert [trip for _, trip in starts] == pytest.approx([0.1, 0.2, 0.3, 0.3, 0.3, 0.3])


def test_an_open_connection_can_change() -> None:
    """From the window that there is; at the initial one where there was no limit."""
    peer = established()
    peer.end.send(bytes(20_000))
    peer.sends(ACK, ack=10_001)
    tcb = peer.end.machine.tcb
    assert tcb.congestion.window == 20_000
    tcb.congestion.ssthresh = 30_000
    for chosen, window in (("none", UNLIMITED), ("newreno", 10_000), (Fixed, 3000)):
        peer.end.machine.configure(attrs.evolve(tcb.config, congestion_control=chosen), peer.simulation.now)
        peer.end.perform()
        assert tcb.congestion.window == window
    tcb.congestion.window = 7000
    peer.end.machine.configure(attrs.evolve(tcb.config, congestion_control="newreno"), peer.simulation.now)
    assert tcb.congestion.window == 7000
    assert tcb.congestion.ssthresh == 30_000


def test_the_delivery_rate_is_measured_only_for_who_asks() -> None:
    """And forgotten when nobody asks any more."""
    lab = Lab(1)
    one, other = lab.host("one"), lab.host("other")
    lab.link(one, other, rate=2e6, delay=0.01)
    flow = lab.bulk(one, other, tcp=TcpConfig(congestion_control="bbr"))
    lab.run(until=2.0)
    (info,) = one.stack.tcp.query().details()
    assert info.delivery_rate == pytest.approx(2e6 / 8, rel=0.2)
    assert info.pacing_rate == pytest.approx(2e6 / 8, rel=0.35)
    assert flow.opener is not None
    one.stack.tcp.control(Configure(flow.opener.connection, TcpConfig(congestion_control="newreno")))
    lab.run(until=2.5)
    (info,) = one.stack.tcp.query().details()
    assert (info.delivery_rate, info.pacing_rate) == (0.0, 0.0)
    assert flow.delivered > 2.2 * 2e6 / 8
    lab.close()


def test_other_settings_leave_it_alone() -> None:
    peer = established()
    control = peer.end.machine.tcb.congestion
    peer.end.machine.configure(attrs.evolve(peer.end.machine.tcb.config, nagle=False), peer.simulation.now)
    assert peer.end.machine.tcb.congestion is control


def test_the_initial_window() -> None:
    """RFC 6928, section 2."""
    assert initial_window(10, 1460) == 14600
    assert initial_window(10, 9000) == 18000
    assert initial_window(10, 500) == 5000
    assert initial_window(1, 1000) == 1000
