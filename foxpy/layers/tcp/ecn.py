"""Explicit Congestion Notification between the two ends of a connection ([3168] section 6.1)."""

from __future__ import annotations

from foxpy.layers.tcp.emit import start_timer
from foxpy.layers.tcp.marks import Ecn
from foxpy.layers.tcp.segment import ACK, CWR, ECE, Segment
from foxpy.layers.tcp.tcb import Tcb

SETUP = ECE | CWR
"""Both on a SYN ask for it; ECE alone on a SYN,ACK agrees, which no peer says that only reflects what it is sent."""


def agree(tcb: Tcb, syn: Segment) -> None:
    """Take in what the peer's SYN, or SYN,ACK, says of ECN (6.1.1)."""
    said = syn.flags & SETUP
    ours = tcb.snd.sent
    if not ours:
        if said == SETUP and tcb.marking and tcb.config.ecn != "off":
            tcb.ecn = Ecn(tcb.snd.iss)
    elif tcb.asks_for_ecn() and said == (ECE if syn.flags & ACK else SETUP):
        tcb.ecn = Ecn(tcb.snd.iss)
        # "... and has sent no non-ECN-setup SYN": as the second was; marks on what comes are answered all the same
        tcb.ecn.capable = ours[0].times == 1


def arrived(tcb: Tcb, segment: Segment, text: int) -> None:
    """The receiver (6.1.3): after a mark all acknowledgements have ECE, until CWR comes.

    For text within the window alone (6.1.5). It is acknowledged at once, as the sender may have a window of one segment
    and wait for it.
    """
    if not text:
        return
    if segment.flags & CWR:
        tcb.acking = ACK
        tcb.rcv.ack_now = True
    if segment.marked:
        tcb.counters.congestion_marks += 1
        tcb.acking = ACK | ECE
        tcb.rcv.ack_now = True


def echoed(tcb: Tcb, ecn: Ecn, una: int, window: int) -> None:
    """The sender (6.1.2): an ACK has ECE. ``una`` and ``window`` are SND.UNA and the congestion window before it.

    Treated as a loss, once for each window of data, whatever of it was lost or marked.
    """
    snd = tcb.snd
    congestion = tcb.congestion
    if not congestion.own_recovery:
        # "SHOULD NOT increase the congestion window in response to the receipt of an ECN-Echo ACK packet"
        congestion.window = min(congestion.window, window)
    if snd.una <= ecn.answered or tcb.recovery.recovering or tcb.recovery.going_back:
        return
    tcb.counters.ecn_reductions += 1
    congestion.marked(snd.nxt - una, snd.mss, tcb.now)
    tcb.reduced()
    if congestion.window <= snd.mss and snd.sent:
        # "MUST reset the retransmit timer on receiving the ECN-Echo packet when the congestion window is one"
        start_timer(tcb)
