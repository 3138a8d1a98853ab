"""What is compared with what, and the targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final

import attrs

from foxpy.layers.ipv4.wire import append_ipv4, read_ipv4, stage_ipv4, verify_ipv4
from foxpy.layers.tcp.wire import (
    MaximumSegmentSize,
    NoOperation,
    SackPermitted,
    TcpOption,
    Timestamps,
    WindowScale,
    append_tcp,
    fill_tcp,
    read_tcp,
    tcp_options,
)
from foxpy.layers.udp.wire import append_udp, read_udp
from packets import by_foxpy, by_hand, in_place, task
from packets.task import FRAME, Fields, Way

OPTIONS: Final = tcp_options.build(
    [
        MaximumSegmentSize(size=1460),
        SackPermitted(),
        Timestamps(value=1, echo=2),
        NoOperation(),
        WindowScale(shift=7),
    ]
)
SEGMENT: Final = bytes(range(256)) * 5 + bytes(range(180))
"""1460 bytes."""


EXEC: Final = "exec"
COMPILED: Final = "compiled"
INSIDE: Final = "compiled, called by compiled code"
ONCE: Final = "compiled, in one call of interpreted code"
"""The back ends. Only rows that are done by ``by_foxpy`` can be called by compiled code.

``ONCE`` is a program whose packet code is compiled, entered once a packet; with ``COMPILED`` every call of foxpy's is
made by interpreted code.
"""


@attrs.frozen
class Row:
    """One comparison. ``targets`` are the most, in times of the code by hand, that each back end may take.

    ``peers`` are the names of others that do the same, each with how many times faster than it the exec back end must
    be; None: no target. ``part`` is what of theirs it is that they do.
    """

    name: str
    hand: Way
    ours: Way
    targets: Mapping[str, float] = attrs.field(factory=dict)
    part: str = ""
    peers: Mapping[str, float | None] = attrs.field(factory=dict)


BUILD: Final = (
    task.DST, task.SRC, task.IP_SRC, task.IP_DST, task.IDENT, task.SPORT, task.DPORT, task.SEQ, task.ACK, task.PSH_ACK,
    task.WINDOW, task.PAYLOAD,
)  # fmt: skip


def rows() -> list[Row]:
    return [*called(by_foxpy), _in_place(), *_data_path()]


def called(program: ModuleType, *, inside: bool = False) -> list[Row]:
    """The rows that are done by ``program``: ``by_foxpy``, interpreted or compiled.

    What several calls build has its target where they are compiled: an interpreted call of a function with a dozen
    keywords takes as long as the whole frame, whatever is behind it. ``inside``: what is called is compiled and does it
    many times, so that the caller of foxpy is compiled, too.
    """

    def way(name: str, *arguments: object) -> Way:
        if inside:
            return Way(getattr(program, f"{name}_often"), arguments, times=by_foxpy.TIMES)
        return Way(getattr(program, name), arguments)

    three = Way(by_hand.three, (FRAME,))
    build = Way(by_hand.build, BUILD)
    return [
        Row(
            "read 3 fields, views by open()",
            three,
            way("three_opened", FRAME),
            {EXEC: 4.0, COMPILED: 1.3, INSIDE: 0.3},
            "three",
            {"dpkt": 4.0, "pypacker": 4.0, "scapy": 60.0},
        ),
        Row("read 3 fields, views by windows", three, Way(program.three_windows, (FRAME,))),
        Row(
            "parse all fields",
            Way(by_hand.parse, (FRAME,)),
            Way(program.parse, (FRAME,), _shown_parsed),
            {EXEC: 2.6, COMPILED: 1.7},
            "parse",
            {"dpkt": 2.5, "pypacker": 3.0, "construct": 20.0, "scapy": 40.0},
        ),
        Row(
            "build, 2 checksums, by writers",
            build,
            way("build_written", *BUILD),
            {EXEC: 2.0, ONCE: 0.2, INSIDE: 0.2},
            "build",
            {"dpkt": 5.0, "pypacker": 10.0, "scapy": 100.0},
        ),
        Row(
            "build, 2 checksums, nested values",
            build,
            way("build_nested", *BUILD),
            {EXEC: 3.0, ONCE: 0.5, INSIDE: 0.5},
            "build",
            {"dpkt": 3.0, "construct": 10.0, "pypacker": None, "scapy": None},
        ),
        Row(
            "TCP options, 5 of them",
            Way(by_hand.options, (OPTIONS, 0, len(OPTIONS)), _shown_by_hand),
            Way(program.options, (OPTIONS, 0, len(OPTIONS)), _shown_options),
            {EXEC: 3.0, COMPILED: 0.5, INSIDE: 0.5},
        ),
    ]


def _in_place() -> Row:
    """The TTL goes up and down, so that every call changes something."""
    by_hand_frame, our_frame = bytearray(FRAME), bytearray(FRAME)
    return Row(
        "set a field in place, RFC 1624",
        Way(_to_and_fro_by_hand, (by_hand_frame,), lambda _: bytes(by_hand_frame)),
        Way(_to_and_fro, (in_place.IPv4Mut.view(our_frame, 14),), lambda _: bytes(our_frame)),
        {EXEC: 1.7, COMPILED: 0.4},
    )


def _to_and_fro_by_hand(b: bytearray) -> None:
    by_hand.set_ttl(b, 14, 17)
    by_hand.set_ttl(b, 14, 63)


def _to_and_fro(ip: in_place.IPv4Mut) -> None:
    in_place.set_ttl(ip, 17)
    in_place.set_ttl(ip, 63)


def _data_path() -> list[Row]:
    """The functions that make no object. They have no targets of their own."""
    end = len(FRAME)
    stamp = stage_ipv4(proto=6, src=task.IP_SRC, dst=task.IP_DST, df=True)
    return [
        Row("read IPv4, 9 fields", Way(by_hand.read_ipv4, (FRAME, 14, end)), Way(read_ipv4, (FRAME, 14, end))),
        Row("read TCP, 9 fields", Way(by_hand.read_tcp, (FRAME, 34, end)), Way(read_tcp, (FRAME, 34, end))),
        Row("read UDP, 4 fields", Way(by_hand.read_udp, (FRAME, 34, end)), Way(read_udp, (FRAME, 34, end))),
        Row("append IPv4", Way(_appended, (_hand_ipv4,)), Way(_appended, (_our_ipv4,))),
        Row("stamp IPv4 staged", Way(_appended, (_hand_ipv4,)), Way(_appended, (lambda out: stamp(out, 84, 7),))),
        Row("append TCP, 20 bytes of options", Way(_appended, (_hand_tcp,)), Way(_appended, (_our_tcp,))),
        Row("append UDP", Way(_appended, (_hand_udp,)), Way(_appended, (_our_udp,))),
        Row("fill TCP, 1460 bytes", Way(_filled, (by_hand.fill_tcp,)), Way(_filled, (fill_tcp,))),
        Row("verify IPv4", Way(by_hand.verify_ipv4, (FRAME, 14, end)), Way(verify_ipv4, (FRAME, 14, end))),
    ]


def _shown_parsed(found: object) -> Fields:
    assert isinstance(found, tuple)
    return by_foxpy.fields(*found)


def _shown_by_hand(found: object) -> object:
    assert isinstance(found, tuple)
    return [(option.kind, option.value) for option in found]


def _shown_options(found: object) -> object:
    assert isinstance(found, tuple)
    return [(option.kind, _value(option)) for option in found]


def _value(option: TcpOption) -> object:
    match option:
        case MaximumSegmentSize(size=value) | WindowScale(shift=value):
            return value
        case Timestamps(value=value, echo=echo):
            return value, echo
        case _:
            return None


def _appended(append: Callable[[bytearray], object]) -> bytearray:
    out = bytearray()
    append(out)
    return out


def _hand_ipv4(out: bytearray) -> None:
    by_hand.append_ipv4(out, 84, 6, task.IP_SRC, task.IP_DST, 7)


def _our_ipv4(out: bytearray) -> None:
    append_ipv4(out, 84, proto=6, src=task.IP_SRC, dst=task.IP_DST, ident=7, df=True)


def _hand_tcp(out: bytearray) -> None:
    by_hand.append_tcp(out, 1, 2, 3, 4, 16, 5, OPTIONS)


def _our_tcp(out: bytearray) -> None:
    append_tcp(out, 64, sport=1, dport=2, seq=3, ack=4, flags=16, window=5, options=OPTIONS)


def _hand_udp(out: bytearray) -> None:
    by_hand.append_udp(out, 64, 1, 2)


def _our_udp(out: bytearray) -> None:
    append_udp(out, 64, sport=1, dport=2)


def _filled(fill: Callable[[bytearray, int, bytes, int], None]) -> bytearray:
    out = bytearray(FRAME[34:50]) + b"\0\0\0\0"
    fill(out, 0, SEGMENT, 7)
    return out
