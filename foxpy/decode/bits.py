"""One frame bit by bit."""

from __future__ import annotations

from foxpy.decode.frames import Frame
from foxpy.decode.layer import Layer
from foxpy.decode.line import raw


def bits(frame: Frame) -> str:
    """All layers of ``frame``, each with every field: its place in the layer, its bits, its value."""
    packet = frame.captured.packet
    parts = [frame.line(), *map(_layer, frame.layers)]
    if not frame.layers:
        parts.append(f"nothing is known of link type {frame.captured.linktype}: {raw(packet, 0, len(packet))}")
    return "\n\n".join(parts)


def _layer(layer: Layer) -> str:
    title = f"{layer.protocol.name}, at byte {layer.start}"
    if layer.packet is None:
        why = f": {layer.error}" if layer.error is not None else ""
        known = max(min(layer.end, layer.captured), layer.start)
        return f"{title}{why}\n  {raw(layer.frame, layer.start, known)}"
    arguments = {
        each.name: layer.arguments[each.name] for each in layer.packet._layout.arguments if each.name in layer.arguments
    }
    # A view shows what is on the wire; a value would show what it builds to
    view = layer.packet._spec.view(layer.frame, layer.start, layer.end, **arguments)
    wrong = f"\n  {layer.error}" if layer.error is not None else ""
    return f"{title}: {view.dump()}{wrong}"
