"""TCP segments with options, in IPv4 and in IPv6, beside scapy's."""

from __future__ import annotations

import struct
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import TCP as Oracle  # noqa: N811
from scapy.packet import Raw

from foxpy.layers.tcp.wire import (
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
    tcp_options,
    verify_tcp,
)
from foxpy.wire.strategies import strategy
from tests.differential.oracle import Pair, again, agree, below, bodies, body_of, many, pairs, pseudo, u8s, u16s, u32s

Option = (
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

NUMBER: Final = 6

PASCAL: Final = 25
"""scapy reads this option as a string with a length in it, and loses what is behind that."""
NUMBERS: Final = {"AltChkSum": (14, ">BH"), "MD5": (19, "16s"), "TFO": (34, ">II")}
"""Options that scapy reads as numbers where their size is right."""
BYTES: Final = {"AltChkSumOpt": 15, "AO": 29}

options: Final[st.SearchStrategy[Option]] = st.one_of(
    strategy(NoOperation),
    strategy(MaximumSegmentSize),
    strategy(WindowScale),
    strategy(SackPermitted),
    strategy(Sack),
    strategy(Timestamps),
    strategy(UserTimeout),
    strategy(FastOpen),
    strategy(OtherOption, kind=st.sampled_from(sorted({*range(256)} - {0, 1, 2, 3, 4, 5, 8, 28, 34, PASCAL}))),
)


def _fits(found: list[Option]) -> bool:
    return len(tcp_options.build(found)) <= 40


option_lists = st.lists(options, max_size=5).filter(_fits)


def theirs(packet: Any) -> dict[str, object]:
    return {
        "sport": packet.sport,
        "dport": packet.dport,
        "seq": packet.seq,
        "ack": packet.ack,
        "doff": packet.dataofs,
        "flags": packet.reserved << 9 | int(packet.flags),
        "window": packet.window,
        "checksum": packet.chksum,
        "urgent": packet.urgptr,
        "options": [their_option(*option) for option in packet.options if option[0] != "EOL"],
        "body": body_of(packet),
    }


def their_option(name: str | int, value: Any) -> tuple[str, dict[str, object]]:
    match name:
        case "NOP":
            return "NoOperation", {"kind": 1}
        case "MSS":
            return "MaximumSegmentSize", {"kind": 2, "length": 4, "size": value}
        case "WScale":
            return "WindowScale", {"kind": 3, "length": 3, "shift": value}
        case "SAckOK":
            return "SackPermitted", {"kind": 4, "length": 2}
        case "SAck":
            edges = zip(value[::2], value[1::2], strict=True)
            blocks = [("SackBlock", {"left": left, "right": right}) for left, right in edges]
            return "Sack", {"kind": 5, "length": 2 + 8 * len(blocks), "blocks": blocks}
        case "Timestamp":
            return "Timestamps", {"kind": 8, "length": 10, "value": value[0], "echo": value[1]}
        case "UTO":
            return "UserTimeout", {"kind": 28, "length": 4, "value": value}
        case str() if name in NUMBERS:
            kind, form = NUMBERS[name]
            data = (
                value
                if isinstance(value, bytes)
                else struct.pack(form, *value if isinstance(value, tuple) else [value])
            )
        case str():
            kind, data = BYTES[name], bytes(value)
        case _:
            kind, data = name, value
    if kind == 34:
        return "FastOpen", {"kind": kind, "length": 2 + len(data), "cookie": data}
    return "OtherOption", {"kind": kind, "length": 2 + len(data), "data": data}


@st.composite
def segments(draw: st.DrawFn) -> tuple[Pair, TCP]:
    pair, area, body = draw(pairs), draw(option_lists), draw(bodies)
    seed = pseudo(pair, NUMBER, TCP.MIN + len(tcp_options.build(area)) + len(body))
    return pair, draw(strategy(TCP, pseudo=st.just(seed), options=st.just(area), body=st.just(body)))


@many
@given(segments())
def test_segments_of_ours(drawn: tuple[Pair, TCP]) -> None:
    pair, segment = drawn
    data = segment.build()
    ip = below(pair, NUMBER)
    packet = type(ip)(bytes(ip / Raw(data)))[Oracle]
    agree(TCP.parse(data, pseudo=segment.pseudo), theirs(packet))
    made = ip / again(packet, {"dataofs", "chksum"}) / Raw(body_of(packet))
    assert bytes(made)[len(bytes(ip)) :] == data


words = st.lists(st.tuples(u32s, u32s), max_size=4).map(lambda blocks: sum(blocks, ()))

scapy_options = st.one_of(
    st.just(("NOP", None)),
    st.tuples(st.just("MSS"), u16s),
    st.tuples(st.just("WScale"), u8s),
    st.just(("SAckOK", b"")),
    st.tuples(st.just("SAck"), words),
    st.tuples(st.just("Timestamp"), st.tuples(u32s, u32s)),
    st.tuples(st.just("AltChkSum"), st.tuples(u8s, u16s)),
    st.tuples(st.just("MD5"), st.binary(min_size=16, max_size=16)),
    st.tuples(st.just("UTO"), u16s),
    st.tuples(st.just("TFO"), st.tuples(u32s, u32s)),
    st.tuples(st.integers(35, 255), st.binary(max_size=20)),
)


def _scapy_fits(found: list[Any]) -> bool:
    return len(bytes(Oracle(options=found))) <= 60


scapy_headers = st.builds(
    Oracle,
    sport=u16s,
    dport=u16s,
    seq=u32s,
    ack=u32s,
    reserved=st.integers(0, 7),
    flags=st.integers(0, 511),
    window=u16s,
    urgptr=u16s,
    options=st.lists(scapy_options, max_size=4).filter(_scapy_fits),
)


@many
@given(pairs, scapy_headers, bodies)
def test_segments_of_scapy(pair: Pair, header: Any, body: bytes) -> None:
    ip = below(pair, NUMBER)
    data = bytes(ip / header / Raw(body))
    start, end = len(bytes(ip)), len(data)
    seed = pseudo(pair, NUMBER, end - start)
    segment = TCP.parse(data, start, pseudo=seed)
    agree(segment, theirs(type(ip)(data)[Oracle]))
    assert verify_tcp(data, start, end, seed)
    assert segment.build() == data[start:]
    with_bytes = TcpHeader.parse(data, start, pseudo=seed)
    assert with_bytes.options == tcp_options.build(segment.options)
    assert with_bytes.build() == data[start:]
