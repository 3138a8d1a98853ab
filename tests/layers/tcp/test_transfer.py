"""Two machines over a channel that loses, doubles, delays and reorders: all data arrives, and everything ends."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.congestion import ALGORITHMS
from foxpy.layers.tcp.states import Why
from tests.support.tcp_machines import Channel, End, Joined


class Feed:
    """Sends ``data`` on ``end`` as room appears, then closes."""

    def __init__(self, joined: Joined, end: End, data: bytes, piece: int) -> None:
        self.joined = joined
        self.end = end
        self.data = data
        self.piece = piece
        self.sent = 0
        self.closed = False
        self.go()

    def go(self) -> None:
        while self.end.opened and self.sent < len(self.data):
            size = min(self.piece, self.end.machine.sendable(), len(self.data) - self.sent)
            if not size:
                break
            self.end.send(self.data[self.sent : self.sent + size])
            self.sent += size
        if self.end.opened and self.sent == len(self.data):
            self.closed = True
            self.end.half_close()
        else:
            self.joined.simulation.at(self.joined.simulation.now + 0.01, self.go)


def transfer(
    channel: Channel,
    forth: bytes,
    back: bytes,
    seed: int,
    config: TcpConfig | None = None,
    piece: int = 5000,
    iss: tuple[int, int] = (1000, 2_000_000),
    limit: int = 1480,
) -> Joined:
    """Both sides send and close; both must get all, hear a good end, and leave nothing."""
    joined = Joined(channel, seed, config, config, iss, limit)
    joined.left.open()
    feeds = [Feed(joined, joined.left, forth, piece), Feed(joined, joined.right, back, piece)]
    joined.simulation.run(lambda: joined.left.deleted and joined.right.deleted, 5000.0)
    assert all(feed.closed for feed in feeds)
    assert bytes(joined.right.received) == forth
    assert bytes(joined.left.received) == back
    for end in (joined.left, joined.right):
        assert end.peer_closed
        assert end.finished is Why.CLOSED
        assert not end.timers
        tcb = end.machine.tcb
        assert not tcb.snd.sent
        assert not tcb.snd.buffer.size
        assert not tcb.rcv.reassembly
    return joined


def data(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def test_a_clean_channel() -> None:
    joined = transfer(Channel(rate=1e6), data(500_000, 1), b"", 1)
    assert joined.left.counters.retransmissions == 0
    # full segments, an acknowledgement for every second of them, and a handful for the rest
    full = 500_000 // 1460
    assert full * 1.4 < joined.segments < full * 1.6


def test_the_rate_of_the_channel_is_reached() -> None:
    """1 MB/s for 2 MB: two seconds and little more, TIME-WAIT aside."""
    joined = transfer(Channel(rate=1e6), data(2_000_000, 2), b"", 2)
    assert joined.simulation.now - 60 < 2.3


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(5))
def test_loss(loss: float, seed: int) -> None:
    transfer(Channel(loss=loss, rate=1e6), data(150_000, seed), data(20_000, seed + 1), seed)


@pytest.mark.parametrize("seed", range(5))
def test_reordering_and_duplication(seed: int) -> None:
    channel = Channel(delay=0.02, jitter=0.03, loss=0.02, duplication=0.1, rate=1e6)
    transfer(channel, data(100_000, seed), data(100_000, seed + 1), seed)


def test_loss_of_one_in_fifty_does_not_starve() -> None:
    """NewReno on a path of 40 ms with 2 % loss: Mathis' formula gives about 0.45 MB/s with 1460-byte segments."""
    joined = transfer(Channel(delay=0.02, loss=0.02, rate=12.5e6), data(3_000_000, 7), b"", 7)
    seconds = joined.simulation.now - 60
    assert 3_000_000 / seconds > 200_000


@pytest.mark.parametrize("seed", range(3))
def test_sequence_numbers_wrap_in_both_directions(seed: int) -> None:
    channel = Channel(loss=0.05, jitter=0.01)
    near = (0xFFFF_FFFF - 20_000, 0xFFFF_FFFF - 3_000)
    transfer(channel, data(60_000, seed), data(60_000, seed), seed, iss=near)


def test_tiny_buffers() -> None:
    config = TcpConfig(receive_buffer=700, send_buffer=900)
    transfer(Channel(loss=0.05), data(20_000, 3), data(5_000, 4), 3, config)


def test_tiny_segments() -> None:
    transfer(Channel(loss=0.05), data(20_000, 3), data(5_000, 4), 3, limit=70)


def test_without_batches() -> None:
    transfer(Channel(loss=0.02, rate=1e6), data(100_000, 5), b"", 5, TcpConfig(ack_per_batch=False))


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("sack", [True, False])
def test_each_congestion_control_over_a_bad_path(name: str, sack: bool) -> None:
    """With loss, and with all that arrives being late by turns: also where the peer tells nothing of what it has."""
    config = TcpConfig(congestion_control=name, sack=sack)
    channel = Channel(delay=0.02, jitter=0.005, loss=0.02, duplication=0.01, rate=1e6)
    transfer(channel, data(300_000, 11), data(30_000, 12), 11, config)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_each_congestion_control_fills_a_clean_path(name: str) -> None:
    """1 MB/s, 40 ms, and a queue without bound: 2 MB take two seconds, and slow start a little more."""
    config = TcpConfig(congestion_control=name)
    joined = transfer(Channel(delay=0.02, rate=1e6), data(2_000_000, 13), b"", 13, config)
    assert joined.simulation.now - 60 < 2.6
    assert joined.left.counters.retransmissions == 0


