"""SYN cookies (RFC 4987, section 3.6): a flood leaves the listener able to accept, and nothing is taken on trust."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp import TcpAddress, TcpConfig, TcpPattern
from foxpy.layers.tcp.cookies import SIZES, SLOW, SynCookies
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN, Options, Segment
from foxpy.layers.tcp.sequence import MASK
from foxpy.testing import Acceptor, Collector
from tests.support.tcp_pair import PORT, RIGHT, Connection, Net, assert_nothing_left, net

SECRET = bytes(range(16))
ENDS = "here there 1"
OFFERED = Options(1460, 7, sack_permitted=True, tsval=0)
SMALL = TcpConfig(backlog=5)


def segment(flags: int, seq: int, ack: int, options: Options | None) -> Segment:
    return Segment(seq, ack, flags, 1000, 0, b"", 0, 0, options)


def comes_back(
    options: Options | None, *, after: float = 1.0, now: float = 1000.0, ends: str = ENDS, change: int = 0
) -> tuple[Options, Segment | None]:
    """A SYN with ``options`` is answered, and the answer acknowledged: what we said, and what we make of it."""
    cookies = SynCookies(SECRET)
    answer = cookies.answer(ENDS, segment(SYN, 5, 0, options), OFFERED, 65535, 12345, now)
    assert (answer.flags, answer.ack) == (SYN | ACK, 6)
    assert answer.options is not None
    echo = None
    if answer.options.tsval is not None:
        echo = Options(tsval=77, tsecr=answer.options.tsval)
    back = segment(ACK, 6, (answer.seq + 1 + change) & MASK, echo)
    return answer.options, SynCookies(SECRET).syn(ends, back, now + after)


@given(
    st.integers(0, 65535) | st.none(),
    st.integers(0, 14) | st.none(),
    st.booleans(),
    st.integers(0, MASK) | st.none(),
    st.floats(0, 1e9),
)
def test_a_cookie_holds_what_the_syn_said(
    mss: int | None, scale: int | None, sack: bool, tsval: int | None, now: float
) -> None:
    told, syn = comes_back(Options(mss, scale, sack_permitted=sack, tsval=tsval), now=now)
    assert syn is not None
    assert (syn.seq, syn.flags) == (5, SYN)
    found = syn.options
    assert found is not None
    wanted = 536 if mss is None else mss
    assert found.mss in SIZES
    assert found.mss == max((size for size in SIZES if size <= wanted), default=48)
    assert told.mss == 1460
    stamped = tsval is not None
    assert found.window_scale == (scale if stamped else None)
    assert found.sack_permitted is (sack and stamped)
    assert told.window_scale == (None if scale is None or not stamped else 7)
    assert told.sack_permitted is (sack and stamped)
    assert found.tsval == (77 if stamped else None)
    assert told.tsecr == (tsval or 0)


def test_the_timestamp_of_a_cookie_is_not_ahead_of_the_clock() -> None:
    for millisecond in range(200):
        now = 50 + millisecond / 1000
        told, _ = comes_back(Options(1460, 14, sack_permitted=True, tsval=1), now=now)
        assert told.tsval is not None
        assert 0 <= int(now * 1000) + 12345 - told.tsval < 64


def test_a_cookie_is_good_for_a_bounded_time() -> None:
    assert comes_back(None, after=SLOW)[1] is not None
    assert comes_back(None, after=2 * SLOW)[1] is None
    assert comes_back(None, after=32 * SLOW)[1] is None  # the counter's low bits come around, the hash does not
    cookies = SynCookies(SECRET)
    assert not cookies.outstanding(0.0)
    cookies.answer(ENDS, segment(SYN, 5, 0, None), OFFERED, 65535, 0, 0.0)
    assert cookies.outstanding(2 * SLOW - 1)
    assert not cookies.outstanding(2 * SLOW)


def test_a_cookie_is_for_one_peer_and_one_number() -> None:
    assert comes_back(None, ends="here elsewhere 1")[1] is None
    assert all(comes_back(None, change=change)[1] is None for change in (-1, 1, 1 << 24, 1 << 27, 1 << 31))


def test_the_options_in_a_timestamp_cannot_be_changed() -> None:
    cookies = SynCookies(SECRET)
    answer = cookies.answer(ENDS, segment(SYN, 5, 0, Options(1460, 7, tsval=1)), OFFERED, 65535, 0, 9.0)
    assert answer.options is not None
    tsval = answer.options.tsval
    assert tsval is not None
    for bit in range(6):
        back = Options(tsval=2, tsecr=tsval ^ 1 << bit)
        assert cookies.syn(ENDS, segment(ACK, 6, answer.seq + 1, back), 9.0) is None
    assert cookies.syn(ENDS, segment(ACK, 6, answer.seq + 1, None), 9.0) is None


def test_cookies_show_no_structure() -> None:
    """Of many peers at one time: each bit is set in about half of them."""
    cookies = SynCookies(SECRET)
    numbers = [
        cookies.answer(f"here there {port}", segment(SYN, 5, 0, None), OFFERED, 65535, 0, 9.0).seq
        for port in range(1000)
    ]
    assert len(set(numbers)) == 1000
    for bit in range(32):
        assert 400 < sum(number >> bit & 1 for number in numbers) < 600


# -- the listener


async def flood(net: Net, count: int = 200) -> None:
    stranger = net.stranger(50)
    for number in range(count):
        stranger.sends(SYN, seq=number, port=1000 + number)
        if number % 50 == 0:
            await trio.sleep(0)
    await trio.sleep(0.1)
    assert all(flags == SYN | ACK for flags, _, _ in stranger.heard)
    assert len(stranger.heard) == count


def test_a_flood_leaves_the_listener_able_to_accept() -> None:
    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        await flood(net)
        info = net.right.query()
        assert info.half_open == info.connections == 5
        assert info.counters["syn_cookies_sent"] == 195
        assert info.counters["half_open_evicted"] == 0
        theirs = Collector()
        connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: theirs)
        net.left.send(connection).send(bytes(range(256)) * 100)
        await trio.sleep(0.5)
        assert net.right.query().counters["syn_cookies_accepted"] == 1
        (accepted, collector) = acceptor.accepted[0]
        assert collector.data == bytes(range(256)) * 100
        net.right.send(accepted).send(b"welcome")
        await trio.sleep(0.5)
        assert theirs.data == b"welcome"
        (ours,) = net.left.query().details()
        (far,) = [each for each in net.right.query().details() if each.state == "ESTABLISHED"]
        assert ours.options == far.options == ("timestamps", "SACK", "window scaling")
        net.left.abort(connection)
        await trio.sleep(300)
        assert_nothing_left(net)

    net(test, right=SMALL)


def test_a_peer_without_timestamps_gets_the_bare_minimum() -> None:
    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        await flood(net, 10)
        connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
        net.left.send(connection).send(b"hello")
        await trio.sleep(0.5)
        assert acceptor.accepted[0][1].data == b"hello"
        (ours,) = net.left.query().details()
        assert ours.options == ()

    net(test, left=TcpConfig(timestamps=False), right=SMALL)


def test_the_acknowledgement_may_be_lost_or_bring_the_end() -> None:
    """The first segment that comes has everything: text and FIN."""

    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        await flood(net, 10)
        stranger = net.stranger()
        stranger.sends(SYN, seq=100, data=b"ignored")
        await trio.sleep(0.1)
        ((_, seq, ack),) = stranger.heard
        assert ack == 101
        stranger.sends(ACK | FIN, seq=101, ack=seq + 1, data=b"all at once")
        await trio.sleep(0.1)
        assert acceptor.accepted[0][1].data == b"all at once"
        assert stranger.heard[1] == (ACK, seq + 1, 101 + 11 + 1)

    net(test, right=SMALL)


@pytest.mark.parametrize("flags", [ACK, ACK | FIN])
def test_a_guess_is_refused_and_reset(flags: int) -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        await flood(net, 10)
        stranger = net.stranger()
        for guess in range(100):
            stranger.sends(flags, seq=101, ack=guess * 12345, data=b"x")
        await trio.sleep(0.1)
        info = net.right.query()
        assert info.counters["syn_cookies_refused"] == 100
        assert info.counters["syn_cookies_accepted"] == 0
        assert info.connections == 5
        assert all(answer[0] == RST for answer in stranger.heard)

    net(test, right=SMALL)


def test_no_cookie_is_looked_for_where_none_was_sent() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        stranger = net.stranger()
        stranger.sends(ACK, seq=101, ack=5)
        await trio.sleep(0.1)
        assert net.right.query().counters["syn_cookies_refused"] == 0
        assert stranger.heard == [(RST, 5, 0)]

    net(test, right=SMALL)


def test_a_cookie_opens_nothing_when_the_table_is_full() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        await flood(net, 10)
        stranger = net.stranger()
        stranger.sends(SYN, seq=100)
        await trio.sleep(0.1)
        stranger.sends(ACK, seq=101, ack=stranger.heard[0][1] + 1)
        await trio.sleep(0.1)
        info = net.right.query()
        assert info.connections == 5
        assert info.counters["refused"] == 1
        assert stranger.heard[1][0] == RST

    net(test, right=TcpConfig(backlog=5, connections=5))


def test_nobody_listens_any_more() -> None:
    async def test(net: Net) -> None:
        listening = net.right.listen(TcpPattern(PORT), lambda _: Collector())
        await flood(net, 10)
        stranger = net.stranger()
        stranger.sends(SYN, seq=100)
        await trio.sleep(0.1)
        listening.stop()
        stranger.sends(ACK, seq=101, ack=stranger.heard[0][1] + 1)
        await trio.sleep(0.1)
        assert stranger.heard[1][0] == RST
        assert net.right.query().connections == 0

    net(test, right=SMALL)


def test_without_cookies_the_oldest_makes_room() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        await flood(net, 10)
        info = net.right.query()
        assert info.counters["syn_cookies_sent"] == 0
        assert info.counters["half_open_evicted"] == 5

    net(test, right=TcpConfig(backlog=5, syn_cookies=False))
