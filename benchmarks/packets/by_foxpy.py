"""The task by foxpy.wire, as programs would write it. Typed throughout, so that mypyc can compile it as it stands."""

from __future__ import annotations

from typing import Final

from foxpy.layers.ethernet.wire import EthernetII, put_ethernet
from foxpy.layers.ipv4.wire import IPv4, put_ipv4
from foxpy.layers.tcp.wire import TcpHeader, TcpOption, put_tcp, tcp_options
from foxpy.wire import Out
from packets.task import TCP, Fields, Three


def three_opened(b: bytes) -> Three:
    """Three views, each opened in the one below."""
    ip = EthernetII.view(b).open(IPv4)
    segment = ip.open(TcpHeader)
    return ip.proto, segment.sport, segment.seq


def three_windows(b: bytes) -> Three:
    """Three views by way of the bodies, each an object."""
    ip = IPv4.view(EthernetII.view(b).body)
    segment = TcpHeader.view(ip.body)
    return ip.proto, segment.sport, segment.seq


def parse(b: bytes) -> tuple[EthernetII, IPv4, TcpHeader]:
    """Three values, with all fields read."""
    frame = EthernetII.parse(b)
    ip = IPv4.parse(frame.body)
    return frame, ip, TcpHeader.parse(ip.body)


def fields(frame: EthernetII, ip: IPv4, segment: TcpHeader) -> Fields:
    return Fields(
        frame.dst.packed, frame.src.packed, frame.kind,
        ip.version, ip.ihl, ip.dscp, ip.ecn, ip.length, ip.ident, ip.df, ip.mf, ip.frag, ip.ttl, ip.proto, ip.checksum,
        ip.src.packed, ip.dst.packed, ip.options,
        segment.sport, segment.dport, segment.seq, segment.ack, segment.doff, segment.flags, segment.window,
        segment.checksum, segment.urgent, segment.options, bytes(segment.body),
    )  # fmt: skip


def pseudo(src: bytes, dst: bytes, size: int) -> int:
    """The pseudo-header's sum, as ``task.pseudo``: here, too, so that it is compiled where its callers are.

    By bytes, which compiled code reads natively; ``int.from_bytes`` is a call that the interpreter makes for it.
    """
    high = src[0] + src[2] + dst[0] + dst[2]
    low = src[1] + src[3] + dst[1] + dst[3]
    return (high << 8) + low + TCP + size


def build_written(
    dst: bytes, src: bytes, ip_src: bytes, ip_dst: bytes, ident: int, sport: int, dport: int, seq: int, ack: int,
    flags: int, window: int, payload: bytes,
) -> bytes:  # fmt: skip
    """By writers, without values."""
    out = Out()
    out.push_bytes(payload)
    put_tcp(
        out, pseudo=pseudo(ip_src, ip_dst, 20 + len(payload)),
        sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, window=window,
    )  # fmt: skip
    put_ipv4(out, ident=ident, df=True, proto=6, src=ip_src, dst=ip_dst)
    put_ethernet(out, dst=dst, src=src, kind=0x0800)
    return out.bytes()


def build_nested(
    dst: bytes, src: bytes, ip_src: bytes, ip_dst: bytes, ident: int, sport: int, dport: int, seq: int, ack: int,
    flags: int, window: int, payload: bytes,
) -> bytes:  # fmt: skip
    """By values, one in the other."""
    segment = TcpHeader(
        pseudo=pseudo(ip_src, ip_dst, 20 + len(payload)),
        sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, window=window, body=payload,
    )  # fmt: skip
    ip = IPv4(ident=ident, df=True, proto=6, src=ip_src, dst=ip_dst, body=segment)
    return EthernetII(dst=dst, src=src, kind=0x0800, body=ip).build()


def options(b: bytes, at: int, end: int) -> tuple[TcpOption, ...]:
    return tcp_options.parse(b, at, end)


# For a compiled caller: what is called here is called by compiled code, and its results are used there.

TIMES: Final = 100


def three_opened_often(b: bytes) -> Three:
    found = three_opened(b)
    for _ in range(TIMES - 1):
        found = three_opened(b)
    return found


def build_written_often(
    dst: bytes, src: bytes, ip_src: bytes, ip_dst: bytes, ident: int, sport: int, dport: int, seq: int, ack: int,
    flags: int, window: int, payload: bytes,
) -> bytes:  # fmt: skip
    frame = b""
    for _ in range(TIMES):
        frame = build_written(dst, src, ip_src, ip_dst, ident, sport, dport, seq, ack, flags, window, payload)
    return frame


def build_nested_often(
    dst: bytes, src: bytes, ip_src: bytes, ip_dst: bytes, ident: int, sport: int, dport: int, seq: int, ack: int,
    flags: int, window: int, payload: bytes,
) -> bytes:  # fmt: skip
    frame = b""
    for _ in range(TIMES):
        frame = build_nested(dst, src, ip_src, ip_dst, ident, sport, dport, seq, ack, flags, window, payload)
    return frame
