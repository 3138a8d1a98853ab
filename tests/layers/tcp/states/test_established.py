"""ESTABLISHED (RFC 9293 section 3.10.7.4): beyond what all synchronized states share, text, acknowledgements, calls."""

from __future__ import annotations

from contextlib import AbstractContextManager
from itertools import pairwise

import pytest

from foxpy.errors import BrokenByPeer, InvalidConnection, PacketSize, TimedOut
from foxpy.layers.tcp import TcpConfig
from foxpy.status import Aborted, HalfClosed, Report, Stalled, Trouble, Urgent
from foxpy.testing.peer import ACK, ANY, FIN, PSH, RST, URG
from tests.support.tcp_states import DEFAULT, MSS, Script, established
from tests.support.tcp_synchronized import WINDOW, Synchronized


class TestEstablished(Synchronized):
    """What every synchronized state does."""

    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        return established(config)


# -- text


@pytest.mark.requirement("SHLD-18", "MUST-40")
def test_text_is_delivered_and_acknowledged_after_a_delay() -> None:
    with established() as peer:
        peer.send(ACK | PSH, b"hello")
        peer.app.expect(b"hello")
        peer.expect_nothing(for_=0.039)
        peer.expect(ACK, at=0.001)


@pytest.mark.requirement("SHLD-19")
def test_every_second_full_segment_is_acknowledged_at_once() -> None:
    with established(TcpConfig(ack_per_batch=False)) as peer:
        for _ in range(3):
            peer.send(ACK, bytes(MSS))
            peer.expect_nothing()
            peer.send(ACK, bytes(MSS))
            peer.expect(ACK)


@pytest.mark.requirement("SHLD-31", "MAY-13", "MUST-59")
def test_text_ahead_of_its_turn_waits_and_is_acknowledged_at_once() -> None:
    """And what was queued is processed before the ACK is sent that follows the missing piece."""
    with established() as peer:
        peer.forge(ACK | PSH, b"third", seq=11)
        peer.expect(ACK, ack=1, options=ANY)
        peer.forge(ACK | PSH, b"again", seq=6)
        peer.expect(ACK, ack=1, options=ANY)
        assert peer.app.received == b""
        peer.forge(ACK | PSH, b"first", seq=1)
        peer.expect(ACK, ack=16)
        peer.app.expect(b"firstagainthird")


@pytest.mark.parametrize(
    ("seq", "data", "taken"), [(-3, b"xxxxhello", b"hello"), (0, b"xhello", b"hello"), (1, b"hello", b"hello")]
)
def test_text_of_which_a_part_is_old_is_cut(seq: int, data: bytes, taken: bytes) -> None:
    with established() as peer:
        peer.forge(ACK | PSH, data, seq=seq)
        peer.seq = 6
        peer.app.expect(b"hello")
        peer.expect(ACK, at=(0.0, 0.04))


def test_text_that_reaches_beyond_the_window_is_cut_there() -> None:
    with established() as peer:
        peer.forge(ACK, b"y" * 600, seq=1 + WINDOW - 100)
        peer.expect(ACK, ack=1, options=ANY)
        (info,) = peer.app.tcp.query().details()
        assert info.out_of_order == 100


def test_a_fin_beyond_the_window_is_not_taken() -> None:
    with established() as peer:
        peer.forge(FIN | ACK, seq=1 + WINDOW)
        peer.expect(ACK)
        assert peer.state == "ESTABLISHED"


# -- FIN


def test_a_fin_is_acknowledged_and_told() -> None:
    with established() as peer:
        peer.send(FIN | ACK | PSH, b"bye")
        peer.expect(ACK, ack=5)
        peer.app.expect(b"bye")
        peer.app.expect_event(HalfClosed)
        assert peer.state == "CLOSE-WAIT"


def test_a_fin_ahead_of_its_turn_waits() -> None:
    with established() as peer:
        peer.forge(FIN | ACK | PSH, b"end", seq=6)
        peer.expect(ACK, ack=1, options=ANY)
        assert peer.state == "ESTABLISHED"
        peer.forge(ACK | PSH, b"start", seq=1)
        peer.expect(ACK, ack=10)
        peer.app.expect(b"startend")
        assert peer.state == "CLOSE-WAIT"


# -- URG


