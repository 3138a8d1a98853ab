"""Any path that loses, reorders and doubles, with all that loss recovery has on and off: the stream arrives exactly.

And any peer that acknowledges what it likes: the scoreboard stays right, and nothing grows without bound.
"""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import FIN, PSH
from foxpy.layers.tcp.sequence import MASK
from tests.layers.tcp.test_transfer import Feed, data
from tests.support.tcp_machines import Channel, End, Joined
from tests.support.tcp_sack import Flight

RECOVERY = st.builds(
    TcpConfig, sack=st.booleans(), rack=st.booleans(), tail_loss_probe=st.booleans(), frto=st.booleans()
)
CHOICES = st.builds(
    attrs.evolve,
    RECOVERY,
    timestamps=st.booleans(),
    ack_per_batch=st.booleans(),
    congestion_control=st.sampled_from(["newreno", "cubic", "none", "bbr"]),
)


class Cut(Joined):
    """Below TCP large segments are cut up, each at the MSS that comes with it."""

    def _carry(self, sent: SendSegment, to: End) -> None:
        payload = sent.payload
        size = sent.mss
        if len(payload) <= size:
            super()._carry(sent, to)
            return
        for start in range(0, len(payload), size):
            last = start + size >= len(payload)
            flags = sent.flags if last else sent.flags & ~(FIN | PSH)
            piece = payload[start : start + size]
            seq = (sent.seq + start) & MASK
            super()._carry(SendSegment(seq, sent.ack, flags, sent.window, piece, 0, sent.options, size), to)


def transfer(channel: Channel, config: TcpConfig, sizes: tuple[int, int], seed: int, large: int) -> Joined:
    """Both sides send and close; both get exactly what was sent. Segments of up to ``large`` bytes are cut below."""
    joined = Cut(channel, seed, config, config)
    for end in (joined.left, joined.right):
        end.machine.offloaded(large, 0.0)
    joined.left.open()
    forth, back = data(sizes[0], seed), data(sizes[1], seed + 1)
    for end, sent in ((joined.left, forth), (joined.right, back)):
        Feed(joined, end, sent, 20_000)
    joined.simulation.run(lambda: joined.left.deleted and joined.right.deleted, 5000.0)
    assert bytes(joined.right.received) == forth
    assert bytes(joined.left.received) == back
    for end in (joined.left, joined.right):
        assert not end.timers
        assert end.machine.tcb.recovery.board.gone() == 0
    return joined


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1 << 30),
    config=CHOICES,
    loss=st.floats(0, 0.25),
    duplication=st.floats(0, 0.3),
    jitter=st.floats(0, 0.05),
    rate=st.sampled_from([1e5, 1e6, float("inf")]),
    sizes=st.tuples(st.integers(0, 60_000), st.integers(0, 20_000)),
    large=st.sampled_from([0, 5000, 30_000, 65_000]),
)
def test_any_path(
    seed: int,
    config: TcpConfig,
    loss: float,
    duplication: float,
    jitter: float,
    rate: float,
    sizes: tuple[int, int],
    large: int,
) -> None:
    channel = Channel(loss=loss, duplication=duplication, jitter=jitter, rate=rate)
    transfer(channel, config, sizes, seed, large)


@pytest.mark.parametrize("rack", [False, True])
@pytest.mark.parametrize("large", [0, 65_000])
@pytest.mark.parametrize("loss", [0.01, 0.05, 0.1])
def test_losses_are_mended_without_timeouts(loss: float, large: int, rack: bool) -> None:
    """Nearly always: a timeout is left where the acknowledgements were lost too, or next to nothing is in flight."""
    joined = transfer(Channel(loss=loss, rate=2e6), TcpConfig(rack=rack), (1_000_000, 0), 5, large)
    counters = joined.left.counters
    assert counters.retransmissions < (1.5 if rack else 2.0) * loss * 1_000_000 / 1448 + 10
    assert counters.retransmission_timeouts <= (0.15 if rack else 0.3) * counters.retransmissions


