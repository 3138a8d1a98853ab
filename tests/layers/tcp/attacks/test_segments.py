"""Segments that no honest peer sends: the faults behind Ripple20, URGENT/11, AMNESIA:33, SACK panic, SegmentSmack."""

from __future__ import annotations

import random
from itertools import product

import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.wire import NoOperation, SackPermitted, WindowScale
from foxpy.status import Urgent
from foxpy.testing.peer import ACK, ANY, FIN, PSH, RST, SYN, URG
from tests.support.tcp_attack import attacked, carries_data
from tests.support.tcp_states import Script

# -- lengths that lie (AMNESIA:33: CVE-2020-13988, CVE-2020-17441; Ripple20: CVE-2020-11899)


@pytest.mark.parametrize("doff", range(16))
@pytest.mark.parametrize("size", [0, 1, 12, 19, 20, 21, 24, 60])
def test_a_header_that_is_longer_than_the_segment(doff: int, size: int) -> None:
    with attacked() as (peer, _):
        segment = bytearray(peer.segment(ACK | PSH, bytes(40), checksum=False))[:size]
        if size > 12:
            segment[12] = doff << 4
        peer.send_bytes(bytes(segment))
        assert peer.state == "ESTABLISHED"
        assert peer.app.received == b""
        counters = peer.counters
        assert counters["bad_headers"] + counters["checksum_errors"] == 1


@pytest.mark.requirement("MUST-7")
def test_option_areas_of_any_bytes() -> None:
    """CVE-2019-12258, CVE-2019-12260 (URGENT/11), CVE-2020-17441: malformed options reset or overran a connection."""
    generator = random.Random(21)
    with attacked() as (peer, _):
        for length in range(4, 44, 4):
            for _ in range(200):
                area = bytearray(generator.randbytes(length))
                for at in range(0, length, generator.randrange(1, 8)):
                    area[at] = generator.choice((0, 1, 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 69, 253, 254))
                peer.send_bytes(peer.segment(ACK, option_bytes=bytes(area)))
                peer.send_bytes(peer.segment(SYN | ACK, option_bytes=bytes(area)))
        peer.drain()
        assert peer.state == "ESTABLISHED"
        carries_data(peer)


@pytest.mark.requirement("MUST-7")
@pytest.mark.parametrize("kind", [*range(2, 9), 19, 28, 29, 30, 34, 254])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 5, 40, 255])
def test_every_option_with_a_length_that_is_not_its_own(kind: int, length: int) -> None:
    """On a SYN, whose options are looked at first: a connection comes of it, or nothing."""
    with attacked() as (peer, _):
        other = peer.beside(6000)
        area = bytes([kind, length]) + bytes(38)
        other.send_bytes(other.segment(SYN, option_bytes=area))
        came = other.drain()
        assert len(came) == (other.state == "SYN-RECEIVED")
        assert other.app.opened == 0


# -- urgent pointers (URGENT/11: CVE-2019-12255, -12261; AMNESIA:33: CVE-2020-17437)


@pytest.mark.requirement("MUST-31", "MUST-62")
@pytest.mark.parametrize(("urgent", "size"), [*product([0, 1, 2, 500, 501, 65534, 65535], [0, 1, 500])])
def test_an_urgent_pointer_may_point_anywhere(urgent: int, size: int) -> None:
    """At 0 it made a length below zero, beyond the segment a read outside of it: here it is a number, not a place."""
    with attacked() as (peer, _):
        data = random.Random(size).randbytes(size)
        peer.send(ACK | PSH | URG, data, urgent=urgent)
        peer.wait(0.1)
        peer.drain()
        assert peer.app.received == data
        assert peer.app.events == ([Urgent(urgent)] if urgent else [])


def test_urgent_pointers_in_a_handshake() -> None:
    """CVE-2019-12261: on the SYN,ACK of a connection that is being opened."""
    with attacked() as (peer, _):
        opener = peer.beside(6000)
        opener.app.open()
        opener.expect(SYN)
        opener.send(SYN | ACK | URG | PSH, b"text", urgent=0)
        opener.expect(ACK, ack=5)
        opener.app.expect(b"text")
        assert opener.app.events == []


