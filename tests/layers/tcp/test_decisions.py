"""Every decision is told to the observer: for each kind of event a scenario that makes it happen."""

from __future__ import annotations

import pytest
import trio

from foxpy.addresses import Port
from foxpy.decisions import account, explain
from foxpy.layers.tcp import Observe, TcpAddress, TcpConfig, TcpEvent, TcpPattern
from foxpy.layers.tcp.actions import Timer
from foxpy.layers.tcp.congestion import NewReno, Start
from foxpy.layers.tcp.counters import DROPS, NAMES
from foxpy.layers.tcp.events import (
    KINDS,
    Acked,
    Agreed,
    Began,
    Cause,
    Change,
    CongestionChanged,
    Delivered,
    Dropped,
    Early,
    Given,
    Limit,
    Limited,
    Lost,
    Marked,
    Purpose,
    RecoveryChanged,
    Rule,
    Sent,
    Side,
    SizeChanged,
    StateChanged,
    TimerFired,
    TimerSet,
    TimerStopped,
    WindowChanged,
)
from foxpy.layers.tcp.segment import ACK, RST, SYN
from foxpy.layers.tcp.states import Why
from foxpy.layers.tcp.table import Event
from foxpy.streams import TcpStream
from foxpy.testing import Collector
from foxpy.testing.lab import Lab
from foxpy.testing.lab.queues import CoDel
from tests.support.tcp_decisions import DELAY, Logged, logged, of, reads_all, sends
from tests.support.tcp_pair import PORT, RIGHT, Mac, Net, net


def mss(found: Logged) -> int:
    (agreed,) = of(found.left, Agreed)
    return agreed.mss


def test_a_connection_from_its_first_event_to_its_last() -> None:
    found = logged(sends(5000))
    began = found.left[0]
    assert isinstance(began, Began)
    assert (began.state, began.snd_nxt, began.algorithm) == ("CLOSED", 0, TcpConfig().congestion_control)
    states = [(change.source, change.target, change.by) for change in of(found.left, StateChanged)]
    assert states[:3] == [
        ("CLOSED", "SYN-SENT", Event.ACTIVE_OPEN),
        ("SYN-SENT", "ESTABLISHED", Event.SEGMENT),
        ("ESTABLISHED", "FIN-WAIT-1", Event.CLOSE),
    ]
    *_, last = of(found.right, StateChanged)
    assert (last.target, last.why) == ("CLOSED", Why.CLOSED)
    assert all(change.why is None for change in of(found.right, StateChanged)[:-1])
    assert sum(given.length for given in of(found.left, Given)) == 5000
    assert sum(delivered.length for delivered in of(found.right, Delivered)) == 5000
    for events in (found.left, found.right):
        assert [event.time for event in events] == sorted(event.time for event in events)
        assert len({event.connection for event in events}) == 1
        (agreed,) = of(events, Agreed)
        assert agreed.send_shift == agreed.receive_shift > 0
        assert agreed.options == "timestamps, SACK, window scaling"
        assert agreed.mss == mss(found)


def test_what_is_sent_and_why() -> None:
    found = logged(sends(5000))
    sent, size = of(found.left, Sent), mss(found)
    assert (sent[0].cause, sent[0].flags, sent[0].seq, sent[0].length) == (Cause.OPENING, "SYN", 0, 0)
    assert (sent[1].cause, sent[1].flags, sent[1].ack) == (Cause.ACKNOWLEDGEMENT, "ACK", 1)
    new = [each for each in sent if each.cause is Cause.NEW]
    full = [(number * size + 1, size) for number in range(3)]
    assert [(each.seq, each.length) for each in new if each.length] == [*full, (3 * size + 1, 5000 - 3 * size)]
    assert new[-1].flags == "FIN,ACK"
    assert new[-1].seq == 5001


def test_acknowledgements_tell_round_trips_and_windows() -> None:
    found = logged(sends(50_000))
    acked = of(found.left, Acked)
    assert acked[0].length == 1  # the SYN
    assert acked[0].rtt == pytest.approx(2 * DELAY)
    assert sum(each.length for each in acked) == 50_002  # and the FIN
    assert acked[-1].ack == 50_002
    assert acked[-1].flight == 0
    assert all(each.ssthresh is None and each.duplicates == 0 for each in acked)
    measured = [each.rtt for each in acked if each.rtt is not None]
    assert min(measured) == pytest.approx(2 * DELAY)
    assert acked[-1].rto >= 0.2 > acked[-1].srtt > 0
    assert acked[-1].cwnd > acked[0].cwnd
    (first, *_), grown = of(found.left, CongestionChanged), of(found.left, CongestionChanged)[-1]
    assert first.cwnd == max(14600, 2 * mss(found))  # [6928]
    assert grown.cwnd == acked[-1].cwnd
    assert {each.side for each in of(found.left, WindowChanged)} == {Side.OURS, Side.THEIRS}
    theirs = [each for each in of(found.left, WindowChanged) if each.side is Side.THEIRS]
    assert theirs[0].before == 0
    assert [each.after for each in theirs][:-1] == [each.before for each in theirs][1:]


