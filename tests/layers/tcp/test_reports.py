"""TCP as a Protocol: what the layer below reports (RFC 9293, section 3.9.2.2)."""

from __future__ import annotations

import pytest
import trio

from foxpy.addresses import Port
from foxpy.errors import (
    InvalidConnection,
    OpenFailed,
    Refused,
    Unreachable,
)
from foxpy.layers.tcp import (
    TcpAddress,
    TcpConfig,
)
from foxpy.status import Closed, Forgotten, Report, Trouble
from foxpy.testing import Collector
from tests.support.tcp_pair import (
    NOBODY,
    PORT,
    RIGHT,
    Connection,
    Net,
    assert_left_nothing,
    assert_nothing_left,
    net,
)


def quoted(connection: Connection, seq: int) -> bytes:
    """The beginning of a segment of ``connection``, as ICMP quotes it."""
    ports = connection.local_port << 16 | connection.port
    return ports.to_bytes(4, "big") + seq.to_bytes(4, "big")


@pytest.mark.requirement("MUST-54", "MUST-56", "1122-3.2.2.1-act")
def test_a_port_unreachable_refuses_an_open() -> None:
    async def test(net: Net) -> None:
        error: list[Exception] = []

        async def opening() -> None:
            try:
                await net.left.active_open(TcpAddress(NOBODY, PORT, Port(5000)), lambda _: Collector())
            except OpenFailed as raised:
                error.append(raised)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(opening)
            await trio.sleep(0.1)
            (connection,) = net.left.admission.connections
            seq = connection.machine.tcb.snd.iss
            path = connection.path
            path.status(Report(Trouble.PORT_UNREACHABLE, quoted(connection.connection, seq + 1)))
            path.status(Report(Trouble.PORT_UNREACHABLE, b"short"))
            assert net.left.query().counters["foreign_reports"] == 2
            path.status(Report(Trouble.HOST_UNREACHABLE, quoted(connection.connection, seq)))
            await trio.sleep(1)
            assert not error  # MUST-56
            path.status(Report(Trouble.PORT_UNREACHABLE, quoted(connection.connection, seq)))
        assert isinstance(error[0], Refused)
        assert_nothing_left(net)

    net(test)


def test_what_the_network_said_last_explains_a_timeout() -> None:
    async def test(net: Net) -> None:
        async def report() -> None:
            await trio.sleep(1)
            (connection,) = net.left.admission.connections
            seq = connection.machine.tcb.snd.iss
            connection.path.status(Report(Trouble.HOST_UNREACHABLE, quoted(connection.connection, seq)))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(report)
            with pytest.raises(Unreachable, match="host unreachable"):
                await net.left.active_open(TcpAddress(NOBODY, PORT), lambda _: Collector())

    net(test)


def test_soft_errors_can_be_made_to_end_opens() -> None:
    async def test(net: Net) -> None:
        async def report() -> None:
            await trio.sleep(1)
            (connection,) = net.left.admission.connections
            seq = connection.machine.tcb.snd.iss
            connection.path.status(Report(Trouble.NETWORK_UNREACHABLE, quoted(connection.connection, seq)))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(report)
            with pytest.raises(Unreachable), trio.fail_after(2):
                await net.left.active_open(TcpAddress(NOBODY, PORT), lambda _: Collector())

    net(test, left=TcpConfig(soft_errors_end_opens=True))


@pytest.mark.requirement("MUST-47", "MUST-54", "MUST-56", "SHLD-25", "1122-3.2.2.1-hint")
def test_reports_reach_the_application_and_end_nothing() -> None:
    """SHLD-25, and hard errors in a synchronized state as soft ones."""

    async def test(net: Net) -> None:
        connection, ours, _, theirs = await net.connect()
        executor = connection.executor
        net.left.send(connection).send(b"x")
        seq = executor.machine.tcb.snd.una & 0xFFFF_FFFF
        for trouble in (Trouble.HOST_UNREACHABLE, Trouble.PORT_UNREACHABLE, Trouble.TIME_EXCEEDED):
            executor.path.status(Report(trouble, quoted(connection, seq) + bytes(12) + b"text"))
        assert ours.events == [
            Report(Trouble.HOST_UNREACHABLE, b"text"),
            Report(Trouble.PORT_UNREACHABLE, b"text"),
            Report(Trouble.TIME_EXCEEDED, b"text"),
        ]
        await trio.sleep(1)
        assert theirs.data == b"x"

    net(test)


@pytest.mark.requirement("MUST-54", "MUST-16")
def test_packet_too_big_makes_segments_smaller() -> None:
    async def test(net: Net) -> None:
        connection, ours, _, theirs = await net.connect()
        executor = connection.executor
        net.left.send(connection).send(bytes(3000))
        seq = executor.machine.tcb.snd.una & 0xFFFF_FFFF
        executor.path.status(Report(Trouble.TOO_BIG, quoted(connection, seq), 520))
        assert net.left.query().details()[0].mss == 488  # timestamps take 12
        executor.path.status(Report(Trouble.TOO_BIG, quoted(connection, seq), 1))
        assert net.left.query().details()[0].mss == 16  # what 68 bytes of IPv4 leave
        await trio.sleep(5)
        assert theirs.data == bytes(3000)
        assert ours.events == []

    net(test)


def test_a_forgotten_path_is_renewed() -> None:
    """The layer below drops paths that strangers began, for room; a connection over one lives on."""

    async def test(net: Net) -> None:
        connection, ours, accepted, theirs = await net.connect()
        path = accepted.executor.path
        path.lower.close()
        path.status(Forgotten())
        net.right.send(accepted).send(b"still")
        net.left.send(connection).send(b"here")
        await trio.sleep(1)
        assert ours.data == b"still"
        assert theirs.data == b"here"

    net(test)


def test_the_end_of_the_layer_below_ends_all() -> None:
    async def test(net: Net) -> None:
        connection, ours, _, _ = await net.connect()
        connection.executor.path.status(Closed())
        assert ours.events == [Closed()]
        with pytest.raises(InvalidConnection):
            net.left.send(connection)
        assert_left_nothing(net.left)

    net(test)


def test_a_path_that_shrinks_below_us_makes_segments_smaller() -> None:
    """Without any report: the layer below refuses what is too large now."""

    async def test(net: Net) -> None:
        connection, _, _, theirs = await net.connect()
        net.narrowing.limit = 600
        net.left.send(connection).send(bytes(range(256)) * 40)
        await trio.sleep(5)
        assert theirs.data == bytes(range(256)) * 40
        assert net.left.query().counters["send_failures"] > 0
        assert net.left.query().details()[0].mss == 568

    net(test)


def test_a_path_too_small_for_a_header_is_refused() -> None:
    async def test(net: Net) -> None:
        net.narrowing.limit = 20
        with pytest.raises(OpenFailed, match="TCP header"):
            await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
        assert_left_nothing(net.left)

    net(test)
