"""What a SYN brings, and what its acknowledgement begins ([9293] sections 3.10.7.2 to 3.10.7.4; options: [7323])."""

from __future__ import annotations

from foxpy.layers.tcp import ecn, usertimeout
from foxpy.layers.tcp.actions import KEEPALIVE, OPENED, SendSegment, StartTimer
from foxpy.layers.tcp.congestion.base import Start, initial_window
from foxpy.layers.tcp.emit import start_timer, stop_timer
from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.fastopen import FastOpening
from foxpy.layers.tcp.pathmtu import search
from foxpy.layers.tcp.recovery import go_back
from foxpy.layers.tcp.segment import FIN, RST, Options, Segment
from foxpy.layers.tcp.sent import drop, find
from foxpy.layers.tcp.states import State, SynReceived
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.text import deliver


def accept(tcb: Tcb, segment: Segment) -> State:
    """3.10.7.2, LISTEN, third: a SYN came to a listener, which checked it (``stateless.classify``)."""
    take_syn(tcb, segment)
    first_window(tcb, segment, tcb.snd.una)
    fast = tcb.fast
    if fast is not None and fast.accepted:
        # [7413] section 4.2.2: "Buffer the data and notify the application", which may answer at once
        _begin_control(tcb, tcb.config.initial_window)
        tcb.todo.append(OPENED)
        early = tcb.rcv.take()
        if early:
            deliver(tcb, early, 0, len(early))
    return SynReceived(passive=True)


def take_syn(tcb: Tcb, segment: Segment) -> None:
    """Take in the peer's SYN: its number and its options; text and FIN that came with it are held back."""
    rcv = tcb.rcv
    rcv.irs = segment.seq
    rcv.nxt = rcv.up = segment.seq + 1
    rcv.edge = rcv.nxt + min(rcv.buffer, 0xFFFF)  # what our SYN, or SYN,ACK, offers: unscaled ([7323] section 2.2)
    rcv.round_nxt = rcv.nxt
    rcv.round_at = tcb.now
    tcb.negotiated(segment.options or Options())
    ecn.agree(tcb, segment)
    if segment.options is not None and segment.options.user_timeout:
        usertimeout.heard(tcb, usertimeout.decode(segment.options.user_timeout))
    length = segment.end - segment.start
    if length:
        end = min(segment.end, segment.start + rcv.edge - rcv.nxt)
        rcv.ahead().add(rcv.nxt, segment.frame, segment.start, end)
    if segment.flags & FIN:
        rcv.ahead().fin = rcv.nxt + length


def first_window(tcb: Tcb, segment: Segment, ack: int) -> None:
    """The send window as the peer's SYN gives it: never scaled ([7323] section 2.2)."""
    snd = tcb.snd
    snd.wnd = snd.max_wnd = segment.window
    snd.wl1 = tcb.rcv.irs
    snd.wl2 = ack


def syn_acknowledged(tcb: Tcb, ack: int) -> None:
    """Our SYN is acknowledged: the connection is open, the congestion window begins."""
    snd = tcb.snd
    config = tcb.config
    snd.una = ack
    sent = snd.sent[0]
    recovery = tcb.recovery
    if recovery.busy:
        recovery.board.acknowledged(ack)
        recovery.board.fresh.clear()
        recovery.settle()
    else:
        drop(snd.sent, find(snd.sent, ack), ack)
    segments = config.initial_window
    if sent.times == 1:
        tcb.rtt.sample(tcb.now - sent.at)
    elif sent.times:
        tcb.rtt.syn_was_lost()
        if tcb.recovery.stalled is not None:
            segments = 1  # [5681] section 3.1: one segment where a SYN or SYN,ACK was lost
    tcb.recovery.stalled = None
    if config.probe_path == "always":
        tcb.fit(search(tcb).low)
    if tcb.fast is None or not tcb.fast.accepted:
        _begin_control(tcb, segments)
    tcb.counters.established += 1
    if snd.sent:
        start_timer(tcb)
    else:
        stop_timer(tcb)
    tcb.announcing = config.user_timeout is not None
    if config.keepalive is not None:
        tcb.todo.append(StartTimer(KEEPALIVE, config.keepalive))


def _begin_control(tcb: Tcb, segments: int) -> None:
    """The congestion window begins, with so many ``segments``."""
    snd = tcb.snd
    tcb.control(Start(snd.mss, initial_window(segments, snd.mss), tcb.now, tcb.rtt.srtt, seed=snd.iss))


def fast_opened(tcb: Tcb, fast: FastOpening, segment: Segment, lost: bool) -> None:
    """The server's answer to a SYN with Fast Open; ``lost``: it had to be sent again, without.

    What it did not take of the data goes at once ([7413] section 4.2.2).
    """
    options = segment.options
    if options is not None and options.fast_open:
        fast.heard = options.fast_open
    fast.refused = lost or (fast.early and bool(tcb.snd.sent))
    if tcb.snd.sent:
        go_back(tcb, Rule.EARLY)


def reset_unacceptable(tcb: Tcb, segment: Segment) -> None:
    """``<SEQ=SEG.ACK><CTL=RST>``, the answer to an unacceptable ACK before the connection is synchronized."""
    tcb.counters.resets_sent += 1
    tcb.todo.append(SendSegment(segment.ack, 0, RST, 0, b""))
