"""TCP as a Protocol: segments of no connection, floods, damage."""

from __future__ import annotations

import pytest
import trio

from foxpy.layers.tcp import (
    TcpAddress,
    TcpConfig,
    TcpPattern,
)
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN
from foxpy.layers.tcp.wire import append_tcp, fill_tcp
from foxpy.testing import Acceptor, Collector
from tests.support.tcp_pair import (
    PORT,
    RIGHT,
    Connection,
    Net,
    assert_nothing_left,
    net,
)


def test_a_reset_answers_what_belongs_to_nobody() -> None:
    async def test(net: Net) -> None:
        stranger = net.stranger()
        stranger.sends(ACK, seq=5, ack=77)
        stranger.sends(SYN, seq=5)
        stranger.sends(FIN, seq=5, data=b"abc")
        stranger.sends(RST, seq=5)
        stranger.sends(ACK, seq=5, ack=78, port=0)
        await trio.sleep(0.1)
        assert stranger.heard == [(RST, 77, 0), (RST | ACK, 0, 6), (RST | ACK, 0, 9)]
        counters = net.right.query().counters
        assert counters["to_nobody"] == 4
        assert counters["not_answerable"] == 1
        assert_nothing_left(net)

    net(test)


def test_resets_are_limited() -> None:
    async def test(net: Net) -> None:
        stranger = net.stranger()
        for number in range(100):
            stranger.sends(SYN, port=1000 + number)
        await trio.sleep(0.1)
        assert len(stranger.heard) == 10
        assert net.right.query().counters["resets_withheld"] == 90

    net(test, right=TcpConfig(resets_per_second=10))


def test_a_flood_of_syns_is_bounded() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        stranger = net.stranger()
        for number in range(1000):
            stranger.sends(SYN, seq=number, port=1000 + number)
            if number % 100 == 0:
                await trio.sleep(0)
        await trio.sleep(0.1)
        info = net.right.query()
        assert info.half_open == info.connections == 20
        assert info.counters["half_open_evicted"] == 980
        assert all(flags == SYN | ACK for flags, _, _ in stranger.heard)
        connection = await net.left.active_open(TcpAddress(RIGHT, PORT), lambda _: Collector())
        net.left.abort(connection)
        await trio.sleep(200)
        assert_nothing_left(net)

    net(test, right=TcpConfig(backlog=20, syn_cookies=False))


def test_what_makes_room_does_not_take_the_path_along() -> None:
    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        stranger = net.stranger()
        stranger.sends(SYN, seq=1, port=1)
        stranger.sends(SYN, seq=1, port=2)
        await trio.sleep(0.1)
        (_, _, _), (flags, seq, _) = stranger.heard
        assert flags == SYN | ACK
        stranger.sends(ACK, seq=2, ack=seq + 1, port=2)
        await trio.sleep(0.1)
        assert [connection.port for connection, _ in acceptor.accepted] == [2]
        assert net.right.query().paths == 1

    net(test, right=TcpConfig(backlog=1, syn_cookies=False))


def test_a_flood_from_many_hosts_leaves_no_paths() -> None:
    async def test(net: Net) -> None:
        net.right.listen(TcpPattern(PORT), lambda _: Collector())
        for number in range(50):
            stranger = net.stranger(100 + number)
            stranger.sends(SYN)
            await trio.sleep(0.01)
            stranger.leaves()
        info = net.right.query()
        assert info.paths == info.half_open == 10
        await trio.sleep(200)
        assert_nothing_left(net)

    net(test, right=TcpConfig(backlog=10, syn_cookies=False))


@pytest.mark.requirement("MUST-4", "MUST-5", "MUST-6", "MUST-7", "MUST-64")
def test_options_may_come_in_any_segment() -> None:
    """MUST-5; MUST-6: unknown ones are ignored, MUST-64: wherever they begin; MUST-7: broken ones drop the segment."""

    async def test(net: Net) -> None:
        acceptor: Acceptor[Connection] = Acceptor()
        net.right.listen(TcpPattern(PORT), acceptor)
        stranger = net.stranger()

        def sends(flags: int, options: str, data: bytes = b"", seq: int = 6, ack: int = 0) -> None:
            area = bytes.fromhex(options)
            segment = bytearray()
            append_tcp(
                segment,
                len(data),
                sport=1000,
                dport=PORT,
                seq=seq,
                ack=ack,
                flags=flags,
                window=1000,
                options=area,
            )
            fill_tcp(segment, 0, data, 0)
            stranger.path.sender.send(bytes(segment) + data)

        sends(SYN, "01 fd03aa 02040064 00000000", seq=5)
        await trio.sleep(0.01)
        ((flags, iss, _),) = stranger.heard
        assert flags == SYN | ACK
        sends(ACK, "01010101", ack=iss + 1)
        sends(ACK, "01 fd03aa", b"one ", ack=iss + 1)
        sends(ACK, "02040218", b"two ", seq=10, ack=iss + 1)
        sends(ACK, "0200 fdff", b"never", seq=14, ack=iss + 1)
        sends(ACK, "00ffffff", b"three", seq=14, ack=iss + 1)
        await trio.sleep(0.01)
        ((connection, collector),) = acceptor.accepted
        assert collector.data == b"one two three"
        assert net.right.query().counters["bad_options"] == 1
        assert net.right.query().details()[0].mss == 100  # as the SYN said, and no other
        net.right.abort(connection)

    net(test)


@pytest.mark.requirement("MUST-7", "MUST-3")
def test_damaged_segments_are_dropped_and_counted() -> None:
    async def test(net: Net) -> None:
        stranger = net.stranger()
        sender = stranger.path.sender
        good = bytearray()
        append_tcp(good, 0, sport=1000, dport=PORT, seq=1, flags=SYN, window=100)
        fill_tcp(good, 0, b"", 0)
        for spoiled, counter in (
            (bytes(good[:19]), "bad_headers"),
            (bytes(good[:12]) + b"\x40" + bytes(good[13:]), "bad_headers"),
            (bytes(good[:12]) + b"\x60" + bytes(good[13:]), "bad_headers"),
            (bytes(good[:19]) + b"\x01", "checksum_errors"),
        ):
            before = net.right.query().counters[counter]
            sender.send(spoiled)
            await trio.sleep(0.01)
            assert net.right.query().counters[counter] == before + 1
        options = bytearray()
        append_tcp(options, 0, sport=1000, dport=PORT, seq=1, flags=SYN, window=100, options=b"\x02\x00\x00\x00")
        fill_tcp(options, 0, b"", 0)
        sender.send(bytes(options))
        await trio.sleep(0.01)
        assert net.right.query().counters["bad_options"] == 1  # MUST-7
        assert stranger.heard == []
        assert_nothing_left(net)

    net(test)
