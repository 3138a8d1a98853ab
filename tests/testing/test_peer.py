"""The scripted peer: what it sends and demands, what it says when it is disappointed, and the examples of its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import pytest

from docs.examples import scripted_peer
from foxpy.errors import InvalidConnection, Refused
from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.wire import NoOperation, OtherOption, SackPermitted, Timestamps
from foxpy.protocol import Host
from foxpy.status import Aborted, Closed, HalfClosed, Report, Trouble
from foxpy.testing.peer import (
    ACK,
    ANY,
    FIN,
    PSH,
    RST,
    SYN,
    URG,
    Peer,
    ScriptFailed,
    over_ethernet,
    scripted,
)

PAGE: Final = Path(__file__).parents[2] / "docs" / "peer.md"
EXAMPLES: Final = [value for name, value in vars(scripted_peer).items() if name.startswith("test_")]


def established(peer: Peer[Host]) -> None:
    peer.send(SYN, mss=1000)
    peer.expect(SYN | ACK)
    peer.send(ACK)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_the_examples_of_the_page_hold(example: Callable[[], None]) -> None:
    example()


def test_the_page_shows_the_examples_as_they_are() -> None:
    source = Path(scripted_peer.__file__).read_text(encoding="utf-8")
    shown = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(shown) == len(EXAMPLES)
    for block in shown:
        assert block in source


def test_the_message_on_the_page_is_what_is_said() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    with scripted() as peer:
        peer.send(SYN, seq=100, mss=1460)
        peer.expect(SYN | ACK, ack=101)
        peer.send(ACK)
        peer.app.send(b"hello")
        with pytest.raises(ScriptFailed) as failed:
            peer.expect(FIN | ACK)
    assert str(failed.value) == shown


# -- what is demanded


@pytest.mark.parametrize(
    ("demand", "wrong"),
    [
        (lambda peer: peer.expect(ACK, b"hello"), "flags ACK,PSH, not ACK"),
        (lambda peer: peer.expect(ACK | PSH), "data b'hello', not b''"),
        (lambda peer: peer.expect(ACK | PSH, b"hullo"), "data b'hello', not b'hullo'"),
        (lambda peer: peer.expect(ACK | PSH, length=4), "length 5, not 4"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", seq=2), "seq 1, not 2"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", ack=2), "ack 1, not 2"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", window=7), "window 65535, not 7"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", urgent=3), "urgent pointer 0, not 3"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", options=[NoOperation()]), "options <>, not <nop>"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", mss=9), "mss None, not 9"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", scale=2), "scale None, not 2"),
        (lambda peer: peer.expect(ACK | PSH, b"hello", at=0.5), "its time 0 s from here, not at 0.5 s"),
        (lambda peer: peer.expect(ACK | PSH, ANY, at=(0.1, 0.5)), "its time 0 s from here, not between 0.1 and 0.5 s"),
        (lambda peer: peer.expect_nothing(), "expected nothing for 0 s"),
    ],
)
def test_what_differs_is_named(demand: Callable[[Peer[IPv4Address]], object], wrong: str) -> None:
    with scripted() as peer:
        established(peer)
        peer.app.send(b"hello")
        with pytest.raises(ScriptFailed) as failed:
            demand(peer)
        assert wrong in str(failed.value)
        assert "peer <-- tcp   SYN,ACK seq=0 ack=1 win=65535 <mss 1460>" in str(failed.value)
        peer.drain()


def test_what_does_not_come_is_missed() -> None:
    with scripted() as peer:
        established(peer)
        with pytest.raises(ScriptFailed, match=r"expected  FIN,ACK seq=1 ack=1\nnothing came within 0\.5 s"):
            peer.expect(FIN | ACK, at=(0.1, 0.5))
        with pytest.raises(ScriptFailed, match="nothing came\n"):
            peer.expect(RST)


def test_any_is_any() -> None:
    with scripted() as peer:
        established(peer)
        peer.app.send(b"hello")
        came = peer.expect(ACK, ANY, seq=ANY, ack=ANY, window=ANY, urgent=ANY, options=ANY, ignoring=PSH)
        assert (came.seq, came.ack, came.data, came.flags) == (1, 1, b"hello", ACK | PSH)


def test_a_script_must_expect_everything() -> None:
    with pytest.raises(ScriptFailed, match=r"the script ends, and did not expect\n  SYN,ACK seq=0"), scripted() as peer:
        peer.send(SYN)


def test_other_errors_show_the_ladder() -> None:
    def script() -> None:
        with scripted() as peer:
            peer.send(SYN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as failed:
        script()
    assert "peer --> tcp   SYN seq=0" in failed.value.__notes__[0]


# -- numbers and time


def test_numbers_are_relative_and_wrap() -> None:
    with scripted(iss=0xFFFF_FFFF) as peer:
        established(peer)
        peer.send(ACK | PSH, b"x" * 1000)
        peer.send(ACK | PSH, b"y" * 1000)
        peer.expect(ACK, ack=2001)
        assert (peer.seq, peer.ack) == (2001, 1)


def test_a_segment_out_of_sequence_does_not_move_the_numbers() -> None:
    with scripted() as peer:
        established(peer)
        peer.send(ACK | PSH, b"later", seq=6)
        peer.expect(ACK, ack=1)
        peer.forge(ACK | PSH, b"first")
        assert peer.seq == 1
        peer.expect(ACK, ack=11)
        peer.app.expect(b"firstlater")


def test_time_passes_as_the_script_says() -> None:
    with scripted() as peer:
        established(peer)
        peer.send(ACK | PSH, b"x")
        peer.expect_nothing(for_=0.03)
        assert peer.now == pytest.approx(0.03)
        peer.expect(ACK, at=(0.005, 0.015))
        peer.wait(100.0)
        assert peer.now == pytest.approx(100.04)


def test_two_runs_are_the_same() -> None:
    def numbers() -> int | None:
        with scripted(seed=5) as peer:
            established(peer)
            return peer.their_iss

    assert numbers() == numbers()


# -- the application and the network


def test_both_sides_may_open_over_ip() -> None:
    with scripted(listening=False) as peer:
        both_open(peer)


def test_both_sides_may_open_over_ethernet() -> None:
    with scripted(over=over_ethernet, listening=False) as peer:
        both_open(peer)


def both_open(peer: Peer[Host]) -> None:
    peer.app.open()
    assert peer.state == "SYN-SENT"
    peer.expect(SYN)
    peer.send(SYN | ACK)
    peer.expect(ACK)
    assert peer.app.opened == 1
    peer.app.abort()
    peer.expect(RST | ACK)
    peer.listen()
    assert peer.state == "LISTEN"
    peer.anew(iss=77)
    established(peer)
    assert peer.app.opened == 2


def test_what_the_application_is_told() -> None:
    with scripted() as peer:
        established(peer)
        peer.send(ACK | PSH, b"data")
        with pytest.raises(ScriptFailed, match="received b'data', not b'date'"):
            peer.app.expect(b"date")
        with pytest.raises(ScriptFailed, match="told nothing; expected HalfClosed"):
            peer.app.expect_event(HalfClosed)
        peer.send(FIN | ACK)
        peer.expect(ACK)
        with pytest.raises(ScriptFailed, match=r"told HalfClosed\(\); expected Closed"):
            peer.app.expect_event(Closed)
        peer.app.expect_event(HalfClosed)
        peer.send(RST)
        peer.app.expect_event(Aborted)


def test_an_open_that_fails() -> None:
    with scripted(listening=False) as peer:
        with pytest.raises(ScriptFailed, match="no connection yet"):
            peer.app.send(b"x")
        with pytest.raises(InvalidConnection):
            peer.app.configure(TcpConfig())
        peer.app.open()
        peer.expect(SYN)
        peer.send(RST | ACK)
        assert isinstance(peer.app.failed, Refused)
        assert peer.state == "CLOSED"


def test_what_the_network_reports() -> None:
    with scripted() as peer:
        established(peer)
        peer.app.send(b"x")
        peer.expect(ACK | PSH, b"x")
        peer.report(Trouble.HOST_UNREACHABLE, seq=1)
        peer.app.expect_event(Report)


def test_peers_are_told_apart() -> None:
    with scripted() as peer:
        beside = peer.beside(4001)
        elsewhere = peer.elsewhere(9)
        assert peer.beside(4001) is beside
        assert peer.elsewhere(9) is elsewhere
        for each in (peer, beside, elsewhere):
            established(each)
        beside.send(ACK | PSH, b"beside")
        elsewhere.send(ACK | PSH, b"elsewhere")
        assert (peer.app.received, beside.app.received, elsewhere.app.received) == (b"", b"beside", b"elsewhere")
        for each in (beside, elsewhere):
            each.expect(ACK, at=(0.0, 0.04))
        elsewhere.leave()


# -- options


def test_selective_acknowledgements_have_relative_numbers() -> None:
    with scripted() as peer:
        peer.send(SYN, mss=1000, options=[SackPermitted(), NoOperation(), NoOperation()])
        peer.expect(SYN | ACK)
        peer.send(ACK)
        peer.forge(ACK | PSH, b"third", seq=11)
        came = peer.expect(ACK, sack=[(11, 16)])
        assert came.sack == ((11, 16),)
        assert "<nop, nop, sack 11:16>" in str(came)
        peer.forge(ACK | PSH, b"fifth", seq=21)
        with pytest.raises(ScriptFailed, match="wrong:    sack 21:26 11:16, not sack 11:16"):
            peer.expect(ACK, sack=[(11, 16)])
        peer.app.send(bytes(3000))
        peer.drain()
        peer.send(ACK, ack=1, sack=[(1001, 2001), (2001, 3001)])
        peer.expect(ACK, length=1000, seq=1, options=ANY)  # RFC 6675: lost
        peer.send(ACK, ack=3001)


def test_options_are_shown_as_people_write_them() -> None:
    with scripted(listening=False) as peer:
        peer.send(
            SYN,
            mss=1460,
            scale=7,
            options=[SackPermitted(), Timestamps(value=5, echo=0), OtherOption(kind=99, data=b"")],
        )
        with pytest.raises(ScriptFailed) as failed:
            peer.expect_nothing()
        assert "SYN seq=0 win=60000 <mss 1460, nop, wscale 7, sackOK, ts 5 ecr 0, OtherOption(" in str(failed.value)
        peer.drain()


# -- bytes


def test_any_bytes_can_be_sent() -> None:
    with scripted() as peer:
        peer.send_bytes(b"short")
        peer.send_bytes(peer.segment(SYN, checksum=False))
        peer.send_bytes(peer.segment(SYN, option_bytes=b"\x02\x00\x00\x00"))
        peer.expect_nothing()
        counters = peer.counters
        assert (counters["bad_headers"], counters["checksum_errors"], counters["bad_options"]) == (1, 1, 1)


def test_what_comes_to_nobody_is_an_error() -> None:
    with scripted() as other:
        segment = other.beside(9).segment(SYN)
    with scripted() as peer, pytest.raises(ScriptFailed, match="came to port 9"):
        peer.send_bytes(segment)


def test_urgent_data_both_ways() -> None:
    with scripted() as peer:
        established(peer)
        peer.app.send_urgent(b"now")
        peer.expect(ACK | PSH | URG, b"now", urgent=3)
        peer.send(ACK | PSH | URG, b"too", urgent=3)
        peer.expect(ACK, at=(0.0, 0.04))
        assert [type(event).__name__ for event in peer.app.events] == ["Urgent"]
