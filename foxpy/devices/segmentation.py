"""Cutting marked packets in software: what a network card does for TCP (TSO), Linux calls generic segmentation offload.

A packet is cut at the last moment, after one pass through the stack: that is worth most of what the offload is worth
where the passes are dear.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foxpy.checksum import fold, ones_sum
from foxpy.devices.series import Series
from foxpy.layers.ipv4.wire import IPv4, read_ipv4
from foxpy.layers.tcp.wire import CHECKSUM as TCP_CHECKSUM
from foxpy.layers.tcp.wire import TcpHeader, fill_tcp, read_tcp
from foxpy.layers.udp.wire import CHECKSUM as UDP_CHECKSUM
from foxpy.layers.udp.wire import HEADER as UDP_HEADER
from foxpy.layers.udp.wire import fill_udp
from foxpy.message import Writer
from foxpy.offload import Kind, Offload

TCP: Final = 6
UDP: Final = 17
"""Protocol numbers (RFC 9293, section 3.1; RFC 768)."""
ADDRESSES: Final = 12
"""Where in an IPv4 header both addresses are; they end with the header of 20 bytes."""


def finish(headers: Writer, payload: bytes, task: Offload) -> None:
    """Fill in the checksum of a packet that is not to be cut."""
    if task.checksum >= 0:
        transport = len(headers) - task.header
        seed = _seed(headers, transport, task, 0)
        (fill_tcp if task.kind is Kind.TCP else fill_udp)(headers, transport, payload, seed)


def segments(headers: Writer, payload: bytes, task: Offload) -> Iterator[tuple[Writer, bytes]]:
    """The packets that ``payload`` below ``headers`` is to be sent as: the headers and the payload of each.

    All checksums are filled in; ``Series`` has what differs between the headers. Urgent data is not for cutting.
    """
    size = task.segment
    total = len(payload)
    if not size:
        finish(headers, payload, task)
        yield headers, payload
        return
    transport = len(headers) - task.header
    series = Series(headers, task, _seed(headers, transport, task, task.header + total))
    number = 0
    at = 0
    while at < total:
        end = at + size
        if end > total:
            end = total
        checksum = ones_sum(payload, at, end) if task.checksum >= 0 else 0
        part = payload[at:end]
        writer = series.headers(number, at, end - at, end == total, checksum)
        if task.minimum:
            missing = task.minimum - (task.network + task.header + end - at)
            if missing > 0:
                part += bytes(missing)
        yield writer, part
        number += 1
        at = end


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
