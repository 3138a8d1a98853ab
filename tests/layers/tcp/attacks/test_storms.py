"""Storms: a host that is made to speak to itself (LAND), two hosts that are made to answer each other for ever."""

from __future__ import annotations

import random
from ipaddress import IPv4Address

import pytest
import trio

from foxpy.layers.ipv4.numbers import word_sum
from foxpy.layers.tcp import TcpAddress, TcpConfig, TcpConnection, TcpPattern, tcp
from foxpy.layers.tcp.segment import ACK, FIN, PSH, RST, SYN
from foxpy.layers.tcp.wire import append_tcp, fill_tcp
from foxpy.testing.collector import Collector, ignoring
from foxpy.waiting import Waiter
from tests.support.ip_bench import US, IpBench, datagram
from tests.support.tcp_pair import PORT, Connection, Net, Stranger, net

TCP = 6


def segment(source: IPv4Address, flags: int, sport: int = PORT, to: IPv4Address = US) -> bytes:
    """A segment as ``source`` would send it."""
    writer = bytearray()
    append_tcp(writer, 0, sport=sport, dport=PORT, seq=100, flags=flags, window=1000)
    fill_tcp(writer, 0, b"", word_sum(source) + word_sum(to) + TCP + len(writer))
    return bytes(writer)


@pytest.mark.requirement("MUST-63")
@pytest.mark.parametrize("flags", [SYN, SYN | ACK, ACK, RST, FIN | ACK])
@pytest.mark.parametrize("source", [US, IPv4Address("127.0.0.1"), IPv4Address("192.0.2.255"), IPv4Address("224.0.0.1")])
def test_land(source: IPv4Address, flags: int) -> None:
    """A SYN that says it comes from where it goes to (CVE-1999-0016), or from what is no host: IP drops it."""
    bench = IpBench()
    layer = tcp(bench.ip.carrier(TCP))
    layer.initialize()
    layer.listen(TcpPattern(PORT), ignoring)
    for _ in range(100):
        bench.say(datagram(segment(source, flags), src=source, protocol=TCP))
    bench.run(300.0)
    assert bench.link.sent == []
    assert layer.query().connections == 0
    assert bench.dropped() == {"bad_source": 100}
    layer.finalize()


@pytest.mark.requirement("MUST-57")
@pytest.mark.parametrize("to", [IPv4Address("255.255.255.255"), IPv4Address("192.0.2.255"), IPv4Address("224.0.0.1")])
def test_a_syn_to_everybody_is_answered_by_nobody(to: IPv4Address) -> None:
    """Else one segment makes a network answer (smurf)."""
    bench = IpBench()
    layer = tcp(bench.ip.carrier(TCP))
    layer.initialize()
    layer.listen(TcpPattern(PORT), ignoring)
    peer = IPv4Address("192.0.2.9")
    bench.say(datagram(segment(peer, SYN, 5000, to), src=peer, dst=to, protocol=TCP), many=True)
    bench.run(300.0)
    assert bench.link.sent == []
    assert layer.query().counters["not_answerable"] == 1
    layer.finalize()


def test_a_host_may_open_to_itself_and_comes_to_rest() -> None:
    """Over the loopback, from a port to the same port: a simultaneous open with itself (RFC 9293 section 3.5)."""
    bench = IpBench()
    layer = tcp(bench.ip.carrier(TCP))
    layer.initialize()
    collector = Collector()
    waiter: Waiter[TcpConnection[IPv4Address]] = Waiter()
    opening = layer.begin(TcpAddress(US, PORT, PORT), lambda _: collector, waiter)
    bench.run(1.0)
    assert opening.info().state == "ESTABLISHED"
    layer.send(opening.connection).send(b"to myself")
    bench.run(60.0)
    assert collector.data == b"to myself"
    assert layer.query().counters["segments_sent"] <= 12
    assert bench.link.sent == []
    layer.finalize()


# -- two of ours

PLAIN = TcpConfig(timestamps=False)
"""Without timestamps, which the forger would have to know as well (RFC 7323 section 3.2)."""


