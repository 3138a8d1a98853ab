"""Fast Open: RFC 7413."""

from __future__ import annotations

from typing import Final

import pytest
import trio

from foxpy.errors import PacketSize, TimedOut
from foxpy.layers.tcp import TcpAddress, TcpConfig, TcpPattern
from foxpy.layers.tcp.config import DEFAULT_MSS
from foxpy.layers.tcp.fastopen import FORGET, LIFETIME, REMEMBERED, FastOpenCache, FastOpenCookies, FastOpening
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN, Options
from foxpy.layers.tcp.states import Why
from foxpy.testing import Acceptor, Collector
from tests.support.tcp_ladder import Ladder
from tests.support.tcp_pair import NOBODY, PORT, RIGHT, Connection, Net, Stranger, assert_nothing_left, net

ON: Final = TcpConfig(fast_open=True)
COOKIE: Final = b"12345678"
REQUEST: Final = b"GET / HTTP/1.0\r\n\r\n"
MSS: Final = Options(mss=1000)


# -- section 4.1.2: the server's cookies


def test_a_cookie_is_for_one_pair_of_hosts() -> None:
    cookies = FastOpenCookies(bytes(16))
    one = cookies.make("a b", 0.0)
    assert len(one) == 8
    assert cookies.valid("a b", one, 0.0)
    assert not cookies.valid("a c", one, 0.0)
    assert not cookies.valid("a b", one[:-1], 0.0)
    assert not FastOpenCookies(bytes(15) + b"x").valid("a b", one, 0.0)


def test_a_cookie_expires() -> None:
    cookies = FastOpenCookies(bytes(16))
    one = cookies.make("a b", 0.0)
    assert cookies.valid("a b", one, 1.9 * LIFETIME)
    assert not cookies.valid("a b", one, 2 * LIFETIME)


# -- section 4.1.3: the client's cache


def test_a_refusal_is_remembered_for_a_while() -> None:
    cache = FastOpenCache()
    fast = FastOpening(COOKIE)
    fast.refused = True
    cache.learn("a b", 80, fast, 1000, 0.0)
    assert cache.opening("a b", 80, FORGET - 1) is None
    other = cache.opening("a b", 81, 0.0)
    assert other is not None
    assert other.cookie == b""
    assert cache.opening("a b", 80, FORGET) is not None


def test_the_last_cookie_and_mss_count_and_there_is_a_bound() -> None:
    cache = FastOpenCache()
    for number in range(REMEMBERED + 10):
        fast = FastOpening(b"")
        fast.heard = COOKIE
        cache.learn(f"a {number}", 80, fast, 9000, 0.0)
    known = cache.opening(f"a {REMEMBERED}", 80, 0.0)
    assert known is not None
    assert (known.cookie, known.size) == (COOKIE, 1460)  # "MAY limit the cached MSS to 1460"
    forgotten = cache.opening("a 0", 80, 0.0)
    assert forgotten is not None
    assert forgotten.cookie == b""


# -- section 4.2: the client


def opening(cookie: bytes, data: bytes = REQUEST, size: int = 0) -> Ladder:
    peer = Ladder(ON)
    peer.end.machine.open(0.0, data, FastOpening(cookie, size))
    peer.end.perform()
    return peer


def test_a_cookie_is_asked_for_first() -> None:
    peer = opening(b"")
    syn = peer.expects(SYN, b"")
    assert syn.options is not None
    assert syn.options.fast_open == b""
    peer.sends(SYN | ACK, options=Options(mss=1000, fast_open=COOKIE))
    peer.expects(ACK, REQUEST, seq=1)
    fast = peer.end.machine.tcb.fast
    assert fast is not None
    assert (fast.heard, fast.refused) == (COOKIE, False)


def test_data_in_the_syn_that_is_taken() -> None:
    peer = opening(COOKIE)
    syn = peer.expects(SYN, REQUEST, seq=0)
    assert syn.options is not None
    assert syn.options.fast_open == COOKIE
    peer.sends(SYN | ACK, options=MSS)
    peer.expects(ACK, b"", seq=1 + len(REQUEST))
    peer.expects_nothing()
    peer.advance(5.0)
    peer.expects_nothing()
    assert peer.state == "ESTABLISHED"
    fast = peer.end.machine.tcb.fast
    assert fast is not None
    assert not fast.refused


