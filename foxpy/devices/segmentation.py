"""Cutting marked packets in software: what a network card does for TCP (TSO), Linux calls generic segmentation offload.

A packet is cut at the last moment, after one pass through the stack: that is worth most of what the offload is worth
where the passes are dear.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foxpy.checksum import fold, ones_sum
from foxpy.layers.ipv4.wire import IPv4, read_ipv4, read_kept, stage_ipv4
from foxpy.layers.tcp.wire import CHECKSUM as TCP_CHECKSUM
from foxpy.layers.tcp.wire import CWR, FIN, PSH, TcpHeader, append_tcp, fill_tcp, read_tcp
from foxpy.layers.udp.wire import CHECKSUM as UDP_CHECKSUM
from foxpy.layers.udp.wire import HEADER as UDP_HEADER
from foxpy.layers.udp.wire import append_udp, fill_udp, read_udp
from foxpy.message import Writer
from foxpy.offload import Kind, Offload

MASK: Final = 0xFFFF_FFFF
TCP: Final = 6
UDP: Final = 17
"""Protocol numbers (RFC 9293, section 3.1; RFC 768)."""
ADDRESSES: Final = 12
"""Where in an IPv4 header both addresses are; they end with the header of 20 bytes."""


class _Ipv4:
    """The headers of the datagrams that one is cut into: the same but for what is stamped."""

    __slots__ = ("_ident", "_stamp")

    def __init__(self, whole: bytes, start: int, end: int) -> None:
        dscp, ecn, ident, df, ttl, proto, src, dst = read_kept(whole, start, end)
        self._ident = ident
        self._stamp = stage_ipv4(
            dscp=dscp,
            ecn=ecn,
            df=df,
            ttl=ttl,
            proto=proto,
            src=src,
            dst=dst,
            options=whole[start + IPv4.MIN : end],
        )

    def append(self, writer: Writer, size: int, number: int) -> None:
        self._stamp(writer, size, (self._ident + number) & 0xFFFF)


class _Tcp:
    """The headers of the segments that one is cut into."""

    __slots__ = ("_fields", "_options")

    def __init__(self, whole: bytes, start: int) -> None:
        self._fields = read_tcp(whole, start, len(whole))
        self._options = whole[start + TcpHeader.MIN :]

    def append(self, writer: Writer, size: int, at: int, last: bool) -> None:
        """For the ``size`` bytes of text from ``at`` on."""
        sport, dport, seq, ack, _, flags, window, _, urgent = self._fields
        if not last:
            flags &= ~(PSH | FIN)
        if at:
            flags &= ~CWR
        append_tcp(
            writer,
            size,
            sport=sport,
            dport=dport,
            seq=(seq + at) & MASK,
            ack=ack,
            flags=flags,
            window=window,
            urgent=urgent,
            options=self._options,
        )


class _Udp:
    """The headers of datagrams that were put together."""

    __slots__ = ("_fields",)

    def __init__(self, whole: bytes, start: int) -> None:
        self._fields = read_udp(whole, start, len(whole))

    def append(self, writer: Writer, size: int, at: int, last: bool) -> None:
        sport, dport, _, _ = self._fields
        append_udp(writer, size, sport=sport, dport=dport)


def segments(headers: Writer, payload: bytes, task: Offload) -> Iterator[tuple[Writer, bytes]]:
    """The packets that ``payload`` below ``headers`` is to be sent as: the headers and the payload of each.

    All checksums are filled in. IPv4 identifications count up from that of ``headers``, a TCP's PSH and FIN go on the
    last packet and its CWR on the first, as RFC 3168, section 6.1.2, wants it. Urgent data is not for cutting.
    """
    transport = len(headers) - task.header
    network = transport - task.network
    size = task.segment
    total = len(payload)
    if not size:
        _fill(headers, transport, payload, task, _seed(headers, transport, task, 0))
        yield headers, payload
        return
    seed = _seed(headers, transport, task, task.header + total)
    whole = bytes(headers)
    link = whole[:network]
    internet = _Ipv4(whole, network, transport) if task.version == 4 else None
    upper: _Tcp | _Udp = _Tcp(whole, transport) if task.kind is Kind.TCP else _Udp(whole, transport)
    for number, at in enumerate(range(0, total, size)):
        part = payload[at : at + size]
        count = task.header + len(part)
        writer = Writer(link)
        if internet is not None:
            internet.append(writer, count, number)
        begin = len(writer)
        upper.append(writer, len(part), at, at + size >= total)
        _fill(writer, begin, part, task, seed + count if seed else 0)
        missing = task.minimum - (len(writer) - network + len(part))
        yield writer, part + bytes(missing) if missing > 0 else part


def completed(frame: bytes, at: int, segment: int, network: int = IPv4.MIN) -> Iterator[bytes]:
    """The frames that ``frame`` should have been: its transport header, at ``frame[at:]``, may be without a checksum,
    and with a ``segment`` that is not 0 so many bytes of payload make a packet. What follows the datagram is dropped.

    Before ``at`` is an IPv4 header of ``network`` bytes. A frame that is none such, or too short for what it says, is
    given back as it is: it is for the layers above to count.
    """
    start = at - network
    if start < 0 or at > len(frame) or frame[start] != 0x40 | network >> 2:
        yield frame
        return
    _, length, _, _, _, _, proto, _, _ = read_ipv4(frame, start, len(frame))
    end = start + length
    task = _task_of(frame, at, proto, end) if end <= len(frame) else None
    if task is None:
        yield frame
        return
    task.network, task.version, task.segment = network, 4, segment
    payload = at + task.header
    headers = Writer(frame[:payload])
    # Reckoned anew, as a frame whose checksum is all right may come here as well.
    addresses = start + ADDRESSES
    seed = fold(ones_sum(frame, addresses, addresses + 8) + proto + end - at)
    headers[at + task.checksum] = seed >> 8
    headers[at + task.checksum + 1] = seed & 0xFF
    for each, part in segments(headers, frame[payload:end], task):
        yield bytes(each) + part


def _task_of(frame: bytes, at: int, proto: int, end: int) -> Offload | None:
    """What is to be done for the transport header at ``frame[at:end]``; None where it is not whole, or not known."""
    if proto == TCP and end - at >= TcpHeader.MIN:
        task = Offload(Kind.TCP, TCP_CHECKSUM)
        task.header = read_tcp(frame, at, end)[4]
        return task if TcpHeader.MIN <= task.header <= end - at else None
    if proto == UDP and end - at >= UDP_HEADER:
        task = Offload(Kind.UDP, UDP_CHECKSUM)
        task.header = UDP_HEADER
        return task
    return None


def _seed(headers: Writer, transport: int, task: Offload, length: int) -> int:
    """The sum of the pseudo-header that stands in the checksum field, less ``length``; the field is 0 afterwards.

    0 means that there is no pseudo-header; a sum that is 0 in ones' complement is given as 0xFFFF."""
    if task.checksum < 0:
        return 0
    at = transport + task.checksum
    found = headers[at] << 8 | headers[at + 1]
    headers[at] = headers[at + 1] = 0
    return (fold(found + 2 * 0xFFFF - length % 0xFFFF) or 0xFFFF) if found else 0


def _fill(writer: Writer, at: int, payload: bytes, task: Offload, seed: int) -> None:
    if task.checksum >= 0:
        (fill_tcp if task.kind is Kind.TCP else fill_udp)(writer, at, payload, seed)
