"""TCP over an IPv4 host whose links end in the test: what each demands of the other (RFC 9293, section 3.9.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address

import pytest
import trio

from foxpy.addresses import Port
from foxpy.errors import BadAddress
from foxpy.layers.icmp.wire import OtherIcmp, ParameterProblem, TimeExceeded, Unreachable
from foxpy.layers.ipv4 import IpConfig, Service, SetService
from foxpy.layers.ipv4.wire import IPv4, LooseSourceRoute, NoOperation, ip_options
from foxpy.layers.tcp import Tcp, TcpAddress, TcpConnection, TcpPattern, tcp
from foxpy.layers.tcp.wire import ACK, SYN, TCP, append_tcp, fill_tcp, verify_tcp
from foxpy.protocol import Handler, Receiver
from foxpy.status import Report, Trouble
from foxpy.testing import Acceptor, Collector
from foxpy.wire import Packet
from tests.support.icmp_bench import IcmpBench
from tests.support.ip_bench import FAR, PEER, ROUTER, US, datagram

SIX = 6
PORT = Port(7)
SECOND = IPv4Address("192.0.2.3")
"""Another address of the host's on the same network."""
ONE, TWO = IPv4Address("203.0.113.1"), IPv4Address("203.0.113.2")
"""Routers on the way."""

Host = IPv4Address


class TcpBench(IcmpBench):
    """As IcmpBench, with a TCP that is initialized."""

    def __init__(self, *addresses: str, service: Service | None = None, config: IpConfig | None = None) -> None:
        super().__init__(*addresses, config=config)
        self.tcp: Tcp[Host] = tcp(self.ip.carrier(SIX, service))
        self.tcp.initialize()

    def arrives(
        self,
        flags: int,
        data: bytes = b"",
        *,
        seq: int = 0,
        ack: int = 0,
        src: Host = PEER,
        dst: Host = US,
        sport: int = 1000,
        dport: int = PORT,
        spoiled: bool = False,
        options: bytes = b"",
        many: bool = False,
    ) -> None:
        """A segment for the host; ``options`` are IP's."""
        segment = bytearray()
        append_tcp(segment, len(data), sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, window=1000)
        fill_tcp(segment, 0, data, pseudo(src, dst, len(segment) + len(data)) + spoiled)
        self.say(datagram(bytes(segment) + data, src=src, dst=dst, protocol=SIX, options=options), many=many)

    def segments(self) -> list[tuple[IPv4, TCP]]:
        """What was sent since the last time, with the IP headers; each checksum is right (MUST-2)."""
        found = []
        for header in self.link.take():
            body = bytes(header.body)
            assert header.proto == SIX
            assert verify_tcp(body, 0, len(body), pseudo(header.src, header.dst, len(body)))
            found.append((header, TCP.view(body)))
        return found

    async def while_opening(
        self, address: TcpAddress[Host], test: Callable[[], Awaitable[None]], receiver: Receiver | None = None
    ) -> None:
        """Run ``test`` while ``address`` is being opened."""
        handler: Handler[TcpConnection[Host]] = lambda _: receiver or Collector()  # noqa: E731
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.tcp.active_open, address, handler)
            await trio.testing.wait_all_tasks_blocked()
            self.run()
            await test()
            nursery.cancel_scope.cancel()


def pseudo(src: Host, dst: Host, length: int) -> int:
    """The sum of the pseudo-header (RFC 9293, section 3.1), not folded."""
    return sum(int(host) >> 16 for host in (src, dst)) + sum(int(host) & 0xFFFF for host in (src, dst)) + SIX + length


def accepted(bench: TcpBench) -> tuple[TcpConnection[Host], Collector, int]:
    """A connection that PEER opened, whose next octet has number 101; and the number of our first."""
    acceptor: Acceptor[TcpConnection[Host]] = Acceptor()
    bench.tcp.listen(TcpPattern(PORT), acceptor)
    bench.arrives(SYN, seq=100)
    ((_, syn_ack),) = bench.segments()
    bench.arrives(ACK, seq=101, ack=syn_ack.seq + 1)
    ((connection, collector),) = acceptor.accepted
    return connection, collector, syn_ack.seq + 1


# -- addresses


