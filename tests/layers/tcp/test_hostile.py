"""A peer that sends anything at any time: nothing raises, nothing grows, and every connection can still end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, PSH, RST, SYN, URG, Options
from foxpy.layers.tcp.tcb import BUFFER
from tests.support.tcp_ladder import (
    Ladder,
    close_wait,
    closing,
    established,
    fin_wait_1,
    fin_wait_2,
    last_ack,
    syn_received,
    syn_sent,
    time_wait,
)

CONFIG = TcpConfig(receive_buffer=3000, send_buffer=5000, reassembly_segments=20, keepalive=40.0)
MAKERS: list[Callable[[TcpConfig], Ladder]] = [
    syn_sent,
    syn_received,
    established,
    fin_wait_1,
    fin_wait_2,
    closing,
    close_wait,
    last_ack,
    time_wait,
]
FLAGS = [ACK] * 12 + [
    ACK | PSH,
    ACK | FIN,
    ACK | FIN,
    SYN,
    SYN | ACK,
    RST,
    RST | ACK,
    ACK | URG,
    FIN,
    0,
    0x3F,
    URG | FIN,
]


def number(random: Random, near: int) -> int:
    """Mostly around what is right, at times anywhere."""
    kind = random.random()
    if kind < 0.5:
        return near
    if kind < 0.9:
        return near + random.randrange(-2000, 4000)
    return random.randrange(-(1 << 31), 1 << 31)


def happens(peer: Ladder, random: Random) -> None:
    """Something: mostly a segment, at times a call or the passing of time."""
    end = peer.end
    tcb = end.machine.tcb
    kind = random.random()
    if kind < 0.75:
        seq = number(random, tcb.rcv.nxt - peer.peer_iss if tcb.rcv.irs else 0)
        ack = number(random, random.choice((tcb.snd.una, tcb.snd.nxt)) - peer.iss)
        data = bytes(random.choice((0, 0, 1, 10, 1000, 4000)))
        options = Options(random.choice((None, 0, 1, 700, 65535)), random.choice((None, 0, 3, 14, 255)))
        window = random.choice((0, 0, 1, 500, 5000, 60_000, 0xFFFF))
        flags = random.choice(FLAGS)
        segment = peer.segment(
            flags, data, seq=seq, ack=ack, window=window, urgent=random.choice((0, 1, 500, 0xFFFF)), options=options
        )
        peer.gives(segment)
        if random.random() < 0.7:
            peer.settle()
    elif kind < 0.85:
        peer.advance(random.choice((0.0, 0.01, 0.05, 0.3, 1.0, 20.0, 70.0)))
    elif kind < 0.94:
        with suppress(PacketSize, InvalidConnection):
            end.send(bytes(random.choice((0, 1, 100, 1000, 3000))), urgent=random.random() < 0.1)
    else:
        now = peer.simulation.now
        random.choice(
            (
                end.half_close,
                end.half_close,
                end.machine.hold,
                lambda: end.consumed(random.randrange(3000)),
                lambda: end.machine.path_limit(random.choice((68, 300, 1020, 9000)), now),
                lambda: end.machine.configure(attrs.evolve(tcb.config, nagle=False), now),
            )
        )()
        end.perform()


def sound(peer: Ladder) -> None:
    """What is always true of a control block."""
    tcb = peer.end.machine.tcb
    snd, rcv, config = tcb.snd, tcb.rcv, tcb.config
    buffer = config.receive_buffer or BUFFER
    assert snd.iss <= snd.una <= snd.nxt
    assert rcv.nxt <= rcv.edge <= rcv.nxt + max(buffer, 0xFFFF)
    assert snd.pending() <= config.send_buffer + 2  # SYN and FIN
    assert rcv.held <= buffer + 0xFFFF
    if rcv.reassembly is not None:
        assert len(rcv.reassembly) <= config.reassembly_segments
        assert rcv.reassembly.size <= buffer
    assert tcb.congestion.window > 0
    assert 0 < tcb.rtt.rto <= config.max_rto
    if not peer.end.deleted:
        seq = snd.una
        for sent in snd.sent:
            assert sent.seq == seq
            assert sent.end == seq + len(sent.payload) + (sent.flags & FIN) + ((sent.flags & SYN) >> 1)
            seq = sent.end
        assert seq == snd.nxt
        if snd.sent or (snd.waiting() and peer.state not in ("SYN-SENT", "SYN-RECEIVED")):
            assert tcb.timer_running
    assert not peer.end.machine.todo


@settings(max_examples=300)
@given(seed=st.integers(0, 1 << 40), maker=st.sampled_from(range(len(MAKERS))), batch=st.booleans())
def test_anything_may_come(seed: int, maker: int, batch: bool) -> None:
    random = Random(seed)
    config = CONFIG if batch else TcpConfig(receive_buffer=3000, send_buffer=5000, ack_per_batch=False)
    peer = MAKERS[maker](config)
    for _ in range(60):
        if peer.end.deleted:
            break
        happens(peer, random)
        sound(peer)
        peer.sent.clear()
    # whatever it has come to, it ends: by itself once nobody owns it, and at once by an abort
    if random.random() < 0.5:
        peer.end.abort()
    else:
        peer.end.close()
        peer.advance(1000)
    assert peer.end.deleted
    assert not peer.end.timers


def test_a_storm_of_segments_out_of_order_is_bounded_in_memory() -> None:
    peer = established(TcpConfig(receive_buffer=1 << 20), scale=4)
    for place in range(5000):
        peer.sends(ACK, b"x", seq=2 + 2 * place)
    queue = peer.end.machine.tcb.rcv.reassembly
    assert queue is not None
    assert len(queue) == queue.size == 1024
    assert peer.end.counters.reassembly_full == 5000 - 1024


def test_two_machines_do_not_answer_each_other_for_ever() -> None:
    """An unacceptable segment is answered with an ACK: were both sides out of step, those must die out."""
    left, right = established(), established()
    left.end.machine.tcb.rcv.nxt += 5_000_000
    left.end.machine.tcb.rcv.edge += 5_000_000
    right.end.machine.tcb.rcv.nxt += 5_000_000
    right.end.machine.tcb.rcv.edge += 5_000_000
    left.sends(ACK)
    exchanged = 0
    for _ in range(1000):
        for one, other in ((left, right), (right, left)):
            while one.sent:
                sent = one.sent.popleft()
                exchanged += 1
                other.sends(ACK, seq=one.relative(sent.seq), ack=1)
    assert exchanged <= 20
