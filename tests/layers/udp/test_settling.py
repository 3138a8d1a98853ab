"""UDP over what converses: a path that lies unused is kept for a while, so that no conversation begins anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import EthernetFrames
from foxpy.devices.link import Segment, link
from foxpy.driver import running
from foxpy.interpose import Interposer, Session
from foxpy.layers.acknowledge import Acknowledge, acknowledge
from foxpy.layers.ethernet import EthernetCarrier, ethernet
from foxpy.layers.interposing import Between, interposed
from foxpy.layers.sequence import Sequence, sequence
from foxpy.layers.udp import Udp, UdpAddress, UdpConnection, UdpPattern, udp
from foxpy.protocol import SETTLE, Connection
from foxpy.runtime import Runtime
from foxpy.testing import virtual
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import Acceptor, Collector

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
TYPE = 0x88B6
PORT, OURS = Port(7), Port(4000)

Interposing = Callable[[EthernetCarrier], EthernetCarrier]


class Mute(Interposer):
    """Keeps back all that arrives."""

    converses = True

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _Mute()


class _Mute(Between):
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        return


class Host:
    """A UDP over a carrier with a Probe below what ``put`` interposes."""

    def __init__(self, segment: Segment[EthernetFrames], address: MacAddress, put: Interposing) -> None:
        self.probe = Probe()
        self.carrier = put(ethernet(segment.attach(), address).carrier(TYPE).interpose(self.probe))
        self.udp: Udp[MacAddress] = udp(self.carrier)

    @property
    def conversations(self) -> list[bool]:
        """Whether each path that there was has ended."""
        return [session.ends == 1 for session in self.probe.sessions]


def both(carrier: EthernetCarrier) -> EthernetCarrier:
    return sequence(acknowledge(carrier))


@pytest.mark.parametrize("put", [sequence, acknowledge, both])
def test_a_conversation_goes_on_over_the_next_connection(put: Interposing) -> None:
    async def test() -> None:
        segment = link()
        left, right = Host(segment, LEFT, put), Host(segment, RIGHT, put)
        async with running(left.udp, right.udp):
            heard: Acceptor[UdpConnection[MacAddress]] = Acceptor()
            right.udp.listen(UdpPattern(PORT), heard)
            for number in range(3):
                connection = left.udp.open(UdpAddress(RIGHT, PORT, OURS), lambda _: Collector())
                left.udp.send(connection).send(b"%d" % number)
                await trio.sleep(1)
                accepted, collector = heard.accepted[number]
                assert collector.packets == [b"%d" % number]
                # The one end closes its last connection long before the other one does, in turns.
                first = left if number % 2 else right
                for host in (first, right if first is left else left):
                    if host is left:
                        left.udp.abort(connection)
                    else:
                        right.udp.abort(accepted)
                    await trio.sleep(SETTLE / 3)
                assert (left.udp.query().paths, right.udp.query().paths) == (1, 1)
            assert left.conversations == right.conversations == [False]
            for host in (left, right):
                if put is not sequence:
                    assert interposed(host.carrier, Acknowledge).info().restarts == 0
                if put is not acknowledge:
                    assert interposed(host.carrier, Sequence).info().unusable == 0
            await trio.sleep(SETTLE)
            assert (left.udp.query().paths, right.udp.query().paths) == (0, 0)
            assert left.conversations == right.conversations == [True]
            assert segment.scheduler.timers.running() == 0

    virtual(test)


def test_finalizing_waits_for_nothing_to_settle() -> None:
    async def test() -> None:
        segment = link()
        left, right = Host(segment, LEFT, both), Host(segment, RIGHT, both)
        async with running(left.udp, right.udp):
            connection = left.udp.open(UdpAddress(RIGHT, PORT), lambda _: Collector())
            left.udp.send(connection).send(b"to nobody")
            await trio.sleep(1)
            left.udp.abort(connection)
            assert left.udp.query().paths == 1
        assert left.udp.query().paths == 0
        assert left.conversations == [True]
        assert segment.scheduler.timers.running() == 0

    virtual(test)


def test_without_a_conversation_a_path_is_given_back_at_once() -> None:
    async def test() -> None:
        segment = link()
        left = Host(segment, LEFT, lambda carrier: carrier)
        async with running(left.udp):
            left.udp.abort(left.udp.open(UdpAddress(RIGHT, PORT), lambda _: Collector()))
            assert left.udp.query().paths == 0
            assert left.conversations == [True]

    virtual(test)


def test_a_path_whose_packets_are_all_kept_back_below_is_given_back() -> None:
    async def test() -> None:
        segment = link()
        host = Host(segment, RIGHT, lambda carrier: carrier.interpose(Mute()))
        stranger = ethernet(segment.attach(), LEFT).carrier(TYPE)
        async with running(host.udp, stranger):
            stranger.open(RIGHT, lambda _: Collector()).sender.send(b"from nowhere")
            await trio.sleep(1)
            assert host.udp.query().paths == 1
            await trio.sleep(SETTLE)
            assert host.udp.query().paths == 0
            assert segment.scheduler.timers.running() == 0

    virtual(test)
