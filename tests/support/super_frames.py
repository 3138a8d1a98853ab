"""Frames larger than a link carries, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Final

import attrs

from foxpy.checksum import fold, ones_sum
from foxpy.layers.ipv4.wire import append_ipv4, read_ipv4
from foxpy.layers.tcp.wire import ACK, append_tcp, read_tcp
from foxpy.layers.udp.wire import append_udp
from foxpy.message import Writer
from foxpy.offload import Kind, Offload

SOURCE: Final = IPv4Address("192.0.2.1").packed
DESTINATION: Final = IPv4Address("192.0.2.2").packed
LINK: Final = bytes(12) + b"\x08\x00"
LARGEST: Final = 65535 - 40


@attrs.frozen
class Text:
    """What is read of one packet of TCP."""

    seq: int
    flags: int
    ident: int
    text: bytes
    ecn: int = 0


def marked_tcp(
    size: int,
    segment: int,
    *,
    seq: int = 1,
    flags: int = ACK,
    ident: int = 7,
    options: bytes = b"",
    ip_options: bytes = b"",
    df: bool = True,
    link: bytes = LINK,
) -> tuple[Writer, Offload]:
    """Headers of ``size`` bytes of text to be cut into ``segment`` each, as TCP and IPv4 leave them to a device."""
    length = 20 + len(options) + size
    headers = Writer(link)
    append_ipv4(headers, length, ident=ident, df=df, proto=6, src=SOURCE, dst=DESTINATION, options=ip_options)
    at = len(headers)
    append_tcp(headers, size, sport=5000, dport=6000, seq=seq, ack=99, flags=flags, window=1000, options=options)
    return _marked(headers, at, Kind.TCP, 16, segment, 20 + len(ip_options), length)


def marked_udp(size: int, segment: int, *, link: bytes = LINK) -> tuple[Writer, Offload]:
    """The same for datagrams that were put together."""
    headers = Writer(link)
    append_ipv4(headers, 8 + size, ident=7, proto=17, src=SOURCE, dst=DESTINATION)
    at = len(headers)
    append_udp(headers, size, sport=5000, dport=6000)
    return _marked(headers, at, Kind.UDP, 6, segment, 20, 8 + size)


def _marked(
    headers: Writer, at: int, kind: Kind, checksum: int, segment: int, network: int, length: int
) -> tuple[Writer, Offload]:
    seed = pseudo(6 if kind is Kind.TCP else 17, length)
    headers[at + checksum : at + checksum + 2] = seed.to_bytes(2, "big")
    task = Offload(kind, checksum)
    task.header = len(headers) - at
    task.network = network
    task.version = 4
    task.segment = segment
    return headers, task


def pseudo(proto: int, length: int) -> int:
    """The folded sum of the pseudo-header (RFC 9293, section 3.1; RFC 768)."""
    addresses = SOURCE + DESTINATION
    return fold(ones_sum(addresses, 0, 8) + proto + length)


def joined(packets: Iterable[tuple[Writer, bytes]]) -> list[bytes]:
    return [bytes(headers) + payload for headers, payload in packets]


def text_of(frame: bytes, link: int = len(LINK)) -> Text:
    """What is in a whole packet of TCP; AssertionError where a length or a checksum is not right."""
    header, length, ident, _, _, _, proto, _, _ = read_ipv4(frame, link, len(frame))
    at = link + header
    end = link + length
    assert proto == 6
    assert not any(frame[end:])  # padding
    assert ones_sum(frame, link, at) == 0xFFFF
    assert fold(ones_sum(frame, at, end) + pseudo(proto, end - at)) == 0xFFFF
    _, _, seq, _, size, flags, *_ = read_tcp(frame, at, end)
    return Text(seq, flags, ident, frame[at + size : end])


def datagram_of(frame: bytes, link: int = len(LINK)) -> bytes:
    """The payload of a whole packet of UDP; AssertionError where a length or a checksum is not right."""
    header, length, _, _, _, _, proto, _, _ = read_ipv4(frame, link, len(frame))
    at = link + header
    end = link + length
    assert proto == 17
    assert not any(frame[end:])
    assert int.from_bytes(frame[at + 4 : at + 6], "big") == end - at
    assert ones_sum(frame, link, at) == 0xFFFF
    assert frame[at + 6 : at + 8] != b"\0\0"
    assert fold(ones_sum(frame, at, end) + pseudo(proto, end - at)) == 0xFFFF
    return frame[at + 8 : end]
