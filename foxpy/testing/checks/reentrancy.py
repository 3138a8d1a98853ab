"""Calls back into the protocol from inside handlers and upcalls."""

from __future__ import annotations

from contextlib import suppress

from foxpy.errors import InvalidConnection, OpenFailed, ProtocolError
from foxpy.protocol import Address, Conn, Connectionless, Listening, Pattern
from foxpy.testing.collector import Acceptor, Collector, ignoring
from foxpy.testing.contract import Observation, harmless, raising, require
from foxpy.testing.rig import Rig


async def a_receiver_may_send(rig: Rig[Address, Pattern, Conn]) -> None:
    """A receiver may send from inside deliver: an echo returns what was sent."""
    async with rig.turning(), rig.initialized():
        acceptor: Acceptor[Conn] = Acceptor()
        echoes: list[Collector] = []

        def echo(connection: Conn) -> Collector:
            sender = rig.right.send(connection)
            collector = Collector(sender.send)
            acceptor.accepted.append((connection, collector))
            echoes.append(collector)
            return collector

        rig.right.listen(rig.pair.pattern, echo)
        left = await rig.active(rig.left, rig.pair.right_address)
        await rig.accepted(acceptor, left)
        left.collector.packets.clear()
        sent = rig.payload(max(rig.knock, min(600, left.sender.limit())))
        for _ in range(1 if rig.pair.reliable else 40):
            left.sender.send(sent)
            if await rig.happens(lambda: len(left.collector.data) >= len(sent), rig.pair.silence * 2):
                break
        require(bool(left.collector.packets), "what was sent back from inside deliver did not arrive")
        back = left.collector.data if rig.pair.stream else left.collector.packets[0]
        require(rig.equal(back, sent), "what was sent back from inside deliver arrived changed")


async def a_handler_may_send(rig: Rig[Address, Pattern, Conn]) -> None:
    """A handler may stage a sender and send from inside, in an active open as in a listen."""
    async with rig.turning(), rig.initialized():
        greeting = rig.payload(rig.knock, 1)
        reply = rig.payload(rig.knock, 2)
        acceptor: Acceptor[Conn] = Acceptor(lambda connection, _: rig.right.send(connection).send(reply))
        rig.right.listen(rig.pair.pattern, acceptor)
        at_once = bool(acceptor.accepted)  # as on a device: what accept sends finds nobody yet
        opened: Acceptor[Conn] = Acceptor(lambda connection, _: rig.left.send(connection).send(greeting))
        with harmless("an active open whose handler sends"):
            connection = await rig.left.active_open(rig.pair.right_address, opened)
        left = opened.accepted[0][1]
        for _ in range(1 if rig.pair.reliable else 40):
            if await rig.happens(lambda: bool(acceptor.accepted), rig.pair.silence * 2):
                break
            rig.left.send(connection).send(greeting)
        require(bool(acceptor.accepted), "what was sent from inside the handler of an active open did not arrive")
        right = acceptor.accepted[0][1]
        if rig.pair.reliable:
            await rig.until(
                lambda: bool(right.packets),
                "what was sent from inside the handler of an active open was not delivered",
            )
            if not at_once:
                await rig.until(lambda: bool(left.packets), "what was sent from inside accept did not arrive")
        for collector, sent in ((left, reply), (right, greeting)):
            if collector.packets:
                came = collector.data if rig.pair.stream else collector.packets[0]
                require(rig.equal(came, sent), "what was sent from inside a handler arrived changed")


