"""What to send now: segmentation, Nagle's algorithm, silly-window avoidance ([9293] sections 3.7.4 and 3.8.6.2.1)."""

from __future__ import annotations

from foxpy.layers.tcp import pacing
from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.congestion.base import initial_window
from foxpy.layers.tcp.emit import options_now, start_timer, urgent_pointer
from foxpy.layers.tcp.pathmtu import BEHIND
from foxpy.layers.tcp.repair import TIMEOUT
from foxpy.layers.tcp.resend import fill, resend_lost
from foxpy.layers.tcp.segment import ACK, CWR, FIN, PSH, URG
from foxpy.layers.tcp.sent import Sent
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.window import offer


def output(tcb: Tcb) -> None:
    """Send all that the window, the congestion window, Nagle and silly-window avoidance allow.

    Where something waits with nothing in flight whose acknowledgement would bring us back here, the timer does.
    """
    snd = tcb.snd
    recovery = tcb.recovery
    snd.freed = 0
    silent = snd.nxt == snd.una
    if recovery.busy and not resend_lost(tcb):
        return
    buffer = snd.buffer
    if buffer.size:
        congestion = tcb.congestion
        mss = snd.mss
        una = snd.una
        if snd.nxt == una and tcb.now - snd.last_sent > tcb.rtt.rto:
            congestion.restart(initial_window(tcb.config.initial_window, mss), tcb.now)
        allowed = congestion.window + recovery.inflation
        if snd.wnd < allowed:
            allowed = snd.wnd
        edge = una + allowed
        limit = edge
        begin = snd.nxt
        if congestion.pacing_rate > 0.0:
            edge = pacing.paced(tcb, edge)
        if tcb.search is not None and not recovery.at_work():
            _probe_path(tcb, edge)
        # Urgent data is not cut below; and of what is cut only the first must have CWR ([3168] section 6.1.2), which
        # not all cards know.
        large = 0 if snd.up > snd.nxt or (tcb.ecn is not None and tcb.ecn.reduced) else snd.large
        while True:
            queued = buffer.size
            room = edge - snd.nxt
            size = queued if queued < room else room
            if size > mss:
                if size > large:
                    size = large or mss
                if size > mss:
                    size -= size % mss  # what is left over is a short segment, under the rules for those
            if size <= 0 or (size < mss and not _short_allowed(tcb, size, queued)):
                break
            _send_text(tcb, size, queued)
            if size == queued:
                break
        if congestion.pacing_rate > 0.0:
            if snd.nxt > begin:
                pacing.sent(tcb, snd.nxt - begin)
            if buffer.size:
                pacing.wake(tcb, limit)
    if recovery.busy and recovery.recovering and not buffer.size and tcb.rcv.sack and not tcb.config.rack:
        fill(tcb)
    if snd.fin_wanted and snd.fin is None and not buffer.size and snd.wnd > snd.nxt - snd.una:
        _send_fin(tcb)
    if not tcb.timer_running:
        if snd.sent or snd.waiting():
            start_timer(tcb)
    elif silent and recovery.running == TIMEOUT and snd.sent:
        start_timer(tcb)  # it ran for what waited; a tail loss probe may be due before


def _short_allowed(tcb: Tcb, size: int, queued: int) -> bool:
    """Whether a segment of ``size`` bytes, below the MSS, may go now, with ``queued`` waiting."""
    snd = tcb.snd
    if size == queued:
        # All that there is, (2) of section 3.8.6.2.1, with Nagle's condition as in A.3: hold a short segment back only
        # while an earlier short one is in flight. Compared with the effective MSS, never with the peer's.
        return snd.short_end <= snd.una or not tcb.config.nagle or snd.fin_wanted or snd.up > snd.nxt
    # (3): at least half of the largest window seen. A short room in the congestion window is no reason for a short
    # segment: waiting for one more ACK fills it.
    return snd.nxt == snd.una and 2 * size >= snd.max_wnd


def force(tcb: Tcb) -> None:
    """(4): the override timeout. Send what fits into the window, however little."""
    snd = tcb.snd
    room = snd.una + snd.wnd - snd.nxt
    queued = snd.buffer.size
    size = min(snd.mss, queued, room)
    if size > 0:
        _send_text(tcb, size, queued)


def probe(tcb: Tcb) -> None:
    """Probe a zero window with the first octet that waits (MUST-36); it goes on the retransmission queue."""
    snd = tcb.snd
    if snd.buffer.size:
        short_end = snd.short_end
        _send_text(tcb, 1, snd.buffer.size, probing=True)
        snd.short_end = short_end  # when the window opens, Nagle's algorithm is not to wait for the probe
    elif snd.fin_wanted and snd.fin is None:
        _send_fin(tcb)


def _probe_path(tcb: Tcb, edge: int) -> None:
    """Let the next segment be a larger one, if the path is being searched and enough follows ([4821] section 7.4)."""
    snd = tcb.snd
    search = tcb.search
    if search is None:
        return
    limit = search.size(tcb.now)
    if not limit or snd.up > snd.nxt:
        return
    size = tcb.text(limit)
    needed = size + BEHIND * snd.mss
    if size > snd.mss and snd.buffer.size >= needed and edge - snd.nxt >= needed:
        begin = snd.nxt
        _send_text(tcb, size, snd.buffer.size, size)
        search.sent(tcb, begin, snd.nxt, limit)


def _send_text(tcb: Tcb, size: int, queued: int, cut: int = 0, probing: bool = False) -> None:
    """Send the next ``size`` bytes of the ``queued`` ones; what is larger than ``cut``, 0 for the MSS, is cut below.

    Nothing about ECN is on what is ``probing`` a window ([3168] section 6.1.6)."""
    snd = tcb.snd
    rcv = tcb.rcv
    seq = snd.nxt
    end = seq + size
    payload = snd.buffer.take(size)
    flags = ACK
    if size == queued:
        flags = ACK | PSH  # MUST-61: push the last segment
        if snd.fin_wanted and snd.una + snd.wnd > end:
            flags = ACK | PSH | FIN
            snd.fin = end
            end += 1
    if size < snd.mss:
        snd.short_end = end
    snd.nxt = end
    now = tcb.now
    snd.last_sent = now
    sent = Sent(seq, end, flags, payload, now)
    if tcb.delivery is not None:
        sent.stamp = tcb.delivery.sent(now, seq == snd.una)
    snd.sent.append(sent)
    flags |= tcb.acking
    ecn = tcb.ecn
    capable = ecn is not None and ecn.capable and not probing
    if capable and ecn is not None and ecn.reduced:
        ecn.reduced = False
        flags |= CWR
    urgent = 0
    if snd.up > seq:
        flags |= URG
        urgent = urgent_pointer(snd, seq)
    options = options_now(tcb, size)
    tcb.todo.append(
        SendSegment(seq & MASK, rcv.nxt & MASK, flags, offer(rcv), payload, urgent, options, cut or snd.mss, capable)
    )
    rcv.unacked = 0
    rcv.ack_now = False


def _send_fin(tcb: Tcb) -> None:
    """Send the FIN alone."""
    snd = tcb.snd
    rcv = tcb.rcv
    seq = snd.nxt
    snd.fin = seq
    snd.nxt = seq + 1
    snd.sent.append(Sent(seq, seq + 1, FIN | ACK, b"", tcb.now))
    ack = rcv.nxt & MASK
    tcb.todo.append(SendSegment(seq & MASK, ack, FIN | tcb.acking, offer(rcv), b"", 0, options_now(tcb)))
    rcv.unacked = 0
    rcv.ack_now = False
