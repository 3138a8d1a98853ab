"""One connection, as ``query`` shows it: what Linux tells by TCP_INFO (tcp(7)), and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from foxpy.layers.tcp.states import name

if TYPE_CHECKING:
    from foxpy.layers.tcp.repair import Recovery
    from foxpy.layers.tcp.transitions import Machine

Repairing: TypeAlias = Literal["open", "disorder", "recovery", "loss"]
"""How loss recovery stands, in the words of tcpi_ca_state: nothing missing; something SACKed or duplicate ACKs, nothing
taken for lost; fast recovery; after a timeout."""


@attrs.frozen(kw_only=True)
class TcpConnectionInfo:
    """One connection now. Sequence numbers are relative to the initial ones, sizes in bytes, times in seconds."""

    name: str
    state: str
    """As RFC 9293 writes it."""
    options: tuple[str, ...]
    """What the handshake agreed on, of "timestamps", "SACK", "ECN" and "window scaling"."""

    # -- sending
    snd_una: int
    snd_nxt: int
    snd_wnd: int
    """The window that the peer offers."""
    snd_scale: int
    """Bits that the peer's windows are shifted by."""
    mss: int
    """The effective send MSS."""
    path_limit: int
    """The largest segment, header and options included, that the path carries."""
    unsent: int
    """Given to be sent, and in no segment yet."""
    send_buffer: int
    """The most that is kept of what is not acknowledged; it follows the congestion window."""
    segments_sent: int
    """A large one that is cut below counts once."""
    bytes_acknowledged: int

    # -- congestion control and loss recovery
    congestion_control: str
    cwnd: int
    ssthresh: int
    pacing_rate: float
    """Bytes a second; 0: not paced."""
    delivery_rate: float
    """Bytes a second that the path delivered lately; 0 where congestion control does not ask for it."""
    repairing: Repairing
    in_flight: int
    """Bytes in the network, as far as is known: sent, and neither acknowledged, nor SACKed, nor lost."""
    sacked: int
    lost: int
    """Taken for lost, and not sent again since."""
    reordering: bool
    """The path was seen to reorder segments."""
    retransmissions: int
    bytes_retransmitted: int
    timeouts: int
    """How often the front of the queue has been sent again, in a row."""
    window_probes: int
    """Probes of the peer's closed window, since it closed."""

    # -- times
    srtt: float
    """0 before the first measurement."""
    rttvar: float
    min_rtt: float
    """The least round trip of the last minutes; 0 before the first measurement."""
    rto: float
    sent_ago: float
    """Since data was last sent."""
    heard_ago: float
    """Since an acceptable segment came."""

    # -- receiving
    rcv_nxt: int
    rcv_wnd: int
    """The window that we offer."""
    rcv_scale: int
    rcv_mss: int
    """The largest text seen."""
    announced_mss: int
    receive_buffer: int
    """The most that may be offered now; it follows what the peer makes use of."""
    out_of_order: int
    """Bytes waiting for a gap to be filled."""
    held: int
    """Delivered and not consumed."""
    delivered: int
    segments_received: int


def describe(
    called: str, machine: Machine, now: float, segments_sent: int, segments_received: int
) -> TcpConnectionInfo:
    """How the connection of ``machine``, which people call ``called``, is at ``now``."""
    tcb = machine.tcb
    snd, rcv, rtt, recovery = tcb.snd, tcb.rcv, tcb.rtt, tcb.recovery
    syn = 1 if snd.una > snd.iss else 0
    fin = 1 if snd.fin is not None and snd.una > snd.fin else 0
    return TcpConnectionInfo(
        name=called,
        state=name(machine.state),
        options=tcb.agreed(),
        snd_una=snd.una - snd.iss,
        snd_nxt=snd.nxt - snd.iss,
        snd_wnd=snd.wnd,
        snd_scale=snd.shift,
        mss=snd.mss,
        path_limit=snd.limit,
        unsent=snd.buffer.size,
        send_buffer=snd.capacity,
        segments_sent=segments_sent,
        bytes_acknowledged=snd.una - snd.iss - syn - fin,
        congestion_control=type(tcb.congestion).__name__,
        cwnd=tcb.congestion.window,
        ssthresh=tcb.congestion.ssthresh,
        pacing_rate=tcb.congestion.pacing_rate,
        delivery_rate=tcb.ack.delivery_rate,
        repairing=_repairing(recovery),
        in_flight=snd.nxt - snd.una - recovery.gone(),
        sacked=recovery.sacked(),
        lost=recovery.lost(),
        reordering=recovery.reordering(),
        retransmissions=tcb.retransmissions,
        bytes_retransmitted=recovery.repeated,
        timeouts=snd.sent[0].times - 1 if snd.sent and recovery.stalled is not None else 0,
        window_probes=recovery.probes,
        srtt=rtt.srtt,
        rttvar=rtt.rttvar,
        min_rtt=rtt.lowest(now),
        rto=rtt.rto,
        sent_ago=now - snd.last_sent,
        heard_ago=now - tcb.heard,
        rcv_nxt=rcv.nxt - rcv.irs,
        rcv_wnd=rcv.edge - rcv.nxt,
        rcv_scale=rcv.shift,
        rcv_mss=rcv.full,
        announced_mss=rcv.mss,
        receive_buffer=rcv.buffer,
        out_of_order=rcv.early(),
        held=rcv.held,
        delivered=tcb.bytes_delivered,
        segments_received=segments_received,
    )


def _repairing(recovery: Recovery) -> Repairing:
    if recovery.going_back:
        return "loss"
    if recovery.recovering:
        return "recovery"
    return "disorder" if recovery.duplicates or recovery.sacked() else "open"
