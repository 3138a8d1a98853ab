"""Types that ICMP has no use for itself, for layers above."""

from __future__ import annotations

import pytest

from foxpy.errors import BadAddress, NotInitialized, OpenFailed
from foxpy.layers.icmp import icmp
from foxpy.layers.icmp.wire import Echo, OtherIcmp
from foxpy.layers.ipv4 import IpConnection
from tests.support.icmp_bench import PROTOCOL, IcmpBench
from tests.support.ip_bench import PEER, IpBench, datagram


class Heard:
    def __init__(self) -> None:
        self.messages: list[tuple[IpConnection, bytes]] = []

    def __call__(self, connection: IpConnection, frame: bytes, start: int, end: int) -> None:
        self.messages.append((connection, frame[start:end]))


def nothing(connection: IpConnection, frame: bytes, start: int, end: int) -> None:
    """Takes it."""


def test_whole_messages_of_the_types_that_were_taken() -> None:
    bench, heard = IcmpBench(), Heard()
    taking = bench.icmp.take(frozenset({9, 42}), heard)
    messages = [OtherIcmp(type=kind, code=1, data=b"whatever") for kind in (9, 10, 42)]
    for message in messages:
        bench.tell(message)
    assert [message for _, message in heard.messages] == [messages[0].build(), messages[2].build()]
    assert {connection.peer for connection, _ in heard.messages} == {PEER}
    assert bench.icmp.query().others_received == 2
    assert bench.icmp_dropped() == {"unknown_type": 1}
    taking.stop()
    taking.stop()
    bench.tell(messages[0])
    assert len(heard.messages) == 2
    assert bench.icmp_dropped() == {"unknown_type": 2}


def test_damaged_messages_are_not_given() -> None:
    bench, heard = IcmpBench(), Heard()
    bench.icmp.take(frozenset({42}), heard)
    data = bytearray(OtherIcmp(type=42, data=b"data").build())
    data[5] ^= 1
    bench.say(datagram(bytes(data), protocol=PROTOCOL))
    assert heard.messages == []
    assert bench.icmp_dropped() == {"checksum_errors": 1}


@pytest.mark.parametrize("kind", [0, 3, 4, 5, 8, 11, 12, -1, 256])
def test_what_is_icmps_own_is_not_to_be_taken(kind: int) -> None:
    bench = IcmpBench()
    with pytest.raises(BadAddress, match=f"ICMP type {kind}: .* are ICMP's own"):
        bench.icmp.take(frozenset({kind}), nothing)
    bench.tell(Echo(type=8, ident=1, seq=1, data=b"ping"))
    assert len(bench.heard()) == 1


def test_a_type_is_taken_once() -> None:
    bench = IcmpBench()
    taking = bench.icmp.take(frozenset({9, 10}), nothing)
    with pytest.raises(OpenFailed, match="type 10 are taken already"):
        bench.icmp.take(frozenset({10, 41}), nothing)
    taking.stop()
    later = bench.icmp.take(frozenset({10, 41}), nothing)
    taking.stop()
    with pytest.raises(OpenFailed, match="type 41 are taken already"):
        bench.icmp.take(frozenset({41}), nothing)
    bench.icmp.finalize()
    bench.icmp.initialize()
    bench.icmp.take(frozenset({41}), nothing)
    later.stop()
    with pytest.raises(OpenFailed):
        bench.icmp.take(frozenset({41}), nothing)


def test_before_initialize() -> None:
    with pytest.raises(NotInitialized):
        icmp(IpBench().ip).take(frozenset({9}), nothing)
