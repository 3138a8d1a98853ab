"""One arrow of a ladder: a segment with its numbers relative, and what a script may demand of one."""

from __future__ import annotations

import enum
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from foxpy.layers.tcp.segment import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from foxpy.layers.tcp.wire import (
    FastOpen,
    MaximumSegmentSize,
    NoOperation,
    OtherOption,
    Sack,
    SackPermitted,
    Timestamps,
    UserTimeout,
    WindowScale,
)


class Anything(enum.Enum):
    """What a script says where it means any value."""

    ANY = "anything"


ANY: Final = Anything.ANY
"""Any value will do: ``peer.expect(ACK, ack=ANY)``."""

Option: TypeAlias = (
    NoOperation
    | MaximumSegmentSize
    | WindowScale
    | SackPermitted
    | Sack
    | Timestamps
    | UserTimeout
    | FastOpen
    | OtherOption
)

Blocks: TypeAlias = tuple[tuple[int, int], ...]
"""Selectively acknowledged: the first number of each block, and the one after its last."""

T = TypeVar("T")
Wanted: TypeAlias = T | Literal[Anything.ANY]

_FLAGS: Final = (
    (SYN, "SYN"),
    (FIN, "FIN"),
    (RST, "RST"),
    (ACK, "ACK"),
    (PSH, "PSH"),
    (URG, "URG"),
    (ECE, "ECE"),
    (CWR, "CWR"),
)


@attrs.frozen(kw_only=True)
class Arrow:
    """A segment. Sequence numbers count from the initial one of whose they are; the window is as on the wire."""

    at: float
    """When it was sent or came, in seconds since the script began."""
    flags: int
    seq: int
    ack: int
    """0 where the ACK flag is not set."""
    window: int
    urgent: int
    options: tuple[Option, ...]
    """As on the wire; ``sack`` has the blocks of a selective acknowledgement with relative numbers."""
    data: bytes
    sack: Blocks = ()

    @property
    def length(self) -> int:
        """SEG.LEN: the text, and one for each of SYN and FIN."""
        return len(self.data) + (self.flags & FIN) + ((self.flags & SYN) >> 1)

    @property
    def mss(self) -> int | None:
        """The maximum segment size that it announces; None where it announces none."""
        return next((each.size for each in self.options if isinstance(each, MaximumSegmentSize)), None)

    @property
    def scale(self) -> int | None:
        """The window scale that it offers; None where it offers none."""
        return next((each.shift for each in self.options if isinstance(each, WindowScale)), None)

    def __str__(self) -> str:
        parts = [flags_text(self.flags), f"seq={self.seq}"]
        if self.flags & ACK:
            parts.append(f"ack={self.ack}")
        if self.data:
            parts.append(f"len={len(self.data)}")
        parts.append(f"win={self.window}")
        if self.urgent:
            parts.append(f"urg={self.urgent}")
        if self.options:
            parts.append(options_text(self.options, self.sack))
        return " ".join(parts)


@attrs.frozen(kw_only=True)
class Demand:
    """What a script expects of the next segment. ANY is any; of the options, ``mss`` and ``scale`` are looked at alone
    where ``options`` is ANY, as ``sack`` is."""

    flags: int
    ignoring: int
    seq: Wanted[int]
    ack: Wanted[int]
    data: Wanted[bytes]
    length: Wanted[int]
    window: Wanted[int]
    urgent: Wanted[int]
    options: Wanted[tuple[Option, ...]]
    mss: int | None
    scale: int | None
    sack: Blocks | None

    def differences(self, came: Arrow) -> list[str]:
        """What is other than demanded, each in a few words."""
        found = []
        if (came.flags ^ self.flags) & ~self.ignoring:
            found.append(f"flags {flags_text(came.flags)}, not {flags_text(self.flags)}")
        for name, wanted, is_there in (
            ("seq", self.seq, came.seq),
            ("ack", self.ack, came.ack),
            ("length", self.length, len(came.data)),
            ("window", self.window, came.window),
            ("urgent pointer", self.urgent, came.urgent),
        ):
            if wanted is not ANY and wanted != is_there:
                found.append(f"{name} {is_there}, not {wanted}")
        if self.data is not ANY and self.data != came.data:
            found.append(f"data {data_text(came.data)}, not {data_text(self.data)}")
        if self.options is not ANY and self.options != came.options:
            found.append(f"options {options_text(came.options)}, not {options_text(self.options)}")
        if self.mss is not None and came.mss != self.mss:
            found.append(f"mss {came.mss}, not {self.mss}")
        if self.scale is not None and came.scale != self.scale:
            found.append(f"scale {came.scale}, not {self.scale}")
        if self.sack is not None and came.sack != self.sack:
            found.append(f"{blocks_text(came.sack)}, not {blocks_text(self.sack)}")
        return found

    def __str__(self) -> str:
        parts = [flags_text(self.flags & ~self.ignoring)]
        for name, wanted in (
            ("seq", self.seq),
            ("ack", self.ack if self.flags & ACK else ANY),
            ("len", self.length if self.data is ANY else len(self.data) or ANY),
            ("win", self.window),
            ("urg", self.urgent or ANY),
        ):
            if wanted is not ANY:
                parts.append(f"{name}={wanted}")
        if self.options is not ANY and self.options:
            parts.append(options_text(self.options))
        if self.mss is not None:
            parts.append(f"<mss {self.mss}>")
        if self.scale is not None:
            parts.append(f"<wscale {self.scale}>")
        if self.sack is not None:
            parts.append(f"<{blocks_text(self.sack)}>")
        return " ".join(parts)


def flags_text(flags: int) -> str:
    """The names of ``flags``: ``SYN,ACK``; ``none`` where no flag is set."""
    names = [name for bit, name in _FLAGS if flags & bit]
    if flags >> 8:
        names.append(f"reserved {flags >> 8:#x}")
    return ",".join(names) or "none"


def data_text(data: bytes) -> str:
    """``data`` as bytes, in part where it is long."""
    return repr(data) if len(data) <= 24 else f"{data[:24]!r}... ({len(data)} bytes)"


def blocks_text(blocks: Blocks) -> str:
    """``sack 11:16 21:26``."""
    return " ".join(["sack", *(f"{left}:{right}" for left, right in blocks)])


def options_text(options: tuple[Option, ...], sack: Blocks = ()) -> str:
    """``<mss 1460, nop, wscale 3>``; with the relative numbers of ``sack`` where there are any."""
    return f"<{', '.join(blocks_text(sack) if sack and isinstance(each, Sack) else _text(each) for each in options)}>"


def _text(option: Option) -> str:
    match option:
        case NoOperation():
            return "nop"
        case MaximumSegmentSize(size=size):
            return f"mss {size}"
        case WindowScale(shift=shift):
            return f"wscale {shift}"
        case SackPermitted():
            return "sackOK"
        case Timestamps(value=value, echo=echo):
            return f"ts {value} ecr {echo}"
        case _:
            return repr(option)