def test_a_lost_segment_is_found_and_sent_again() -> None:
    found = logged(sends(60_000), lost={4})
    (lost,), size = of(found.left, Lost), mss(found)
    assert (lost.rule, lost.seq, lost.end) == (Rule.RACK, 3 * size + 1, 4 * size + 1)
    (again,) = (each for each in of(found.left, Sent) if each.cause is Cause.RESENT)
    assert (again.seq, again.rule) == (lost.seq, Rule.RACK)
    entered, left = of(found.left, RecoveryChanged)
    assert (entered.change, entered.rule, left.change) == (Change.ENTERED, Rule.RACK, Change.LEFT)
    assert left.point == entered.point > lost.end
    assert left.time - entered.time == pytest.approx(2 * DELAY, rel=0.1)
    assert left.ssthresh is not None
    duplicates = [each for each in of(found.left, Acked) if each.duplicates]
    counts = [each.duplicates for each in duplicates]
    assert counts[:3] == [1, 2, 3]
    assert counts == sorted(counts)  # one that also opens the window is none
    ((first, end),) = duplicates[0].sacked
    assert first == lost.end < end
    early = of(found.right, Early)
    assert early[0].seq == 4 * size + 1
    assert [each.waiting for each in early] == [size * count for count in range(1, len(early) + 1)]


def test_two_lost_segments_of_one_flight_are_told_by_a_partial_acknowledgement() -> None:
    found = logged(sends(60_000), lost={4, 6}, right_config=TcpConfig(sack=False))
    assert [each.rule for each in of(found.left, Lost)] == [Rule.DUPLICATES, Rule.PARTIAL]
    assert [each.change for each in of(found.left, RecoveryChanged)] == [Change.ENTERED, Change.LEFT]


@pytest.mark.parametrize(("rack", "rule"), [(True, Rule.RACK), (False, Rule.SACK)])
def test_two_lost_segments_of_one_flight_are_told_by_sack(rack: bool, rule: Rule) -> None:
    found = logged(sends(60_000), lost={4, 6}, left_config=TcpConfig(rack=rack))
    size = mss(found)
    assert [(each.rule, each.seq) for each in of(found.left, Lost)] == [(rule, 3 * size + 1), (rule, 5 * size + 1)]
    assert [each.change for each in of(found.left, RecoveryChanged)] == [Change.ENTERED, Change.LEFT]


def test_a_timeout() -> None:
    found = logged(sends(1000), lost={1, 2}, left_config=TcpConfig(tail_loss_probe=False))
    assert [each.rule for each in of(found.left, Lost)] == [Rule.TIMEOUT, Rule.TIMEOUT]
    fired = [each for each in of(found.left, TimerFired) if each.timer is Timer.RETRANSMISSION and not each.in_vain]
    assert len(fired) == 2
    began, *_ = (each for each in of(found.left, TimerSet) if each.timer is Timer.RETRANSMISSION and each.time)
    assert fired[0].time - began.time == pytest.approx(began.delay)
    entered, left = of(found.left, RecoveryChanged)
    assert (entered.rule, left.rule) == (Rule.TIMEOUT, Rule.TIMEOUT)
    again = [each for each in of(found.left, Sent) if each.cause is Cause.RESENT and each.length]
    assert [each.rule for each in again] == [Rule.TIMEOUT, Rule.TIMEOUT]


def test_a_timeout_that_was_none_is_undone() -> None:
    config = TcpConfig(tail_loss_probe=False)
    found = logged(sends(1000, pause=2.0), late={1: 0.3, 2: 0.3}, left_config=config)
    changes = [(each.change, each.rule) for each in of(found.left, RecoveryChanged)]
    assert changes == [(Change.ENTERED, Rule.TIMEOUT), (Change.UNDONE, Rule.TIMEOUT)]


