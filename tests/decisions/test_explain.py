"""Why a transfer took so long: logs made by hand, and transfers in virtual time whose cause is known."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from foxpy.decisions import Spent, account, explain, headline
from foxpy.decisions.rates import Arrived, best_rate, rates
from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.events import (
    Acked,
    Began,
    Delivered,
    Dropped,
    Given,
    Limit,
    Limited,
    Lost,
    Ranges,
    Rule,
    StateChanged,
    TcpEvent,
)
from foxpy.layers.tcp.states import Why
from foxpy.layers.tcp.table import Event
from foxpy.streams import TcpStream
from tests.decisions.test_file import events
from tests.support.tcp_decisions import DELAY, logged, reads_all, sends
from tests.support.tcp_pair import Mac

NAME = "tcp a to b"
TRIP = 2 * DELAY


def began(state: str = "CLOSED", time: float = 0.0) -> Began:
    return Began(
        time=time, connection=NAME, state=state, snd_nxt=1, rcv_nxt=1, algorithm="newreno", send_buffer=1000,
        receive_buffer=1000, nagle=True, ack_delay=0.04, min_rto=0.2,
    )  # fmt: skip


def opened(time: float) -> StateChanged:
    return StateChanged(time=time, connection=NAME, source="SYN-SENT", target="ESTABLISHED", by=Event.SEGMENT, why=None)


def given_(time: float) -> Given:
    return Given(time=time, connection=NAME, length=5000, unsent=5000, room=0)


def limited(time: float, by: Limit, rwnd: int = 4000) -> Limited:
    return Limited(time=time, connection=NAME, by=by, unsent=1, flight=1000, cwnd=9000, rwnd=rwnd)


def acked(time: float, ack: int, length: int, sacked: Ranges = (), rwnd: int = 4000) -> Acked:
    return Acked(
        time=time, connection=NAME, ack=ack, length=length, duplicates=0, sacked=sacked, rtt=0.5, srtt=0.5,
        rttvar=0.1, rto=1.0, cwnd=9000, ssthresh=5000, flight=1000, rwnd=rwnd,
    )  # fmt: skip


# -- logs made by hand


def test_each_second_goes_on_one_account() -> None:
    found = account(
        [
            began(),
            opened(1.0),
            given_(1.0),
            limited(1.0, Limit.PEER),
            acked(3.0, 1001, 1000),
            limited(3.0, Limit.PEER, rwnd=0),
            limited(3.5, Limit.CONGESTION),
            limited(4.5, Limit.SEND_BUFFER),
            limited(4.75, Limit.NAGLE),
            limited(5.0, Limit.APPLICATION),
            given_(6.0),
            limited(6.0, Limit.REPAIR),
            limited(6.5, Limit.APPLICATION),
            acked(7.5, 2001, 1000),
        ]
    )
    assert found.spent == {
        Spent.PEER: 2.0,
        Spent.HANDSHAKE: 1.0,
        Spent.CONGESTION: 1.0,
        Spent.APPLICATION: 1.0,
        Spent.LAST: 1.0,
        Spent.CLOSED: 0.5,
        Spent.REPAIR: 0.5,
        Spent.SEND_BUFFER: 0.25,
        Spent.NAGLE: 0.25,
    }
    assert found.total == 7.5 == sum(found.spent.values())
    assert headline(found) == (
        "27 % of the 7.50 s was limited by the peer's window of at most 4.00 kB, "
        "which in round trips of 500 ms lets 64.0 kbit/s pass."
    )


def test_the_silence_before_a_timeout_was_spent_on_it() -> None:
    log = [
        began(),
        opened(0.0),
        given_(0.0),
        limited(0.0, Limit.CONGESTION),
        acked(1.0, 1001, 1000),
        Lost(time=8.0, connection=NAME, rule=Rule.TIMEOUT, seq=1001, end=2001),
        acked(10.0, 2001, 1000),
    ]
    found = account(log)
    assert found.spent[Spent.TIMEOUT] == 7.0
    assert [(wait.time, wait.waited) for wait in found.timeouts] == [(8.0, 7.0)]
    assert headline(found) == "70 % of the 10.0 s was spent waiting for 1 retransmission timeout."
    assert "The retransmission timer went off once, after 7.00 s of silence." in explain(found)


def test_a_failure_is_what_matters() -> None:
    failed = StateChanged(
        time=180.0, connection=NAME, source="SYN-SENT", target="CLOSED", by=Event.TIMEOUT, why=Why.TIMED_OUT
    )
    assert headline(account([began(), failed])) == "The connection was timed out after 180 s."


def test_a_log_that_begins_in_the_middle_says_so() -> None:
    found = account([began("ESTABLISHED", 5.0), acked(6.0, 1001, 1000)])
    assert not found.whole
    assert Spent.HANDSHAKE not in found.spent
    assert "begins in the middle" in explain(found)
    assert "begins in the middle" not in explain(account([began(), opened(1.0), acked(2.0, 2, 1)]))


def test_a_log_of_nothing() -> None:
    assert headline(account([began()])) == "No time passed: there is nothing to explain."
    with pytest.raises(ValueError, match="no events"):
        account([])


@given(st.lists(events(), min_size=1, max_size=12))
def test_any_events_can_be_explained(found: list[TcpEvent]) -> None:
    in_order = sorted(found, key=lambda event: event.time)
    reckoned = account(in_order)
    assert explain(reckoned).startswith(headline(reckoned))
    assert sum(reckoned.spent.values()) == pytest.approx(reckoned.total)


def test_what_sack_blocks_told_is_not_counted_again() -> None:
    arrived = Arrived()
    assert arrived.newly(acked(0.0, 1, 1)) == 1
    assert arrived.newly(acked(0.0, 101, 100)) == 100
    assert arrived.newly(acked(0.0, 101, 0, ((201, 301),))) == 100
    assert arrived.newly(acked(0.0, 101, 0, ((201, 401), (501, 601)))) == 200
    assert arrived.fresh == [(301, 401), (501, 601)]
    assert arrived.newly(acked(0.0, 101, 0, ((201, 601),))) == 100
    assert arrived.fresh == [(401, 501)]
    assert arrived.newly(acked(0.0, 101, 0, ((50, 90),))) == 0
    assert arrived.newly(acked(0.0, 251, 150)) == 100
    assert arrived.newly(acked(0.0, 701, 450)) == 100
    assert arrived.newly(acked(0.0, 701, 0)) == 0


def test_rates() -> None:
    steady = [(float(second), 100) for second in range(20)]
    assert best_rate(steady, 5.0) == 100
    assert best_rate([*steady, (20.0, 300)], 5.0) == 140
    assert list(rates([(0.0, 7), (5.0, 100), (5.0, 400), (6.0, 50)], 5.0)) == [(5.0, 100.0), (6.0, 110.0)]
    assert best_rate(steady[:3], 5.0) is None
    assert best_rate([], 5.0) is None


# -- transfers


def test_limited_by_the_receiver() -> None:
    found = account(logged(sends(400_000), right_config=TcpConfig(receive_buffer=8000)).left)
    assert found.spent[Spent.PEER] > 0.9 * found.total
    assert found.largest_rwnd == 8000
    assert headline(found).startswith(f"{100 * found.spent[Spent.PEER] / found.total:.0f} % of the ")
    assert headline(found).endswith(
        "was limited by the peer's window of at most 8.00 kB, which in round trips of 20.0 ms lets 3.20 Mbit/s pass."
    )


async def _sleeps(stream: TcpStream[Mac]) -> None:
    await trio.sleep(5)
    await reads_all(stream)


def test_a_receiver_that_does_not_read() -> None:
    found = account(logged(sends(60_000), _sleeps, right_config=TcpConfig(receive_buffer=20_000)).left)
    assert found.spent[Spent.CLOSED] > 0.9 * found.total
    assert headline(found).endswith("the peer's window was closed: its application did not read.")
    assert found.window_probes > 1
    assert not found.timeouts


def test_limited_by_the_application() -> None:
    found = account(logged(sends(*[1000] * 10, pause=0.5)).left)
    assert found.spent[Spent.APPLICATION] == pytest.approx(9 * (0.5 - TRIP), rel=0.1)
    assert headline(found).endswith("waiting for our application, which had nothing to send.")


def test_limited_by_the_send_buffer() -> None:
    config = TcpConfig(send_buffer=6000, initial_send_buffer=6000)
    found = account(logged(sends(300_000), left_config=config).left)
    assert max(found.spent, key=lambda spent: found.spent[spent]) is Spent.SEND_BUFFER
    assert "was limited by our send buffer of 6.00 kB" in headline(found)


def test_slow_start() -> None:
    wide = TcpConfig(receive_buffer=1_000_000, initial_receive_window=1_000_000)
    found = account(logged(sends(400_000), delay=0.1, right_config=wide).left)
    assert headline(found).endswith("was spent in slow start, while the congestion window grew.")
    assert found.slow_start is not None
    assert found.slow_start.ended_by == "end"
    assert found.best_rate is not None


def test_limited_by_the_congestion_window_on_a_full_path() -> None:
    found = account(logged(sends(3_000_000), rate=10e6).left)
    assert found.best_rate == pytest.approx(10e6 / 8, rel=0.05)
    assert found.round_trips is not None
    assert found.round_trips.least == pytest.approx(TRIP, rel=0.2)


def test_one_loss() -> None:
    found = account(logged(sends(100_000), lost={5}).left)
    assert found.resent == 1
    assert found.resent_bytes > 1000
    assert found.timeouts == []
    (repair,) = found.repairs
    assert repair.ended - repair.began == pytest.approx(TRIP, rel=0.1)
    assert found.spent[Spent.REPAIR] <= repair.ended - repair.began + 1e-9
    assert "1 segment (" in explain(found)


def test_timeouts() -> None:
    found = account(logged(sends(1000), lost={1, 2, 3, 4}, left_config=TcpConfig(tail_loss_probe=False)).left)
    assert len(found.timeouts) == 4
    assert sum(wait.waited for wait in found.timeouts) == pytest.approx(found.spent[Spent.TIMEOUT])
    assert found.spent[Spent.TIMEOUT] > 0.9 * found.total
    assert headline(found).endswith("was spent waiting for 4 retransmission timeouts.")


def test_a_tail_loss_probe() -> None:
    found = account(logged(sends(1000, pause=1.0), lost={1}).left)
    assert found.tail_probes == 1
    assert not found.timeouts
    assert max(found.spent, key=lambda spent: found.spent[spent]) is Spent.TAIL_PROBE
    assert "until 1 tail loss probe could be sent" in headline(found)


def test_a_recovery_in_error() -> None:
    config = TcpConfig(tail_loss_probe=False)
    found = account(logged(sends(1000, pause=2.0), late={1: 0.3, 2: 0.3}, left_config=config).left)
    (repair,) = found.repairs
    assert repair.undone
    assert ", in error." in explain(found)


def test_a_receivers_log() -> None:
    found = account(logged(sends(400_000), rate=10e6).right)
    assert not found.sender
    assert found.received == 400_000
    assert headline(found).endswith("was spent waiting for what the peer sends; a log of its side says why.")
    assert "cannot be told from this side" in explain(found)


def test_a_receivers_gap() -> None:
    found = account(logged(sends(20_000), lost={12, 15, 16, 17}).right)
    assert max(found.spent, key=lambda spent: found.spent[spent]) is Spent.GAP
    assert "segments that were missing" in headline(found)


def test_a_receiver_that_holds() -> None:
    found = account(logged(sends(60_000), _sleeps, right_config=TcpConfig(receive_buffer=20_000)).right)
    assert headline(found).endswith("our own window was closed: our application did not read.")


def test_dropped_segments_are_told_by_name() -> None:
    dropped = Dropped(time=1.0, connection=NAME, counter="out_of_window", flags="ACK", seq=1, ack=1, length=0)
    found = account([began(), opened(0.5), dropped, Delivered(time=2.0, connection=NAME, length=10, held=0)])
    assert "1 segment that came were dropped: 1 out_of_window." in explain(found)