@pytest.mark.requirement("MUST-30", "MUST-31", "MUST-32", "MUST-33", "MUST-62")
@pytest.mark.parametrize("urgent", [1, 5, 100, 65535])
def test_urgent_text_is_told_of_with_how_much_there_is(urgent: int) -> None:
    """The pointer names the octet after it, and may be of text that has not come yet."""
    with established() as peer:
        peer.send(ACK | PSH | URG, b"hello", urgent=urgent)
        assert peer.app.events == [Urgent(urgent)]
        peer.app.expect(b"hello")
        peer.expect(ACK, at=(0.0, 0.04))


def test_an_urgent_pointer_into_the_past_is_nothing() -> None:
    with established() as peer:
        peer.send(ACK | PSH, bytes(10))
        peer.expect(ACK, at=(0.0, 0.04))
        peer.send(ACK | URG, urgent=0)
        peer.send(ACK | PSH | URG, b"x", urgent=0)
        peer.expect(ACK, at=(0.0, 0.04))
        assert peer.app.events == []


@pytest.mark.requirement("MUST-30", "MUST-62")
def test_urgent_text_is_sent_with_its_pointer() -> None:
    with established() as peer:
        peer.app.send_urgent(b"attention")
        peer.expect(ACK | PSH | URG, b"attention", urgent=9)
        peer.send(ACK)
        peer.app.send(b"plain")
        peer.expect(ACK | PSH, b"plain")


# -- acknowledgements and windows


def test_an_ack_takes_what_it_covers_off_the_queue() -> None:
    with established() as peer:
        peer.app.send(bytes(2500))
        for length in (1000, 1000):
            peer.expect(ACK, length=length)
        peer.expect(ACK | PSH, length=500)
        peer.send(ACK, ack=2001)
        peer.expect(ACK | PSH, seq=2001, length=500, at=(0.1, 0.5))
        peer.send(ACK)
        peer.expect_nothing(for_=300.0)


@pytest.mark.requirement("MUST-18", "MUST-19")
def test_what_is_not_acknowledged_is_sent_again_with_backoff() -> None:
    with established() as peer:
        peer.app.send(b"x")
        first = peer.expect(ACK | PSH, b"x")
        times = [first.at, *(peer.expect(ACK | PSH, b"x", seq=1, at=(0.0, 20.0)).at for _ in range(5))]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert [later / earlier for earlier, later in pairwise(gaps)] == pytest.approx([2.0] * 4, rel=1e-3)


@pytest.mark.requirement("MUST-20", "MUST-47", "SHLD-9", "SHLD-10", "SHLD-11")
def test_what_nobody_acknowledges_is_given_up() -> None:
    """R1 after three retransmissions, R2 after 100 seconds or more."""
    with established() as peer:
        peer.app.send(b"x")
        while peer.state == "ESTABLISHED":
            peer.wait(1.0)
            peer.drain()
        assert 100 <= peer.now <= 300
        stalled, aborted = peer.app.events
        assert stalled == Stalled(3)
        assert isinstance(aborted, Aborted)
        assert isinstance(aborted.error, TimedOut)


@pytest.mark.requirement("MUST-21")
def test_r2_is_the_applications_choice() -> None:
    with established() as peer:
        peer.app.configure(TcpConfig(give_up_after=5.0))
        peer.app.send(b"x")
        peer.wait(6.0)
        peer.drain()
        assert peer.state == "LISTEN"


@pytest.mark.requirement("MUST-1")
def test_a_window_is_an_unsigned_number() -> None:
    with established() as peer:
        peer.send(ACK, window=0xFFFF)
        (info,) = peer.app.tcp.query().details()
        assert info.snd_wnd == 0xFFFF


def test_an_old_segment_does_not_change_the_window() -> None:
    """SND.WL1, SND.WL2."""
    with established() as peer:
        peer.send(ACK | PSH, b"x", window=5000)
        peer.forge(ACK, seq=1, window=100)
        peer.forge(ACK, ack=0, window=100)
        (info,) = peer.app.tcp.query().details()
        assert info.snd_wnd == 5000
        peer.drain()


@pytest.mark.requirement("MUST-35", "MUST-36", "MUST-37", "SHLD-30")
def test_a_closed_window_is_probed_for_ever_with_backoff() -> None:
    with established() as peer:
        peer.send(ACK, window=0)
        peer.window = 0
        peer.app.send(bytes(5000))
        peer.expect_nothing()
        probes = []
        while peer.now < 1000:
            peer.wait(1.0)
            for probe in peer.drain():
                probes.append(probe.at)
                assert len(probe.data) <= 1
                peer.forge(ACK, ack=1)
        assert peer.state == "ESTABLISHED"
        gaps = [later - earlier for earlier, later in pairwise(probes)]
        assert all(later >= earlier - 1.1 for earlier, later in pairwise(gaps))
        assert 30 <= gaps[-1] <= 61.1
        peer.window = 60_000
        peer.forge(ACK, ack=1)
        assert sum(len(arrow.data) for arrow in peer.drain()) >= 4999


