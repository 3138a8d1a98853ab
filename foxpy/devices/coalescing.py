"""Putting segments of TCP together in software, for devices that do not: what Linux calls generic receive offload.

Within one burst, segments of a connection that follow each other are held back and handed up as one, so that the layers
above are passed once for all of them. What is put together could be cut again into the very same packets
(``segmentation``), so nothing is lost but the time between them.
"""

from __future__ import annotations

from typing import Final

from foxpy.checksum import fold, ones_sum
from foxpy.devices.port import Port
from foxpy.layers.ipv4.wire import verify_ipv4
from foxpy.layers.tcp.wire import ACK, CHECKSUM, PSH, TcpHeader, read_tcp, verify_tcp
from foxpy.runtime import Runtime

FLOWS: Final = 8
"""Connections whose segments are held at the same time; of one more, the oldest goes up."""
LARGEST: Final = 0xFFFF
"""The most bytes of an IPv4 packet."""
IPV4: Final = 20
TCP: Final = 6
PLAIN: Final = 0x45
"""The first byte of an IPv4 header without options."""
OFFSET: Final = 12
FLAGS: Final = 13
"""Where a TCP header tells its own length, in words, and its flags."""
MASK: Final = 0xFFFF_FFFF


class Flow:
    """Segments that follow each other."""

    __slots__ = (
        "ack",
        "at",
        "flags",
        "frame",
        "ident",
        "network",
        "next",
        "parts",
        "pseudo",
        "segment",
        "size",
        "start",
        "window",
    )

    def __init__(self, frame: bytes, start: int, network: int, text: int, seq: int, ack: int, window: int) -> None:
        self.frame = frame
        """The first, whose headers stand for all."""
        self.start = start
        """Where in it the packet of the link begins, the network header, and the text."""
        self.network = network
        self.at = text
        size = len(frame) - text
        self.parts = [frame[text:]]
        self.size = size
        self.segment = size
        """What all have as text but the last, which may have less."""
        self.next = (seq + size) & MASK
        self.ack = ack
        self.window = window
        self.flags = 0
        self.ident = frame[network + 4] << 8 | frame[network + 5]
        self.pseudo = fold(ones_sum(frame, network + 12, network + IPV4) + TCP)


class Coalescing:
    """Takes the frames of one device in place of its port."""

    __slots__ = ("_flows", "_link", "_port", "_runtime", "_waits")

    def __init__(self, port: Port, runtime: Runtime, link: int) -> None:
        """``link``: bytes of link header; 14 is Ethernet's, 0 where there is none."""
        self._port = port
        self._runtime = runtime
        self._link = link
        self._flows: dict[bytes, Flow] = {}  # by addresses and ports, the oldest first
        self._waits = False  # for the end of the batch

    def received(self, frame: bytes, start: int = 0, checked: int = 0) -> None:
        """``Port.received``, now or at the end of the batch: what belongs to one connection keeps its order.

        The transport header at ``frame[checked:]`` need not be checked, unless that is 0: ``Port.received_checked``.
        """
        network = start + self._link
        end = len(frame)
        at = network + IPV4
        if (
            end - at < TcpHeader.MIN
            or frame[network] != PLAIN
            or frame[network + 9] != TCP
            or (frame[network + 6] & 0x3F) << 8 | frame[network + 7]  # a fragment
            or (self._link and (frame[network - 2] != 8 or frame[network - 1]))  # another ethertype
        ):
            self._up(frame, start, checked)
            return
        if not self._flows and (frame[at + FLAGS] != ACK or end - at == frame[at + OFFSET] >> 4 << 2):
            self._up(frame, start, checked)  # nothing is held, and this has no text, or is the last of some
            return
        key = frame[network + 12 : network + 24]
        flow = self._flows.get(key)
        _, _, seq, ack, header, flags, window, _, _ = read_tcp(frame, at, end)
        text = at + header
        mergeable = (
            flags & ~PSH == ACK
            and TcpHeader.MIN <= header < end - at
            and frame[network + 2] << 8 | frame[network + 3] == end - network
        )
        if flow is not None:
            if mergeable and self._follows(flow, frame, network, text, seq, ack, window, checked):
                flow.parts.append(frame[text:])
                size = end - text
                flow.size += size
                flow.next = (seq + size) & MASK
                flow.flags |= flags
                if size < flow.segment or flags & PSH:
                    del self._flows[key]
                    self._hand_up(flow)
                return
            del self._flows[key]
            self._hand_up(flow)
        # A pushed segment is the last of what its sender had to say: nothing is to be expected behind it.
        if not mergeable or flags & PSH or not verify_ipv4(frame, network, end):
            self._up(frame, start, checked)
            return
        flow = Flow(frame, start, network, text, seq, ack, window)
        if not checked and not verify_tcp(frame, at, end, flow.pseudo + end - at):
            self._up(frame, start, checked)
            return
        flows = self._flows
        if len(flows) >= FLOWS:
            self._hand_up(flows.pop(next(iter(flows))))
        flows[key] = flow
        if not self._waits:
            self._waits = True
            self._runtime.at_end_of_batch(self.flush)

    def _up(self, frame: bytes, start: int, checked: int) -> None:
        if checked:
            self._port.received_checked(frame, checked, 0, start)
        else:
            self._port.received(frame, start)

    def _follows(
        self, flow: Flow, frame: bytes, network: int, text: int, seq: int, ack: int, window: int, checked: int
    ) -> bool:
        """Whether a segment is the next of ``flow``, and only its place in the stream tells it from the others."""
        first = flow.frame
        before = flow.network
        end = len(frame)
        at = network + IPV4
        return (
            seq == flow.next
            and ack == flow.ack
            and window == flow.window
            and end - text <= flow.segment
            and text - at == flow.at - before - IPV4
            and flow.at - before + flow.size + end - text <= LARGEST
            and frame[network + 1] == first[before + 1]  # DSCP and ECN
            and frame[network + 6 : network + 9] == first[before + 6 : before + 9]  # DF, TTL
            and (
                frame[network + 6] & 0x40 != 0  # where there are no fragments, numbers mean nothing (RFC 6864)
                or frame[network + 4] << 8 | frame[network + 5] == (flow.ident + len(flow.parts)) & 0xFFFF
            )
            and frame[at + TcpHeader.MIN : text] == first[before + IPV4 + TcpHeader.MIN : flow.at]
            and verify_ipv4(frame, network, end)
            and (checked != 0 or verify_tcp(frame, at, end, flow.pseudo + end - at))
        )

    def flush(self) -> None:
        """Hand up all that is held."""
        self._waits = False
        flows = self._flows
        while flows:
            self._hand_up(flows.pop(next(iter(flows))))

    def _hand_up(self, flow: Flow) -> None:
        network = flow.network
        at = network + IPV4
        parts = flow.parts
        if len(parts) == 1:
            self._port.received_checked(flow.frame, at, 0, flow.start)
            return
        headers = bytearray(flow.frame[: flow.at])
        length = len(headers) - network + flow.size
        headers[network + 2] = length >> 8
        headers[network + 3] = length & 0xFF
        headers[network + 10] = headers[network + 11] = 0
        check = 0xFFFF - ones_sum(headers, network, at)
        headers[network + 10] = check >> 8
        headers[network + 11] = check & 0xFF
        headers[at + FLAGS] |= flow.flags & PSH
        seed = fold(flow.pseudo + length - IPV4)
        headers[at + CHECKSUM] = seed >> 8
        headers[at + CHECKSUM + 1] = seed & 0xFF
        parts.insert(0, bytes(headers))
        self._port.received_checked(b"".join(parts), at, flow.segment, flow.start)
