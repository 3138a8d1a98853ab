"""What can be set for TCP, each default with its reason. [9293] and the like name RFCs."""

from __future__ import annotations

from typing import Literal

import attrs

from foxpy.addresses import Port
from foxpy.layers.tcp.congestion import ALGORITHMS, Factory
from foxpy.ports import FIRST, LAST

DEFAULT_MSS = 536
"""The send MSS towards a peer that announced none, over IPv4 (MUST-15)."""


_COUNT = attrs.validators.gt(0)
_SECONDS = attrs.validators.gt(0.0)
_NOT_NEGATIVE = attrs.validators.ge(0)
_OPTIONAL = attrs.validators.optional(attrs.validators.gt(0.0))
_DELAY = [attrs.validators.ge(0.0), attrs.validators.lt(0.5)]  # MUST-40


def _check_congestion_control(_: TcpConfig, field: attrs.Attribute[str], value: str | Factory) -> None:
    known = ", ".join(sorted(ALGORITHMS))
    if isinstance(value, str):
        if value not in ALGORITHMS:
            raise ValueError(f"{field.name}={value!r} is not known: give one of {known}, or a class of your own")
    elif not callable(value):
        raise TypeError(f"{field.name}={value!r} is neither one of {known} nor makes a CongestionControl")


@attrs.frozen(kw_only=True)
class TcpConfig:
    """Settings for every connection of one TCP; times in seconds, sizes in bytes.

    The Control request ``Configure`` gives one connection its own: Nagle's algorithm (MUST-17), R2 (MUST-21) and
    keep-alive (MUST-24) can be changed at any time, what the handshake agreed on stays.
    """

    # -- windows and buffers

    receive_buffer: int | None = attrs.field(default=None, validator=attrs.validators.optional(_COUNT))
    """RCV.BUFF, the largest window offered. None: what the queue of the link holds (``tcb.fitting``), 512 KiB where
    nobody knows, as a larger window only makes losses there; where round trips are long, up to 16 MiB
    (``window.adapt``). A limit: nothing is set aside."""

    initial_receive_window: int = attrs.field(default=64 * 1024, validator=_COUNT)
    """The window kept open to begin with: what a SYN can offer. It follows what the path can use (``window.adapt``),
    unless it is as large as the buffer; a sender in slow start never waits for it. Without SACK, the more a sender has
    in flight on a lossy path, the less gets through: 10 MB from Linux through 5 % loss took minutes with 512 KiB."""

    send_buffer: int = attrs.field(default=32 * 1024 * 1024, validator=_COUNT)
    """The most that is kept of what was sent and not acknowledged: twice what a peer like us would let be in flight, as
    who sends hears of room when half of it is free. With 16 MiB, 1 Gbit/s over 100 ms was used to two thirds."""

    initial_send_buffer: int = attrs.field(default=512 * 1024, validator=_COUNT)
    """What is kept to begin with. It grows to twice the congestion window (``room.py``), which is what a path makes use
    of: more for each connection would be memory that only waits."""

    window_scaling: bool = True
    """Offer window scaling [7323]; without it no window exceeds 65535."""

    timestamps: bool = True
    """Offer timestamps [7323]: round trips are measured of what was sent again too, and old duplicates are told from
    new segments where sequence numbers come around, every 34 s at 1 Gbit/s. They cost 12 bytes of each segment."""

    sack: bool = True
    """Offer selective acknowledgements [2018]: a sender that hears what arrived behind a gap sends only what is
    missing. They cost nothing where nothing is lost."""

    ecn: Literal["off", "on request", "always"] = attrs.field(
        default="on request", validator=attrs.validators.in_(("off", "on request", "always"))
    )
    """Explicit Congestion Notification [3168]: queues mark packets in place of dropping them. "on request" agrees where
    the peer asks, as Linux does; "always" asks as well, which a few firewalls answer with silence: a SYN that has to be
    sent again does not ask."""

    reassembly_segments: int = attrs.field(default=1024, validator=_COUNT)
    """Pieces held out of order that have fewer than 512 bytes on the average: far fewer than one for each byte of the
    window. As many larger ones as the window has room for."""

    # -- segments

    largest_mss: int = attrs.field(default=65535 - 40, validator=_COUNT)
    """The MSS announced is the path's, and no more than this; a test lowers it to get many small segments."""

    smallest_mss: int = attrs.field(default=48, validator=_COUNT)
    """A peer's MSS below this counts as this: a hostile MSS of 1 would make forty bytes of header for each byte."""

    nagle: bool = True
    """Hold back a short segment while an earlier short one is unacknowledged ([9293] section 3.7.4 and A.3)."""

    probe_path: Literal["never", "black holes", "always"] = attrs.field(
        default="black holes", validator=attrs.validators.in_(("never", "black holes", "always"))
    )
    """Find out by segments of the stream how large packets may be, and not by ICMP alone [4821]: from the start, or
    when large segments seem to vanish, as they do behind firewalls that drop ICMP [2923]. The default costs a path that
    carries what it says nothing; "always" begins with packets of 1024 bytes."""

    # -- acknowledgements

    ack_delay: float = attrs.field(default=0.040, validator=_DELAY)
    """How long an acknowledgement may wait for data to ride on: Linux's minimum; MUST-40 sets 0.5 s as the bound."""

    ack_per_batch: bool = True
    """Answer the segments of one batch at its end: with one acknowledgement, as Linux does after receive offload, and
    with what all of them together made room for. False: by themselves; at least every second full segment is
    acknowledged, whatever the batch (SHLD-19)."""

    # -- retransmission

    initial_rto: float = attrs.field(default=1.0, validator=_SECONDS)
    """[6298] (2.1)."""

    min_rto: float = attrs.field(default=0.2, validator=_SECONDS)
    """[6298] (2.4) says 1 s, for clocks of 1993; 0.2 s is what today's stacks use, and five times the delayed ACK."""

    max_rto: float = attrs.field(default=60.0, validator=_SECONDS)
    """[6298] (2.5): at least 60 s."""

    trouble_after: int = attrs.field(default=3, validator=_COUNT)
    """R1: retransmissions of one segment until the application hears of trouble (SHLD-9, SHLD-10)."""

    give_up_after: float = attrs.field(default=120.0, validator=_SECONDS)
    """R2: seconds of silence to a retransmitted segment until the connection is given up; SHLD-11 wants 100 or more."""

    user_timeout: float | None = attrs.field(default=None, validator=_OPTIONAL)
    """Tell the peer of this user timeout, for how long data may go unacknowledged [5482]; it may keep to it. None, the
    default, tells nothing: a few middleboxes drop segments with options that they do not know."""

    heed_user_timeout: bool = False
    """Take over the peer's user timeout in place of ``give_up_after``, within the two bounds that follow. Off: it is
    the application's to say how long it waits, and the peer's wish costs memory."""

    least_user_timeout: float = attrs.field(default=100.0, validator=_SECONDS)
    """[5482] section 3.1: at least 100 s."""

    largest_user_timeout: float = attrs.field(default=600.0, validator=_SECONDS)
    """A peer that can keep connections for 22 days can fill the memory."""

    give_up_syn_after: float = attrs.field(default=180.0, validator=_SECONDS)
    """R2 for SYN segments; MUST-23 wants three minutes or more. An application that cannot wait cancels its open."""

    congestion_control: str | Factory = attrs.field(default="cubic", validator=_check_congestion_control)
    """CUBIC is the standard that the Internet runs [9438]: on short paths it is as NewReno, and a long fast one fills
    again in seconds after a loss, not minutes. A name in ``foxpy.layers.tcp.congestion.ALGORITHMS``, or a class or
    function of one's own that makes a ``CongestionControl`` from a ``Start``. Given to an open connection, it goes on
    from the window that there is."""

    initial_window: int = attrs.field(default=10, validator=_COUNT)
    """Segments of the initial congestion window [6928]."""

    rack: bool = True
    """Find losses by time ([8985]) where the peer has SACK: what was sent before something that has arrived, and is
    not only a little late, is lost. It finds lost retransmissions and the losses of short flights, and is not misled
    by reordering. False: by three arrivals behind a gap ([6675])."""

    tail_loss_probe: bool = True
    """Send a probe two round trips after the last of a flight, where the peer has SACK ([8985] section 7): a loss at
    its end is mended in three round trips, and not after a timeout that is many of them and closes the window."""

    frto: bool = True
    """After a timeout, see whether what was sent before it still arrives, and if so send nothing again ([5682]): paths
    that stop for a moment and go on, as radio does, make such timeouts."""

    # -- the life of a connection

    keepalive: float | None = attrs.field(default=None, validator=_OPTIONAL)
    """Idle seconds until a keep-alive probe. None, the default, is never (MUST-25); 7200 is usual (MUST-28)."""

    keepalive_interval: float = attrs.field(default=75.0, validator=_SECONDS)
    """Seconds between unanswered probes: what BSD and Linux use."""

    keepalive_probes: int = attrs.field(default=9, validator=_COUNT)
    """Unanswered probes until the connection is given up: one lost answer must not count (MUST-29)."""

    msl: float = attrs.field(default=30.0, validator=_SECONDS)
    """The maximum segment lifetime. [9293] says two minutes; half a minute makes TIME-WAIT the 60 s of Linux."""

    fin_wait_2: float = attrs.field(default=60.0, validator=_SECONDS)
    """How long a closed connection waits for the peer to close too: Linux's value, as no RFC ends this state."""

    ignore_reset_in_time_wait: bool = False
    """[1337]: let no reset cut TIME-WAIT short. [9293] section 3.10.7.4 lets it."""

    soft_errors_end_opens: bool = False
    """Let reports such as "host unreachable" end an open that is not complete, as Linux does ([5461] section 4.1).
    [9293] forbids it (MUST-56), as they may pass; the open then waits for ``give_up_syn_after``."""

    keep_path: float = attrs.field(default=1.0, validator=attrs.validators.ge(0.0))
    """Seconds that the path to a host is kept after its last connection, so that the next finds it made: connections
    come in rows, and to make a path takes as long as the handshake over it. In a second few hosts call only once."""

    # -- defences

    doubt_too_big: bool = True
    """Where full segments arrive, believe a report that they are too big for the path only once one of them had to be
    sent again after a time-out ([5927] section 7.2): it may be forged, to slow us down. A path that does become smaller
    costs one time-out by that. The first segments of a connection are not affected."""

    challenge_limit: int = attrs.field(default=10, validator=_COUNT)
    """Challenge ACKs that a connection sends in ``challenge_period`` ([5961] section 7 suggests 10 in 5 s)."""

    challenge_period: float = attrs.field(default=5.0, validator=_SECONDS)

    backlog: int = attrs.field(default=1024, validator=_COUNT)
    """Half-open connections that one TCP keeps. What becomes of a further SYN is for ``syn_cookies``."""

    fast_open: bool = False
    """Fast Open [7413], as client and as server: data may go in the SYN, and be answered a round trip earlier. Off, as
    the RFC wants it: a request may reach the application twice, and a few firewalls drop such SYNs."""

    fast_open_pending: int = attrs.field(default=128, validator=_COUNT)
    """Connections opened by a SYN with data whose handshake is not complete; while there are as many, SYNs are only
    acknowledged ([7413] section 5.1): each costs the application work, and the peer may not be there."""

    syn_cookies: bool = True
    """Answer SYNs beyond the backlog with a cookie, and remember nothing ([4987] section 3.6): so no flood keeps anyone
    out, whatever its rate. What a cookie cannot hold is lost: the MSS is rounded down, and a peer without timestamps
    gets neither window scaling nor SACK. False: a further SYN takes the place of the oldest half-open connection."""

    connections: int = attrs.field(default=65536, validator=_COUNT)
    """All connections of one TCP; beyond it SYNs are dropped and opens fail. Peers must not fill the memory."""

    resets_per_second: int = attrs.field(default=5000, validator=_NOT_NEGATIVE)
    """Resets sent to one peer's segments that belong to nobody; enough for a port scan to see every closed port. Each
    peer has its own limit, as one for all would tell an attacker what others are answered (``limit.PeerLimits``)."""

    time_waits: int = attrs.field(default=16384, validator=_COUNT)
    """Connections kept in TIME-WAIT; beyond it the oldest go early, as memory must be bounded."""

    # -- ports

    first_port: Port = FIRST
    """The first ephemeral port."""

    last_port: Port = LAST
    """The last one."""