def test_urgent_pointers_that_go_back_and_forth_stand_still() -> None:
    generator = random.Random(3)
    with attacked() as (peer, _):
        for _ in range(500):
            peer.send(ACK | URG, urgent=generator.choice((0, 1, 7, 65535)), seq=peer.seq)
        ahead = [event.ahead for event in peer.app.events if isinstance(event, Urgent)]
        assert ahead == sorted(set(ahead))


# -- tiny segments, and SACK of them (CVE-2019-11477, -11478, -11479)


@pytest.mark.parametrize("mss", [0, 1, 8, 47])
def test_a_tiny_mss_does_not_make_tiny_segments(mss: int) -> None:
    with attacked() as (peer, _):
        other = peer.beside(6000)
        other.send(SYN, mss=mss)
        other.expect(SYN | ACK)
        other.send(ACK)
        other.app.send(bytes(48 * 10))
        came = other.drain()
        assert all(len(arrow.data) == 48 for arrow in came)
        assert len(came) <= 10


def test_sack_of_every_other_small_segment_is_survived() -> None:
    """SACK panic: an MSS of 48, holes everywhere, and retransmissions that are cut and joined."""
    generator = random.Random(4)
    with attacked() as (peer, _):
        other = peer.beside(6000)
        other.send(SYN, mss=48, options=[SackPermitted(), NoOperation(), WindowScale(shift=7)])
        other.expect(SYN | ACK)
        other.window = 60_000
        other.send(ACK)
        other.app.send(bytes(300_000))
        for _ in range(400):
            other.drain()
            una = info(other)[0]
            edges = sorted({una + 48 * generator.randrange(1, 4000) + generator.choice((0, 0, 1)) for _ in range(8)})
            blocks = [*zip(edges[::2], edges[1::2], strict=False)][:3]
            other.forge(ACK, ack=una + generator.choice((0, 0, 0, 48, 7)), sack=blocks)
            other.wait(generator.choice((0.0, 0.01, 0.3)))
        assert other.state in ("ESTABLISHED", "LISTEN")
        una, nxt = info(other) if other.state == "ESTABLISHED" else (0, 0)
        assert 0 <= nxt - una <= 300_000
        other.drain()
        other.app.abort()
        other.drain()


@pytest.mark.parametrize("offered", [True, False])
def test_sack_blocks_of_any_numbers(offered: bool) -> None:
    """Below SND.UNA, beyond SND.NXT, turned round, empty, as long as all numbers; whether SACK was agreed on or not."""
    generator = random.Random(8)
    with attacked() as (peer, _):
        other = peer.beside(6000)
        other.send(SYN, mss=1000, options=[SackPermitted()] if offered else [])
        other.expect(SYN | ACK)
        other.send(ACK)
        other.app.send(bytes(20_000))
        other.drain()
        for _ in range(1000):
            near = [generator.randrange(-3000, 30_000) for _ in range(6)]
            far = [generator.getrandbits(32) for _ in range(6)]
            numbers = [generator.choice(pair) for pair in zip(near, far, strict=True)]
            blocks = [*zip(numbers[::2], numbers[1::2], strict=True)]
            other.forge(ACK, ack=1, sack=blocks[: generator.randrange(1, 4)])
        other.drain()
        assert other.state == "ESTABLISHED"
        other.forge(ACK, ack=info(other)[1])
        other.wait(10.0)
        other.drain()
        other.forge(ACK, ack=info(other)[1])
        assert info(other)[0] <= 20_001


def info(peer: Script) -> tuple[int, int]:
    """SND.UNA and SND.NXT of the connection with ``peer``, relative."""
    found = next(each for each in peer.app.tcp.query().details() if each.name.endswith(f"port {peer.port}"))
    return found.snd_una, found.snd_nxt


# -- text out of order (SegmentSmack: CVE-2018-5390), and that contradicts itself


