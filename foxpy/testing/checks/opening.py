"""active_open, passive_open and listen."""

from __future__ import annotations

import trio

from foxpy.errors import BadAddress, OpenFailed
from foxpy.protocol import Address, Conn, Pattern
from foxpy.testing.collector import Acceptor, Collector, ignoring
from foxpy.testing.contract import Observation, harmless, raising, require
from foxpy.testing.rig import End, Rig


async def active_open_calls_its_handler_once(rig: Rig[Address, Pattern, Conn]) -> None:
    """active_open calls its handler exactly once, before it returns, with the connection that it returns."""
    async with rig.turning(), rig.initialized():
        rig.right.listen(rig.pair.pattern, ignoring)
        opened: Acceptor[Conn] = Acceptor()
        connection = await rig.left.active_open(rig.pair.right_address, opened)
        require(len(opened.accepted) == 1, f"the handler was called {len(opened.accepted)} times before the return")
        require(opened.accepted[0][0] is connection, "the handler was given another connection than was returned")
        await rig.silence()
        require(len(opened.accepted) == 1, "the handler was called again after the return")


async def accept_is_called_once_before_the_first_packet(rig: Rig[Address, Pattern, Conn]) -> None:
    """listen gives a new peer to accept exactly once, and what the peer sends to the receiver that it returned."""
    async with rig.turning(), rig.initialized():
        acceptor: Acceptor[Conn] = Acceptor()
        rig.right.listen(rig.pair.pattern, acceptor)
        left = await rig.active(rig.left, rig.pair.right_address)
        sent = rig.payload(rig.knock)
        for _ in range(1 if rig.pair.reliable else 40):
            left.sender.send(sent)
            await rig.happens(lambda: any(c.packets for _, c in acceptor.accepted), rig.pair.silence * 2)
            if any(collector.packets for _, collector in acceptor.accepted):
                break
        require(bool(acceptor.accepted), "accept was not called")
        collector = acceptor.accepted[0][1]
        require(bool(collector.packets), "the peer's first packet was not delivered to the receiver of its connection")
        require(rig.equal(collector.packets[0], sent), "the peer's first packet was delivered changed")
        left.sender.send(sent)
        await rig.silence()
        require(len(acceptor.accepted) == 1, f"accept was called {len(acceptor.accepted)} times for one peer")


async def passive_open_gives_the_first_peer(rig: Rig[Address, Pattern, Conn]) -> None:
    """passive_open waits for the first peer, gives its connection and address, and then listens no more."""
    pair = rig.pair
    opened: Acceptor[Conn] = Acceptor()
    results: list[tuple[Conn, Address]] = []

    async def passive() -> None:
        results.append(await rig.right.passive_open(pair.pattern, opened))

    async with rig.turning(), rig.initialized(), trio.open_nursery() as nursery:
        single = _single(rig)
        nursery.start_soon(passive)
        await trio.testing.wait_all_tasks_blocked()
        left = await rig.active(rig.left, pair.right_address)
        await rig.accepted(opened, left)
        await rig.until(lambda: bool(results), "passive_open did not return when its handler had been called")
        connection, address = results[0]
        require(len(opened.accepted) == 1, f"the handler was called {len(opened.accepted)} times")
        require(opened.accepted[0][0] is connection, "the handler was given another connection than was returned")
        expected = type(pair.left_address)
        require(type(address) is expected, f"the address returned is {address!r}, not a {expected.__name__}")
        right = End(rig.right, connection, opened.accepted[0][1])
        await rig.carry(left, right, rig.payload(rig.knock))
        await rig.carry(right, left, rig.payload(rig.knock))
        if not single:
            with harmless("listen to the pattern of a passive_open that has returned"):
                rig.right.listen(pair.pattern, ignoring)


async def cancelled_passive_open_listens_no_more(rig: Rig[Address, Pattern, Conn]) -> None:
    """A passive_open that is cancelled listens no more."""
    async with rig.turning(), rig.initialized():
        if _single(rig):
            return
        with trio.move_on_after(0.01) as scope:
            await rig.right.passive_open(rig.pair.pattern, ignoring)
        require(scope.cancelled_caught, "passive_open returned without a peer")
        with harmless("listen to the pattern of a cancelled passive_open"):
            rig.right.listen(rig.pair.pattern, ignoring)


