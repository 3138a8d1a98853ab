"""TCP, segment by segment: nothing is reassembled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from foxpy.decode.layer import Layer
from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.decode.protocols.transport import pseudo_header
from foxpy.layers.tcp.wire import (
    ACK,
    TCP,
    FastOpen,
    MaximumSegmentSize,
    NoOperation,
    OtherOption,
    Sack,
    SackPermitted,
    TcpHeader,
    Timestamps,
    UserTimeout,
    WindowScale,
)

NUMBER: Final = 6
"""The IP protocol (IANA)."""


def _arguments(below: Sequence[Layer], frame: bytes, start: int, end: int) -> dict[str, object]:
    return pseudo_header(below, NUMBER, end - start)


def _inside(segment: TCP | TcpHeader) -> Inside:
    return Inside(Table.TCP, tuple(sorted((segment.sport, segment.dport))), segment.body)


def _words(segment: TCP | TcpHeader, here: Here) -> str:
    """Sequence numbers are those on the wire."""
    size = len(segment.body)
    flags = segment.flags
    letters = "".join(letter for bit, letter in enumerate("FSRP.UEW") if flags >> bit & 1) or "none"
    seq = f"{segment.seq}:{(segment.seq + size) & 0xFFFF_FFFF}" if size else str(segment.seq)
    ack = f", ack {segment.ack}" if flags & ACK else ""
    urgent = f", urg {segment.urgent}" if segment.urgent else ""
    options = f", options [{_options(segment)}]" if segment.doff > 5 else ""
    inner = f": {here.inner()}" if here.next is not None else ""
    return (
        f"{here.ends(segment.sport, segment.dport)}: Flags [{letters}], "
        f"seq {seq}{ack}, win {segment.window}{urgent}{options}, length {size}{inner}"
    )


def _options(segment: TCP | TcpHeader) -> str:
    if isinstance(segment, TcpHeader):
        return f"bad {segment.options.hex()}"
    return ",".join(map(_option, segment.options)) or "eol"


def _option(
    option: NoOperation
    | MaximumSegmentSize
    | WindowScale
    | SackPermitted
    | Sack
    | Timestamps
    | UserTimeout
    | FastOpen
    | OtherOption,
) -> str:
    match option:
        case NoOperation():
            return "nop"
        case MaximumSegmentSize(size=size):
            return f"mss {size}"
        case WindowScale(shift=shift):
            return f"wscale {shift}"
        case SackPermitted():
            return "sackOK"
        case Sack(blocks=blocks):
            return f"sack {' '.join(f'{block.left}:{block.right}' for block in blocks)}"
        case Timestamps(value=value, echo=echo):
            return f"TS val {value} ecr {echo}"
        case UserTimeout(value=value):
            return f"uto {value & 0x7FFF} {'min' if value & 0x8000 else 's'}"
        case FastOpen(cookie=cookie):
            return f"tfo {cookie.hex() or 'cookiereq'}"
        case OtherOption(kind=kind):
            return f"unknown-{kind}"
        case never:
            assert_never(never)


tcp = protocol("tcp", TCP, otherwise=TcpHeader, inside=_inside, words=_words, arguments=_arguments, ported=True)
