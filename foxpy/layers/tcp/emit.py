"""Single segments: SYN, acknowledgement, challenge, reset, keep-alive, and a queued segment once more.

Each is queued as an action at once; ``send.py`` decides about new data.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp import pacing, usertimeout
from foxpy.layers.tcp.actions import RETRANSMISSION, SendSegment, StartTimer
from foxpy.layers.tcp.config import DEFAULT_MSS
from foxpy.layers.tcp.fastopen import FastOpening
from foxpy.layers.tcp.repair import PROBE, TIMEOUT
from foxpy.layers.tcp.segment import ACK, CWR, ECE, RST, SYN, URG, Options
from foxpy.layers.tcp.sent import Sent
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.tail import timeout
from foxpy.layers.tcp.tcb import SendSide, Tcb, window_shift
from foxpy.layers.tcp.timestamps import SIZE, stamp
from foxpy.layers.tcp.window import offer

LARGEST_HEADER: Final = 60
"""Bytes of a header with all options that there may be."""


def syn(tcb: Tcb, flags: int = SYN) -> None:
    """Send our SYN, or SYN,ACK, for the first time; it goes on the retransmission queue."""
    send_syn(tcb, _queue_syn(tcb, flags))
    start_timer(tcb)


def syn_with_data(tcb: Tcb, fast: FastOpening) -> None:
    """Send our SYN with as much of what waits as the server takes, as far as is known ([7413] section 4.2.2)."""
    snd = tcb.snd
    syn = _queue_syn(tcb, SYN)
    snd.peer_mss = fast.size or DEFAULT_MSS
    tcb.fit(snd.limit)
    size = min(snd.buffer.size, snd.mss, snd.limit - LARGEST_HEADER)
    if size > 0:
        fast.early = True
        payload = snd.buffer.take(size)
        snd.nxt += size
        snd.sent.append(Sent(snd.iss + 1, snd.nxt, ACK, payload, tcb.now))
    send_syn(tcb, syn)
    start_timer(tcb)


def syn_by_cookie(tcb: Tcb) -> None:
    """Our SYN,ACK has been sent, and nothing remembered of it (``cookies.py``), not when: it tells no round trip."""
    _queue_syn(tcb, SYN | ACK).times = 0


def _queue_syn(tcb: Tcb, flags: int) -> Sent:
    snd = tcb.snd
    sent = Sent(snd.iss, snd.iss + 1, flags, b"", tcb.now)
    snd.sent.append(sent)
    snd.nxt = snd.iss + 1
    return sent


def send_syn(tcb: Tcb, sent: Sent) -> None:
    """Send ``sent``, a SYN or a SYN,ACK: with our options, and its window unscaled ([7323] section 2.2)."""
    rcv = tcb.rcv
    answering = sent.flags & ACK
    # in an answer window scaling may stand only where the peer offered it ([7323] section 2.2)
    scaling = rcv.scaling if answering else tcb.config.window_scaling
    options = Options(rcv.mss, window_shift(rcv.most) if scaling else None)
    if tcb.config.user_timeout is not None:
        options.user_timeout = usertimeout.encode(tcb.config.user_timeout)
    payload = b""
    fast = tcb.fast
    if fast is not None and sent.times == 1:  # once only: firewalls may drop it ([7413] sections 4.2.1 and 4.2.2)
        options.fast_open = fast.cookie
        if fast.cookie is not None and len(fast.cookie) > 8:
            options.user_timeout = 0  # there is no room for both
        if fast.early:
            payload = tcb.snd.sent[1].payload
    options.sack_permitted = rcv.sack if answering else tcb.config.sack
    stamps = tcb.stamps
    if stamps is not None:
        options.tsval = stamp(tcb.now, tcb.offset)
        options.tsecr = stamps.recent
    elif not answering and tcb.offers_timestamps():
        options.tsval = stamp(tcb.now, tcb.offset)
    window = min(rcv.buffer, 0xFFFF)
    ack = rcv.nxt & MASK if answering else 0
    flags = sent.flags
    if answering:
        if tcb.ecn is not None:
            flags |= ECE
    elif sent.times == 1 and tcb.asks_for_ecn():  # silence may be a firewall's answer ([3168] section 6.1.1.1)
        flags |= ECE | CWR
    tcb.todo.append(SendSegment(sent.seq & MASK, ack, flags, window, payload, 0, options))


def options_now(tcb: Tcb, text: int = 0) -> Options | None:
    """The options of a segment without SYN and with so much ``text`` that is sent now; None for none."""
    stamps = tcb.stamps
    rcv = tcb.rcv
    if rcv.sack and (rcv.reassembly is not None or rcv.twice is not None):
        options = 0 if stamps is None else SIZE
        # An acknowledgement alone has room for all blocks that there may be. A full segment has none: its
        # retransmission, or a cut below, would have to go by blocks that come and go.
        room = min(40 - options, tcb.snd.limit - 20 - options - text)
        blocks = rcv.sack_blocks((room - 4) // 8)
        if blocks:
            told = Options(sack=tuple([(left & MASK, right & MASK) for left, right in blocks]))
            if stamps is not None:
                told.tsval = stamp(tcb.now, tcb.offset)
                told.tsecr = stamps.recent
            return told
    if tcb.announcing and tcb.snd.limit - 20 - text >= SIZE + 4:
        return _announcement(tcb)
    return None if stamps is None else stamps.options(tcb.now)


def _announcement(tcb: Tcb) -> Options:
    """The options of the one segment that tells our user timeout ([5482] section 3): the first without SYN, and the
    first after it has changed. It may be lost: nothing depends on it."""
    tcb.announcing = False
    told = Options()
    if tcb.config.user_timeout is not None:
        told.user_timeout = usertimeout.encode(tcb.config.user_timeout)
    if tcb.stamps is not None:
        told.tsval = stamp(tcb.now, tcb.offset)
        told.tsecr = tcb.stamps.recent
    return told


def acceptable(snd: SendSide) -> int:
    """The sequence number of a segment without text: SND.NXT, or the edge of the peer's window where that is behind.

    A probe of a closed window goes beyond it. Were the number of what follows beyond it as well, the peer would drop
    the segment as not acceptable, its ACK and window included; two that probe each other would wait for ever.
    """
    return min(snd.nxt, max(snd.una, snd.una + snd.wnd))


def acknowledge(tcb: Tcb) -> None:
    """Send ``<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`` now."""
    snd = tcb.snd
    rcv = tcb.rcv
    ack = rcv.nxt & MASK
    tcb.todo.append(SendSegment(acceptable(snd) & MASK, ack, tcb.acking, offer(rcv), b"", 0, options_now(tcb)))
    rcv.unacked = 0
    rcv.ack_now = False


def challenge(tcb: Tcb) -> None:
    """Send an ACK that asks the peer whether it meant what came ([5961]), unless too many have been sent lately."""
    config = tcb.config
    if tcb.challenge.allow(tcb.now, config.challenge_limit, config.challenge_period):
        tcb.counters.challenge_acks += 1
        acknowledge(tcb)
    else:
        tcb.counters.challenges_withheld += 1


def reset(tcb: Tcb) -> None:
    """Send ``<SEQ=SND.NXT><CTL=RST>``; with an ACK, as today's stacks do, which firewalls expect."""
    tcb.counters.resets_sent += 1
    tcb.todo.append(SendSegment(acceptable(tcb.snd) & MASK, tcb.rcv.nxt & MASK, RST | ACK, 0, b"", 0, options_now(tcb)))


