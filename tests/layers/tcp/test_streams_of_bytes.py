"""TCP as a Protocol: sending, flow control, the end of connections, and what is left of them."""

from __future__ import annotations

import gc

import pytest
import trio

from foxpy.addresses import Port
from foxpy.errors import (
    BrokenByPeer,
    InvalidConnection,
    PacketSize,
    TimedOut,
)
from foxpy.layers.tcp import (
    Configure,
    Consumed,
    HalfClose,
    Hold,
    SendUrgent,
    Tcp,
    TcpAddress,
    TcpConfig,
    TcpConnection,
    TcpPattern,
)
from foxpy.protocol import Receiver
from foxpy.status import Aborted, Closed, HalfClosed, Sendable, Stalled, Urgent
from foxpy.testing import Acceptor, Collector
from tests.support.tcp_pair import (
    PORT,
    RIGHT,
    Connection,
    Mac,
    Net,
    assert_left_nothing,
    assert_nothing_left,
    net,
)


def test_a_large_transfer_with_flow_control() -> None:
    async def test(net: Net) -> None:
        connection, ours, _, theirs = await net.connect()
        sender = net.left.send(connection)
        sent = bytes(range(256)) * 8192
        rest = sent
        while rest:
            room = sender.limit()
            if not room:
                events = len(ours.events)
                with trio.fail_after(5):
                    while len(ours.events) == events:
                        await trio.sleep(0.001)
                assert isinstance(ours.events[-1], Sendable)
                continue
            sender.send(rest[:room])
            rest = rest[room:]
        await net.left.close(connection)
        assert theirs.data == sent

    net(test)


@pytest.mark.requirement("MAY-8")
def test_hold_and_consumed() -> None:
    async def test(net: Net) -> None:
        connection, _, accepted, theirs = await net.connect()
        net.right.control(Hold(accepted))
        sender = net.left.send(connection)
        sender.send(bytes(10_000))
        await trio.sleep(100)
        assert len(theirs.data) == 4000
        net.right.control(Consumed(accepted, 3000))
        await trio.sleep(100)
        assert len(theirs.data) == 7000
        accepted.consumed(4000)
        await trio.sleep(100)
        assert len(theirs.data) == 10_000

    net(test, right=TcpConfig(receive_buffer=4000))


def test_half_close() -> None:
    async def test(net: Net) -> None:
        connection, ours, accepted, theirs = await net.connect()
        sender = net.left.send(connection)
        sender.send(b"question")
        net.left.half_close(connection)
        await trio.sleep(0.1)
        assert theirs.data == b"question"
        assert theirs.events == [HalfClosed()]
        with pytest.raises(InvalidConnection):
            sender.send(b"more")
        assert sender.limit() == 0
        net.right.send(accepted).send(b"answer")
        net.right.control(HalfClose(accepted))
        await trio.sleep(0.1)
        assert ours.data == b"answer"
        assert ours.events == [HalfClosed(), Closed()]
        assert theirs.events == [HalfClosed(), Closed()]
        await trio.sleep(61)
        assert_nothing_left(net)

    net(test)


@pytest.mark.requirement("MUST-30", "MUST-32")
def test_urgent_data() -> None:
    async def test(net: Net) -> None:
        connection, _, _, theirs = await net.connect()
        net.left.control(SendUrgent(connection, b"now!"))
        await trio.sleep(0.1)
        assert theirs.events == [Urgent(4)]
        assert theirs.data == b"now!"

    net(test)


def test_settings_of_one_connection() -> None:
    async def test(net: Net) -> None:
        connection, *_ = await net.connect()
        net.left.control(Configure(connection, TcpConfig(nagle=False)))
        before = net.left.query().counters["segments_sent"]
        for letter in b"abc":
            net.left.send(connection).send(bytes([letter]))
        assert net.left.query().counters["segments_sent"] == before + 3

    net(test)


def test_a_header_begun_by_an_upper_layer_goes_with_its_payload() -> None:
    async def test(net: Net) -> None:
        connection, _, _, theirs = await net.connect()
        sender = net.left.send(connection)
        writer = sender.begin(10)
        writer += b"head"
        before = net.left.query().counters["segments_sent"]
        sender.commit(writer, b"body..")
        assert net.left.query().counters["segments_sent"] == before + 1
        await trio.sleep(0.1)
        assert theirs.data == b"headbody.."

    net(test)


def test_too_much_at_once() -> None:
    async def test(net: Net) -> None:
        connection, *_ = await net.connect()
        with pytest.raises(PacketSize):
            net.left.send(connection).send(bytes(1001))
        with pytest.raises(PacketSize):
            connection.send_urgent(bytes(1001))
        assert connection.sendable() == 1000

    net(test, left=TcpConfig(send_buffer=1000))


