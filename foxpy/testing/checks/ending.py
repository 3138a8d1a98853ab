"""close and abort."""

from __future__ import annotations

import trio

from foxpy.errors import InvalidConnection
from foxpy.protocol import Address, Conn, Pattern
from foxpy.status import Aborted, Closed, HalfClosed
from foxpy.testing.contract import harmless, raising, require
from foxpy.testing.rig import End, Rig


async def abort_invalidates_the_connection(rig: Rig[Address, Pattern, Conn]) -> None:
    """After an abort, staging a sender and beginning a packet raise InvalidConnection."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        for end in (left, right):
            end.protocol.abort(end.connection)
            _is_invalid(rig, end, "abort")


async def close_invalidates_the_connection(rig: Rig[Address, Pattern, Conn]) -> None:
    """After a close, staging a sender and beginning a packet raise InvalidConnection."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        await _close_both(rig, left, right)
        for end in (left, right):
            _is_invalid(rig, end, "close")


async def ending_twice_is_harmless(rig: Rig[Address, Pattern, Conn]) -> None:
    """abort and close are harmless after an abort, and after a close."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        rig.left.abort(left.connection)
        await _end_again(rig, left, "abort")
        if not right.collector.ended:
            rig.right.abort(right.connection)
        await _end_again(rig, right, "abort")
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        await _close_both(rig, left, right)
        await _end_again(rig, left, "close")
        await _end_again(rig, right, "close")


async def nothing_is_heard_after_abort(rig: Rig[Address, Pattern, Conn]) -> None:
    """After an abort its receiver hears nothing more, neither packets nor events, whatever the peer sends."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        await rig.carry(left, right, rig.payload(rig.knock))
        left.sender.send(rig.payload(rig.knock))
        rig.right.abort(right.connection)
        heard = right.collector.heard
        await rig.silence()
        if not left.collector.ended:
            left.sender.send(rig.payload(rig.knock))
            await rig.silence()
        require(right.collector.heard == heard, f"after its abort a receiver heard {_last(right)}")


async def close_waits_for_what_was_sent(rig: Rig[Address, Pattern, Conn]) -> None:
    """close ends a connection in good order: all that was sent before it arrives."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        sent = rig.payload(max(rig.knock, min(20_000, left.sender.limit())))
        if rig.pair.stream:
            await rig.transmit(left, sent)
        else:
            left.sender.send(sent)
        if rig.pair.held:
            await rig.silence()
        await _close(rig, left)
        if rig.pair.reliable:
            await rig.until(lambda: len(right.collector.data) >= len(sent), "what was sent before close did not arrive")
            require(rig.equal(right.collector.data, sent), "what was sent before close arrived changed")


async def a_cancelled_close_goes_on(rig: Rig[Address, Pattern, Conn]) -> None:
    """A close that is cancelled goes on by itself: on a stream the peer hears the end all the same."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        with trio.CancelScope() as scope:
            scope.cancel()
            await rig.left.close(left.connection)
        with raising(InvalidConnection, "begin() on a sender staged before a close that was cancelled"):
            left.sender.begin(rig.knock)
        if rig.pair.stream:
            await rig.until(lambda: bool(right.collector.events), "the peer of a cancelled close heard nothing")


async def the_peer_hears_the_end(rig: Rig[Address, Pattern, Conn]) -> None:
    """On a stream the peer of a close hears HalfClosed or Closed, once, after all data; that of an abort Aborted."""
    if not rig.pair.stream:
        return
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_close, rig, left)
            await rig.until(lambda: bool(right.collector.events), "the peer of a close heard nothing")
            event = right.collector.events[0]
            require(isinstance(event, HalfClosed | Closed), f"the peer of a close heard {event!r}")
            if isinstance(event, HalfClosed):
                await rig.carry(right, left, rig.payload(1000))
            nursery.start_soon(_close, rig, right)
    if rig.pair.held:
        return  # an abort says it once, and what is held back then is dropped
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        rig.left.abort(left.connection)
        await rig.until(lambda: bool(right.collector.events), "the peer of an abort heard nothing")
        event = right.collector.events[0]
        require(isinstance(event, Aborted), f"the peer of an abort heard {event!r}")


async def the_address_is_free_again(rig: Rig[Address, Pattern, Conn]) -> None:
    """When both ends have aborted, the same peers can open anew and nothing old arrives."""
    async with rig.turning(), rig.initialized():
        left, right, listening = await rig.connect_listening()
        left.sender.send(rig.payload(rig.knock, 1))
        rig.left.abort(left.connection)
        rig.right.abort(right.connection)
        listening.stop()
        await rig.silence()
        again, accepted = await rig.connect()
        await rig.carry(again, accepted, rig.payload(rig.knock, 2))
        await rig.carry(accepted, again, rig.payload(rig.knock, 3))


# -- helpers


def _is_invalid(rig: Rig[Address, Pattern, Conn], end: End[Address, Pattern, Conn], after: str) -> None:
    with raising(InvalidConnection, f"begin() on a sender staged before the {after}"):
        end.sender.begin(rig.knock)
    with raising(InvalidConnection, f"send() on a sender staged before the {after}"):
        end.sender.send(rig.payload(rig.knock))
    with raising(InvalidConnection, f"staging a sender after the {after}"):
        end.protocol.send(end.connection)


async def _end_again(rig: Rig[Address, Pattern, Conn], end: End[Address, Pattern, Conn], first: str) -> None:
    with harmless(f"abort after {first}"):
        end.protocol.abort(end.connection)
    await _close(rig, end, f"close after {first} and abort")


async def _close(rig: Rig[Address, Pattern, Conn], end: End[Address, Pattern, Conn], operation: str = "close") -> None:
    with harmless(operation), trio.move_on_after(rig.pair.patience) as scope:
        await end.protocol.close(end.connection)
    require(not scope.cancelled_caught, f"{operation} did not return within {rig.pair.patience} s")


async def _close_both(
    rig: Rig[Address, Pattern, Conn], left: End[Address, Pattern, Conn], right: End[Address, Pattern, Conn]
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_close, rig, left)
        nursery.start_soon(_close, rig, right)


def _last(end: End[Address, Pattern, Conn]) -> str:
    collector = end.collector
    return repr(collector.events[-1]) if collector.events else f"a packet of {len(collector.packets[-1])} bytes"