@pytest.mark.requirement("SHLD-31")
def test_tiny_pieces_out_of_order_are_bounded_and_do_not_spoil_the_stream() -> None:
    with attacked(TcpConfig(reassembly_segments=100)) as (peer, bystander):
        for seq in range(3, 20_003, 2):
            peer.forge(ACK, b"x", seq=seq)
        details = peer.app.tcp.query().details()
        assert max(each.out_of_order for each in details) == 100
        assert peer.counters["reassembly_full"] == 10_000 - 100
        peer.drain()
        carries_data(bystander)
        peer.send(ACK | PSH, b"y" * 1000, seq=1)
        peer.send(ACK | PSH, b"y" * 1000, seq=1001)
        peer.wait(0.1)
        peer.drain()
        assert len(peer.app.received) == 2000
        peer.seq = 2001
        carries_data(peer)


def test_pieces_in_every_order_are_bounded() -> None:
    generator = random.Random(9)
    with attacked(TcpConfig(reassembly_segments=50)) as (peer, _):
        for _ in range(5000):
            seq = generator.randrange(2, 60_000)
            peer.forge(ACK, generator.randbytes(generator.choice((1, 2, 100, 1000))), seq=seq)
        (own, _) = peer.app.tcp.query().details()
        assert own.out_of_order <= 65_535
        assert peer.app.received == b""


def test_what_came_first_stands() -> None:
    """Text that overlaps other text with other bytes (as RFC 1858's attacks did): nobody rewrites what is held."""
    with attacked() as (peer, _):
        peer.forge(ACK | PSH, b"GOOD", seq=5)
        peer.forge(ACK | PSH, b"EVILEVIL", seq=3)
        peer.forge(ACK | PSH, b"ab", seq=1)
        peer.wait(0.1)
        peer.drain()
        assert peer.app.received == b"abEVGOODIL"


def test_ends_that_contradict_each_other() -> None:
    """FINs at many places ahead of their turn: the stream ends once, or goes on."""
    generator = random.Random(10)
    with attacked() as (peer, _):
        for _ in range(500):
            peer.forge(FIN | ACK, bytes(generator.randrange(3)), seq=generator.randrange(3, 60_000))
        assert peer.state == "ESTABLISHED"
        assert peer.app.events == []
        peer.drain()


# -- anything, at any time


@pytest.mark.parametrize("seed", range(20))
def test_random_segments_of_a_peer_that_can_see_everything(seed: int) -> None:
    """Such a peer may end its own connection. It must not hang the host, nor have it send without end."""
    generator = random.Random(seed)
    with attacked(TcpConfig(receive_buffer=3000, reassembly_segments=20)) as (peer, _):
        sent = came = 0
        for _ in range(300):
            size = generator.choice((0, 0, 1, 100, 1400))
            flags = generator.choice((ACK, ACK, ACK, ACK | PSH, ACK | FIN, ACK | URG, SYN, SYN | ACK, RST, 0, 0xFF))
            peer.forge(
                flags,
                generator.randbytes(size),
                seq=peer.seq + generator.choice((0, 0, 0, 1, -1, 1000, 60_000, generator.getrandbits(32))),
                ack=peer.ack + generator.choice((0, 0, 0, 1, -1, 70_000, generator.getrandbits(32))),
                window=generator.choice((0, 1, 500, 65535)),
                urgent=generator.getrandbits(16),
            )
            sent += 1
            peer.wait(generator.choice((0.0, 0.0, 0.04, 0.5)))
            came += len(peer.drain())
        assert came <= 2 * sent + 200


def test_text_beyond_any_window_is_not_kept() -> None:
    with attacked(TcpConfig(receive_buffer=2000, initial_receive_window=2000)) as (peer, _):
        peer.app.hold()
        for _ in range(100):
            peer.send(ACK | PSH, bytes(1400))
            peer.wait(0.05)
            peer.drain()
        (own, _) = peer.app.tcp.query().details()
        assert own.held <= 0xFFFF
        assert len(peer.app.received) <= 0xFFFF
        peer.expect_nothing()
        peer.app.abort()
        peer.expect(RST | ACK, ack=ANY)
