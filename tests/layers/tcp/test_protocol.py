"""TCP as a Protocol: the contract, opening, asking."""

from __future__ import annotations

import gc
import re

import attrs
import pytest
import trio

from foxpy.addresses import BROADCAST, Port
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import (
    BadAddress,
    InvalidConnection,
    OpenFailed,
    Refused,
    TimedOut,
)
from foxpy.interpose import Interposer, Session
from foxpy.layers.ethernet import ethernet
from foxpy.layers.interposing import Between
from foxpy.layers.tcp import (
    Hold,
    TcpAddress,
    TcpConfig,
    TcpConnection,
    TcpPattern,
    tcp,
)
from foxpy.layers.tcp.segment import ACK, RST, SYN
from foxpy.protocol import SETTLE
from foxpy.runtime import Runtime
from foxpy.testing import CHECKS, Acceptor, Check, Collector, ProtocolPair, check_protocol, virtual
from foxpy.transfer import Connection as LowerConnection
from tests.support.tcp_pair import (
    LEFT,
    NOBODY,
    PORT,
    RIGHT,
    TYPE,
    Connection,
    Mac,
    Net,
    assert_nothing_left,
    net,
)


def pair(checksums: bool) -> ProtocolPair[TcpAddress[Mac], TcpPattern[Mac], Connection]:
    segment = link()
    devices = segment.attach(), segment.attach()
    left = tcp(ethernet(devices[0], LEFT).carrier(TYPE), checksums=checksums)
    right = tcp(ethernet(devices[1], RIGHT).carrier(TYPE), checksums=checksums)
    return ProtocolPair(
        left,
        right,
        TcpAddress(LEFT, PORT),
        TcpAddress(RIGHT, PORT),
        TcpPattern(PORT),
        stream=True,
        bad_addresses=(TcpAddress(BROADCAST, PORT),),
        right_device=devices[1],
    )


@pytest.mark.parametrize("checksums", [True, False], ids=["checksums", "without"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check: Check, checksums: bool) -> None:
    virtual(check_protocol, lambda: pair(checksums), [check])


def test_a_closed_port_refuses() -> None:
    async def test(net: Net) -> None:
        began = trio.current_time()
        with pytest.raises(Refused, match="port 9"):
            await net.left.active_open(TcpAddress(RIGHT, Port(9)), lambda _: Collector())
        assert trio.current_time() - began < 0.05
        assert net.right.query().counters["resets_sent"] == 1
        assert_nothing_left(net)

    net(test)


def test_nobody_there_times_out() -> None:
    async def test(net: Net) -> None:
        began = trio.current_time()
        with pytest.raises(TimedOut):
            await net.left.active_open(TcpAddress(NOBODY, PORT), lambda _: Collector())
        assert trio.current_time() - began == pytest.approx(180)
        assert_nothing_left(net)

    net(test)


def test_a_cancelled_open_leaves_nothing() -> None:
    async def test(net: Net) -> None:
        with trio.move_on_after(5):
            await net.left.active_open(TcpAddress(NOBODY, PORT), lambda _: Collector())
        assert_nothing_left(net)

    net(test)


def test_the_local_port_can_be_chosen_but_not_twice() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        address = TcpAddress(RIGHT, PORT, Port(5000))
        connection = await net.left.active_open(address, lambda _: Collector())
        assert (connection.local_port, connection.port, connection.peer) == (5000, PORT, RIGHT)
        assert connection.address == TcpAddress(RIGHT, PORT, Port(5000), LEFT)
        with pytest.raises(OpenFailed, match="exists already"):
            await net.left.active_open(address, lambda _: Collector())

    net(test)


def test_ports_run_out_by_name() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        used = [await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector()) for _ in range(3)]
        assert {connection.local_port for connection in used} == {4000, 4001, 4002}
        with pytest.raises(OpenFailed, match="4000 to 4002"):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())

    net(test, left=TcpConfig(first_port=Port(4000), last_port=Port(4002)))


def test_the_number_of_connections_is_bounded() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        for _ in range(2):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
        with pytest.raises(OpenFailed, match="2 connections"):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())

    net(test, left=TcpConfig(connections=2))


def test_a_full_listener_drops_syns() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
        with trio.move_on_after(2):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
        assert net.right.query().counters["refused"] == 2

    net(test, right=TcpConfig(connections=1))