async def a_receiver_may_abort(rig: Rig[Address, Pattern, Conn]) -> None:
    """A receiver may abort its connection from inside deliver, and then hears nothing more."""
    async with rig.turning(), rig.initialized():
        acceptor: Acceptor[Conn] = Acceptor()
        heard_after: list[int] = []

        def handler(connection: Conn) -> Collector:
            def leave(packet: bytes) -> None:
                with harmless("abort from inside deliver"):
                    rig.right.abort(connection)
                heard_after.append(collector.heard)

            collector = Collector(leave)
            acceptor.accepted.append((connection, collector))
            return collector

        listening = rig.right.listen(rig.pair.pattern, handler)
        left = await rig.active(rig.left, rig.pair.right_address)
        if rig.pair.stream:
            await rig.until(lambda: bool(acceptor.accepted), "accept was not called")
        for _ in range(1 if rig.pair.reliable else 40):
            for seed in range(5):
                left.sender.send(rig.payload(rig.knock, seed))
            if await rig.happens(lambda: bool(heard_after), rig.pair.silence):
                break
        await rig.silence()
        listening.stop()
        require(bool(heard_after), "nothing was delivered")
        for _, collector in acceptor.accepted:
            require(collector.heard <= 1, f"a receiver heard {collector.heard - 1} more after it aborted in deliver")


async def accept_may_abort(rig: Rig[Address, Pattern, Conn]) -> None:
    """accept may abort the connection that it is given; nothing is delivered on it then."""
    async with rig.turning(), rig.initialized():
        acceptor: Acceptor[Conn] = Acceptor(lambda connection, _: rig.right.abort(connection))
        listening = rig.right.listen(rig.pair.pattern, acceptor)
        left = await rig.active(rig.left, rig.pair.right_address)
        for _ in range(3 if rig.pair.reliable else 40):
            if not left.collector.ended:
                left.sender.send(rig.payload(rig.knock))
            await rig.silence()
        listening.stop()
        require(bool(acceptor.accepted), "accept was not called")
        for connection, collector in acceptor.accepted:
            require(collector.heard == 0, "a connection that accept aborted was delivered to")
            with raising(InvalidConnection, "staging a sender on a connection that accept aborted"):
                rig.right.send(connection)


async def an_open_may_abort(rig: Rig[Address, Pattern, Conn]) -> None:
    """The handler of an active open may abort the connection; the open then returns it or raises a ProtocolError."""
    async with rig.turning(), rig.initialized():
        rig.right.listen(rig.pair.pattern, ignoring)
        opened: Acceptor[Conn] = Acceptor(lambda connection, _: rig.left.abort(connection))
        try:
            await rig.left.active_open(rig.pair.right_address, opened)
        except ProtocolError:
            pass
        except Exception as error:
            raise Observation(f"an active open whose handler aborts raised {error!r}") from error
        connection, collector = opened.accepted[0]
        with raising(InvalidConnection, "staging a sender on a connection that the handler aborted"):
            rig.left.send(connection)
        await rig.silence()
        require(not collector.packets, "a connection that its handler aborted was delivered to")


async def an_open_whose_handler_raises_leaves_nothing(rig: Rig[Address, Pattern, Conn]) -> None:
    """Where its handler raises, an open that does not wait raises the same, and the connection is aborted."""
    async with rig.turning(), rig.initialized():
        protocol = rig.left
        if not isinstance(protocol, Connectionless):
            return  # the handler is called in the middle of an upcall, so its error ends the stack
        begun: list[Conn] = []

        def failing(connection: Conn) -> Collector:
            begun.append(connection)
            raise RuntimeError("the handler's own")

        with raising(RuntimeError, "an open whose handler raises RuntimeError"):
            protocol.open(rig.pair.right_address, failing)
        with raising(InvalidConnection, "staging a sender on the connection whose handler raised"):
            protocol.send(begun[0])
        with harmless("opening again after a handler raised"):
            protocol.open(rig.pair.right_address, ignoring)