def test_reordering_alone_makes_few_retransmissions() -> None:
    """RACK widens its reordering window by what it sees, and undoes what it took for loss."""
    joined = transfer(Channel(jitter=0.01, delay=0.02, rate=2e6), TcpConfig(), (1_000_000, 0), 3, 0)
    counters = joined.left.counters
    counting = transfer(
        Channel(jitter=0.01, delay=0.02, rate=2e6), TcpConfig(rack=False), (1_000_000, 0), 3, 0
    ).left.counters
    assert counters.retransmissions < counting.retransmissions / 3
    assert counters.retransmission_timeouts == 0


def test_what_recovery_sends_twice_is_told_by_dsacks() -> None:
    """Each side of it: what a path doubles is told, and undoes nothing that was right."""
    joined = transfer(Channel(duplication=0.2, loss=0.02, rate=2e6), TcpConfig(), (500_000, 0), 3, 0)
    assert joined.left.counters.dsacks > 20
    assert joined.left.counters.bad_sacks == 0


moves = st.lists(
    st.one_of(
        st.tuples(st.just("ack"), st.integers(-3, 25), st.lists(st.tuples(st.integers(-5, 40), st.integers(-3, 20)))),
        st.tuples(
            st.just("odd"), st.integers(0, 25_000), st.lists(st.tuples(st.integers(0, 40_000), st.integers(1, 3000)))
        ),
        st.tuples(st.just("wait"), st.integers(1, 400), st.just([])),
        st.tuples(st.just("send"), st.integers(1, 9000), st.just([])),
        st.tuples(st.just("window"), st.sampled_from([0, 1, 900, 5000, 60_000]), st.just([])),
        st.tuples(st.just("mss"), st.sampled_from([1020, 520, 120]), st.just([])),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(moves=moves, config=RECOVERY, large=st.sampled_from([0, 10_000]), stamps=st.booleans())
def test_any_peer(
    moves: list[tuple[str, int, list[tuple[int, int]]]], config: TcpConfig, large: int, stamps: bool
) -> None:
    """Acknowledgements without rhyme or reason; then a peer that has come to its senses gets everything."""
    flight = Flight(5, config, timestamps=stamps, age=0.0)
    peer, tcb = flight.peer, flight.tcb
    end = peer.end
    end.machine.offloaded(large, peer.simulation.now)
    end.perform()
    for kind, number, pairs in moves:
        if end.deleted:
            break
        una = tcb.snd.una - peer.iss
        if kind == "ack":
            blocks = [(flight.seq(left), flight.seq(left) + length * 1000) for left, length in pairs[:4]]
            flight.sends(flight.seq(number), blocks)
        elif kind == "odd":
            flight.sends(una + number % 3000, [(una + left, una + left + length) for left, length in pairs[:4]])
        elif kind == "wait":
            peer.advance(number / 1000)
        elif kind == "send":
            end.send(bytes(min(number, end.machine.sendable())))
        elif kind == "window":
            peer.window = number
        else:
            end.machine.path_limit(min(number, tcb.snd.limit), peer.simulation.now)
            end.perform()
        peer.sent.clear()
        check(flight)
    peer.window = 60_000
    for _ in range(200):
        if end.deleted or tcb.snd.una == tcb.snd.nxt:
            break
        flight.sends(tcb.snd.nxt - peer.iss, [])
        peer.advance(1.0)
        check(flight)
    assert end.deleted or tcb.snd.una == tcb.snd.nxt


def check(flight: Flight) -> None:
    """The sums are those of the marks; the queue is the stream from SND.UNA to SND.NXT; the window is one segment or
    more."""
    tcb = flight.tcb
    snd, recovery = tcb.snd, tcb.recovery
    board = recovery.board
    if flight.peer.end.deleted:
        return
    queue = snd.sent
    at = snd.una
    for sent in queue:
        assert sent.seq == at
        assert len(sent.payload) == sent.end - sent.seq
        at = sent.end
    assert at == snd.nxt
    assert board.sacked == sum(sent.end - sent.seq for sent in queue if sent.sacked)
    assert board.lost == sum(sent.end - sent.seq for sent in queue if sent.lost)
    assert not any(sent.sacked and sent.lost for sent in queue)
    assert tcb.congestion.window >= min(snd.mss, 100)
    if not recovery.busy:
        assert board.idle()
    if queue:
        assert tcb.timer_running
