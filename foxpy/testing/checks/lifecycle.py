"""initialize and finalize."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import trio
import trio.testing

from foxpy.errors import InvalidConnection, NotInitialized, ProtocolError
from foxpy.protocol import Address, Conn, Pattern
from foxpy.testing.collector import ignoring
from foxpy.testing.contract import harmless, raising, require
from foxpy.testing.rig import Rig


async def uninitialized_is_refused(rig: Rig[Address, Pattern, Conn]) -> None:
    """Before initialize, every open and finalize raise NotInitialized."""
    async with rig.turning():
        await _refuses(rig, "before initialize")
        with raising(NotInitialized, "finalize() before initialize()"):
            rig.left.finalize()


async def initializations_are_counted(rig: Rig[Address, Pattern, Conn]) -> None:
    """initialize and finalize give the number of initializations still open."""
    async with rig.turning():
        for protocol in (rig.left, rig.right):
            counts = [protocol.initialize(), protocol.initialize(), protocol.finalize(), protocol.finalize()]
            require(counts == [1, 2, 1, 0], f"initialize twice, finalize twice gave {counts}, not [1, 2, 1, 0]")


async def works_until_the_last_finalize(rig: Rig[Address, Pattern, Conn]) -> None:
    """Only the last finalize releases: a connection outlives the others, and so do opens."""
    async with rig.turning(), rig.initialized():
        rig.left.initialize()
        rig.right.initialize()
        left, right = await rig.connect()
        rig.left.finalize()
        rig.right.finalize()
        require(not left.collector.ended and not right.collector.ended, "a finalize before the last ended a connection")
        await rig.carry(left, right, rig.payload(rig.knock))


async def finalized_is_refused(rig: Rig[Address, Pattern, Conn]) -> None:
    """After the last finalize every open raises NotInitialized, and a sender staged before InvalidConnection."""
    async with rig.turning():
        rig.initialize()
        left, right = await rig.connect()
        rig.finalize()
        await _refuses(rig, "after the last finalize")
        for end in (left, right):
            with raising(InvalidConnection, "begin() on a sender, after the last finalize,"):
                end.sender.begin(rig.knock)


async def initializes_again(rig: Rig[Address, Pattern, Conn]) -> None:
    """A protocol that was finalized starts afresh when it is initialized again: nothing is listened to or open."""
    async with rig.turning():
        for _ in range(2):
            rig.initialize()
            left, right, _listening = await rig.connect_listening()
            await rig.carry(left, right, rig.payload(rig.knock))
            rig.finalize()


async def finalize_ends_connections(rig: Rig[Address, Pattern, Conn]) -> None:
    """The last finalize ends every connection, and its receiver hears Aborted or Closed, once."""
    async with rig.turning():
        rig.initialize()
        left, right = await rig.connect()
        rig.finalize()
        for name, end in (("left", left), ("right", right)):
            events = end.collector.events
            require(end.collector.ended, f"{name}'s receiver heard {events} when its protocol was finalized")
            with harmless("abort() after the last finalize"):
                end.protocol.abort(end.connection)


async def finalize_leaves_nothing(rig: Rig[Address, Pattern, Conn]) -> None:
    """After the last finalize, with packets under way, no timer runs and nothing is waited for."""
    async with rig.turning():
        rig.initialize()
        left, right, _ = await rig.connect_listening()
        for end in (left, right):
            for _ in range(3):
                end.sender.send(rig.payload(min(rig.knock * 100, end.sender.limit())))
        rig.finalize()
        for protocol in (rig.left, rig.right):
            scheduler = protocol.runtime.scheduler
            running = scheduler.timers.running()
            require(running == 0, f"{running} timers run on after the last finalize")
            require(not scheduler.descriptors, f"{len(scheduler.descriptors)} descriptors are watched on")
        heard = left.collector.heard, right.collector.heard
        await rig.silence()
        require(
            (left.collector.heard, right.collector.heard) == heard, "something was delivered after the last finalize"
        )


async def waits_end_with_the_protocol(rig: Rig[Address, Pattern, Conn]) -> None:
    """An open that waits while its protocol is finalized raises a ProtocolError."""

    async def wait(waiting: Callable[[], Awaitable[object]]) -> None:
        with trio.move_on_after(rig.pair.patience) as scope, suppress(ProtocolError):
            await waiting()
        require(not scope.cancelled_caught, "an open waits on although its protocol was finalized")

    async def passive() -> None:
        await rig.right.passive_open(rig.pair.pattern, ignoring)

    async def active() -> None:
        await rig.left.active_open(rig.pair.right_address, ignoring)

    for waiting, protocol in ((passive, rig.right), (active, rig.left)):
        async with rig.turning():
            protocol.initialize()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait, waiting)
                await trio.testing.wait_all_tasks_blocked()
                protocol.finalize()


async def _refuses(rig: Rig[Address, Pattern, Conn], when: str) -> None:
    pair = rig.pair
    with raising(NotInitialized, f"active_open {when}"):
        await rig.left.active_open(pair.right_address, ignoring)
    with raising(NotInitialized, f"passive_open {when}"):
        await rig.left.passive_open(pair.pattern, ignoring)
    with raising(NotInitialized, f"listen {when}"):
        rig.left.listen(pair.pattern, ignoring)