def test_close_returns_when_all_has_arrived() -> None:
    """Not when the peer closes too, which may be never: RFC 9293, FIN-WAIT-2."""

    async def test(net: Net) -> None:
        connection, ours, accepted, theirs = await net.connect()
        net.left.send(connection).send(bytes(100_000))
        with trio.fail_after(1):
            await net.left.close(connection)
        assert len(theirs.data) == 100_000
        assert ours.events == []
        net.right.send(accepted).send(b"late")
        await net.right.close(accepted)
        await trio.sleep(0.1)
        assert ours.data == b"late"
        assert ours.events == [HalfClosed(), Closed()]

    net(test)


@pytest.mark.requirement("MUST-12", "SHLD-3")
def test_close_of_what_is_held_resets() -> None:
    async def test(net: Net) -> None:
        connection, _, accepted, theirs = await net.connect()
        connection.hold()
        net.right.send(accepted).send(b"unread")
        await trio.sleep(0.1)
        await net.left.close(connection)
        await trio.sleep(0.1)
        assert isinstance(theirs.events[-1], Aborted)
        assert isinstance(theirs.events[-1].error, BrokenByPeer)
        await trio.sleep(TcpConfig().keep_path)
        assert_nothing_left(net)

    net(test)


def test_a_handler_may_close_what_it_is_given() -> None:
    async def test(net: Net) -> None:
        async with trio.open_nursery() as nursery:
            collector = Collector()

            def handler(connection: Connection) -> Receiver:
                net.right.send(connection).send(b"bye")
                nursery.start_soon(net.right.close, connection)
                return collector

            net.right.listen(TcpPattern(PORT), handler)
            ours = Collector()
            connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: ours)
            await trio.sleep(0.1)
            assert ours.data == b"bye"
            await net.left.close(connection)
            await trio.sleep(0.1)
            assert collector.events[-1] == Closed()

    net(test)


def test_a_peer_that_vanishes_ends_everything() -> None:
    async def test(net: Net) -> None:
        connection, ours, _, _ = await net.connect()
        net.right.release()  # as a crash: nothing is said
        net.left.send(connection).send(b"anyone?")
        await trio.sleep(200)
        assert ours.events[0] == Stalled(3)
        assert isinstance(ours.events[-1], Aborted)
        assert isinstance(ours.events[-1].error, TimedOut)
        assert_left_nothing(net.left)
        net.right.acquire()

    net(test)


def test_a_thousand_connections_leave_nothing() -> None:
    async def talk(net: Net) -> None:
        collector = Collector()
        connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: collector)
        net.left.send(connection).send(b"echo")
        connection.half_close()
        while not collector.ended:
            await trio.sleep(0.001)
        assert collector.data == b"echo"

    def living() -> int:
        gc.collect()
        return sum(isinstance(thing, TcpConnection) for thing in gc.get_objects())

    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda connection: Echo(net.right, connection))
        before = living()
        for _ in range(1000):
            await talk(net)
        assert net.left.query().time_wait == 1000
        await trio.sleep(61)
        assert_nothing_left(net)
        assert living() == before

    net(test)


class Echo(Receiver):
    def __init__(self, protocol: Tcp[Mac], connection: Connection) -> None:
        self.connection = connection
        self.sender = protocol.send(connection)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.sender.send(frame[start:end])

    def status(self, event: object) -> None:
        if isinstance(event, HalfClosed):
            self.connection.half_close()


def test_time_wait_is_bounded() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda connection: Echo(net.right, connection))
        for _ in range(10):
            collector = Collector()
            connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _, c=collector: c)  # type: ignore[misc]  # see above
            connection.half_close()
            await trio.sleep(0.1)
        info = net.left.query()
        assert info.time_wait == 4
        assert info.counters["time_waits_cut"] == 6

    net(test, left=TcpConfig(time_waits=4))


@pytest.mark.requirement("MAY-2")
def test_the_same_ports_can_be_used_again_by_a_new_syn() -> None:
    """MAY-2: the listener's side is in TIME-WAIT, the peer begins anew."""

    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor(lambda connection, _: connection.half_close())
        net.right.listen(TcpPattern(PORT), acceptor)
        for number in range(3):
            collector = Collector()
            address = TcpAddress(RIGHT, PORT, Port(5000))
            connection = await net.left.active_open(address, lambda _, c=collector: c)  # type: ignore[misc]  # see above
            await trio.sleep(0.1)
            assert collector.events == [HalfClosed()]
            net.left.send(connection).send(b"again")
            connection.half_close()
            await trio.sleep(0.1)
            assert collector.ended
            assert acceptor.accepted[number][1].data == b"again"
            assert net.right.query().time_wait == 1
            assert net.left.query().connections == 0
        await trio.sleep(61)
        assert_nothing_left(net)

    net(test)
