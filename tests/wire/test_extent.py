"""The size of a packet without building it, and packets back to back one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.examples.wire_guide import Batch, Dns, Message, Report
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.tcp.wire import TCP, MaximumSegmentSize, NoOperation, WindowScale, tcp_options
from foxpy.wire import Packet, PacketError, Truncated, wire_size
from foxpy.wire.strategies import strategy


@given(st.one_of([strategy(each) for each in (Report, Message, Batch, Dns, IPv4, TCP)]))
def test_the_size_is_that_of_what_is_built(packet: Packet) -> None:
    built = packet.build()
    assert wire_size(packet) == len(built)
    assert wire_size(packet._spec.view(built)) == len(built)


def test_nested_packets_are_counted() -> None:
    inner = TCP(sport=1, dport=2, seq=3, window=4, options=[WindowScale(shift=7)], body=b"data")
    assert wire_size(IPv4(proto=6, src=bytes(4), dst=bytes(4), body=inner)) == 20 + 24 + 4


def test_a_walk_gives_each_packet_and_where_it_ends() -> None:
    area = tcp_options.build([NoOperation(), MaximumSegmentSize(size=1460), WindowScale(shift=7)])
    assert list(tcp_options.walk(b"xx" + area, 2, 2 + len(area))) == [
        (NoOperation(), 3),
        (MaximumSegmentSize(size=1460), 7),
        (WindowScale(shift=7), 10),
    ]


def test_a_walk_gives_what_precedes_a_bad_packet() -> None:
    walk = tcp_options.walk(bytes.fromhex("01 0204"), 0, 3)
    assert next(walk) == (NoOperation(), 1)
    with pytest.raises(Truncated, match=r"Records\[1\] > MaximumSegmentSize: needs 4 bytes, 2 left \(byte 1\)"):
        next(walk)


@given(st.binary(max_size=60))
def test_a_walk_finds_what_parsing_finds(data: bytes) -> None:
    found: list[Packet] = []
    try:
        found.extend(packet for packet, _ in tcp_options.walk(data, 0, len(data)))
    except PacketError as error:
        with pytest.raises(type(error)):
            tcp_options.parse(data, 0, len(data))
        return
    assert tuple(found) == tcp_options.parse(data, 0, len(data))
