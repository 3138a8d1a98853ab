"""Header options (RFC 791, section 3.1; RFC 1122, section 3.2.1.8; RFC 7126)."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ipv4 import IpConfig, ProblemReporter
from foxpy.layers.ipv4.options import Broken, SourceRouted, check, in_fragments, returned
from foxpy.layers.ipv4.wire import LooseSourceRoute, NoOperation, RecordRoute, RouterAlert, Timestamp, ip_options
from foxpy.status import Trouble
from tests.support.ip_bench import PEER, US, IpBench, datagram

A, B = PEER.packed, US.packed


class Told(ProblemReporter):
    def __init__(self) -> None:
        self.problems: list[tuple[Trouble, int]] = []

    def problem(self, trouble: Trouble, frame: bytes, start: int, end: int, pointer: int = 0) -> None:
        self.problems.append((trouble, pointer))

    def redirect(self, frame: bytes, start: int, end: int, gateway: IPv4Address, local: IPv4Address) -> None:
        raise AssertionError(f"a host redirects nobody, not even to {gateway}")


@pytest.mark.requirement("1122-3.2.1.8-unknown", "1122-3.2.1.8b-ignore")
@pytest.mark.parametrize(
    "area",
    [
        b"",
        b"\x00\x00\x00\x00",
        b"\x01\x01\x01\x00",
        b"\x00\xff\xff\xff",  # what follows the end is not looked at
        b"\x07\x07\x04" + bytes(5),
        b"\x07\x07\x08" + A + b"\x00",  # full
        b"\x44\x0c\x05\x00" + bytes(8),
        b"\x44\x0c\x05\x01" + bytes(8),
        b"\x44\x0c\x0d\xf3" + bytes(8),  # full, and 15 hosts did not find room
        b"\x94\x04\x00\x00",
        b"\x88\x04\x00\x01",  # a stream id, obsolete
        b"\x82\x0b" + bytes(9) + b"\x00",  # the security option of RFC 1108, which nobody here understands
        b"\x1e\x02\x00\x00",  # unknown
    ],
)
def test_good_options_pass(area: bytes) -> None:
    assert check(area, source_routes=False) is None
    bench = IpBench()
    accepted = bench.listen()
    bench.say(datagram(b"data", options=area + bytes(-len(area) % 4)))
    assert accepted.accepted[0][1].packets == [b"data"]


@pytest.mark.parametrize(
    ("area", "at"),
    [
        (b"\x07", 0),  # no length
        (b"\x01\x01\x07\x00", 3),  # length 0: the endless loop
        (b"\x07\x01\x00\x00", 1),
        (b"\x07\x05\x04\x00", 1),  # beyond the header
        (b"\x07\x07\x03" + bytes(5), 2),  # a pointer into the option's own head
        (b"\x07\x06\x04" + bytes(5), 2),  # room, but not for an address
        (b"\x44\x0c\x04\x00" + bytes(8), 2),
        (b"\x44\x08\x05\x01" + bytes(4), 2),
        (b"\x44\x0c\x05\x02" + bytes(8), 3),  # a form that there is not
        (b"\x94\x03\x00\x00", 1),
        (b"\x83\x07\x03" + bytes(5), 2),
    ],
)
def test_broken_options_are_told_with_the_place(area: bytes, at: int) -> None:
    assert check(area, source_routes=False) == Broken(at)
    if len(area) % 4 == 0:
        bench, told = IpBench(), Told()
        bench.listen()
        bench.ip.report_problems_to(told)
        bench.say(datagram(b"data", options=area))
        assert told.problems == [(Trouble.PARAMETER_PROBLEM, 20 + at)]
        assert bench.dropped() == {"bad_options": 1}


ARRIVED = b"\x83\x07\x08" + A + b"\x00"
ON_THE_WAY = b"\x89\x07\x04" + A + b"\x00"


def test_source_routes_are_refused() -> None:
    for area in (ARRIVED, ON_THE_WAY):
        assert check(area, source_routes=False) == SourceRouted()
        bench, told = IpBench(), Told()
        bench.listen()
        bench.ip.report_problems_to(told)
        bench.say(datagram(options=area))
        assert told.problems == [(Trouble.SOURCE_ROUTE_FAILED, 0)]
        assert bench.dropped() == {"source_routed": 1}


@pytest.mark.requirement("1122-3.2.1.8c-source-route", "1122-3.2.1.8c-completed")
def test_the_end_of_a_source_route_may_be_configured_to_be_taken() -> None:
    """RFC 1122, section 3.2.1.8 (c); but this host forwards for nobody."""
    assert check(ARRIVED, source_routes=True) is None
    assert check(ON_THE_WAY, source_routes=True) == SourceRouted()
    bench = IpBench(config=IpConfig(accept_source_routes=True))
    accepted = bench.listen()
    bench.say(datagram(b"data", options=ARRIVED))
    assert accepted.accepted[0][1].packets == [b"data"]


def test_problems_of_impossible_sources_are_not_told() -> None:
    bench, told = IpBench(), Told()
    bench.ip.report_problems_to(told)
    bench.say(datagram(src=US, options=ON_THE_WAY))
    assert not told.problems
    assert bench.dropped() == {"bad_source": 1}


def test_fragments_carry_what_is_marked_to_be_copied() -> None:
    area = ip_options.build([RecordRoute(route=bytes(8)), NoOperation(), RouterAlert(), LooseSourceRoute(route=A)])
    assert in_fragments(area) == ip_options.build([RouterAlert(), LooseSourceRoute(route=A)])
    assert in_fragments(b"\x01\x01\x07\x03\x04\x00\x00\x00") == b""


@pytest.mark.requirement("1122-3.2.1.8d-record")
def test_the_record_goes_on_in_the_answer() -> None:
    """RFC 1122, section 3.2.2.6."""
    area = ip_options.build([RouterAlert(), RecordRoute(pointer=8, route=A + bytes(8))])
    assert returned(area, US, 0) == ip_options.build([RecordRoute(pointer=12, route=A + B + bytes(4))])
    full = ip_options.build([RecordRoute(pointer=8, route=A)])
    assert returned(full, US, 0) == full


@pytest.mark.requirement("1122-3.2.1.8e-timestamp")
def test_the_time_is_entered_in_the_answer() -> None:
    """RFC 791: the high bit says that the time is not that since midnight, Universal Time."""
    now = 86_400_000 + 77
    stamp = (0x8000_0000 | 77).to_bytes(4, "big")
    empty = ip_options.build([Timestamp(stamps=bytes(8))])
    assert returned(empty, US, now) == ip_options.build([Timestamp(pointer=9, stamps=stamp + bytes(4))])
    with_address = ip_options.build([Timestamp(form=1, stamps=bytes(8))])
    assert returned(with_address, US, now) == ip_options.build([Timestamp(pointer=13, form=1, stamps=B + stamp)])
    for_us = ip_options.build([Timestamp(form=3, stamps=B + bytes(4))])
    assert returned(for_us, US, now) == ip_options.build([Timestamp(pointer=13, form=3, stamps=B + stamp)])
    for_another = ip_options.build([Timestamp(form=3, stamps=A + bytes(4))])
    assert returned(for_another, US, now) == for_another
    full = ip_options.build([Timestamp(pointer=9, overflow=15, stamps=bytes(4))])
    assert returned(full, US, now) == full
    nearly = ip_options.build([Timestamp(pointer=9, overflow=3, stamps=bytes(4))])
    assert returned(nearly, US, now) == ip_options.build([Timestamp(pointer=9, overflow=4, stamps=bytes(4))])


@given(st.binary(max_size=40))
def test_any_bytes_pass_or_do_not(area: bytes) -> None:
    problem = check(area, source_routes=True)
    if problem is None:
        for after in (in_fragments(area), returned(area, US, 123)):
            assert len(after) % 4 == 0
            assert check(after, source_routes=True) is None
    elif isinstance(problem, Broken):
        assert 0 <= problem.at < len(area)
