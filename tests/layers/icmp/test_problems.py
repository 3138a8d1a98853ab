"""Errors that this host sends: which, about what, to whom and how often (RFC 1122, section 3.2.2; RFC 1812, 4.3.2)."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.icmp import IcmpConfig
from foxpy.layers.icmp.limits import ErrorLimits
from foxpy.layers.icmp.wire import Echo, OtherIcmp, ParameterProblem, TimeExceeded, Unreachable
from foxpy.protocol import Path, Receiver
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Report, Trouble
from foxpy.testing.collector import Collector
from tests.support.icmp_bench import IcmpBench
from tests.support.ip_bench import FAR, PEER, PROTOCOL, ROUTER, US, IpBench, datagram

BROADCAST = IPv4Address("192.0.2.255")
TCP, UDP = 6, 17


class Rejecting(Receiver):
    """Stands for UDP with no port open."""

    def __init__(self, bench: IcmpBench, path: Path[IPv4Address]) -> None:
        self._carrier = bench.ip.carrier(UDP)
        self._path = path

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._carrier.reject(self._path, frame, start, end)


def rejecting(bench: IcmpBench) -> None:
    bench.ip.carrier(UDP).listen(lambda path: Rejecting(bench, path))


# -- which


@pytest.mark.requirement("1122-3.2.2-same", "1122-3.2.2-tos", "1122-3.3.8-errors", "1122-3.2.2.1-send")
def test_an_unknown_protocol() -> None:
    bench = IcmpBench()
    packet = datagram(b"who wants this?")
    bench.say(packet)
    ((header, message),) = bench.heard()
    assert (header.src, header.dst, header.dscp, header.proto) == (US, PEER, 0, 1)
    assert message == Unreachable(code=2, quoted=packet)
    assert bench.icmp.query().errors_sent == 1


@pytest.mark.requirement("1122-3.2.2-same", "1122-3.2.2.1-send", "1122-4.1.3.1-unreachable", "1122-3.4-send-icmp")
@pytest.mark.parametrize("options", [b"", b"\x94\x04\x00\x00"])
def test_a_port_that_nobody_has(options: bytes) -> None:
    bench = IcmpBench()
    rejecting(bench)
    packet = datagram(b"\x00\x01\x00\x02\x00\x08\x00\x00", protocol=UDP, options=options)
    bench.say(packet + bytes(18))  # padding is not quoted
    ((header, message),) = bench.heard()
    assert (header.src, header.dst) == (US, PEER)
    assert message == Unreachable(code=3, quoted=packet)


def test_a_port_of_a_datagram_that_came_in_fragments() -> None:
    bench = IcmpBench()
    rejecting(bench)
    data = bytes(range(256)) * 8
    bench.say(datagram(data[1024:], protocol=UDP, offset=1024))
    bench.say(datagram(data[:1024], protocol=UDP, more=True))
    ((_, message),) = bench.heard()
    assert message == Unreachable(code=3, quoted=datagram(data, protocol=UDP)[:548])


def test_a_port_of_a_datagram_that_came_in_fragments_with_options() -> None:
    bench = IcmpBench()
    rejecting(bench)
    alert = b"\x94\x04\x00\x00"
    bench.say(datagram(bytes(64), protocol=UDP, more=True, options=alert))
    bench.say(datagram(bytes(8), protocol=UDP, offset=64, options=alert))
    ((_, message),) = bench.heard()
    assert message == Unreachable(code=3, quoted=datagram(bytes(72), protocol=UDP, options=alert))


def test_reject_of_what_is_not_being_delivered_says_nothing() -> None:
    bench = IcmpBench()
    carrier = bench.ip.carrier(UDP)
    path = carrier.open(PEER, lambda _: Collector())
    for frame in (b"", bytes(8), datagram(bytes(8)), datagram(bytes(8), src=FAR), b"\x45" * 60):
        for start in range(0, len(frame), 4):
            if frame[:1] != b"\x45" or start != 20 or frame[12:16] != PEER.packed:
                carrier.reject(path, frame, start, len(frame))
    assert bench.link.sent == []


@pytest.mark.requirement("1122-3.2.2.5-send")
def test_options_that_are_broken() -> None:
    bench = IcmpBench()
    packet = datagram(b"data", options=b"\x01\x01\x07\x00")
    bench.say(packet)
    ((_, message),) = bench.heard()
    assert message == ParameterProblem(pointer=23, quoted=packet)


@pytest.mark.requirement("1122-3.3.5-unreachable")
def test_a_source_route() -> None:
    bench = IcmpBench()
    packet = datagram(b"data", options=b"\x83\x07\x04" + FAR.packed + b"\x00")
    bench.say(packet)
    ((_, message),) = bench.heard()
    assert message == Unreachable(code=5, quoted=packet)


@pytest.mark.requirement("1122-3.3.2-time-exceeded")
def test_fragments_that_waited_in_vain() -> None:
    """RFC 1122, section 3.3.2: only if the first fragment has come."""
    bench = IcmpBench()
    first = datagram(bytes(800), more=True, ident=1)
    bench.say(first)
    bench.say(datagram(bytes(8), offset=2000, more=True, ident=1))
    bench.say(datagram(bytes(8), offset=2000, more=True, ident=2))
    bench.run(29)
    assert bench.heard() == []
    bench.run(2)
    ((_, message),) = bench.heard()
    assert message == TimeExceeded(code=1, quoted=first[:548])
    assert bench.ip.query().fragments.timed_out == 2


@pytest.mark.requirement("1122-3.2.2-more")
def test_as_much_is_quoted_as_fits_576_bytes() -> None:
    """RFC 1812, section 4.3.2.3."""
    bench = IcmpBench()
    bench.say(datagram(bytes(1000)))
    ((_, packet),) = bench.link.sent
    assert len(packet) == 576


def test_without_icmp_nothing_is_said() -> None:
    bench = IpBench()
    bench.say(datagram())
    assert bench.link.sent == []
    finalized = IcmpBench()
    finalized.icmp.finalize()
    finalized.say(datagram())
    assert finalized.link.sent == []


@pytest.mark.requirement("1122-3.2.2.2-send")
def test_nobody_is_redirected() -> None:
    """RFC 1122, section 3.2.2.2: hosts do not send Redirects, whatever reaches them that is for others."""
    bench = IcmpBench()
    for destination in (PEER + 1, FAR, ROUTER):
        bench.say(datagram(dst=destination))
    assert bench.link.sent == []


# -- about what, and to whom


@pytest.mark.requirement("1122-3.2.2-about-groups", "1122-3.2.2-about-link-broadcasts")
@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (datagram(dst=BROADCAST), "about_groups"),
        (datagram(dst=IPv4Address("255.255.255.255")), "about_groups"),
        (datagram(dst=IPv4Address("224.0.0.1")), "about_groups"),
        (datagram(src=IPv4Address(0), dst=IPv4Address("255.255.255.255")), "about_groups"),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_nothing_is_said_about_what_was_sent_to_many(packet: bytes, reason: str, many: bool) -> None:
    bench = IcmpBench()
    bench.say(packet, many=many)
    assert bench.heard() == []
    assert bench.icmp_dropped() == {reason: 1}


@pytest.mark.requirement("1122-3.2.2-about-link-broadcasts")
def test_nothing_is_said_about_one_host_by_a_link_broadcast() -> None:
    bench = IcmpBench()
    bench.say(datagram(), many=True)
    assert bench.heard() == []


@pytest.mark.requirement("1122-3.2.2-about-errors")
@pytest.mark.parametrize("kind", [3, 4, 5, 11, 12, 1, 2, 6, 7, 41, 255])
def test_nothing_is_said_about_errors_nor_about_what_might_be_one(kind: int) -> None:
    bench = IcmpBench()
    message = OtherIcmp(type=kind, data=bytes(8)).build()
    bench.say(datagram(message, protocol=1, options=b"\x01\x01\x07\x00"))
    bench.say(datagram(message[:3], protocol=1, options=b"\x01\x01\x07\x00"))
    assert bench.heard() == []
    assert bench.icmp_dropped() == {"about_errors": 2}


@pytest.mark.parametrize("kind", [0, 8, 13])
def test_something_is_said_about_queries(kind: int) -> None:
    bench = IcmpBench()
    bench.say(datagram(OtherIcmp(type=kind, data=bytes(8)).build(), protocol=1, options=b"\x01\x01\x07\x00"))
    assert len(bench.heard()) == 1


@pytest.mark.requirement("1122-3.2.2-about-fragments")
def test_nothing_is_said_about_later_fragments() -> None:
    bench = IcmpBench()
    bench.say(datagram(bytes(8), offset=8, options=b"\x01\x01\x07\x00"))
    assert bench.heard() == []
    assert bench.icmp_dropped() == {"about_fragments": 1}


@pytest.mark.requirement("1122-3.2.2-to-nobody")
@pytest.mark.parametrize("source", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "192.0.2.255", "192.0.2.1"])
def test_nothing_is_said_to_what_is_no_other_host(source: str) -> None:
    bench = IcmpBench()
    bench.say(datagram(src=IPv4Address(source)))
    bench.say(datagram(src=IPv4Address(source), options=b"\x01\x01\x07\x00"))
    assert bench.heard() == []


def test_something_is_said_to_this_host_itself() -> None:
    """A connection to a port of one's own that nobody has must fail like any other."""
    bench = IcmpBench(icmp_config=IcmpConfig(error_burst_per_host=1))
    heard = Collector()
    path = bench.ip.carrier(PROTOCOL).open(IPv4Address("127.0.0.1"), lambda _: heard, US)
    for _ in range(3):
        path.sender.send(b"question")
        bench.run()
    assert heard.events == [Report(Trouble.PROTOCOL_UNREACHABLE, b"question")] * 3
    assert bench.link.sent == []


