"""TCP streams and listeners: every way in which they begin and end, back pressure, and who wakes when."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import attrs
import pytest
import trio
import trio.testing

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import (
    BadAddress,
    BrokenByPeer,
    NotInitialized,
    OpenFailed,
    PacketSize,
    ProtocolError,
    Refused,
    TimedOut,
)
from foxpy.layers.ethernet import ethernet
from foxpy.layers.faults import faults
from foxpy.layers.tcp import Tcp, TcpConfig, tcp
from foxpy.status import Closed
from foxpy.streams import TcpListener, TcpStream, connect_tcp, listen_tcp
from foxpy.streams.tcp import Inbox

Stream: TypeAlias = TcpStream[MacAddress]
Host: TypeAlias = Tcp[MacAddress]

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
PORT = Port(7)
BUFFER = 8192
SMALL = TcpConfig(receive_buffer=BUFFER, send_buffer=BUFFER, give_up_after=5.0, give_up_syn_after=5.0, max_rto=1.0)


def hosts(config: TcpConfig = SMALL) -> tuple[Host, Host, Device[EthernetFrames]]:
    """Two hosts, and the device of the left one, to be disturbed."""
    segment = link(seed=1)
    devices = segment.attach(), segment.attach()
    left, right = (
        tcp(ethernet(device, mac).carrier(0x88B5), config=config)
        for device, mac in zip(devices, (LEFT, RIGHT), strict=True)
    )
    return left, right, devices[0]


async def joined(left: Host, right: Host, linger: float = 10.0) -> tuple[Stream, Stream]:
    async with listen_tcp(right, PORT, linger=linger) as listener:
        stream = await connect_tcp(left, RIGHT, PORT, linger=linger)
        return stream, await listener.accept()


@asynccontextmanager
async def pair(config: TcpConfig = SMALL, linger: float = 10.0) -> AsyncIterator[tuple[Stream, Stream]]:
    left, right, _ = hosts(config)
    async with running(left, right):
        yield await joined(left, right, linger)


@pytest.mark.parametrize("fast", [False, True])
async def test_early_data_is_the_first_of_the_stream(fast: bool) -> None:
    """With Fast Open it comes with the second SYN."""
    left, right, _ = hosts(attrs.evolve(SMALL, fast_open=fast))
    async with running(left, right), listen_tcp(right, PORT) as listener:
        for _ in range(2):
            stream = await connect_tcp(left, RIGHT, PORT, early=b"GET / ")
            await stream.send_all(b"HTTP")
            await stream.send_eof()
            accepted = await listener.accept()
            assert b"".join([piece async for piece in accepted]) == b"GET / HTTP"
        assert left.query().counters["fast_opens_sent"] == fast
        with pytest.raises(PacketSize, match="the send buffer has"):
            await connect_tcp(left, RIGHT, PORT, early=bytes(BUFFER + 1))


async def clog(stream: Stream) -> None:
    """Send until nothing more goes; twice, as a blocked sender is woken only when half of the buffer is free."""
    for _ in range(2):
        with trio.move_on_after(5.0):
            while True:
                await stream.send_all(bytes(1000))


# -- beginning


async def test_names_of_both_ends() -> None:
    async with pair() as (left, right):
        assert (left.connection.peer, left.connection.port) == (RIGHT, PORT)
        assert (right.connection.peer, right.connection.port) == (LEFT, left.connection.local_port)


async def test_a_port_where_nobody_listens_refuses() -> None:
    left, right, _ = hosts()
    async with running(left, right):
        with pytest.raises(Refused):
            await connect_tcp(left, RIGHT, PORT)
        assert left.query().connections == 0


async def test_a_host_that_does_not_answer_times_out() -> None:
    left, right, _ = hosts()
    async with running(left, right):
        began = trio.current_time()
        with pytest.raises(TimedOut):
            await connect_tcp(left, MacAddress.local(3), PORT)
        assert trio.current_time() - began == pytest.approx(5.0, abs=0.1)
        assert left.query().connections == 0


async def test_a_cancelled_connect_leaves_nothing() -> None:
    left, right, _ = hosts()
    async with running(left, right):
        with trio.move_on_after(0.5) as scope:
            await connect_tcp(left, MacAddress.local(3), PORT)
        assert scope.cancelled_caught
        assert left.query().connections == 0


async def test_errors_of_the_caller() -> None:
    left, right, _ = hosts()
    with pytest.raises(NotInitialized):
        await connect_tcp(left, RIGHT, PORT)
    with pytest.raises(NotInitialized):
        listen_tcp(left, PORT)
    async with running(left, right):
        with pytest.raises(BadAddress):
            await connect_tcp(left, RIGHT, Port(0))
        with pytest.raises(ValueError, match="backlog"):
            listen_tcp(left, PORT, backlog=0)
        async with listen_tcp(left, PORT):
            with pytest.raises(OpenFailed):
                listen_tcp(left, PORT)


# -- data


async def test_whole_bytes_come_as_they_are_and_segments_are_joined() -> None:
    async with pair() as (left, right):
        await left.send_all(b"one")
        await trio.sleep(1.0)
        await left.send_all(b"two")
        await trio.sleep(1.0)
        assert await right.receive_some() == b"onetwo"
        await left.send_all(b"three")
        assert await right.receive_some(2) == b"th"
        assert await right.receive_some(100) == b"ree"


async def test_bytes_given_to_send_are_not_changed_by_what_happens_to_the_buffer() -> None:
    async with pair() as (left, right):
        buffer = bytearray(b"before")
        await left.send_all(buffer)
        buffer[:] = b"behind"
        assert await right.receive_some() == b"before"


async def test_more_than_all_buffers_hold_arrives_whole() -> None:
    data = bytes(range(256)) * 400
    async with pair() as (left, right), trio.open_nursery() as nursery:

        async def send() -> None:
            await left.send_all(data)
            await left.send_eof()

        nursery.start_soon(send)
        got = b""
        async for part in right:
            got += part
        assert got == data


async def test_a_reader_that_does_not_read_stops_the_sender() -> None:
    """RFC 9293, section 3.8.6: the window closes; what is stored is bounded by the two buffers."""
    async with pair() as (left, right):
        with trio.move_on_after(60.0) as scope:
            await left.send_all(bytes(100_000))
        assert scope.cancelled_caught
        assert right.inbox.size <= BUFFER
        (info,) = right._tcp.query().details()
        assert info.rcv_wnd == 0
        got = 0
        with trio.move_on_after(60.0):
            while True:
                got += len(await right.receive_some())
        assert BUFFER < got <= 2 * BUFFER


async def test_single_bytes_are_not_kept_singly() -> None:
    inbox = Inbox()
    pieces = [b"first", *(bytes([number % 256]) for number in range(5000)), bytes(300), b"a", b"b"]
    for piece in pieces:
        inbox.deliver(piece, 0, len(piece))
    whole = b"".join(pieces)
    assert inbox.size == len(whole)
    assert len(inbox._buffer._chunks) <= 3
    got = b""
    for count in (1, 4, 1, 4998, 2, 200):
        got += inbox.take(count)
    got += inbox.take(inbox.size)
    assert got == whole
    assert not inbox.size


async def test_one_wake_up_for_a_batch() -> None:
    left, right, _ = hosts(TcpConfig())
    async with running(left, right):
        one, other = await joined(left, right)
        sizes: list[int] = []

        async def read() -> None:
            while sum(sizes) < 14_000:
                sizes.append(len(await other.receive_some()))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            await one.send_all(bytes(14_000))
        assert sizes == [14_000]


# -- ending in good order


async def test_half_close_goes_both_ways() -> None:
    async with pair() as (left, right):
        await left.send_all(b"question")
        await left.send_eof()
        await left.send_eof()
        assert await right.receive_some() == b"question"
        assert await right.receive_some() == b""
        assert await right.receive_some() == b""
        with pytest.raises(trio.ClosedResourceError):
            await left.send_all(b"more")
        await right.send_all(b"answer")
        await right.send_eof()
        assert await left.receive_some() == b"answer"
        assert await left.receive_some() == b""
        await left.send_eof()


async def test_aclose_waits_until_everything_has_arrived() -> None:
    left, right, device = hosts()
    faults(device, delay=0.5)
    async with running(left, right):
        one, other = await joined(left, right)
        began = trio.current_time()
        await one.send_all(bytes(4000))
        await one.aclose()
        assert trio.current_time() - began >= 1.0
        assert other.inbox.size == 4000
        assert other.inbox.ended


async def test_aclose_does_not_wait_for_ever() -> None:
    async with pair(TcpConfig(receive_buffer=8192, send_buffer=8192), linger=3.0) as (left, right):
        await clog(left)
        began = trio.current_time()
        await left.aclose()
        assert trio.current_time() - began == pytest.approx(3.0)
        got = 0
        async for part in right:  # TCP went on by itself
            got += len(part)
        assert got > 8192


async def test_a_close_with_unread_data_is_a_reset() -> None:
    """RFC 2525, section 2.17; RFC 9293, SHLD-3: the peer must learn that its data was not read."""
    async with pair() as (left, right):
        await left.send_all(b"unread")
        await trio.sleep(1.0)
        await right.aclose()
        await trio.sleep(1.0)
        with pytest.raises(trio.BrokenResourceError) as raised:
            await left.receive_some()
        assert isinstance(raised.value.__cause__, BrokenByPeer)


async def test_a_cancelled_aclose_is_a_reset() -> None:
    async with pair() as (left, right):
        await trio.aclose_forcefully(left)
        await trio.sleep(1.0)
        with pytest.raises(trio.BrokenResourceError):
            await right.send_all(b"x")
        assert left._tcp.query().connections == 0
        assert right._tcp.query().connections == 0


async def test_nothing_is_left_after_many_connections() -> None:
    left, right, _ = hosts(TcpConfig(msl=1.0))
    async with running(left, right):
        async with listen_tcp(right, PORT) as listener:
            for _ in range(50):
                one = await connect_tcp(left, RIGHT, PORT)
                async with await listener.accept() as other, one:
                    await one.send_all(b"x")
                    assert await other.receive_some() == b"x"
        await trio.sleep(10.0)
        for host in (left, right):
            info = host.query()
            assert (info.connections, info.listeners, info.paths) == (0, 0, 0)
        assert left.runtime.scheduler.timers.running() == 0


# -- ending badly: everyone who waits wakes, with the right exception


async def receiving(stream: Stream) -> None:
    await stream.receive_some()


async def sending(stream: Stream) -> None:
    await stream.send_all(bytes(100_000))


async def waiting(stream: Stream) -> None:
    await stream.wait_send_all_might_not_block()


every_wait = pytest.mark.parametrize("wait", [receiving, sending, waiting], ids=lambda wait: wait.__name__)
Wait: TypeAlias = Callable[[Stream], Awaitable[object]]


async def outcome(stream: Stream, wait: Wait, event: Callable[[], Awaitable[object]]) -> BaseException:
    """What ``wait`` raised because of ``event``, having waited before; and it raises the same kind ever after."""
    caught: list[BaseException] = []

    async def run() -> None:
        try:
            await wait(stream)
        except Exception as error:
            caught.append(error)

    with trio.fail_after(100.0):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run)
            await trio.testing.wait_all_tasks_blocked()
            assert not caught
            await event()
        (error,) = caught
        with pytest.raises(type(error)):
            await wait(stream)
    return error


@every_wait
async def test_a_reset_wakes(wait: Wait) -> None:
    async with pair() as (left, right):
        await clog(left)

        async def reset() -> None:
            await trio.aclose_forcefully(right)

        error = await outcome(left, wait, reset)
        assert isinstance(error, trio.BrokenResourceError)
        assert isinstance(error.__cause__, BrokenByPeer)


@every_wait
async def test_silence_wakes(wait: Wait) -> None:
    left, right, _ = hosts()
    async with running(left):
        right.initialize()
        one, _other = await joined(left, right)
        await clog(one)

        async def vanish() -> None:
            right.finalize()  # says nothing to its peers

        error = await outcome(one, wait, vanish)
        assert isinstance(error, trio.BrokenResourceError)
        assert isinstance(error.__cause__, TimedOut)


@every_wait
async def test_the_owner_wakes_its_other_tasks(wait: Wait) -> None:
    async with pair(linger=1.0) as (left, right):
        await clog(left)
        assert isinstance(await outcome(left, wait, left.aclose), trio.ClosedResourceError)
        assert right.inbox.error is None


@every_wait
async def test_the_end_of_the_stack_wakes(wait: Wait) -> None:
    left, right, _ = hosts()
    async with running(right):
        left.initialize()
        one, _other = await joined(left, right)
        await clog(one)

        async def finalize() -> None:
            left.finalize()

        error = await outcome(one, wait, finalize)
        assert isinstance(error, trio.BrokenResourceError)
        assert isinstance(error.__cause__, ProtocolError)
        await one.aclose()


async def test_a_stream_that_was_cut_off_does_not_look_complete() -> None:
    async with pair() as (left, right):
        await left.send_all(b"half a senten")
        await trio.sleep(1.0)
        right.inbox.status(Closed())  # what a layer below says when it is finalized
        assert await right.receive_some() == b"half a senten"
        with pytest.raises(trio.BrokenResourceError):
            await right.receive_some()


async def test_data_that_came_before_a_reset_can_be_read() -> None:
    async with pair() as (left, right):
        await left.send_all(b"last words")
        await trio.sleep(1.0)
        await trio.aclose_forcefully(left)
        await trio.sleep(1.0)
        assert await right.receive_some() == b"last words"


async def test_a_second_task_is_told_that_it_is_busy() -> None:
    async with pair() as (left, _right):
        await clog(left)
        for wait in (receiving, sending, waiting):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait, left)
                await trio.testing.wait_all_tasks_blocked()
                with pytest.raises(trio.BusyResourceError):
                    await wait(left)
                nursery.cancel_scope.cancel()


# -- listeners


async def test_a_listener_serves_many() -> None:
    left, right, _ = hosts(TcpConfig())
    async with running(left, right), trio.open_nursery() as nursery:

        async def echo(stream: Stream) -> None:
            async with stream:
                async for data in stream:
                    await stream.send_all(data)

        await nursery.start(trio.serve_listeners, echo, [listen_tcp(right, PORT)])

        async def client(number: int) -> None:
            async with await connect_tcp(left, RIGHT, PORT) as stream:
                await stream.send_all(b"%d" % number)
                assert await stream.receive_some() == b"%d" % number

        async with trio.open_nursery() as clients:
            for number in range(20):
                clients.start_soon(client, number)
        nursery.cancel_scope.cancel()


async def test_the_backlog_is_bounded() -> None:
    left, right, _ = hosts()
    async with running(left, right), listen_tcp(right, PORT, backlog=2) as listener:
        streams = [await connect_tcp(left, RIGHT, PORT) for _ in range(3)]
        await trio.sleep(1.0)
        assert listener.refused == 1
        assert [stream.inbox.error is None for stream in streams] == [True, True, False]
        await listener.accept()
        await connect_tcp(left, RIGHT, PORT)
        await trio.sleep(1.0)
        assert listener.refused == 1


async def accept_outcome(listener: TcpListener[MacAddress], event: Callable[[], Awaitable[object]]) -> None:
    async def run() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await listener.accept()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await trio.testing.wait_all_tasks_blocked()
        await event()
    with pytest.raises(trio.ClosedResourceError):
        await listener.accept()


async def test_closing_a_listener_wakes_and_resets_who_was_not_accepted() -> None:
    left, right, _ = hosts()
    async with running(left, right):
        listener = listen_tcp(right, PORT)
        await accept_outcome(listener, listener.aclose)
        await listener.aclose()
        again = listen_tcp(right, PORT)
        stream = await connect_tcp(left, RIGHT, PORT)
        await trio.sleep(1.0)
        await again.aclose()
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()


async def test_the_end_of_the_stack_wakes_a_listener() -> None:
    left, right, _ = hosts()
    async with running(left):
        right.initialize()
        listener = listen_tcp(right, PORT)

        async def finalize() -> None:
            right.finalize()

        await accept_outcome(listener, finalize)
        await listener.aclose()


async def test_two_tasks_cannot_accept_at_once() -> None:
    left, right, _ = hosts()
    async with running(left, right), listen_tcp(right, PORT) as listener, trio.open_nursery() as nursery:
        nursery.start_soon(listener.accept)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await listener.accept()
        nursery.cancel_scope.cancel()


async def test_what_is_closed_by_force_does_not_look_complete() -> None:
    async with pair() as (left, right):
        await left.send_all(b"cut off")
        await trio.sleep(1.0)
        await trio.aclose_forcefully(left)
        assert await right.receive_some() == b"cut off"
        with pytest.raises(trio.BrokenResourceError):
            await right.receive_some()