@pytest.mark.requirement("MUST-34", "SHLD-15", "SHLD-16")
def test_a_window_that_shrinks_is_survived() -> None:
    """No new data goes into what was taken back; what is out there is sent again within the window."""
    with established() as peer:
        peer.app.send(bytes(6000))
        for number in range(6):
            peer.expect(ACK, seq=1 + 1000 * number, length=1000, ignoring=PSH)
        peer.app.send(bytes(3000))
        peer.drain()
        peer.send(ACK, ack=1001, window=1000)
        peer.expect(ACK, seq=1001, length=1000, at=(0.0, 2.0))
        for _ in range(9):
            peer.send(ACK)
            peer.drain()
        assert peer.app.tcp.query().details()[0].snd_una == 9001
        assert peer.state == "ESTABLISHED"


@pytest.mark.requirement("SHLD-14", "MUST-39")
def test_our_window_never_shrinks_and_opens_in_large_steps() -> None:
    with established(TcpConfig(receive_buffer=4000, initial_receive_window=4000)) as peer:
        peer.app.hold()
        edge = 0
        offered = WINDOW
        while offered >= MSS:
            peer.send(ACK | PSH, bytes(MSS))
            came = peer.expect(ACK, at=(0.0, 0.04))
            assert came.ack + came.window >= edge
            edge, offered = came.ack + came.window, came.window
        peer.app.consumed(100)
        peer.expect_nothing(for_=1.0)


@pytest.mark.requirement("MUST-66")
def test_a_reset_is_taken_though_our_window_is_closed() -> None:
    with established(TcpConfig(receive_buffer=1000, initial_receive_window=1000)) as peer:
        peer.app.hold()
        while peer.app.tcp.query().details()[0].rcv_wnd:
            peer.send(ACK | PSH, bytes(min(MSS, peer.app.tcp.query().details()[0].rcv_wnd)))
            peer.expect(ACK, at=(0.0, 0.04))
        peer.send(ACK | URG, urgent=7)
        peer.app.expect_event(Urgent)
        peer.send(RST)
        peer.app.expect_event(Aborted)


# -- calls


@pytest.mark.requirement("MUST-60", "MUST-61", "SHLD-28")
def test_what_is_sent_goes_in_full_segments_and_the_last_is_pushed() -> None:
    with established() as peer:
        peer.app.send(bytes(2500))
        peer.expect(ACK, length=1000)
        peer.expect(ACK, length=1000)
        peer.expect(ACK | PSH, length=500)


@pytest.mark.requirement("SHLD-7")
def test_a_short_segment_waits_for_one_in_flight() -> None:
    with established() as peer:
        peer.app.send(b"a")
        peer.expect(ACK | PSH, b"a")
        peer.app.send(b"b")
        peer.app.send(b"c")
        peer.expect_nothing()
        peer.send(ACK)
        peer.expect(ACK | PSH, b"bc")


@pytest.mark.requirement("MUST-17")
def test_nagles_algorithm_can_be_turned_off() -> None:
    with established() as peer:
        peer.app.configure(TcpConfig(nagle=False))
        for letter in (b"a", b"b", b"c"):
            peer.app.send(letter)
            peer.expect(ACK | PSH, letter)


def test_what_does_not_fit_into_the_send_buffer_is_refused() -> None:
    with established(TcpConfig(send_buffer=1000)) as peer:
        with pytest.raises(PacketSize, match="1001 bytes do not fit"):
            peer.app.send(bytes(1001))
        peer.app.send(bytes(1000))
        peer.expect(ACK | PSH, length=1000)


def test_half_close_sends_a_fin_behind_what_waits() -> None:
    with established() as peer:
        peer.app.send(b"last words")
        peer.expect(ACK | PSH, b"last words")
        peer.app.half_close()
        peer.expect(FIN | ACK)
        assert peer.state == "FIN-WAIT-1"
        with pytest.raises(InvalidConnection):
            peer.app.send(b"more")