async def accept_may_stop_the_listening(rig: Rig[Address, Pattern, Conn]) -> None:
    """accept may stop the listening that called it; the connection at hand lives on."""
    async with rig.turning(), rig.initialized():
        listening: list[Listening] = []  # empty where listen accepts at once, as on a device

        def stop(connection: Conn, collector: Collector) -> None:
            for started in listening:
                started.stop()

        acceptor: Acceptor[Conn] = Acceptor(stop)
        listening.append(rig.right.listen(rig.pair.pattern, acceptor))
        left = await rig.active(rig.left, rig.pair.right_address)
        _, collector = await rig.accepted(acceptor, left)
        before = len(collector.data)
        for _ in range(1 if rig.pair.reliable else 40):
            left.sender.send(rig.payload(rig.knock))
            if await rig.happens(lambda: len(collector.data) > before, rig.pair.silence):
                break
        require(len(collector.data) > before, "nothing was delivered where accept stopped the listening")


async def accept_may_open(rig: Rig[Address, Pattern, Conn]) -> None:
    """accept may listen anew and, where opens do not wait, open from inside: to that peer or not, without harm."""
    async with rig.turning(), rig.initialized():
        protocol = rig.right
        listening: list[Listening] = []
        others: list[Collector] = []
        again: Acceptor[Conn] = Acceptor()

        def reopen(connection: Conn, collector: Collector) -> None:
            with harmless("stop, listen and open from inside accept"):
                for started in listening:
                    started.stop()
                with suppress(OpenFailed):  # on a device there is but one connection
                    listening.append(protocol.listen(rig.pair.pattern, again))
                if isinstance(protocol, Connectionless):
                    other = rig.collector()
                    with suppress(OpenFailed):  # the connection at hand may be the only one there can be
                        protocol.open(rig.pair.left_address, lambda _: other)
                        others.append(other)

        acceptor: Acceptor[Conn] = Acceptor(reopen)
        listening.append(protocol.listen(rig.pair.pattern, acceptor))
        left = await rig.active(rig.left, rig.pair.right_address)
        _, collector = await rig.accepted(acceptor, left)

        def packets() -> int:
            return sum(len(each.packets) for each in (collector, *others, *(later for _, later in again.accepted)))

        before = packets()
        for _ in range(1 if rig.pair.reliable and not rig.pair.held else 40):
            if left.collector.ended or packets() > before:
                break
            left.sender.send(rig.payload(rig.knock))
            await rig.silence()
        delivered = packets() > before or left.collector.ended
        require(delivered, "nothing is delivered to anybody after accept has listened and opened")


async def a_receiver_may_open(rig: Rig[Address, Pattern, Conn]) -> None:
    """A receiver may listen, stop, abort and open from inside deliver."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        opened: list[Collector] = []
        done: list[None] = []
        protocol = rig.left

        def reopen(packet: bytes) -> None:
            with harmless("abort, listen, stop and open from inside deliver"):
                protocol.abort(left.connection)
                acceptor: Acceptor[Conn] = Acceptor()
                protocol.listen(rig.pair.pattern, acceptor).stop()
                for connection, _ in acceptor.accepted:
                    protocol.abort(connection)
                if isinstance(protocol, Connectionless):
                    collector = Collector()
                    protocol.open(rig.pair.right_address, lambda _: collector)
                    opened.append(collector)
            done.append(None)

        left.collector.react = reopen
        for _ in range(1 if rig.pair.reliable else 40):
            right.sender.send(rig.payload(rig.knock))
            if await rig.happens(lambda: bool(done), rig.pair.silence):
                break
        require(bool(done), "nothing was delivered")
        heard = left.collector.heard
        # Where packets are held back or resent, the peer needs some to find out that this end has begun anew.
        for _ in range(1 if rig.pair.reliable and not rig.pair.held else 40):
            if not opened or opened[0].packets or right.collector.ended:
                break
            right.sender.send(rig.payload(rig.knock))
            await rig.silence()
        require(left.collector.heard == heard, "the connection aborted from inside deliver was delivered to")
        for collector in opened:
            # A micro-protocol that numbers packets may end the old connection of a peer that has begun anew.
            heard_anew = bool(collector.packets) or right.collector.ended
            require(heard_anew, "the connection opened from inside deliver was not delivered to")
