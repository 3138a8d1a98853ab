"""UDP sockets and channels over IP with ICMP, and over Ethernet alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Interface
from typing import TypeAlias

import pytest
import trio
import trio.testing

from foxpy.addresses import MacAddress, Port
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import BadAddress, NotInitialized, OpenFailed, PacketSize, Refused, Unreachable
from foxpy.layers.ethernet import ethernet
from foxpy.layers.udp import Udp, UdpConfig, udp
from foxpy.streams import Datagram, UdpChannel, UdpSocket, bind_udp, connect_udp
from foxpy.streams.udp import PEERS
from stacks import tcp_ip

Host: TypeAlias = Udp[IPv4Address]
LEFT, RIGHT = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
EVERYONE = IPv4Address("255.255.255.255")
ECHO = Port(7)


@asynccontextmanager
async def hosts() -> AsyncIterator[tuple[Host, Host]]:
    segment = link(seed=1)
    left, right = (tcp_ip.build(segment.attach(), IPv4Interface(f"{host}/24")) for host in (LEFT, RIGHT))
    async with left.running(), right.running():
        yield left.udp, right.udp


async def test_a_question_and_an_answer() -> None:
    async with hosts() as (left, right), bind_udp(left) as client, bind_udp(right, ECHO) as server:
        await client.send_to(b"question", RIGHT, ECHO)
        asked = await server.receive_from()
        assert asked == Datagram(b"question", LEFT, client.port, RIGHT)
        await server.send_to(b"answer", asked.host, asked.port)
        data, host, port, local = await client.receive_from()
        assert (data, host, port, local) == (b"answer", RIGHT, ECHO, LEFT)


@pytest.mark.parametrize("size", [0, 1, 1472, 1473, 8000, 65507])
async def test_datagrams_of_every_size_arrive_whole(size: int) -> None:
    async with hosts() as (left, right), bind_udp(left) as client, bind_udp(right, ECHO) as server:
        data = bytes(range(256)) * (size // 256) + bytes(size % 256)
        await client.send_to(data, RIGHT, ECHO)
        assert (await server.receive_from()).data == data


async def test_too_much_is_refused_and_says_how_much_goes() -> None:
    async with hosts() as (left, _), bind_udp(left) as client:
        with pytest.raises(PacketSize) as raised:
            await client.send_to(bytes(65508), RIGHT, ECHO)
        assert raised.value.limit == 65507


async def test_a_broadcast_is_heard_and_answered() -> None:
    async with hosts() as (left, right), bind_udp(left) as client, bind_udp(right, ECHO) as server:
        await client.send_to(b"who is there", EVERYONE, ECHO)
        asked = await server.receive_from()
        assert (asked.host, asked.local) == (LEFT, EVERYONE)
        await server.send_to(b"I am", asked.host, asked.port)
        assert await client.receive_from() == Datagram(b"I am", RIGHT, ECHO, LEFT)


async def test_two_sockets_talk_at_once_in_both_roles() -> None:
    async with hosts() as (left, right), bind_udp(left, ECHO) as one, bind_udp(right, ECHO) as other:
        await one.send_to(b"a", RIGHT, ECHO)
        await other.send_to(b"b", LEFT, ECHO)
        assert (await one.receive_from()).data == b"b"
        assert (await other.receive_from()).data == b"a"
        await one.send_to(b"c", RIGHT, ECHO)
        assert (await other.receive_from()).data == b"c"


async def test_a_channel_hears_its_peer_alone() -> None:
    async with hosts() as (left, right), connect_udp(left, RIGHT, ECHO) as channel:
        assert (channel.connection.peer, channel.connection.port) == (RIGHT, ECHO)
        async with bind_udp(right, ECHO) as server, bind_udp(right, Port(8)) as stranger:
            await channel.send(b"question")
            asked = await server.receive_from()
            await stranger.send_to(b"nonsense", asked.host, asked.port)
            await server.send_to(b"answer", asked.host, asked.port)
            assert await channel.receive() == b"answer"


async def test_over_ethernet_hosts_are_stations() -> None:
    segment = link()
    macs = MacAddress.local(1), MacAddress.local(2)
    left, right = (udp(ethernet(segment.attach(), mac).carrier(0x88B6)) for mac in macs)
    async with running(left, right), bind_udp(left) as client, bind_udp(right, ECHO) as server:
        await client.send_to(b"x", macs[1], ECHO)  # shorter than the least Ethernet frame
        assert await server.receive_from() == Datagram(b"x", macs[0], client.port, macs[1])


# -- what the network reports


async def test_nobody_at_the_port_is_refused_at_the_next_operation() -> None:
    async with hosts() as (left, _), bind_udp(left) as client:
        await client.send_to(b"anyone?", RIGHT, ECHO)
        with pytest.raises(Refused):
            await client.receive_from()
        await client.send_to(b"anyone now?", RIGHT, ECHO)
        await trio.sleep(1.0)
        with pytest.raises(Refused):
            await client.send_to(b"hello?", RIGHT, ECHO)
        await client.send_to(b"once only", RIGHT, ECHO)


async def test_a_channel_hears_of_it_too() -> None:
    async with hosts() as (left, _), connect_udp(left, RIGHT, ECHO) as channel:
        await channel.send(b"anyone?")
        with pytest.raises(Refused):
            await channel.receive()
        await channel.send(b"anyone?")
        await trio.sleep(1.0)
        with pytest.raises(Refused):
            await channel.send(b"hello?")


async def test_a_neighbour_that_is_not_there_is_unreachable() -> None:
    async with hosts() as (left, _), bind_udp(left) as client:
        await client.send_to(b"anyone?", IPv4Address("192.0.2.99"), ECHO)
        with pytest.raises(Unreachable):
            await client.receive_from()


async def test_no_route_is_said_at_once() -> None:
    async with hosts() as (left, _), bind_udp(left) as client:
        with pytest.raises(OpenFailed):
            await client.send_to(b"anyone?", IPv4Address("203.0.113.1"), ECHO)


async def test_strangers_cannot_make_a_server_fail() -> None:
    """An error about an answer is the stranger's business: it asked, and left before the answer came."""
    async with hosts() as (left, right), bind_udp(right, ECHO) as server:
        async with bind_udp(left) as client:
            await client.send_to(b"question", RIGHT, ECHO)
            asked = await server.receive_from()
        await server.send_to(b"answer", asked.host, asked.port)
        await trio.sleep(1.0)
        async with bind_udp(left) as client:
            await client.send_to(b"another", RIGHT, ECHO)
            assert (await server.receive_from()).data == b"another"