@pytest.mark.requirement("MUST-41")
def test_the_more_specific_listener_is_asked_first() -> None:
    async def test(net: Net) -> None:
        acceptors: list[Acceptor[Connection]] = [Acceptor() for _ in range(4)]
        patterns = [
            TcpPattern(PORT),
            TcpPattern(PORT, None, RIGHT),
            TcpPattern(PORT, LEFT),
            TcpPattern(PORT, LEFT, RIGHT),
        ]
        listenings = [net.right.listen(*both) for both in zip(patterns, acceptors, strict=True)]
        for number in reversed(range(4)):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
            await trio.sleep(0.01)
            assert len(acceptors[number].accepted) == 1
            listenings[number].stop()
        with pytest.raises(Refused):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())

    net(test)


@pytest.mark.requirement("MUST-41", "MUST-42")
def test_a_port_can_be_listened_to_while_a_connection_on_it_opens() -> None:
    """MUST-42: in SYN-SENT and in SYN-RECEIVED. MUST-41: what opens is not disturbed."""

    async def test(net: Net) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(net.right.active_open, TcpAddress(NOBODY, PORT, PORT), lambda _: Collector())
            await trio.sleep(0.01)
            first = net.right.listen(TcpPattern(PORT), lambda _: Collector())
            stranger = net.stranger()
            stranger.sends(SYN, seq=5)
            await trio.sleep(0.01)
            states = sorted(each.state for each in net.right.query().details())
            assert states == ["SYN-RECEIVED", "SYN-SENT"]
            net.right.listen(TcpPattern(PORT, LEFT), lambda _: Collector())
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
            await trio.sleep(0.01)
            states = sorted(each.state for each in net.right.query().details())
            assert states == ["ESTABLISHED", "SYN-RECEIVED", "SYN-SENT"]
            first.stop()
            nursery.cancel_scope.cancel()

    net(test)


@pytest.mark.requirement("MUST-42")
def test_what_is_half_open_ends_with_its_listening() -> None:
    async def test(net: Net) -> None:
        stranger = net.stranger()
        acceptor: Acceptor[Connection] = Acceptor()
        listenings = [
            net.right.listen(TcpPattern(PORT), acceptor),
            net.right.listen(TcpPattern(Port(8)), acceptor),
        ]
        stranger.sends(SYN, seq=5, port=1)
        stranger.sends(SYN, seq=5, port=1, to=8)
        await trio.sleep(0.01)
        (_, seq, _), (_, other, _) = stranger.heard
        listenings[0].stop()
        assert net.right.query().half_open == 1
        listenings[0] = net.right.listen(TcpPattern(PORT), acceptor)
        stranger.sends(ACK, seq=6, ack=seq + 1, port=1)
        stranger.sends(ACK, seq=6, ack=other + 1, port=1, to=8)
        await trio.sleep(0.01)
        assert stranger.heard[2:] == [(RST, seq + 1, 0)]
        assert [connection.local_port for connection, _ in acceptor.accepted] == [8]

    net(test)


def test_settings_may_change_for_connections_that_are_to_come() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        for size in (3000, 9000):
            net.left.config = net.right.config = attrs.evolve(net.right.config, receive_buffer=size)
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
            await trio.sleep(0.1)
            for layer in (net.left, net.right):
                assert layer.query().details()[-1].receive_buffer == size

    net(test)


def test_a_path_whose_packets_are_all_kept_back_below_is_given_back() -> None:
    class Mute(Interposer):
        converses = True

        def session(self, connection: LowerConnection, runtime: Runtime) -> Session:
            return _Mute()

    class _Mute(Between):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            return

    async def test() -> None:
        segment = link()
        layer = tcp(ethernet(segment.attach(), RIGHT).carrier(TYPE).interpose(Mute()))
        other = ethernet(segment.attach(), LEFT).carrier(TYPE)
        async with running(layer, other):
            other.open(RIGHT, lambda _: Collector()).sender.send(b"from nowhere")
            await trio.sleep(1)
            assert layer.query().paths == 1
            await trio.sleep(SETTLE)
            assert layer.query().paths == 0
            assert segment.scheduler.timers.running() == 0

    virtual(test)


def test_a_passive_open_takes_one_of_two_that_are_half_open() -> None:
    async def test(net: Net) -> None:
        stranger = net.stranger()
        taken: list[Connection] = []

        def take(connection: Connection) -> Collector:
            taken.append(connection)
            return Collector()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(net.right.passive_open, TcpPattern(PORT), take)
            await trio.sleep(0.01)
            for port in (1, 2):
                stranger.sends(SYN, seq=5, port=port)
            await trio.sleep(0.01)
            for port, (_, seq, _) in zip((1, 2), list(stranger.heard), strict=True):
                stranger.sends(ACK, seq=6, ack=seq + 1, port=port)
        assert [connection.port for connection in taken] == [1]
        await trio.sleep(0.01)
        assert stranger.heard[2][0] == RST
        assert net.right.query().half_open == 0

    net(test)