async def a_cancelled_active_open_ends(rig: Rig[Address, Pattern, Conn]) -> None:
    """An active_open that is cancelled while it waits aborts the half-open connection."""
    pair = rig.pair
    async with rig.turning():
        rig.left.initialize()
        with trio.move_on_after(0.1) as scope:
            await rig.left.active_open(pair.right_address, ignoring)
        # Now that there is somebody to answer, nobody may ask any more.
        for component in (*pair.beside, rig.right):
            component.initialize()
        acceptor: Acceptor[Conn] = Acceptor()
        if scope.cancelled_caught:
            rig.right.listen(pair.pattern, acceptor)
            await trio.sleep(pair.patience)
        require(not acceptor.accepted, "a peer accepted a connection whose active_open had been cancelled")
        rig.finalize()


async def second_listener_is_refused(rig: Rig[Address, Pattern, Conn]) -> None:
    """Where someone listens to a pattern already, listen and passive_open raise OpenFailed."""
    pair = rig.pair
    async with rig.turning(), rig.initialized():
        rig.right.listen(pair.pattern, ignoring)
        with raising(OpenFailed, "a second listen to one pattern"):
            rig.right.listen(pair.pattern, ignoring)
        with raising(OpenFailed, "passive_open of a pattern that is listened to"), trio.move_on_after(pair.patience):
            await rig.right.passive_open(pair.pattern, ignoring)


async def stopped_listening_accepts_nobody(rig: Rig[Address, Pattern, Conn]) -> None:
    """After Listening.stop no peer is accepted; stopping twice is harmless; the pattern can be listened to again."""
    pair = rig.pair
    async with rig.turning(), rig.initialized():
        if _single(rig):
            return
        acceptor: Acceptor[Conn] = Acceptor()
        listening = rig.right.listen(pair.pattern, acceptor)
        listening.stop()
        with harmless("stopping twice"):
            listening.stop()
        await _tries_to_open(rig)
        require(not acceptor.accepted, "accept was called after stop()")
        again: Acceptor[Conn] = Acceptor()
        with harmless("listen to a pattern that was stopped"):
            second = rig.right.listen(pair.pattern, again)
        with harmless("stopping a stopped listening once more"):
            listening.stop()
        left = await rig.active(rig.left, pair.right_address)
        await rig.accepted(again, left)
        second.stop()


async def stop_leaves_connections_alone(rig: Rig[Address, Pattern, Conn]) -> None:
    """Connections that were accepted live on when the listening is stopped."""
    async with rig.turning(), rig.initialized():
        left, right, listening = await rig.connect_listening()
        listening.stop()
        require(not right.collector.events, f"stop() told a connection {right.collector.events}")
        await rig.carry(left, right, rig.payload(rig.knock))
        await rig.carry(right, left, rig.payload(rig.knock))


async def bad_addresses_are_refused(rig: Rig[Address, Pattern, Conn]) -> None:
    """Opens raise BadAddress for an address or pattern that the protocol can never serve."""
    async with rig.turning(), rig.initialized():
        for address in rig.pair.bad_addresses:
            with raising(BadAddress, f"active_open of {address}"), trio.move_on_after(rig.pair.patience):
                await rig.left.active_open(address, ignoring)
        for pattern in rig.pair.bad_patterns:
            with raising(BadAddress, f"listen to {pattern}"):
                rig.left.listen(pattern, ignoring)
            with raising(BadAddress, f"passive_open of {pattern}"), trio.move_on_after(rig.pair.patience):
                await rig.left.passive_open(pattern, ignoring)


def _single(rig: Rig[Address, Pattern, Conn]) -> bool:
    """Whether listening opens the one connection there can be, at once, as it does on a device."""
    acceptor: Acceptor[Conn] = Acceptor()
    listening = rig.right.listen(rig.pair.pattern, acceptor)
    listening.stop()
    for connection, _ in acceptor.accepted:
        rig.right.abort(connection)
    return bool(acceptor.accepted)


async def _tries_to_open(rig: Rig[Address, Pattern, Conn]) -> None:
    """An active open where nobody listens: whatever comes of it, nothing of it is left."""
    collector = Collector()
    with trio.move_on_after(rig.pair.patience):
        try:
            connection = await rig.left.active_open(rig.pair.right_address, lambda _: collector)
        except OpenFailed:
            return
        except Exception as error:
            raise Observation(f"active_open where nobody listens raised {error!r}") from error
        if not collector.ended:
            rig.left.send(connection).send(rig.payload(rig.knock))
        await rig.silence()
        rig.left.abort(connection)
