"""Reading a frame: layer by layer, until nothing more is known or something is wrong."""

from __future__ import annotations

from typing import Final

from foxpy.decode.extent import end_of
from foxpy.decode.layer import Layer
from foxpy.decode.protocol import Inside, Protocol
from foxpy.decode.registry import Registry
from foxpy.wire import PacketError, Truncated

DEPTH: Final = 16
"""How many layers are read: 65535 bytes could hold a thousand tunnels in each other."""
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
    layers: list[Layer] = []
    protocol, partial = first, False
    while True:
        layer = _read(protocol, layers, frame, start, end, captured, partial)
        if layers:
            layers[-1].read = layer.end
        layers.append(layer)
        inside = _inside(layer)
        if inside is None:
            return layers
        start, end, partial = inside.body.start, inside.body.end, partial or inside.partial
        layer.body = (start, end)
        found = registry.find(inside) if start < end else None
        if found is None or len(layers) >= DEPTH or start >= captured:
            return layers
        if found.framing is not None:
            _read_messages(found, layers, frame, start, end, captured)
            return layers
        protocol = found


def _inside(layer: Layer) -> Inside | None:
    """What ``layer`` carries. A packet of another class than the protocol's own comes of ``otherwise``."""
    return None if layer.packet is None else layer.protocol.inside(layer.packet)


def _read(
    protocol: Protocol, below: list[Layer], frame: bytes, start: int, end: int, captured: int, partial: bool
) -> Layer:
    if protocol.reads is None:
        return Layer(protocol, frame, start, end, captured, None, None, {})
    arguments = protocol.arguments(below, frame, start, end)
    error: PacketError | None = None
    for reads in (protocol.reads, protocol.otherwise):
        if reads is None:
            break
        try:
            packet = reads.parse(frame, start, end, **arguments)
        except PacketError as raised:
            if error is None:
                error = raised
            continue
        behind = end_of(packet, frame, start, end, arguments)
        layer = Layer(protocol, frame, start, behind, captured, packet, error, arguments, partial)
        inside = protocol.inside(packet)
        needed = layer.end if inside is None else inside.body.start
        if needed <= captured:
            return layer
        error = Truncated(f"{needed - start} bytes, {max(captured - start, 0)} captured", type(packet).__name__)
        break
    if partial and isinstance(error, Truncated):
        error = None  # as was to be expected
    return Layer(protocol, frame, start, end, captured, None, error, arguments, partial)


def _read_messages(protocol: Protocol, layers: list[Layer], frame: bytes, start: int, end: int, captured: int) -> None:
    """Read the messages that lie whole in a segment; nothing is known of the segments around it."""
    assert protocol.framing is not None
    below = layers[-1]
    carriers = list(layers)
    for _ in range(MESSAGES):
        if start >= end:
            return
        stop = protocol.framing(frame, start, min(end, captured))
        if stop is None or not start < stop <= min(end, captured):
            return
        layer = _read(protocol, carriers, frame, start, stop, captured, False)
        layers.append(layer)
        below.read = start = stop