class Count:
    """How many segments both sides sent in some time."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._before = self._now()

    def _now(self) -> int:
        return sum(side.query().counters["segments_sent"] for side in (self._net.left, self._net.right))

    async def over(self, seconds: float) -> int:
        await trio.sleep(seconds)
        return self._now() - self._before


def numbers(connection: Connection) -> tuple[int, int]:
    """SND.NXT and RCV.NXT, as on the wire."""
    tcb = connection.executor.machine.tcb
    return tcb.snd.nxt & 0xFFFF_FFFF, tcb.rcv.nxt & 0xFFFF_FFFF


def forger(net: Net) -> Stranger:
    """A station that speaks to right as if it were left."""
    return net.stranger(1)


def test_injected_text_does_not_start_a_storm_of_acks() -> None:
    """Somebody who sees the connection puts text into it: right acknowledges to left what left never sent, left
    answers that with an ACK that right finds old, and so on; challenge limits end it (RFC 5961 section 7)."""

    async def test(net: Net) -> None:
        ours, _, _, collector = await net.connect()
        stranger = forger(net)
        nxt, rcv = numbers(ours)
        count = Count(net)
        stranger.sends(ACK | PSH, seq=nxt, ack=rcv, port=ours.local_port, to=ours.port, data=b"injected " * 10)
        assert await count.over(5.0) <= 50
        again = Count(net)
        assert await again.over(60.0) <= 300
        assert collector.data.startswith(b"injected")

    net(test, left=PLAIN)


def test_text_on_a_desynchronized_connection_does_not_either() -> None:
    """And both have something to say, which none of them can take."""

    async def test(net: Net) -> None:
        ours, _, theirs, _ = await net.connect()
        stranger = forger(net)
        nxt, rcv = numbers(ours)
        stranger.sends(ACK | PSH, seq=nxt, ack=rcv, port=ours.local_port, to=ours.port, data=b"injected " * 10)
        count = Count(net)
        net.left.send(ours).send(b"from left" * 20)
        net.right.send(theirs).send(b"from right" * 20)
        assert await count.over(60.0) <= 500

    net(test, left=PLAIN)


def test_bare_acks_of_nothing_are_not_answered_for_ever() -> None:
    """An ACK of the future to each side, as if from the other: each answers, and each finds the answer in order."""

    async def test(net: Net) -> None:
        ours, mine, theirs, yours = await net.connect()
        stranger = forger(net)
        nxt, rcv = numbers(ours)
        generator = random.Random(1)
        count = Count(net)
        for _ in range(200):
            stranger.sends(
                ACK,
                seq=nxt,
                ack=(rcv + generator.randrange(1, 1 << 30)) & 0xFFFF_FFFF,
                port=ours.local_port,
                to=ours.port,
            )
        assert await count.over(10.0) <= 100
        net.left.send(ours).send(b"ping")
        net.right.send(theirs).send(b"pong")
        await trio.sleep(5.0)
        assert (mine.data, yours.data) == (b"pong", b"ping")

    net(test, left=PLAIN)


def test_two_that_reset_each_other_do_it_once() -> None:
    """A reset is never answered: what one of two hosts does not know ends with it."""

    async def test(net: Net) -> None:
        ours, _, theirs, _ = await net.connect()
        count = Count(net)
        theirs.executor.forget()
        net.left.send(ours).send(b"anybody?")
        assert await count.over(60.0) <= 3
        assert net.left.query().connections == 0

    net(test, left=PLAIN)


def test_echoing_each_others_resets_and_acks_at_random_dies_down() -> None:
    async def test(net: Net) -> None:
        ours, *_ = await net.connect()
        stranger = forger(net)
        generator = random.Random(2)
        nxt, rcv = numbers(ours)
        for _ in range(500):
            stranger.sends(
                generator.choice((ACK, SYN, SYN | ACK, RST, ACK | PSH)),
                seq=(nxt + generator.randrange(2, 60_000)) & 0xFFFF_FFFF,
                ack=(rcv + generator.randrange(-9, 9)) & 0xFFFF_FFFF,
                port=ours.local_port,
                to=ours.port,
            )
        await trio.sleep(1.0)
        count = Count(net)
        assert await count.over(60.0) <= 100

    net(test, left=PLAIN)