@pytest.mark.parametrize("taken", [0, 5])
def test_what_is_not_taken_goes_at_once(taken: int) -> None:
    """ "The client SHOULD retransmit any unacknowledged data in the first ACK packet" """
    peer = opening(COOKIE)
    peer.expects(SYN, REQUEST)
    peer.sends(SYN | ACK, ack=1 + taken, options=MSS)
    peer.expects(ACK, REQUEST[taken:], seq=1 + taken)
    peer.sends(ACK)
    peer.advance(5.0)
    peer.expects_nothing()
    fast = peer.end.machine.tcb.fast
    assert fast is not None
    assert fast.refused


def test_a_syn_that_goes_again_has_neither_data_nor_cookie() -> None:
    """ "when the SYN timer fires, the client SHOULD retransmit a SYN packet without data and Fast Open options" """
    peer = opening(COOKIE)
    peer.expects(SYN, REQUEST)
    peer.advance(1.0)
    again = peer.expects(SYN, b"", seq=0)
    assert again.options is not None
    assert again.options.fast_open is None
    peer.sends(SYN | ACK, ack=1, options=MSS)
    peer.expects(ACK, REQUEST, seq=1)
    fast = peer.end.machine.tcb.fast
    assert fast is not None
    assert fast.refused


@pytest.mark.parametrize(("size", "sent"), [(0, DEFAULT_MSS), (700, 700), (1460, 960)])
def test_no_more_than_the_server_takes_and_the_path_carries(size: int, sent: int) -> None:
    """536 bytes where no MSS is known; never more than fits with all options."""
    data = bytes(range(256)) * 10
    peer = opening(COOKIE, data, size)
    peer.expects(SYN, data[:sent])
    peer.sends(SYN | ACK, options=MSS)
    received = b"".join(each.payload for each in peer.sent)
    assert received == data[sent:]


def test_a_path_that_shrinks_meanwhile_does_no_harm() -> None:
    peer = opening(COOKIE, bytes(500))
    peer.expects(SYN, bytes(500))
    peer.end.machine.path_limit(220, 0.0)
    peer.end.perform()
    peer.expects_nothing()
    peer.sends(SYN | ACK, ack=1, options=MSS)
    assert b"".join(each.payload for each in peer.sent) == bytes(500)
    assert max(len(each.payload) for each in peer.sent) == 200


# -- section 4.2: the server


def asked(data: bytes = REQUEST, *, accepted: bool = True, flags: int = SYN) -> Ladder:
    """A SYN with ``data`` comes to a listener that knows its cookie, or does not."""
    peer = Ladder(ON)
    segment = peer.segment(flags, data, options=Options(mss=1000, fast_open=COOKIE))
    fast = FastOpening(None, accepted=True) if accepted else FastOpening(COOKIE)
    peer.end.machine.accept(segment, 0.0, fast)
    peer.end.perform()
    return peer


def test_data_is_delivered_and_answered_before_the_handshake_is_complete() -> None:
    peer = asked()
    assert peer.state == "SYN-RECEIVED"
    assert peer.end.opened
    assert peer.end.received == REQUEST
    peer.expects(SYN | ACK, seq=0, ack=1 + len(REQUEST))
    peer.end.send(b"200 OK")
    peer.expects(ACK, b"200 OK", seq=1, ack=1 + len(REQUEST))
    peer.sends(ACK)
    assert peer.state == "ESTABLISHED"
    peer.advance(5.0)
    peer.expects_nothing()


def test_the_initial_window_bounds_the_answer() -> None:
    """ "the server MUST follow [RFC5681] ... to set the initial congestion window" """
    peer = asked()
    peer.expects(SYN | ACK)
    peer.end.send(bytes(30_000))
    assert len(peer.sent) == 9  # the SYN,ACK counts
    peer.sent.clear()
    peer.sends(ACK, ack=1)
    peer.expects(ACK, length=1000)
    peer.expects_nothing()
    peer.sends(ACK)
    assert peer.sent


def test_without_a_cookie_only_the_syn_is_acknowledged() -> None:
    """Step 5: ordinary data in a SYN waits for the handshake, and a cookie comes along."""
    peer = asked(accepted=False)
    assert not peer.end.opened
    answer = peer.expects(SYN | ACK, ack=1)
    assert answer.options is not None
    assert answer.options.fast_open == COOKIE
    peer.sends(ACK)
    assert peer.end.received == REQUEST


