"""The packet language beside code written by hand with ``struct``: the same work, in one process, in turns.

Each pair is checked to give the same result before it is timed. What is printed is the least time of all rounds in
nanoseconds and the ratio; only the ratio means anything on another machine. No root, no device.
"""

from __future__ import annotations

import argparse
import struct
import timeit
from collections.abc import Callable

from foxpy.checksum import ones_sum
from foxpy.layers.ethernet.wire import EthernetII, append_ethernet
from foxpy.layers.ipv4.wire import IPv4, append_ipv4, read_ipv4, verify_ipv4
from foxpy.layers.tcp.wire import (
    ACK,
    MaximumSegmentSize,
    NoOperation,
    SackPermitted,
    TcpHeader,
    Timestamps,
    WindowScale,
    append_tcp,
    fill_tcp,
    read_tcp,
    tcp_options,
)
from foxpy.layers.udp.wire import append_udp, read_udp

SRC, DST, MAC = b"\x0a\0\0\1", b"\x0a\0\0\2", b"\2\0\0\0\0\1"
BODY = bytes(range(64))
OPTIONS = tcp_options.build(
    [
        MaximumSegmentSize(size=1460),
        SackPermitted(),
        Timestamps(value=1, echo=2),
        NoOperation(),
        WindowScale(shift=7),
    ]
)

IP_READ = struct.Struct(">BxHHHBBxxII").unpack_from
TCP_READ = struct.Struct(">HHIIHHHH").unpack_from
UDP_READ = struct.Struct(">HHHH").unpack_from
IP_PACK = struct.Struct(">BBHHHBBH4s4s").pack
TCP_PACK = struct.Struct(">HHIIHHHH").pack
UDP_PACK = struct.Struct(">HHHH").pack
WORD = struct.Struct(">H").unpack_from
PUT_WORD = struct.Struct(">H").pack_into
PORTS = struct.Struct(">HHI").unpack_from
PAIR = struct.Struct(">II").unpack_from


def frame() -> bytes:
    out = bytearray()
    append_ethernet(out, 104, dst=MAC, src=MAC, kind=0x0800)
    append_ipv4(out, 84, proto=6, src=SRC, dst=DST, ident=7, df=True)
    append_tcp(out, 64, sport=1, dport=2, seq=3, ack=4, flags=ACK, window=5)
    return bytes(out) + BODY


FRAME = frame()
END = len(FRAME)


def hand_read_ipv4(b: bytes, start: int, end: int) -> tuple[int, int, int, bool, int, int, int, int, int]:
    if end - start < 20:
        raise ValueError("short")
    first, length, ident, fragment, ttl, proto, src, dst = IP_READ(b, start)
    if first >> 4 != 4:
        raise ValueError("version")
    return (first & 15) * 4, length, ident, fragment & 0x2000 != 0, fragment & 0x1FFF, ttl, proto, src, dst


def hand_read_tcp(b: bytes, start: int, end: int) -> tuple[int, int, int, int, int, int, int, int, int]:
    if end - start < 20:
        raise ValueError("short")
    sport, dport, seq, ack, word, window, checksum, urgent = TCP_READ(b, start)
    return sport, dport, seq, ack, (word >> 12) * 4, word & 0xFFF, window, checksum, urgent


def hand_read_udp(b: bytes, start: int, end: int) -> tuple[int, ...]:
    if end - start < 8:
        raise ValueError("short")
    return UDP_READ(b, start)


def hand_append_ipv4(
    out: bytearray, size: int, *, proto: int, src: bytes, dst: bytes, ident: int = 0, df: bool = False, ttl: int = 64
) -> None:
    header = IP_PACK(0x45, 0, 20 + size, ident, 0x4000 if df else 0, ttl, proto, 0, src, dst)
    at = len(out)
    out += header
    PUT_WORD(out, at + 10, -int.from_bytes(header, "big") % 65535)