def test_a_tail_loss_probe() -> None:
    found = logged(sends(1000, pause=2.0), lost={1})
    (probe,) = (each for each in of(found.left, Sent) if each.cause is Cause.TAIL_PROBE)
    (fired,) = (each for each in of(found.left, TimerFired) if each.purpose is Purpose.TAIL_PROBE)
    assert probe.time == fired.time
    assert probe.seq == 1
    assert Purpose.TAIL_PROBE in {each.purpose for each in of(found.left, TimerSet)}
    assert {each.purpose for each in of(found.left, TimerSet) if each.timer is not Timer.RETRANSMISSION} <= {None}


class Paced(NewReno):
    """Asks for a rate."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.pacing_rate = 100_000.0


def test_pacing() -> None:
    config = TcpConfig(congestion_control=Paced)
    found = logged(sends(50_000), left_config=config)
    assert Limit.PACING in limits(found.left)
    assert of(found.left, CongestionChanged)[0].rate == 100_000
    began = found.left[0]
    assert isinstance(began, Began)
    assert began.algorithm == "Paced"


def test_marks_of_the_path() -> None:
    lab = Lab(1)
    ours, theirs = lab.host("ours", tcp=TcpConfig(ecn="always")), lab.host("theirs")
    lab.link(ours, theirs, rate=10e6, delay=DELAY, queue=CoDel(ecn=True))
    sent: list[TcpEvent] = []
    received: list[TcpEvent] = []
    ours.runtime.observer = lambda event: sent.append(event) if isinstance(event, TcpEvent) else None
    theirs.runtime.observer = lambda event: received.append(event) if isinstance(event, TcpEvent) else None
    lab.bulk(ours, theirs, 2_000_000)
    lab.run()
    assert {event.side for event in of(received, Marked)} == {Side.OURS}
    assert {event.side for event in of(sent, Marked)} == {Side.THEIRS}
    assert len(of(sent, Marked)) == ours.stack.tcp.query().counters["ecn_reductions"]
    assert all(event.ssthresh is not None for event in of(sent, Marked))
    found = account(sent)
    assert found.marks == len(of(sent, Marked))
    assert found.slow_start is not None
    assert "The path marked packets" in explain(found)


def test_a_smaller_path() -> None:
    async def test(net: Net) -> None:
        told: list[TcpEvent] = []
        connection, *_ = await net.connect()
        net.left.control(Observe(connection, told.append))
        net.narrowing.limit = 500
        net.left.send(connection).send(bytes(5000))
        await trio.sleep(1)
        (changed,) = of(told, SizeChanged)
        assert changed.after < 500 < changed.before
        assert Rule.PATH in {event.rule for event in of(told, Lost)}

    net(test)


def test_the_timer_takes_over_from_fast_recovery() -> None:
    found = logged(sends(60_000), lost={4, 11, *range(15, 24)}, right_config=TcpConfig(sack=False))
    changes = [(each.change, each.rule) for each in of(found.left, RecoveryChanged)]
    assert (Change.ENTERED, Rule.TIMEOUT) in changes
    assert [change for change, _ in changes] == [Change.ENTERED, Change.LEFT] * (len(changes) // 2)


def test_delayed_acknowledgements() -> None:
    found = logged(sends(100, 100, pause=0.3))
    delayed = [each for each in of(found.right, Sent) if each.cause is Cause.DELAYED]
    assert len(delayed) == 2
    fired = [each for each in of(found.right, TimerFired) if each.timer is Timer.DELAYED_ACK]
    assert [each.in_vain for each in fired] == [False, False]
    assert delayed[0].time == fired[0].time


def test_timers_that_go_off_in_vain_and_timers_that_are_stopped() -> None:
    found = logged(sends(100, pause=1.0))
    assert any(each.in_vain for each in of(found.left, TimerFired))
    assert Timer.RETRANSMISSION in {each.timer for each in of(found.left, TimerStopped)}


async def _sleeps(stream: TcpStream[Mac]) -> None:
    await trio.sleep(3)
    await reads_all(stream)


def test_a_receiver_that_does_not_read_closes_the_window_and_is_probed() -> None:
    config = TcpConfig(receive_buffer=20_000)
    found = logged(sends(60_000), _sleeps, right_config=config)
    assert Limit.PEER in {each.by for each in of(found.left, Limited)}
    theirs = [each.after for each in of(found.left, WindowChanged) if each.side is Side.THEIRS]
    assert 0 in theirs
    assert [each for each in of(found.left, Sent) if each.cause is Cause.WINDOW_PROBE]
    assert [each for each in of(found.right, Sent) if each.cause is Cause.WINDOW_UPDATE]
    assert max(each.held for each in of(found.right, Delivered)) == 20_000
    assert not of(found.left, RecoveryChanged)


def limits(events: list[TcpEvent]) -> list[Limit]:
    return [each.by for each in of(events, Limited)]


def test_what_limits() -> None:
    assert limits(logged(sends(100, 100, pause=0.5)).left) == [Limit.APPLICATION]
    assert limits(logged(sends(100_000)).left)[:2] == [Limit.APPLICATION, Limit.CONGESTION]
    small = TcpConfig(send_buffer=5000)
    assert Limit.SEND_BUFFER in limits(logged(sends(50_000), left_config=small).left)
    assert Limit.NAGLE in limits(logged(sends(100, 100)).left)
    assert Limit.REPAIR in limits(logged(sends(40_000), lost=range(2, 13)).left)


def test_drops_are_told_by_the_name_of_their_counter() -> None:
    async def test(net: Net) -> None:
        told: list[object] = []
        net.right.runtime.observer = told.append
        connection, _, _, _ = await net.connect()
        net.left.send(connection).send(b"hello")
        await trio.sleep(0.1)
        stranger = net.stranger()
        stranger.sends(ACK, seq=1, ack=1, to=99)
        await trio.sleep(0.1)
        (dropped,) = (event for event in told if isinstance(event, Dropped))
        assert (dropped.counter, dropped.flags, dropped.seq) == ("to_nobody", "ACK", None)
        stranger.leaves()

    net(test)


def test_an_old_segment_is_dropped_and_a_blind_reset_challenged() -> None:
    async def test(net: Net) -> None:
        told: list[TcpEvent] = []
        stranger = net.stranger()
        net.right.runtime.observer = lambda event: told.append(event) if isinstance(event, TcpEvent) else None
        listening = net.right.listen(TcpPattern(PORT), lambda _: Collector())
        stranger.sends(SYN, seq=100)
        await trio.sleep(0.01)
        _, theirs, _ = stranger.heard[-1]
        stranger.sends(ACK, seq=101, ack=theirs + 1, data=b"hello")
        stranger.sends(ACK, seq=101, ack=theirs + 1, data=b"hello")
        stranger.sends(RST, seq=200)
        stranger.sends(ACK, seq=106, ack=theirs + 99999)
        await trio.sleep(0.01)
        assert [event.counter for event in of(told, Dropped)] == ["duplicate_segments", "bad_acknowledgements"]
        assert [event.seq for event in of(told, Dropped)] == [1, 6]
        assert [event.cause for event in of(told, Sent)].count(Cause.CHALLENGE) == 2
        listening.stop()
        stranger.leaves()

    net(test)


def test_one_connection_of_many_is_observed() -> None:
    async def test(net: Net) -> None:
        told: list[TcpEvent] = []
        first, *_ = await net.connect(Port(7))
        second, *_ = await net.connect(Port(8))
        net.left.control(Observe(second, told.append))
        assert [type(event) for event in told] == [Began]
        began = told[0]
        assert isinstance(began, Began)
        assert (began.state, began.snd_nxt, began.rcv_nxt) == ("ESTABLISHED", 1, 1)
        net.left.send(first).send(b"hello")
        net.left.send(second).send(b"hello")
        await trio.sleep(0.1)
        assert {event.connection for event in told} == {str(second)}
        assert [event.cause for event in of(told, Sent)] == [Cause.NEW]
        count = len(told)
        net.left.control(Observe(second, None))
        net.left.send(second).send(b"hello")
        await trio.sleep(0.1)
        assert len(told) == count

    net(test)


def test_a_refused_open() -> None:
    async def test(net: Net) -> None:
        told: list[TcpEvent] = []
        net.left.runtime.observer = lambda event: told.append(event) if isinstance(event, TcpEvent) else None
        with pytest.raises(Exception, match="refused"):
            await net.left.active_open(TcpAddress(RIGHT, Port(9)), lambda _: Collector())
        *_, last = of(told, StateChanged)
        assert (last.source, last.target, last.why) == ("SYN-SENT", "CLOSED", Why.REFUSED)

    net(test)


def test_every_kind_of_event_happens() -> None:
    """What the scenarios above make happen together."""
    found = logged(sends(60_000, pause=1.0), _sleeps, lost={4, 12}, right_config=TcpConfig(receive_buffer=30_000))
    kinds = {type(event) for event in (*found.left, *found.right)}
    assert set(KINDS) - kinds == {Dropped, Marked, SizeChanged}  # which have tests of their own


def test_every_drop_is_a_counter() -> None:
    assert set(DROPS) < set(NAMES)
