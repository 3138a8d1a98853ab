"""send and deliver."""

from __future__ import annotations

import attrs

from foxpy.errors import PacketSize
from foxpy.protocol import Address, Conn, Pattern
from foxpy.testing.contract import harmless, raising, require
from foxpy.testing.rig import Rig


async def every_size_arrives_whole(rig: Rig[Address, Pattern, Conn]) -> None:
    """What is sent is delivered as it was, in both directions, from the smallest packet to one of exactly limit()."""
    pair = rig.pair
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        for source, sink in ((left, right), (right, left)):
            limit = source.sender.limit()
            require(limit > 0, f"limit() is {limit} on an open connection")
            sizes = {0, 1, 2, 3, 17, 64, 255, 1000, 1001, limit // 2, limit - 1, limit, *pair.sizes}
            for size in sorted(sizes):
                if (size or not pair.stream) and pair.smallest <= size <= limit:
                    await rig.carry(source, sink, rig.payload(size))
            if pair.stream:
                await rig.carry(source, sink, rig.payload(2 * limit + 1))


async def begin_and_commit_equal_send(rig: Rig[Address, Pattern, Conn]) -> None:
    """A packet begun, with a header appended by the caller, and committed arrives as if sent in one piece."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        whole = rig.payload(max(rig.knock, 100))
        for cut in (0, 1, 20, len(whole)):
            before = len(right.collector.packets), len(right.collector.data)
            for _ in range(1 if rig.pair.reliable else 40):
                writer = left.sender.begin(len(whole))
                writer += whole[:cut]
                left.sender.commit(writer, whole[cut:])
                await rig.silence()
                if len(right.collector.data) >= before[1] + len(whole):
                    break
            if rig.pair.stream:
                require(right.collector.data[before[1] :] == whole, f"with a header of {cut} bytes it arrived changed")
            else:
                arrived = right.collector.packets[before[0] :]
                require(bool(arrived), f"with a header of {cut} bytes it did not arrive")
                require(rig.equal(arrived[0], whole), f"with a header of {cut} bytes it arrived changed")


async def a_staged_sender_serves_every_packet(rig: Rig[Address, Pattern, Conn]) -> None:
    """A sender stays valid for every packet until the close, and the packets arrive in the order of sending."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        packets = [i.to_bytes(2, "big") + rig.payload(max(rig.knock, 40), i) for i in range(40)]
        for packet in packets:
            with harmless("sending on a sender that was used before"):
                if rig.pair.stream:
                    await rig.transmit(left, packet)
                else:
                    left.sender.send(packet)
        total = sum(map(len, packets))
        if rig.pair.stream:
            await rig.until(lambda: len(right.collector.data) >= total, "not all that was sent arrived")
            require(right.collector.data == b"".join(packets), "what arrived is not what was sent, in order")
            return
        if rig.pair.reliable:
            await rig.until(lambda: len(right.collector.packets) >= 40, "not every packet that was sent arrived")
        await rig.silence()
        arrived = right.collector.packets
        require(set(arrived) <= set(packets), "a packet arrived that was not sent")
        if rig.pair.reliable:
            require(sorted(arrived) == sorted(packets), "packets were doubled or lost")
        if rig.pair.ordered:
            require(arrived == sorted(arrived), "packets arrived in another order than they were sent")


async def staging_twice_gives_two_senders(rig: Rig[Address, Pattern, Conn]) -> None:
    """send stages a sender as often as it is asked; all of them send on the connection."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        await rig.carry(left, right, rig.payload(rig.knock, 1))
        left.sender = rig.left.send(left.connection)
        await rig.carry(left, right, rig.payload(rig.knock, 2))


async def too_large_is_refused(rig: Rig[Address, Pattern, Conn]) -> None:
    """begin raises PacketSize for one byte above limit(), says that it is one too many, and sends nothing."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        await rig.carry(left, right, rig.payload(rig.knock))
        limit = left.sender.limit()
        before = right.collector.heard
        for operation in ("begin", "send"):
            with raising(PacketSize, f"{operation} of limit() + 1 = {limit + 1} bytes") as caught:
                if operation == "begin":
                    left.sender.begin(limit + 1)
                else:
                    left.sender.send(bytes(limit + 1))
            for error in caught:
                if isinstance(error, PacketSize):
                    # Both are told in bytes above the header of whichever layer below found it too large.
                    above = error.size - error.limit
                    require(above == 1, f"PacketSize says {error.size} above {error.limit}, which is {above} too many")
        await rig.silence()
        require(right.collector.heard == before, "something was delivered all the same")
        await rig.carry(left, right, rig.payload(rig.knock))


async def an_uncommitted_packet_is_dropped(rig: Rig[Address, Pattern, Conn]) -> None:
    """A writer that is never committed is simply dropped, and the sender goes on."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        before = right.collector.heard
        writer = left.sender.begin(rig.knock)
        writer += b"never sent"
        await rig.silence()
        require(right.collector.heard == before, "something was delivered that was not committed")
        await rig.carry(left, right, rig.payload(rig.knock))


async def query_is_a_value_that_counts(rig: Rig[Address, Pattern, Conn]) -> None:
    """query gives a frozen attrs value of that moment, and its counters move with the traffic."""
    async with rig.turning(), rig.initialized():
        first = rig.left.query()
        require(attrs.has(type(first)), f"query() gave a {type(first).__name__}, which is no attrs class")
        with raising(attrs.exceptions.FrozenInstanceError, "assigning to an attribute of query()"):
            first.anything = None  # type: ignore[attr-defined]  # that it cannot be is the point
        shown = repr(first)
        left, right = await rig.connect()
        await rig.carry(left, right, rig.payload(rig.knock))
        await rig.carry(right, left, rig.payload(rig.knock))
        require(repr(first) == shown, "the value that query() gave changed afterwards")
        require(repr(rig.left.query()) != shown, "query() gave the same after traffic as before")