@pytest.mark.parametrize("number", [0, 65536, -1])
def test_ports_that_are_none(number: int) -> None:
    with pytest.raises(BadAddress):
        TcpAddress(RIGHT, Port(number))
    with pytest.raises(BadAddress):
        TcpPattern(Port(number))
    if number:
        with pytest.raises(BadAddress):
            TcpAddress(RIGHT, PORT, Port(number))


def test_query() -> None:
    async def test(net: Net) -> None:
        connection, *_ = await net.connect()
        net.left.send(connection).send(bytes(5000))
        await trio.sleep(0.1)
        info = net.left.query()
        assert (info.connections, info.half_open, info.time_wait, info.paths) == (1, 0, 0, 1)
        assert info.counters["segments_sent"] >= 6
        (detail,) = info.details()
        assert detail.state == "ESTABLISHED"
        assert detail.snd_una == detail.snd_nxt == 5001
        assert detail.cwnd > 0
        assert detail.rto >= 0.2
        assert str(connection) == detail.name
        (theirs,) = net.right.query().details()
        assert theirs.delivered == 5000
        assert theirs.rcv_nxt == 5001

    net(test)


def test_query_tells_what_linux_tells_by_tcp_info() -> None:
    async def test(net: Net) -> None:
        connection, *_ = await net.connect()
        net.left.send(connection).send(bytes(50_000))
        await trio.sleep(0.5)
        (ours,) = net.left.query().details()
        (theirs,) = net.right.query().details()
        assert ours.options == theirs.options == ("timestamps", "SACK", "window scaling")
        assert ours.congestion_control == "Cubic"
        assert ours.bytes_acknowledged == theirs.delivered == 50_000
        assert ours.segments_sent - 2 >= 50_000 // ours.mss
        assert theirs.segments_received == ours.segments_sent
        assert theirs.segments_sent == ours.segments_received
        assert (ours.repairing, ours.in_flight, ours.sacked, ours.lost) == ("open", 0, 0, 0)
        assert 0 <= ours.min_rtt <= ours.srtt < ours.rto
        assert ours.sent_ago == pytest.approx(0.5, abs=0.1)
        assert theirs.rcv_mss == ours.mss
        assert theirs.rcv_scale == ours.snd_scale == 8
        assert ours.path_limit >= ours.mss + 20
        assert ours.send_buffer >= 50_000

    net(test)


def test_a_connection_belongs_to_its_tcp() -> None:
    async def test(net: Net) -> None:
        connection, *_ = await net.connect()
        for misuse in (net.right.send, net.right.abort, net.right.half_close):
            with pytest.raises(InvalidConnection, match="another TCP"):
                misuse(connection)
        with pytest.raises(InvalidConnection):
            await net.right.close(connection)
        with pytest.raises(InvalidConnection):
            net.right.control(Hold(connection))

    net(test)


def test_the_path_to_a_host_is_kept_for_who_comes_next() -> None:
    async def test(net: Net) -> None:
        for _ in range(3):
            connection, *_ = await net.connect()
            (path,) = net.left.paths.all()
            net.left.abort(connection)
            await trio.sleep(0.4)
            assert net.left.query().connections == 0
            assert net.left.paths.all() == [path]
        await trio.sleep(0.5)
        assert_nothing_left(net)

    net(test, left=TcpConfig(keep_path=0.8), right=TcpConfig(keep_path=0.0))


def test_a_path_that_nobody_is_to_come_to_is_given_back_at_once() -> None:
    async def test(net: Net) -> None:
        connection, *_ = await net.connect()
        net.left.abort(connection)
        await trio.sleep(0.1)
        assert_nothing_left(net)

    net(test, left=TcpConfig(keep_path=0.0), right=TcpConfig(keep_path=0.0))


def _connections() -> int:
    """How many there are, reachable or not."""
    return sum(type(each) is TcpConnection for each in gc.get_objects())


def test_a_connection_that_is_gone_leaves_no_cycle_behind() -> None:
    """It is free when nobody has it any more, and not when the garbage collector comes round."""

    async def test(net: Net) -> None:
        before = _connections()
        connection, _, accepted, _ = await net.connect()
        sender = net.left.send(connection)
        assert _connections() == before + 2
        net.left.abort(connection)
        await trio.sleep(0.1)
        with pytest.raises(InvalidConnection, match=f"{re.escape(str(connection))} is closed"):
            sender.send(b"x")
        net.left.abort(connection)  # as often as one likes
        del connection, accepted, sender
        assert _connections() == before

    gc.disable()
    try:
        net(test)
    finally:
        gc.enable()
