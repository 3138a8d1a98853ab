"""Reading a frame: layer by layer, until nothing more is known or something is wrong."""

from __future__ import annotations

from typing import Final

from foxpy.decode.extent import end_of
from foxpy.decode.layer import Layer
from foxpy.decode.protocol import Protocol
from foxpy.decode.registry import Registry
from foxpy.wire import PacketError, Truncated

DEPTH: Final = 16
"""How many layers lie in each other: 65535 bytes could hold a thousand tunnels."""
WHOLE: Final = 0xFFFF
"""Bytes that a fragmented datagram may have."""
MESSAGES: Final = 64
"""How many messages of one TCP segment are read."""


def read_frame(registry: Registry, first: Protocol, frame: bytes, captured: int | None = None) -> list[Layer]:
    """The layers of ``frame``, the outermost first; never none. Nothing in the frame makes it raise.

    Where something is wrong, the last layer has the error. ``captured``: how many bytes of the frame are known; those
    behind have to be zero, and no layer is read whose header lies among them.
    """
    return read_layers(registry, first, frame, 0, len(frame), len(frame) if captured is None else captured)


def read_layers(registry: Registry, first: Protocol, frame: bytes, start: int, end: int, captured: int) -> list[Layer]:
    """``read_frame`` for ``frame[start:end]``."""
    reading = _Reading(registry, frame, captured)
    reading.descend(first, start, end, None, [], partial=False)
    return reading.layers


class _Reading:
    """The reading of one frame."""

    __slots__ = ("_captured", "_frame", "_registry", "layers")

    def __init__(self, registry: Registry, frame: bytes, captured: int) -> None:
        self._registry = registry
        self._frame = frame
        self._captured = captured
        self.layers: list[Layer] = []

    def descend(
        self, protocol: Protocol, start: int, end: int, carrier: Layer | None, below: list[Layer], *, partial: bool
    ) -> Layer:
        """Read the packet in ``frame[start:end]``, which lies in ``carrier``, and all that it carries."""
        first: Layer | None = None
        while True:
            layer = self._read(protocol, below, start, end, partial)
            first = first or layer
            layer.carrier = carrier
            if carrier is not None:
                carrier.read = layer.end
            self.layers.append(layer)
            below.append(layer)
            inside = layer.inside
            if inside is None:
                return first
            start, end, partial = inside.body.start, inside.body.end, partial or inside.partial
            layer.body = (start, end)
            found = self._registry.find(inside) if start < end else None
            if found is None or len(below) >= DEPTH or start >= self._captured:
                return first
            if found.framing is not None:
                self._messages(found, start, min(end, self._captured), layer, below)
                return first
            protocol, carrier = found, layer

    def _messages(self, protocol: Protocol, start: int, end: int, carrier: Layer, below: list[Layer]) -> None:
        """Read the messages that lie whole in a segment; nothing is known of the segments around it."""
        assert protocol.framing is not None
        for _ in range(MESSAGES):
            stop = protocol.framing(self._frame, start, end) if start < end else None
            if stop is None or not start < stop <= end:
                return
            self.descend(protocol, start, stop, carrier, list(below), partial=False)
            carrier.read = start = stop

    def _read(self, protocol: Protocol, below: list[Layer], start: int, end: int, partial: bool) -> Layer:
        layer = self._attempt(protocol, below, start, end, partial)
        if not partial or layer.packet is not None or not isinstance(layer.error, Truncated):
            return layer
        if self._captured > end or len(self._frame) == end:
            # Its length is that of the whole, so it is read as if that were there. No field is of what is added.
            self._frame = self._frame[:end] + bytes(WHOLE)
            self._captured = end
            layer = self._attempt(protocol, below, start, len(self._frame), partial)
        if isinstance(layer.error, Truncated):
            layer.error = None  # as was to be expected
            layer.end = end
        return layer

    def _attempt(self, protocol: Protocol, below: list[Layer], start: int, end: int, partial: bool) -> Layer:
        frame, captured = self._frame, self._captured
        if protocol.reads is None:
            return Layer(protocol, frame, start, end, captured, None, None, {}, partial)
        arguments = protocol.arguments(below, frame, start, end)
        error: PacketError | None = None
        for reads in (protocol.reads, protocol.otherwise):
            if reads is None:
                break
            try:
                packet = reads.parse(frame, start, end, **arguments)
            except PacketError as raised:
                error = error or raised
                continue
            behind = end_of(packet, frame, start, end, arguments)
            inside = protocol.inside(packet)
            needed = behind if inside is None else inside.body.start
            if needed <= captured:
                layer = Layer(protocol, frame, start, behind, captured, packet, error, arguments, partial)
                layer.inside = inside
                return layer
            fact = f"{needed - start} bytes, {max(captured - start, 0)} captured"
            error = Truncated(fact, packet._spec.__name__, offset=start)
            break
        return Layer(protocol, frame, start, end, captured, None, error, arguments, partial)
