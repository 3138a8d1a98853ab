"""What somebody who cares for speed writes with ``struct``, with the same checks: the measure of foxpy.wire."""

from __future__ import annotations

import struct
from typing import Final

from foxpy.checksum import ones_sum
from packets.task import Three, pseudo

ETHERNET: Final = struct.Struct(">6s6sH")
IP: Final = struct.Struct(">BBHHHBBH4s4s")
TCP: Final = struct.Struct(">HHIIHHHH")
UDP: Final = struct.Struct(">HHHH")
IP_NUMBERS: Final = struct.Struct(">BxHHHBBxxII").unpack_from
WORD: Final = struct.Struct(">H").unpack_from
PUT_WORD: Final = struct.Struct(">H").pack_into
PORTS: Final = struct.Struct(">HHI").unpack_from
PAIR: Final = struct.Struct(">II").unpack_from

read_ethernet = ETHERNET.unpack_from
read_ip = IP.unpack_from
read_tcp_header = TCP.unpack_from
pack_ip = IP.pack
pack_tcp = TCP.pack
pack_udp = UDP.pack
put_ethernet = ETHERNET.pack_into
put_ip = IP.pack_into
put_tcp = TCP.pack_into


def three(b: bytes) -> Three:
    """Three fields, with the checks that views make."""
    if len(b) < 34 or WORD(b, 12)[0] < 0x600 or b[14] >> 4 != 4:
        raise ValueError("not IPv4")
    header, length = (b[14] & 15) * 4, WORD(b, 16)[0]
    if header < 20 or length > len(b) - 14 or header + 20 > length:
        raise ValueError("lengths")
    at = 14 + header
    doff = (b[at + 12] >> 4) * 4
    if doff < 20 or at + doff > 14 + length:
        raise ValueError("options")
    sport, _, seq = PORTS(b, at)
    return b[23], sport, seq


def parse(b: bytes) -> tuple[object, ...]:
    """All fields, in the order of ``Fields``."""
    if len(b) < 34:
        raise ValueError("short")
    dst, src, kind = read_ethernet(b)
    first, tos, length, ident, word, ttl, proto, checksum, ip_src, ip_dst = read_ip(b, 14)
    if kind < 0x600 or first >> 4 != 4:
        raise ValueError("not IPv4")
    ihl = first & 15
    at, end = 14 + ihl * 4, 14 + length
    if ihl < 5 or end > len(b) or at + 20 > end:
        raise ValueError("lengths")
    sport, dport, seq, ack, bits, window, tcp_checksum, urgent = read_tcp_header(b, at)
    doff = bits >> 12
    body = at + doff * 4
    if doff < 5 or body > end:
        raise ValueError("options")
    return (
        dst, src, kind,
        first >> 4, ihl, tos >> 2, tos & 3, length, ident, word & 0x4000 != 0, word & 0x2000 != 0, word & 0x1FFF,
        ttl, proto, checksum, ip_src, ip_dst, b[34:at],
        sport, dport, seq, ack, doff, bits & 0xFFF, window, tcp_checksum, urgent, b[at + 20 : body], b[body:end],
    )  # fmt: skip


def build(
    dst: bytes, src: bytes, ip_src: bytes, ip_dst: bytes, ident: int, sport: int, dport: int, seq: int, ack: int,
    flags: int, window: int, payload: bytes,
) -> bytes:  # fmt: skip
    """A frame without options, both checksums in it: one buffer, filled in from the innermost header outwards."""
    size = 20 + len(payload)
    out = bytearray(34 + size)
    out[54:] = payload
    put_tcp(out, 34, sport, dport, seq, ack, 0x5000 | flags, window, 0, 0)
    segment = memoryview(out)[34:] if size % 2 == 0 else out[34:] + b"\0"
    PUT_WORD(out, 50, -(int.from_bytes(segment, "big") + pseudo(ip_src, ip_dst, size)) % 0xFFFF)
    put_ip(out, 14, 0x45, 0, 20 + size, ident, 0x4000, 64, 6, 0, ip_src, ip_dst)
    PUT_WORD(out, 24, -int.from_bytes(out[14:34], "big") % 0xFFFF)
    put_ethernet(out, 0, dst, src, 0x0800)
    return bytes(out)


def set_ttl(b: bytearray, at: int, ttl: int) -> None:
    """Overwrite the TTL of the IPv4 header at ``at``, and correct its checksum (RFC 1624, equation 3)."""
    was = b[at + 8]
    b[at + 8] = ttl
    PUT_WORD(b, at + 10, (WORD(b, at + 10)[0] + (was - ttl << 8)) % 0xFFFF)


class Option:
    __slots__ = ("kind", "value")

    def __init__(self, kind: int, value: object = None) -> None:
        self.kind = kind
        self.value = value


def options(b: bytes, at: int, end: int) -> tuple[Option, ...]:
    """A TCP option list as objects."""
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
            case ((2 | 3 | 4 | 8), _):
                raise ValueError("length of its kind")
            case _:
                found.append(Option(kind, b[at + 2 : at + size]))
        at += size
    return tuple(found)


# The data path: no object, and lengths given by the caller.


def read_ipv4(b: bytes, start: int, end: int) -> tuple[int, int, int, bool, int, int, int, int, int]:
    if end - start < 20:
        raise ValueError("short")
    first, length, ident, fragment, ttl, proto, src, dst = IP_NUMBERS(b, start)
    if first >> 4 != 4:
        raise ValueError("version")
    return (first & 15) * 4, length, ident, fragment & 0x2000 != 0, fragment & 0x1FFF, ttl, proto, src, dst


def read_tcp(b: bytes, start: int, end: int) -> tuple[int, int, int, int, int, int, int, int, int]:
    if end - start < 20:
        raise ValueError("short")
    sport, dport, seq, ack, word, window, checksum, urgent = read_tcp_header(b, start)
    return sport, dport, seq, ack, (word >> 12) * 4, word & 0xFFF, window, checksum, urgent


def read_udp(b: bytes, start: int, end: int) -> tuple[int, ...]:
    if end - start < 8:
        raise ValueError("short")
    return UDP.unpack_from(b, start)


def append_ipv4(out: bytearray, size: int, proto: int, src: bytes, dst: bytes, ident: int) -> None:
    header = pack_ip(0x45, 0, 20 + size, ident, 0x4000, 64, proto, 0, src, dst)
    at = len(out)
    out += header
    PUT_WORD(out, at + 10, -int.from_bytes(header, "big") % 65535)


def append_tcp(
    out: bytearray, sport: int, dport: int, seq: int, ack: int, flags: int, window: int, options: bytes
) -> None:
    if len(options) % 4:
        raise ValueError("options")
    out += pack_tcp(sport, dport, seq, ack, (20 + len(options)) // 4 << 12 | flags, window, 0, 0)
    out += options


def append_udp(out: bytearray, size: int, sport: int, dport: int) -> None:
    out += pack_udp(sport, dport, 8 + size, 0)


def fill_tcp(out: bytearray, at: int, payload: bytes, seed: int) -> None:
    total = ones_sum(out, at, len(out)) + ones_sum(payload, 0, len(payload)) + seed
    PUT_WORD(out, at + 16, -total % 65535)


def verify_ipv4(b: bytes, start: int, end: int) -> bool:
    size = (b[start] & 15) * 4
    return 20 <= size <= end - start and ones_sum(b, start, start + size) == 0xFFFF