@pytest.mark.requirement("MUST-44", "MUST-45")
async def test_an_open_takes_the_address_that_ip_names() -> None:
    bench = TcpBench("192.0.2.1/24", "198.51.100.1/24")

    async def test() -> None:
        ((header, syn),) = [(each, TCP.view(bytes(each.body))) for each in bench.links[1].take()]
        assert header.src == IPv4Address("198.51.100.1")
        bench.links[1].say(answer(header, syn))
        bench.run()
        assert [each.src for each in bench.links[1].take()] == [header.src]

    await bench.while_opening(TcpAddress(FAR, PORT), test)


def answer(header: IPv4, syn: TCP, options: bytes = b"") -> bytes:
    """The SYN,ACK to ``syn``; ``options`` are IP's."""
    segment = bytearray()
    append_tcp(segment, 0, sport=syn.dport, dport=syn.sport, seq=500, ack=syn.seq + 1, flags=SYN | ACK, window=1000)
    fill_tcp(segment, 0, b"", pseudo(header.dst, header.src, len(segment)))
    return datagram(bytes(segment), src=header.dst, dst=header.src, protocol=SIX, options=options)


@pytest.mark.requirement("MUST-43", "MUST-45")
async def test_an_open_may_name_its_address() -> None:
    bench = TcpBench("192.0.2.1/24", "192.0.2.3/24")

    async def test() -> None:
        ((header, syn),) = bench.segments()
        assert header.src == SECOND
        bench.say(answer(header, syn))
        assert [each.src for each, _ in bench.segments()] == [SECOND]

    await bench.while_opening(TcpAddress(PEER, PORT, local=SECOND), test)
    with pytest.raises(BadAddress, match="not an address of this host"):
        await bench.tcp.active_open(TcpAddress(PEER, PORT, local=FAR), lambda _: Collector())


@pytest.mark.requirement("MUST-46")
@pytest.mark.parametrize("group", ["224.0.0.1", "239.1.2.3", "255.255.255.255", "192.0.2.255", "192.0.2.0"])
async def test_groups_are_no_peers(group: str) -> None:
    bench = TcpBench()
    with pytest.raises(BadAddress):
        await bench.tcp.active_open(TcpAddress(IPv4Address(group), PORT), lambda _: Collector())
    assert bench.link.sent == []


@pytest.mark.requirement("MUST-57")
@pytest.mark.parametrize("group", ["224.0.0.1", "255.255.255.255", "192.0.2.255"])
@pytest.mark.parametrize("many", [True, False])
@pytest.mark.parametrize("flags", [SYN, ACK])
def test_a_syn_to_many_is_dropped_in_silence(group: str, many: bool, flags: int) -> None:
    bench = TcpBench()
    bench.tcp.listen(TcpPattern(PORT), lambda _: Collector())
    bench.arrives(flags, dst=IPv4Address(group), many=many)
    assert bench.link.sent == []
    assert bench.tcp.query().connections == 0
    assert bench.tcp.query().counters["not_answerable"] == 1