# -- how often


def errors(bench: IcmpBench, count: int, *, src: IPv4Address = PEER, step: int = 0) -> int:
    for number in range(count):
        bench.say(datagram(src=src + number * step))
    return len(bench.heard())


def test_one_host_is_sent_few() -> None:
    bench = IcmpBench()
    assert errors(bench, 20) == 6
    assert bench.icmp_dropped() == {"errors_limited": 14}
    bench.run(2.5)
    assert errors(bench, 20) == 2
    bench.run(3600)
    assert errors(bench, 20) == 6


def test_all_hosts_together_are_sent_so_many() -> None:
    bench = IcmpBench(icmp_config=IcmpConfig(error_rate=100, error_burst=50))
    first = errors(bench, 500, src=FAR, step=1)
    assert 40 <= first <= 66  # what one costs is not quite the same each time
    assert bench.icmp_dropped() == {"errors_limited": 500 - first}
    bench.run(0.2)
    assert 16 <= errors(bench, 500, src=FAR + 1000, step=1) <= 27


def test_how_many_are_left_is_not_to_be_counted() -> None:
    """Or the ports of a third host could be probed by spoofing: the number that comes back would differ by one."""
    counts = set()
    for seed in range(8):
        scheduler = Scheduler(lambda: 0.0)
        limits = ErrorLimits(Runtime(scheduler, seed).random, 1000, 50, 1, 6, 1024, 0.0)
        counts.add(sum(limits.allow(host, 0.0) for host in range(200)))
    assert len(counts) > 2


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 2)), max_size=300))
def test_the_limits_hold_whatever_comes(events: list[tuple[int, float]]) -> None:
    limits = ErrorLimits(Runtime(Scheduler(lambda: 0.0), 1).random, 20.0, 10, 1.0, 3, 8, 0.0)
    now, sent = 0.0, 0
    for host, wait in events:
        now += wait
        sent += limits.allow(host, now)
        assert len(limits._hosts) <= 8
    assert sent * 0.75 <= 10 + 20.0 * now + 1e-6


def test_a_flood_from_many_sources_leaves_little() -> None:
    bench = IcmpBench()
    for number in range(3000):
        bench.link.say(datagram(src=FAR + number))
    info = bench.ip.query()
    assert info.connections == 0
    assert info.interfaces[0].neighbours == 1  # the router
    assert len(bench.link.sent) < 70


def test_an_answer_that_has_no_way_is_counted() -> None:
    bench = IcmpBench()
    bench.link.absent.add(ROUTER)
    bench.say(datagram(src=FAR))
    bench.run()
    assert bench.link.sent == []
    assert bench.dropped() == {"no_route": 1, "unknown_protocol": 1}


def test_the_answer_to_an_echo_of_this_host_is_no_problem() -> None:
    bench = IcmpBench()
    bench.tell(Echo(type=0, ident=1, seq=1))
    assert bench.heard() == []
    assert bench.icmp_dropped() == {"stray_replies": 1}