def start_timer(tcb: Tcb) -> None:
    """(Re)start the retransmission timer with the RTO of now ([6298] 5.1, 5.3), or for a tail loss probe before that.

    It is not restarted for what is sent later: the probe goes out when the first of what is in flight is overdue."""
    tcb.timer_running = True
    recovery = tcb.recovery
    rtt = tcb.rtt
    delay = rtt.rto
    recovery.running = TIMEOUT
    if tcb.rcv.sack and not recovery.busy and rtt.samples > recovery.probed and tcb.config.tail_loss_probe:
        snd = tcb.snd
        if snd.sent and snd.wnd:
            delay = timeout(rtt.srtt, delay, snd.nxt - snd.una <= snd.mss)
            recovery.running = PROBE
    tcb.todo.append(StartTimer(RETRANSMISSION, delay))


def stop_timer(tcb: Tcb) -> None:
    """Everything is acknowledged, and nothing waits ([6298] 5.2).

    It is left to go off for nothing: most often the next segment starts it again before, and to stop it each time would
    cost more than to be woken once when the connection falls silent."""
    tcb.timer_running = False


def keepalive(tcb: Tcb) -> None:
    """Send a segment without data just left of the window, which a live peer must answer (SHLD-12)."""
    rcv = tcb.rcv
    tcb.counters.keepalive_probes += 1
    seq = (tcb.snd.nxt - 1) & MASK
    tcb.todo.append(SendSegment(seq, rcv.nxt & MASK, tcb.acking, offer(rcv), b"", 0, options_now(tcb)))


def urgent_pointer(snd: SendSide, seq: int) -> int:
    """SEG.UP: from the segment's number to the octet after the urgent data (MUST-62), as far as 16 bits reach."""
    return min(snd.up - seq, 0xFFFF)


def again(tcb: Tcb, index: int) -> None:
    """Send the segment at ``index`` of the retransmission queue once more, cut in two if the path has shrunk."""
    snd = tcb.snd
    sent = snd.sent[index]
    if tcb.search is not None:
        tcb.search.resent(sent)
    recovery = tcb.recovery
    if len(sent.payload) > snd.mss:
        recovery.board.cut(index, snd.mss)
    recovery.board.sent_again(sent, tcb.now)
    if tcb.delivery is not None:
        sent.stamp = tcb.delivery.sent(tcb.now, False)
    size = sent.end - sent.seq
    recovery.repeated += size
    recovery.doubt.repeated(size)
    recovery.busy = True
    tcb.counters.retransmissions += 1
    tcb.retransmissions += 1
    snd.last_sent = tcb.now
    if sent.flags & SYN:
        send_syn(tcb, sent)
        return
    rcv = tcb.rcv
    flags = sent.flags | tcb.acking
    urgent = 0
    if snd.up > sent.seq:
        flags |= URG
        urgent = urgent_pointer(snd, sent.seq)
    payload = sent.payload
    if tcb.congestion.pacing_rate > 0.0:
        pacing.sent(tcb, len(payload))
    options = options_now(tcb, len(payload))
    tcb.todo.append(SendSegment(sent.seq & MASK, rcv.nxt & MASK, flags, offer(rcv), payload, urgent, options, snd.mss))
    rcv.unacked = 0
    rcv.ack_now = False