@pytest.mark.requirement("MUST-63")
@pytest.mark.parametrize("source", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.255"])
def test_a_syn_from_no_host_is_dropped_in_silence(source: str) -> None:
    bench = TcpBench()
    bench.tcp.listen(TcpPattern(PORT), lambda _: Collector())
    bench.arrives(SYN, src=IPv4Address(source))
    assert bench.link.sent == []
    assert bench.tcp.query().connections == 0
    assert bench.dropped() == {"bad_source": 1}


# -- the header of IP


@pytest.mark.requirement("MUST-48", "MUST-49", "SHLD-22")
def test_the_service_of_a_tcp_is_on_every_datagram() -> None:
    bench = TcpBench(service=Service(ttl=17, tos=0xB8))
    connection, *_ = accepted(bench)
    bench.tcp.send(connection).send(b"hello")
    connection.half_close()
    bench.arrives(ACK, sport=2000)
    sent = bench.segments()
    assert len(sent) == 3
    assert {(header.ttl, header.dscp, header.ecn) for header, _ in sent} == {(17, 0x2E, 0)}


@pytest.mark.requirement("MUST-50", "MUST-48", "SHLD-21", "SHLD-22")
def test_the_differentiated_services_field_can_be_chosen_and_changed() -> None:
    """For one peer; also while its connection is open."""
    bench = TcpBench()
    bench.ip.control(SetService(PEER, SIX, Service(tos=0xB8)))
    connection, *_ = accepted(bench)
    sender = bench.tcp.send(connection)
    sender.send(b"a")
    assert [header.dscp for header, _ in bench.segments()] == [46]
    bench.ip.control(SetService(PEER, SIX, Service(tos=0x28)))
    connection.send_urgent(b"b")
    assert [(header.dscp, header.ecn) for header, _ in bench.segments()] == [(10, 0)]


# -- source routes (section 3.9.2.1)


@pytest.mark.requirement("MUST-51", "MUST-52")
async def test_an_open_may_have_a_source_route() -> None:
    """The checksum is over the addresses of both ends, whoever the datagram is sent to first."""
    bench = TcpBench(config=IpConfig(accept_source_routes=True))
    bench.ip.control(SetService(PEER, SIX, Service(route=(ONE, TWO))))

    async def test() -> None:
        (packet,) = bench.link.take()
        body = bytes(packet.body)
        assert (packet.dst, packet.options) == (ONE, loose(TWO, PEER))
        assert verify_tcp(body, 0, len(body), pseudo(US, PEER, len(body)))
        syn = TCP.view(body)
        back = IPv4(src=US, dst=PEER, proto=SIX)
        bench.say(answer(back, syn, options=loose(TWO, ROUTER, pointer=12)))
        (packet,) = bench.link.take()
        assert (packet.dst, packet.options) == (ONE, loose(TWO, PEER))  # not the way that the answer came

    await bench.while_opening(TcpAddress(PEER, PORT), test)


@pytest.mark.requirement("MUST-53", "SHLD-24")
def test_a_connection_goes_back_by_the_way_that_its_syn_came() -> None:
    bench = TcpBench(config=IpConfig(accept_source_routes=True))
    bench.tcp.listen(TcpPattern(PORT), lambda _: Collector())
    bench.arrives(SYN, seq=100, options=loose(ONE, TWO, pointer=12))
    (packet,) = bench.link.take()
    assert (packet.dst, packet.options) == (TWO, loose(ONE, PEER))
    seq = TCP.view(bytes(packet.body)).seq
    bench.arrives(ACK, b"x", seq=101, ack=seq + 1, options=loose(ONE, pointer=8))
    bench.run(1)
    (packet,) = bench.link.take()
    assert (packet.dst, packet.options) == (ONE, loose(PEER))  # the later one


def loose(*route: IPv4Address, pointer: int = 4) -> bytes:
    visited = b"".join(each.packed for each in route)
    return ip_options.build([NoOperation(), LooseSourceRoute(pointer=pointer, route=visited)])


def test_ip_options_are_passed_over() -> None:
    """A record of the route, a timestamp, and one that nobody knows."""
    bench = TcpBench()
    _, collector, ack = accepted(bench)
    areas = ("07 07 04 00000000 00", "44 08 05 00 00000000", "9e 04 aa bb")
    for number, area in enumerate(areas):
        bench.arrives(ACK, b"x", seq=101 + number, ack=ack, options=bytes.fromhex(area))
    assert collector.data == b"xxx"


@pytest.mark.requirement("MUST-2", "MUST-3")
def test_segments_have_a_checksum_with_the_addresses() -> None:
    bench = TcpBench()
    connection, collector, ack = accepted(bench)
    bench.tcp.send(connection).send(b"ours")
    ((_, sent),) = bench.segments()
    assert bytes(sent.body) == b"ours"
    bench.arrives(ACK, b"damaged", seq=101, ack=ack, spoiled=True)
    assert collector.data == b""
    assert bench.tcp.query().counters["checksum_errors"] == 1


# -- ICMP


def about(ours: int, theirs: int, seq: int) -> bytes:
    """The beginning of a datagram from our port to PEER's, as ICMP quotes it."""
    ports = ours << 16 | theirs
    return datagram(ports.to_bytes(4, "big") + seq.to_bytes(4, "big"), src=US, dst=PEER, protocol=SIX)


SOFT = (
    Trouble.NETWORK_UNREACHABLE,
    Trouble.HOST_UNREACHABLE,
    Trouble.SOURCE_ROUTE_FAILED,
    Trouble.TIME_EXCEEDED,
    Trouble.REASSEMBLY_TIMEOUT,
    Trouble.PARAMETER_PROBLEM,
)


def saying(trouble: Trouble, quoted: bytes) -> Packet:
    """The ICMP message that says it."""
    match trouble:
        case Trouble.TIME_EXCEEDED:
            return TimeExceeded(code=0, quoted=quoted)
        case Trouble.REASSEMBLY_TIMEOUT:
            return TimeExceeded(code=1, quoted=quoted)
        case Trouble.PARAMETER_PROBLEM:
            return ParameterProblem(pointer=1, quoted=quoted)
        case _:
            codes = {Trouble.NETWORK_UNREACHABLE: 0, Trouble.HOST_UNREACHABLE: 1, Trouble.SOURCE_ROUTE_FAILED: 5}
            return Unreachable(code=codes[trouble], quoted=quoted)


@pytest.mark.requirement("MUST-54", "MUST-56", "SHLD-25", "MUST-47", "1122-3.2.2.5-report", "1122-3.2.2.1-hint")
@pytest.mark.parametrize("trouble", SOFT)
def test_icmp_reaches_the_connection(trouble: Trouble) -> None:
    """The application is told, and the connection goes on."""
    bench = TcpBench()
    connection, collector, ack = accepted(bench)
    bench.tcp.send(connection).send(b"lost?")
    bench.tell(saying(trouble, about(PORT, 1000, ack)), src=ROUTER)
    (event,) = collector.events
    assert isinstance(event, Report)
    assert event.trouble is trouble
    bench.arrives(ACK, b"no", seq=101, ack=ack + 5)
    assert collector.data == b"no"


@pytest.mark.requirement("MUST-56")
@pytest.mark.parametrize("trouble", SOFT)
async def test_icmp_does_not_end_an_open(trouble: Trouble) -> None:
    bench = TcpBench()

    async def test() -> None:
        ((header, syn),) = bench.segments()
        quoted = about(syn.sport, syn.dport, syn.seq)
        bench.tell(saying(trouble, quoted), src=ROUTER)
        bench.say(answer(header, syn))
        (detail,) = bench.tcp.query().details()
        assert detail.state == "ESTABLISHED"

    await bench.while_opening(TcpAddress(PEER, PORT), test)


@pytest.mark.requirement("MUST-55")
def test_source_quench_is_dropped_in_silence() -> None:
    bench = TcpBench()
    connection, collector, ack = accepted(bench)
    bench.tcp.send(connection).send(b"x")
    bench.segments()
    (before,) = bench.tcp.query().details()
    bench.tell(OtherIcmp(type=4, data=bytes(4) + about(PORT, 1000, ack)), src=ROUTER)
    assert bench.tcp.query().details() == (before,)
    assert collector.events == []
    assert bench.link.sent == []


@pytest.mark.requirement("SHLD-20")
def test_who_wants_no_reports_gets_on_without() -> None:
    """``Receiver.status`` does nothing, unless the application gives it something to do."""

    class Deaf(Receiver):
        def __init__(self) -> None:
            self.data = b""

        def deliver(self, frame: bytes, start: int, end: int) -> None:
            self.data += frame[start:end]

    bench = TcpBench()
    deaf = Deaf()
    connections: list[TcpConnection[Host]] = []

    def accept(connection: TcpConnection[Host]) -> Receiver:
        connections.append(connection)
        return deaf

    bench.tcp.listen(TcpPattern(PORT), accept)
    bench.arrives(SYN, seq=100)
    ((_, syn_ack),) = bench.segments()
    bench.arrives(ACK, seq=101, ack=syn_ack.seq + 1)
    bench.tcp.send(connections[0]).send(b"x")
    bench.tell(saying(Trouble.HOST_UNREACHABLE, about(PORT, 1000, syn_ack.seq + 1)), src=ROUTER)
    assert bench.icmp.query().errors_received == 1
    bench.arrives(ACK, b"still here", seq=101, ack=syn_ack.seq + 2)
    assert deaf.data == b"still here"
