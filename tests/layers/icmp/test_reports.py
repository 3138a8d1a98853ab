"""Errors that this host is told: believed or not, and passed to the connection that they are about (RFC 1122)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.errors import InitializationFailed
from foxpy.layers.icmp import AcceptRedirects, IcmpConfig, icmp
from foxpy.layers.icmp.wire import OtherIcmp, ParameterProblem, Redirect, TimeExceeded, Unreachable
from foxpy.layers.ipv4 import Origin, Route
from foxpy.status import Report, Trouble
from foxpy.testing.collector import Collector
from foxpy.wire import Packet
from tests.support.icmp_bench import IcmpBench
from tests.support.ip_bench import FAR, PEER, PROTOCOL, ROUTER, US, datagram

OURS = datagram(b"first bytes of it", src=US, dst=FAR)
"""A datagram that this host has sent."""
BETTER = IPv4Address("192.0.2.253")


def connected(*, redirects: bool = False) -> tuple[IcmpBench, Collector]:
    bench = IcmpBench(icmp_config=IcmpConfig(accept_redirects=redirects))
    return bench, bench.open(FAR)[1]


@pytest.mark.requirement(
    "1122-3.2.2-demux", "1122-3.2.2.1-pass", "1122-3.2.2.4-pass", "1122-3.2.2.5-pass", "1122-3.4-pass-icmp"
)
@pytest.mark.parametrize(
    ("message", "trouble"),
    [
        *((Unreachable(code=code, quoted=OURS), Trouble.NETWORK_UNREACHABLE) for code in (0, 6, 11)),
        *((Unreachable(code=code, quoted=OURS), Trouble.HOST_UNREACHABLE) for code in (1, 7, 8, 12)),
        (Unreachable(code=2, quoted=OURS), Trouble.PROTOCOL_UNREACHABLE),
        (Unreachable(code=3, quoted=OURS), Trouble.PORT_UNREACHABLE),
        (Unreachable(code=5, quoted=OURS), Trouble.SOURCE_ROUTE_FAILED),
        *((Unreachable(code=code, quoted=OURS), Trouble.PROHIBITED) for code in (9, 10, 13, 14, 15)),
        (TimeExceeded(code=0, quoted=OURS), Trouble.TIME_EXCEEDED),
        (TimeExceeded(code=1, quoted=OURS), Trouble.REASSEMBLY_TIMEOUT),
        (ParameterProblem(pointer=1, quoted=OURS), Trouble.PARAMETER_PROBLEM),
        (ParameterProblem(code=1, quoted=OURS), Trouble.PARAMETER_PROBLEM),
    ],
)
def test_an_error_reaches_the_connection_that_it_is_about(message: Packet, trouble: Trouble) -> None:
    bench, collector = connected()
    bench.tell(message, src=ROUTER)
    assert collector.events == [Report(trouble, b"first bytes of it")]
    assert bench.icmp.query().errors_received == 1
    assert bench.icmp_dropped() == {}


@pytest.mark.requirement("1122-3.4-quoted")
def test_eight_bytes_are_enough() -> None:
    bench, collector = connected()
    bench.tell(Unreachable(code=3, quoted=OURS[:28]), src=ROUTER)
    assert collector.events == [Report(Trouble.PORT_UNREACHABLE, b"first by")]


def test_options_in_what_is_quoted_are_stripped() -> None:
    bench, collector = connected()
    quoted = datagram(b"data", src=US, dst=FAR, options=b"\x94\x04\x00\x00")
    bench.tell(Unreachable(code=3, quoted=quoted), src=ROUTER)
    assert collector.events == [Report(Trouble.PORT_UNREACHABLE, b"data")]


def test_a_packet_too_big_lowers_the_path() -> None:
    bench = IcmpBench()
    _, collector, send = bench.open(FAR, 6)
    quoted = datagram(bytes(1480), src=US, dst=FAR, protocol=6, df=True)[:28]
    bench.tell(Unreachable(code=4, mtu=1400, quoted=quoted), src=ROUTER)
    assert collector.events == [Report(Trouble.TOO_BIG, bytes(8), 1380)]
    assert send.limit() == 1380
    bench.tell(Unreachable(code=4, mtu=1400, quoted=quoted), src=ROUTER)
    assert len(collector.events) == 1
    assert bench.icmp_dropped() == {"stray_errors": 1}


@pytest.mark.parametrize(
    "quoted",
    [
        b"",
        OURS[:19],
        datagram(src=US, dst=PEER),  # to a host with which there is no connection
        datagram(src=US, dst=FAR, protocol=PROTOCOL + 1),
        datagram(src=PEER, dst=FAR),  # not from this host
        datagram(src=IPv4Address("192.0.2.255"), dst=FAR),
        datagram(b"12345678", src=US, dst=FAR, offset=8),  # without the upper layer's header
        b"\x4f" + OURS[1:24],  # a header that is not all there
        b"\x65" + OURS[1:],
    ],
)
def test_what_is_about_nobody_is_not_believed(quoted: bytes) -> None:
    bench, collector = connected()
    bench.tell(Unreachable(code=3, quoted=quoted), src=ROUTER)
    assert not collector.heard
    assert bench.icmp_dropped() == {"stray_errors": 1}


@pytest.mark.parametrize(
    "message",
    [Unreachable(code=16, quoted=OURS), TimeExceeded(code=2, quoted=OURS), ParameterProblem(code=3, quoted=OURS)],
)
def test_codes_that_there_are_not(message: Packet) -> None:
    bench, collector = connected()
    bench.tell(message, src=ROUTER)
    assert not collector.heard
    assert bench.icmp_dropped() == {"malformed": 1}


def test_source_quench_is_ignored() -> None:
    """RFC 6633, section 3."""
    bench, collector = connected()
    bench.tell(OtherIcmp(type=4, data=bytes(4) + OURS), src=ROUTER)
    assert not collector.heard
    assert bench.icmp_dropped() == {"source_quenches": 1}


@pytest.mark.requirement("1122-3.2.2-unknown", "1122-3.2.2.7-information", "1122-3.2.2.9-unauthorized")
@pytest.mark.parametrize("kind", [1, 2, 6, 9, 10, 13, 14, 15, 16, 17, 18, 30, 255])
def test_other_types_are_dropped(kind: int) -> None:
    bench = IcmpBench()
    bench.tell(OtherIcmp(type=kind, data=bytes(16)))
    assert bench.heard() == []
    assert bench.icmp_dropped() == {"unknown_type": 1}


# -- redirects


def redirect(gateway: IPv4Address = BETTER, quoted: bytes = OURS, code: int = 1) -> Redirect:
    return Redirect(code=code, gateway=gateway, quoted=quoted)


@pytest.mark.requirement("1122-3.2.2.2-follow")
def test_redirects_are_ignored_unless_they_are_wanted() -> None:
    bench, _ = connected()
    bench.tell(redirect(), src=ROUTER)
    assert bench.icmp_dropped() == {"redirects_ignored": 1}
    bench.icmp.control(AcceptRedirects(True))
    bench.tell(redirect(), src=ROUTER)
    assert bench.icmp.query().redirects_followed == 1
    expected = Route(IPv4Network(FAR), BETTER, "ip0", Origin.REDIRECT)
    assert bench.ip.query().routes()[0] == expected


@pytest.mark.requirement(
    "1122-3.2.2.2-follow", "1122-3.2.2.2-both", "1122-3.3.1.2-cache", "1122-3.3.1.2-redirects", "1122-3.3.1.3-host"
)
def test_a_redirect_changes_the_way_to_that_host_alone() -> None:
    bench = IcmpBench(icmp_config=IcmpConfig(accept_redirects=True))
    _, _, one = bench.open(FAR)
    _, _, other = bench.open(FAR + 1)
    bench.tell(redirect(code=0), src=ROUTER)  # for a network: taken for the host (RFC 1122, section 3.2.2.2)
    one.send(b"")
    other.send(b"")
    assert [neighbour for neighbour, _ in bench.link.sent] == [BETTER, ROUTER]


@pytest.mark.requirement("1122-3.2.2.2-illegal")
@pytest.mark.parametrize(
    ("source", "gateway", "quoted"),
    [
        (PEER, BETTER, OURS),  # not the gateway in use
        (FAR, BETTER, OURS),
        (ROUTER, FAR, OURS),  # not on the link
        (ROUTER, US, OURS),
        (ROUTER, IPv4Address("192.0.2.255"), OURS),
        (ROUTER, IPv4Address("203.0.113.9"), OURS),  # on another link of this host
        (ROUTER, BETTER, datagram(src=US, dst=FAR + 1)),  # about no connection
        (ROUTER, BETTER, datagram(src=US, dst=PEER)),
        (ROUTER, BETTER, OURS[:10]),
    ],
)
def test_redirects_that_are_not_believed(source: IPv4Address, gateway: IPv4Address, quoted: bytes) -> None:
    """RFC 1122, section 3.2.2.2."""
    bench = IcmpBench("192.0.2.1/24", "203.0.113.1/24", icmp_config=IcmpConfig(accept_redirects=True))
    bench.open(FAR)
    bench.open(PEER)
    before = bench.ip.query().routes()
    bench.tell(redirect(gateway, quoted), src=source)
    assert bench.ip.query().routes() == before
    assert bench.icmp_dropped() == {"redirects_ignored": 1}


def test_redirects_are_bounded() -> None:
    bench = IcmpBench(icmp_config=IcmpConfig(accept_redirects=True))
    for number in range(300):
        bench.open(FAR + number)
        bench.tell(redirect(quoted=datagram(src=US, dst=FAR + number)), src=ROUTER)
    routes = [route for route in bench.ip.query().routes() if route.origin is Origin.REDIRECT]
    assert len(routes) == 256


def test_a_redirect_to_a_gateway_that_does_not_answer_is_forgotten() -> None:
    bench = IcmpBench(icmp_config=IcmpConfig(accept_redirects=True))
    _, _, send = bench.open(FAR)
    bench.tell(redirect(), src=ROUTER)
    send.send(b"lost")
    ((neighbour, packet),) = bench.link.sent
    assert neighbour == BETTER
    bench.link.unresolved(neighbour, packet)
    send.send(b"found")
    assert [neighbour for neighbour, _ in bench.link.sent] == [BETTER, ROUTER]


def test_a_neighbour_is_not_redirected() -> None:
    bench = IcmpBench(icmp_config=IcmpConfig(accept_redirects=True))
    bench.open(PEER)
    bench.tell(redirect(quoted=datagram(src=US, dst=PEER)), src=PEER)
    assert bench.icmp_dropped() == {"redirects_ignored": 1}


# -- the whole


def test_one_host_has_one_icmp() -> None:
    bench = IcmpBench()
    second = icmp(bench.ip)
    with pytest.raises(InitializationFailed, match="ICMP already"):
        second.initialize()
    bench.icmp.finalize()
    assert second.initialize() == 1


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_do_no_harm(data: bytes, right: bool) -> None:
    bench, _ = connected(redirects=True)
    if right and len(data) >= 4:
        data = OtherIcmp(type=data[0] % 20, code=data[1] % 20, data=data[4:]).build()
    bench.say(datagram(data, protocol=1))
    info = bench.icmp.query()
    told = info.echo_requests_received + info.echo_replies_received + info.errors_received + info.redirects_followed
    assert info.received == 1
    assert told + sum(info.discards.values()) >= 1