def hand_append_tcp(
    out: bytearray, *, sport: int, dport: int, seq: int, ack: int, flags: int, window: int, options: bytes = b""
) -> None:
    out += TCP_PACK(sport, dport, seq, ack, (20 + len(options)) // 4 << 12 | flags, window, 0, 0)
    out += options


def hand_fill_tcp(out: bytearray, at: int, payload: bytes, seed: int) -> None:
    total = ones_sum(out, at, len(out)) + ones_sum(payload, 0, len(payload)) + seed
    PUT_WORD(out, at + 16, -total % 65535)


def hand_verify(b: bytes, start: int) -> bool:
    return ones_sum(b, start, start + (b[start] & 15) * 4) == 0xFFFF


def hand_three(b: bytes) -> tuple[int, int, int]:
    """Protocol, source port and sequence number, with the checks that views make."""
    if len(b) < 34 or WORD(b, 12)[0] < 0x600 or b[14] >> 4 != 4:
        raise ValueError("not IPv4")
    header, length = (b[14] & 15) * 4, WORD(b, 16)[0]
    if header < 20 or length > len(b) - 14 or header + 20 > length:
        raise ValueError("lengths")
    at = 14 + header
    if at + (b[at + 12] >> 4) * 4 > 14 + length:
        raise ValueError("options")
    sport, _, seq = PORTS(b, at)
    return b[23], sport, seq


def views_three(b: bytes) -> tuple[int, int, int]:
    ip = EthernetII.view(b).open(IPv4)
    segment = ip.open(TcpHeader)
    return ip.proto, segment.sport, segment.seq


class Option:
    __slots__ = ("kind", "value")

    def __init__(self, kind: int, value: object = None) -> None:
        self.kind = kind
        self.value = value


def hand_options(b: bytes, at: int, end: int) -> tuple[Option, ...]:
    found = []
    while at < end:
        kind = b[at]
        if kind == 0:
            break
        if kind == 1:
            found.append(Option(1))
            at += 1
            continue
        if end - at < 2 or not 2 <= b[at + 1] <= end - at:
            raise ValueError("length")
        size = b[at + 1]
        match kind, size:
            case 2, 4:
                found.append(Option(2, WORD(b, at + 2)[0]))
            case 3, 3:
                found.append(Option(3, b[at + 2]))
            case 4, 2:
                found.append(Option(4))
            case 8, 10:
                found.append(Option(8, PAIR(b, at + 2)))
            case _:
                found.append(Option(kind, b[at + 2 : at + size]))
        at += size
    return tuple(found)


def appended(append: Callable[[bytearray], None]) -> Callable[[], bytes]:
    def run() -> bytes:
        out = bytearray()
        append(out)
        return bytes(out)

    return run


def filled(fill: Callable[[bytearray, int, bytes, int], None]) -> Callable[[], bytes]:
    out, payload = bytearray(FRAME[34:54]), bytes(1460)
    out[16:18] = b"\0\0"

    def run() -> bytes:
        out[16:18] = b"\0\0"
        fill(out, 0, payload, 7)
        return bytes(out)

    return run


PAIRS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "read IPv4, 9 fields": (lambda: hand_read_ipv4(FRAME, 14, END), lambda: read_ipv4(FRAME, 14, END)),
    "read TCP, 9 fields": (lambda: hand_read_tcp(FRAME, 34, END), lambda: read_tcp(FRAME, 34, END)),
    "read UDP, 4 fields": (lambda: hand_read_udp(FRAME, 34, END), lambda: read_udp(FRAME, 34, END)),
    "append IPv4": (
        appended(lambda out: hand_append_ipv4(out, 84, proto=6, src=SRC, dst=DST, ident=7, df=True)),
        appended(lambda out: append_ipv4(out, 84, proto=6, src=SRC, dst=DST, ident=7, df=True)),
    ),
    "append TCP, 20 bytes of options": (
        appended(
            lambda out: hand_append_tcp(out, sport=1, dport=2, seq=3, ack=4, flags=ACK, window=5, options=OPTIONS)
        ),
        appended(lambda out: append_tcp(out, 64, sport=1, dport=2, seq=3, ack=4, flags=ACK, window=5, options=OPTIONS)),
    ),
    "append UDP": (
        appended(lambda out: out.extend(UDP_PACK(1, 2, 72, 0))),
        appended(lambda out: append_udp(out, 64, sport=1, dport=2)),
    ),
    "fill TCP, 1460 bytes": (filled(hand_fill_tcp), filled(fill_tcp)),
    "verify IPv4": (lambda: hand_verify(FRAME, 14), lambda: verify_ipv4(FRAME, 14, END)),
    "three views, 3 fields": (lambda: hand_three(FRAME), lambda: views_three(FRAME)),
    "TCP options, 5 of them": (
        lambda: len(hand_options(OPTIONS, 0, len(OPTIONS))),
        lambda: len(tcp_options.parse(OPTIONS, 0, len(OPTIONS))),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="times that each pair takes its turn")
    parser.add_argument("--calls", type=int, default=10_000, help="calls in a turn")
    options = parser.parse_args()
    print(f"{'':34}{'by hand':>10}{'foxpy':>10}{'ratio':>8}")
    for name, (hand, ours) in PAIRS.items():
        if hand() != ours():
            raise AssertionError(f"{name}: {hand()!r} by hand, {ours()!r} by foxpy.wire")
        least = [float("inf"), float("inf")]
        for _ in range(options.rounds):
            for at, run in enumerate((hand, ours)):
                least[at] = min(least[at], timeit.timeit(run, number=options.calls) / options.calls * 1e9)
        print(f"{name:34}{least[0]:7.0f} ns{least[1]:7.0f} ns{least[1] / least[0]:8.2f}")


if __name__ == "__main__":
    main()