# -- bounds


async def test_the_queue_is_bounded_and_drops_are_counted() -> None:
    async with hosts() as (left, right), bind_udp(left) as client, bind_udp(right, ECHO, queue=10_000) as server:
        for _ in range(100):
            await client.send_to(bytes(872), RIGHT, ECHO)
        await trio.sleep(1.0)
        assert server.dropped == 90
        for _ in range(10):
            await server.receive_from()
        await client.send_to(bytes(9_999), RIGHT, ECHO)
        assert len((await server.receive_from()).data) == 9_999


async def test_empty_datagrams_are_bounded_too() -> None:
    async with hosts() as (left, right), bind_udp(left) as client, bind_udp(right, ECHO, queue=1000) as server:
        for _ in range(100):
            await client.send_to(b"", RIGHT, ECHO)
        await trio.sleep(1.0)
        assert server.dropped == 93


async def test_a_socket_that_writes_to_all_the_world_keeps_a_bounded_table() -> None:
    async with hosts() as (left, _), bind_udp(left) as client:
        for port in range(1, PEERS + 100):
            await client.send_to(b"x", EVERYONE, Port(port))  # nobody reports anything of a broadcast
        assert left.query().connections == PEERS


async def test_a_server_outlives_a_crowd_of_strangers() -> None:
    segment = link()
    left, right = (
        udp(ethernet(segment.attach(), MacAddress.local(n)).carrier(0x88B6), config=UdpConfig(passive_connections=20))
        for n in (1, 2)
    )
    async with running(left, right), bind_udp(right, ECHO) as server:
        for number in range(100):
            async with bind_udp(left) as client:
                await client.send_to(b"%d" % number, MacAddress.local(2), ECHO)
                asked = await server.receive_from()
                await server.send_to(asked.data, asked.host, asked.port)
                assert (await client.receive_from()).data == b"%d" % number
        assert right.query().connections <= 20
        assert right.query().forgotten >= 80


# -- errors of the caller, and endings