@given(
    st.sampled_from(sorted(ALGORITHMS)),
    st.integers(0, 1 << 32),
    st.floats(0.0, 0.15),
    st.floats(0.0, 0.02),
    st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_whatever_the_path_the_stream_is_exact(name: str, seed: int, loss: float, jitter: float, sack: bool) -> None:
    config = TcpConfig(congestion_control=name, sack=sack)
    channel = Channel(delay=0.01, jitter=jitter, loss=loss, rate=2e6)
    transfer(channel, data(60_000, seed), data(3000, seed), seed, config)


def test_without_congestion_control() -> None:
    config = TcpConfig(congestion_control="none")
    transfer(Channel(loss=0.02, rate=1e6), data(300_000, 6), b"", 6, config)


def test_both_open_at_once() -> None:
    """Simultaneous open, over a lossy channel."""
    for seed in range(20):
        joined = Joined(Channel(loss=0.2, jitter=0.02), seed)
        joined.left.open()
        joined.right.open()
        Feed(joined, joined.left, data(5000, seed), 1000)
        Feed(joined, joined.right, data(7000, seed), 1000)
        joined.simulation.run(lambda j=joined: j.left.deleted and j.right.deleted, 1000.0)  # type: ignore[misc]  # a default of a lambda has no type
        assert bytes(joined.right.received) == data(5000, seed)
        assert bytes(joined.left.received) == data(7000, seed)


def test_both_close_at_once() -> None:
    for seed in range(20):
        joined = Joined(Channel(loss=0.2, jitter=0.02), seed)
        joined.left.open()
        joined.simulation.run(lambda j=joined: j.left.opened and j.right.opened, 500.0)  # type: ignore[misc]  # see above
        joined.left.half_close()
        joined.right.half_close()
        joined.simulation.run(lambda j=joined: j.left.deleted and j.right.deleted, 500.0)  # type: ignore[misc]  # see above
        assert joined.left.finished is joined.right.finished is Why.CLOSED


def test_a_channel_that_dies_ends_both() -> None:
    """Whatever the state, both give up in time and leave nothing."""
    joined = Joined(Channel(), 1)
    joined.left.open()
    joined.simulation.advance(1)
    joined.left.send(data(50_000, 1))
    joined.right.send(data(50_000, 2))
    joined.channel = Channel(loss=1.0)
    joined.simulation.advance(300)
    for end in (joined.left, joined.right):
        assert end.finished is Why.TIMED_OUT
        assert end.deleted
        assert not end.timers


def test_an_application_that_reads_slowly() -> None:
    joined = Joined(Channel(loss=0.03), 9, right=TcpConfig(receive_buffer=4000))
    joined.left.open()
    right = joined.right
    right.machine.hold()

    def read() -> None:
        held = right.machine.tcb.rcv.held
        assert held <= 4000
        if held:
            right.consumed(min(held, 700))
        if not right.deleted:
            joined.simulation.at(joined.simulation.now + 0.05, read)

    read()
    sent = data(60_000, 9)
    Feed(joined, joined.left, sent, 5000)
    joined.simulation.run(lambda: right.peer_closed, 2000.0)
    assert bytes(right.received) == sent
    while right.machine.tcb.rcv.held:
        joined.simulation.advance(0.05)
    right.close()
    joined.simulation.run(lambda: joined.left.deleted and right.deleted, 500.0)
    assert joined.left.finished is right.finished is Why.CLOSED


@settings(max_examples=60)
@given(
    seed=st.integers(0, 1 << 30),
    loss=st.floats(0, 0.25),
    duplication=st.floats(0, 0.3),
    jitter=st.floats(0, 0.05),
    sizes=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
    piece=st.integers(1, 8000),
    receive=st.integers(100, 100_000),
    limit=st.integers(60, 3000),
    nagle=st.booleans(),
    batch=st.booleans(),
)
def test_any_channel(
    seed: int,
    loss: float,
    duplication: float,
    jitter: float,
    sizes: tuple[int, int],
    piece: int,
    receive: int,
    limit: int,
    nagle: bool,
    batch: bool,
) -> None:
    """Integrity and termination, whatever the channel, the sizes and the settings."""
    piece = max(piece, sum(sizes) // 2000)
    config = TcpConfig(receive_buffer=receive, nagle=nagle, ack_per_batch=batch)
    channel = Channel(loss=loss, duplication=duplication, jitter=jitter)
    transfer(channel, data(sizes[0], seed), data(sizes[1], seed + 1), seed, config, piece, limit=limit)
