"""How large a segment the path below carries: reports that it is less, which may be forged, and what follows."""

from __future__ import annotations

from foxpy.layers.tcp.emit import start_timer
from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.pathmtu import SMALLEST
from foxpy.layers.tcp.recovery import go_back
from foxpy.layers.tcp.send import output
from foxpy.layers.tcp.sequence import unwrap
from foxpy.layers.tcp.tcb import Tcb


def concerned(tcb: Tcb, seq: int) -> bool:
    """Whether number ``seq``, as it is on the wire, is in flight."""
    snd = tcb.snd
    return snd.una <= unwrap(seq, snd.una) < snd.nxt


def credible(tcb: Tcb, limit: int, seq: int) -> bool:
    """Whether a report may be true that the path carries ``limit`` bytes of segment, and that number ``seq``, which is
    in flight, was in one too large for it ([5927] section 7.2).

    Where segments as large as ours arrive, it is forged or the path has changed. In the second case they arrive no
    longer, so it is kept in mind until that number is acknowledged, or has to be sent again after a time-out.
    """
    snd = tcb.snd
    if tcb.text(limit) >= snd.mss:
        return tcb.search is not None  # larger than all but a probe of the path
    if tcb.config.doubt_too_big and snd.proven:
        tcb.counters.reports_doubted += 1
        snd.doubted = max(limit, SMALLEST)
        snd.doubted_seq = unwrap(seq, snd.una)
        return False
    return True


def limited(tcb: Tcb, limit: int) -> None:
    """The path carries ``limit`` bytes of segment from now on."""
    if tcb.search is not None:
        tcb.search.bounded(limit)
    tcb.fit(limit)


def send_pieces(tcb: Tcb, most: int) -> None:
    """Send what is in flight with more than ``most`` bytes of text again in pieces, if there is any: it did not pass,
    which is no sign of congestion ([1191] section 6.4)."""
    if any(len(sent.payload) > most for sent in tcb.snd.sent):
        go_back(tcb, Rule.PATH)
        output(tcb)
        start_timer(tcb)