@pytest.mark.requirement("MAY-1", "SHLD-3")
def test_close_with_what_was_not_read_resets() -> None:
    with established() as peer:
        peer.app.hold()
        peer.send(ACK | PSH, b"unread")
        peer.app.close()
        peer.expect(RST | ACK)
        assert peer.state == "LISTEN"


def test_abort_resets() -> None:
    with established() as peer:
        peer.app.send(b"x")
        peer.expect(ACK | PSH, b"x")
        peer.app.abort()
        peer.expect(RST | ACK, seq=2)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
        assert peer.app.events == []


@pytest.mark.requirement("MUST-12")
def test_the_application_hears_of_a_reset() -> None:
    with established() as peer:
        peer.send(RST)
        (event,) = peer.app.events
        assert isinstance(event, Aborted)
        assert isinstance(event.error, BrokenByPeer)
        with pytest.raises(InvalidConnection):
            peer.app.send(b"x")


# -- keep-alive


@pytest.mark.requirement("MUST-25", "MAY-5")
def test_an_idle_connection_is_not_probed_unless_asked() -> None:
    with established() as peer:
        peer.expect_nothing(for_=100_000.0)
        assert peer.state == "ESTABLISHED"


@pytest.mark.requirement("MUST-24", "MUST-26", "MUST-27", "MUST-29", "SHLD-12", "MAY-5")
def test_keep_alive_probes_when_idle_and_gives_up_after_many() -> None:
    with established() as peer:
        peer.app.configure(TcpConfig(keepalive=100.0, keepalive_interval=10.0, keepalive_probes=3))
        peer.expect_nothing(for_=60.0)
        peer.send(ACK | PSH, b"x")
        peer.expect(ACK, at=0.04)
        peer.expect(ACK, seq=0, at=(99.9, 100.0))
        peer.send(ACK)
        peer.expect(ACK, seq=0, at=(99.9, 100.1))
        for _ in range(2):
            peer.expect(ACK, seq=0, at=(9.9, 10.1))
        peer.expect(RST | ACK, at=(9.9, 10.1))
        assert peer.state == "LISTEN"


# -- reports


@pytest.mark.requirement("MUST-54", "MUST-56", "SHLD-25")
@pytest.mark.parametrize("trouble", [Trouble.HOST_UNREACHABLE, Trouble.PORT_UNREACHABLE, Trouble.TIME_EXCEEDED])
def test_a_report_is_passed_on(trouble: Trouble) -> None:
    with established() as peer:
        peer.app.send(b"x")
        peer.expect(ACK | PSH, b"x")
        peer.report(trouble, seq=1)
        peer.app.expect_event(Report)
        peer.send(ACK)
        assert peer.state == "ESTABLISHED"


@pytest.mark.requirement("MUST-16")
def test_what_is_too_big_is_cut_up_and_sent_again() -> None:
    with established() as peer:
        peer.app.send(bytes(1000))
        peer.expect(ACK | PSH, length=1000)
        peer.report(Trouble.TOO_BIG, seq=1, limit=520)
        peer.expect(ACK, seq=1, length=500)
        peer.expect(ACK | PSH, seq=501, length=500, at=(0.0, 0.5))


@pytest.mark.parametrize("limit", [0, 1, 20, 47])
def test_a_forged_report_cannot_make_segments_of_nothing(limit: int) -> None:
    with established() as peer:
        peer.app.send(bytes(100))
        peer.expect(ACK | PSH, length=100)
        peer.report(Trouble.TOO_BIG, seq=1, limit=limit)
        came = peer.drain()
        assert came
        assert min(len(arrow.data) for arrow in came[:-1] or came) >= 28


# -- query


def test_query_tells_how_a_loss_is_mended() -> None:
    with established(TcpConfig(tail_loss_probe=False)) as peer:
        peer.app.send(bytes(3 * MSS))
        peer.expect(ACK, seq=1, length=MSS)
        peer.expect(ACK, seq=1 + MSS, length=MSS)
        peer.expect(ACK | PSH, seq=1 + 2 * MSS, length=MSS)
        peer.expect(ACK, seq=1, length=MSS, at=(0.2, 2.0))
        peer.expect(ACK, seq=1, length=MSS, at=(0.2, 4.0))
        (info,) = peer.app.tcp.query().details()
        assert info.repairing == "loss"
        assert info.timeouts == info.retransmissions == 2
        assert info.bytes_retransmitted == 2 * MSS
        assert info.bytes_acknowledged == 0
        assert info.in_flight + info.lost == 3 * MSS
