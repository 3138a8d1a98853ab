"""ICMP as a weapon: errors that quote what cannot be, floods, and what they must not change (RFC 5927, Ripple20)."""

from __future__ import annotations

import random

import pytest

from foxpy.layers.icmp import IcmpConfig
from foxpy.layers.icmp.wire import Redirect, TimeExceeded, Unreachable
from foxpy.status import Report
from tests.support.icmp_bench import IcmpBench
from tests.support.ip_bench import FAR, PEER, PROTOCOL, ROUTER, US, datagram

OURS = datagram(b"first bytes of it", src=US, dst=FAR)


def lives(bench: IcmpBench) -> None:
    """The host answers an echo."""
    bench.run(60.0)
    bench.link.take()
    request = b"\x08\x00\xf7\xff" + bytes(12)
    bench.say(datagram(request, protocol=1))
    (answer,) = bench.link.take()
    assert bytes(answer.body)[:1] == b"\x00"


def test_quotes_of_any_length() -> None:
    """CVE-2020-11910, CVE-2020-17441: an error that quotes less than a header, or a header that lies."""
    bench = IcmpBench()
    _, collector, _ = bench.open(FAR)
    generator = random.Random(1)
    for length in range(28):
        for kind in (3, 4, 5, 11, 12):
            bench.say(
                datagram(with_checksum(bytes([kind, 0, 0, 0]) + bytes(4) + OURS[:length]), src=ROUTER, protocol=1)
            )
    for _ in range(1000):
        quoted = bytearray(OURS)
        for _ in range(generator.randrange(1, 4)):
            quoted[generator.randrange(12)] = generator.randrange(256)
        bench.say(datagram(with_checksum(b"\x03\x03\x00\x00" + bytes(4) + bytes(quoted)), src=ROUTER, protocol=1))
    assert collector.events
    assert all(isinstance(event, Report) and event.quoted in OURS for event in collector.events)
    lives(bench)


def with_checksum(message: bytes) -> bytes:
    total = sum(int.from_bytes(message[at : at + 2].ljust(2, b"\0"), "big") for at in range(0, len(message), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return message[:2] + (0xFFFF - total).to_bytes(2, "big") + message[4:]


@pytest.mark.parametrize("quoted", [OURS, datagram(b"x" * 20, src=FAR, dst=US), datagram(bytes(20), src=PEER, dst=FAR)])
def test_a_redirect_is_believed_of_nobody_unless_chosen(quoted: bytes) -> None:
    bench = IcmpBench()
    before = bench.ip.query().routes()
    for source in (ROUTER, PEER, FAR):
        bench.tell(Redirect(code=1, gateway=PEER, quoted=quoted), src=source)
    assert bench.ip.query().routes() == before
    lives(bench)


def test_a_path_cannot_be_made_narrower_than_the_least() -> None:
    """An MTU of 0 or 68 for every packet would make a hundred of one (RFC 1191, RFC 5927 section 7)."""
    bench = IcmpBench()
    _, _, sender = bench.open(FAR, PROTOCOL)
    quoted = datagram(bytes(1480), src=US, dst=FAR, protocol=PROTOCOL, df=True)
    for mtu in (0, 1, 20, 67, 68):
        bench.tell(Unreachable(code=4, mtu=mtu, quoted=quoted[:28]), src=ROUTER)
    assert sender.limit() >= 48
    lives(bench)


def test_narrow_paths_are_bounded() -> None:
    """One report for each of many destinations that were never spoken to, or were."""
    bench = IcmpBench()
    for number in range(5000):
        dst = FAR + number
        bench.tell(Unreachable(code=4, mtu=600, quoted=datagram(bytes(600), src=US, dst=dst, df=True)[:28]), src=ROUTER)
    assert bench.ip.query().narrow_paths <= bench.ip.config.path_mtu_entries
    lives(bench)


def test_errors_do_not_answer_errors() -> None:
    bench = IcmpBench()
    for message in (Unreachable(code=3, quoted=OURS), TimeExceeded(code=0, quoted=OURS)):
        bench.tell(message, src=ROUTER)
        bench.tell(message, src=PEER)
    bench.run(10.0)
    assert bench.link.sent == []
    lives(bench)


def test_a_flood_of_what_is_answered_with_errors_is_limited() -> None:
    """For each host, and for all: or a third host could be flooded with this one's answers."""
    bench = IcmpBench(icmp_config=IcmpConfig(error_rate=100.0, error_burst=20))
    for number in range(2000):
        bench.say(datagram(bytes(20), src=PEER, protocol=99, ident=number))
    assert len(bench.link.take()) <= 6
    for number in range(2000):
        bench.say(datagram(bytes(20), src=FAR + number % 200, protocol=99, ident=number))
    assert len(bench.link.take()) <= 40
    lives(bench)


@pytest.mark.parametrize("kind", [0, 1, 2, 6, 7, 9, 10, 13, 14, 15, 16, 17, 18, 30, 37, 40, 255])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 7, 8, 1000])
def test_messages_that_nobody_asked_for(kind: int, size: int) -> None:
    bench = IcmpBench()
    bench.say(datagram(with_checksum(bytes([kind, 0, 0, 0]) + bytes(size)), protocol=1))
    bench.say(datagram(bytes([kind]), protocol=1))
    bench.link.take()
    lives(bench)
