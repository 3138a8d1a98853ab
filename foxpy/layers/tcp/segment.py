"""One received segment, as the state machine sees it."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.wire import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from foxpy.mypyc_attributes import mypyc_attr

__all__ = ["ACK", "CWR", "ECE", "FIN", "PSH", "RST", "SYN", "URG", "Options", "Segment", "describe", "flag_names"]


@mypyc_attr(acyclic=True)
class Options:
    """The options of a segment that this TCP understands; None for those that were not there.

    Not changed once given away: segments that carry the same ones share them.
    """

    __slots__ = (
        "encoded",
        "fast_open",
        "mss",
        "sack",
        "sack_permitted",
        "tsecr",
        "tsval",
        "user_timeout",
        "window_scale",
    )

    def __init__(
        self,
        mss: int | None = None,
        window_scale: int | None = None,
        *,
        sack_permitted: bool = False,
        tsval: int | None = None,
        tsecr: int = 0,
        sack: tuple[tuple[int, int], ...] = (),
        user_timeout: int = 0,
        fast_open: bytes | None = None,
    ) -> None:
        self.mss = mss
        self.window_scale = window_scale
        self.sack_permitted = sack_permitted
        self.tsval = tsval
        """The sender's clock; the timestamps option has both."""
        self.tsecr = tsecr
        """The value that it echoes; only of an ACK it means anything ([7323] section 3.2)."""
        self.sack = sack
        """SACK blocks as pairs of sequence numbers as on the wire."""
        self.user_timeout = user_timeout
        """As on the wire ([5482] section 3.3); 0 where there was none."""
        self.fast_open = fast_open
        """A Fast Open cookie; b"" asks for one ([7413] section 4.1.1)."""
        self.encoded = b""
        """What they are on the wire, once that was needed; all that is sent more than once is built once."""


@mypyc_attr(acyclic=True, free_list_len=1)
class Segment:
    """A received segment: header fields as on the wire, and its text as ``frame[start:end]``.

    It belongs to the machine that it is given to, which cuts off what lies outside of the window by moving ``start``
    and ``end`` and clearing flags: the RFC's "idealized segment".
    """

    __slots__ = ("ack", "end", "flags", "frame", "marked", "options", "seq", "start", "urgent", "window")

    def __init__(
        self,
        seq: int,
        ack: int,
        flags: int,
        window: int,
        urgent: int,
        frame: bytes,
        start: int,
        end: int,
        options: Options | None = None,
    ) -> None:
        self.seq = seq
        self.ack = ack
        self.flags = flags
        self.window = window
        self.urgent = urgent
        self.frame = frame
        self.start = start
        self.end = end
        self.options = options
        self.marked = False
        """It came with the mark of congestion (CE); known only where ECN was agreed on."""

    def length(self) -> int:
        """SEG.LEN: the text, and one for each of SYN and FIN."""
        flags = self.flags
        return self.end - self.start + (flags & FIN) + ((flags & SYN) >> 1)

    def __str__(self) -> str:
        return describe(self.flags, self.seq, self.ack, self.window, self.end - self.start)


def describe(flags: int, seq: int, ack: int, window: int, length: int) -> str:
    """A segment in the RFC's notation: ``<SEQ=100><ACK=300><WND=500><LEN=10><CTL=ACK,PSH>``."""
    acknowledgement = f"<ACK={ack}>" if flags & ACK else ""
    text = f"<LEN={length}>" if length else ""
    return f"<SEQ={seq}>{acknowledgement}<WND={window}>{text}<CTL={flag_names(flags)}>"


def flag_names(flags: int) -> str:
    """The control bits as ``SYN,ACK``."""
    return ",".join(name for bit, name in _NAMES if flags & bit)


_NAMES: Final = (
    (SYN, "SYN"),
    (FIN, "FIN"),
    (RST, "RST"),
    (ACK, "ACK"),
    (PSH, "PSH"),
    (URG, "URG"),
    (ECE, "ECE"),
    (CWR, "CWR"),
)