async def test_a_port_belongs_to_one_socket() -> None:
    async with hosts() as (left, _):
        async with bind_udp(left, ECHO), bind_udp(left) as other:
            with pytest.raises(OpenFailed):
                bind_udp(left, ECHO)
            assert 32768 <= other.port <= 65535
            async with bind_udp(left, ECHO, local=LEFT):
                pass
        async with bind_udp(left, ECHO):
            pass
        with pytest.raises(BadAddress):
            bind_udp(left, Port(70000))
        with pytest.raises(ValueError, match="queue"):
            bind_udp(left, queue=0)
        info = left.query()
        assert (info.connections, info.listeners) == (0, 0)


async def test_nothing_works_before_the_stack_runs() -> None:
    layer = udp(ethernet(link().attach()).carrier(0x88B6))
    for make in (lambda: bind_udp(layer), lambda: connect_udp(layer, MacAddress.local(2), ECHO)):
        with pytest.raises(NotInitialized):
            make()


Operation: TypeAlias = Callable[[], Awaitable[object]]


async def wakes(receive: Operation, event: Operation, *others: Operation, error: type[Exception]) -> None:
    """``receive`` waits, ``event`` happens, and it raises ``error``, as all operations do from then on."""

    async def run() -> None:
        with pytest.raises(error):
            await receive()

    with trio.fail_after(10.0):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run)
            await trio.testing.wait_all_tasks_blocked()
            await event()
        for operation in (receive, *others):
            with pytest.raises(error):
                await operation()


def operations(end: UdpSocket[MacAddress] | UdpChannel[MacAddress]) -> tuple[Operation, Operation]:
    if isinstance(end, UdpSocket):
        return end.receive_from, lambda: end.send_to(b"x", MacAddress.local(2), ECHO)
    return end.receive, lambda: end.send(b"x")


@pytest.mark.parametrize("make", ["socket", "channel"])
@pytest.mark.parametrize("how", ["closed", "finalized"])
async def test_who_waits_wakes_at_the_end(make: str, how: str) -> None:
    segment = link()
    layer = udp(ethernet(segment.attach(), MacAddress.local(1)).carrier(0x88B6))
    other = udp(ethernet(segment.attach(), MacAddress.local(2)).carrier(0x88B6))
    async with running(other):
        layer.initialize()
        end = bind_udp(layer) if make == "socket" else connect_udp(layer, MacAddress.local(2), ECHO)
        receive, send = operations(end)
        await send()
        if how == "closed":
            await wakes(receive, end.aclose, send, error=trio.ClosedResourceError)
            layer.finalize()
        else:

            async def finalize() -> None:
                layer.finalize()

            await wakes(receive, finalize, send, error=trio.BrokenResourceError)
        await end.aclose()
        await end.aclose()


async def test_who_waits_wakes_when_the_device_is_gone() -> None:
    device = link().attach()
    layer = udp(ethernet(device, MacAddress.local(1)).carrier(0x88B6))
    async with running(layer), bind_udp(layer) as socket, connect_udp(layer, MacAddress.local(2), ECHO) as channel:
        await socket.send_to(b"x", MacAddress.local(2), ECHO)

        async def receive(wait: Operation, error: type[Exception]) -> None:
            with pytest.raises(error, match="pulled out"):
                await wait()

        with trio.fail_after(10.0):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(receive, socket.receive_from, OpenFailed)
                nursery.start_soon(receive, channel.receive, trio.BrokenResourceError)
                await trio.testing.wait_all_tasks_blocked()
                device.fail(OpenFailed("pulled out"))


async def test_one_task_at_a_time_receives() -> None:
    async with hosts() as (left, _), bind_udp(left) as socket, trio.open_nursery() as nursery:
        nursery.start_soon(socket.receive_from)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await socket.receive_from()
        nursery.cancel_scope.cancel()


async def test_a_cancelled_receive_loses_nothing() -> None:
    async with hosts() as (left, right), bind_udp(left) as client, bind_udp(right, ECHO) as server:
        with trio.move_on_after(1.0):
            await server.receive_from()
        await client.send_to(b"kept", RIGHT, ECHO)
        await trio.sleep(1.0)
        with trio.CancelScope() as scope:
            scope.cancel()
            await server.receive_from()
        assert (await server.receive_from()).data == b"kept"
        with trio.testing.assert_checkpoints():
            await client.send_to(b"more", RIGHT, ECHO)
        await trio.sleep(1.0)
        with trio.testing.assert_checkpoints():
            await server.receive_from()