def test_a_syn_ack_that_goes_again_has_no_cookie() -> None:
    peer = asked(accepted=False)
    peer.expects(SYN | ACK)
    peer.advance(1.0)
    answer = peer.expects(SYN | ACK)
    assert answer.options is not None
    assert answer.options.fast_open is None


def test_the_peer_closes_at_once() -> None:
    peer = asked(flags=SYN | FIN)
    peer.expects(SYN | ACK)
    peer.seq = 1 + len(REQUEST)
    peer.sends(ACK)
    assert peer.end.received == REQUEST
    assert peer.end.peer_closed
    assert peer.state == "CLOSE-WAIT"


def test_a_reset_is_told() -> None:
    peer = asked()
    peer.expects(SYN | ACK)
    peer.sends(RST)
    assert peer.end.finished is Why.RESET


# -- the two together


async def fetch(net: Net, stop: Acceptor[Connection]) -> tuple[Connection, Collector]:
    ours = Collector()
    connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: ours, early=REQUEST)
    await trio.sleep(0.5)
    assert stop.accepted[-1][1].data == REQUEST
    return connection, ours


@pytest.mark.parametrize(("left", "right", "sent"), [(ON, ON, 1), (ON, TcpConfig(), 0), (TcpConfig(), ON, 0)])
def test_the_second_time_it_goes_with_the_syn(left: TcpConfig, right: TcpConfig, sent: int) -> None:
    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        for _ in range(2):
            connection, ours = await fetch(net, acceptor)
            accepted, _ = acceptor.accepted[-1]
            net.right.send(accepted).send(b"200 OK")
            await trio.sleep(0.5)
            assert ours.data == b"200 OK"
            await net.left.close(connection)
            await net.right.close(accepted)
        assert net.left.query().counters["fast_opens_sent"] == sent
        assert net.right.query().counters["fast_opens_accepted"] == sent
        assert net.right.query().counters["fast_opens_refused"] == 0
        await trio.sleep(300)
        assert_nothing_left(net)

    net(test, left=left, right=right)


def shows(stranger: Stranger, cookie: bytes, port: int) -> None:
    stranger.sends(SYN, seq=100, port=port, data=REQUEST, options=Options(mss=1000, fast_open=cookie))


def test_what_is_pending_is_bounded() -> None:
    """Section 5.1, and step 2 of the server's: beyond the bound the SYN alone is acknowledged."""

    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        stranger = net.stranger()
        shows(stranger, b"", 1)
        await trio.sleep(0.1)
        cookie = stranger.options[0].fast_open
        assert cookie
        for port in range(2, 7):
            shows(stranger, cookie, port)
        await trio.sleep(0.1)
        assert len(acceptor.accepted) == 3
        assert [ack for _, _, ack in stranger.heard] == [101] + 3 * [101 + len(REQUEST)] + 2 * [101]
        _, seq, ack = stranger.heard[1]
        stranger.sends(ACK, seq=ack, ack=seq + 1, port=2)
        shows(stranger, cookie, 7)
        await trio.sleep(0.1)
        assert len(acceptor.accepted) == 4
        await trio.sleep(400)
        assert all(collector.events for _, collector in acceptor.accepted[1:])  # nobody was there

    net(test, right=TcpConfig(fast_open=True, fast_open_pending=3))


def test_a_wrong_cookie_is_counted_and_answered_with_a_good_one() -> None:
    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        stranger = net.stranger()
        shows(stranger, COOKIE, 1)
        await trio.sleep(0.1)
        assert not acceptor.accepted
        assert net.right.query().counters["fast_opens_refused"] == 1
        assert stranger.heard[0][2] == 101
        assert stranger.options[0].fast_open not in (None, b"", COOKIE)
        _, seq, _ = stranger.heard[0]
        stranger.sends(ACK, seq=101 + len(REQUEST), ack=seq + 1, port=1)
        await trio.sleep(0.1)
        assert acceptor.accepted[0][1].data == REQUEST

    net(test, right=ON)


def test_nobody_there() -> None:
    async def test(net: Net) -> None:
        with pytest.raises(TimedOut):
            await net.left.active_open(TcpAddress(NOBODY, PORT), lambda _: Collector(), early=REQUEST)
        assert_nothing_left(net)
        with pytest.raises(PacketSize, match="send buffer"):
            await net.left.active_open(TcpAddress(NOBODY, PORT), lambda _: Collector(), early=bytes(100_000_000))
        assert_nothing_left(net)

    net(test, left=TcpConfig(fast_open=True, give_up_syn_after=5.0))
