"""Building packets again from what was read of them, and telling what differs from the wire."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs

from foxpy.decode.checksums import is_right
from foxpy.decode.fields import fields_of
from foxpy.decode.frames import Frame
from foxpy.decode.layer import Layer
from foxpy.wire import Packet, PacketError, Window
from foxpy.wire.writing import checksum_offset

SHOWN = 12
"""Bytes that are shown of what differs."""


class What(enum.Enum):
    """What is the matter with a layer."""

    CHECKSUM = "wrong checksum"
    """It is not what the packet sums up to, as it was sent."""
    MALFORMED = "malformed"
    DIFFERS = "differs"
    """It builds to other bytes: the packet says the same in another form than foxpy's."""


@attrs.frozen
class Finding:
    """Something that is not as it would be built."""

    what: What
    text: str
    """Layer, field, bytes."""


def findings(frame: Frame) -> Iterator[Finding]:
    """What is wrong with ``frame``, or differs from what its layers build to. Those cut off are passed over."""
    for layer in frame.layers:
        name = layer.protocol.name
        if layer.error is not None:
            if frame.captured.whole:
                yield Finding(What.MALFORMED, f"{name}: {layer.error}")
        elif layer.packet is not None and layer.whole:
            yield from (Finding(what, f"{name}: {text}") for what, text in _compare(layer, layer.packet))


def _compare(layer: Layer, packet: Packet) -> Iterator[tuple[What, str]]:
    sent = bytes(layer.frame[layer.start : layer.end])
    try:
        built = bytearray(packet.build())
    except PacketError as error:
        yield What.DIFFERS, f"cannot be built again: {error}"
        return
    checksum = packet._layout.checksum
    if checksum is not None:
        at = checksum_offset(packet._layout)
        if is_right(layer) is False:
            there, right = sent[at : at + 2].hex(), built[at : at + 2].hex()
            place = f"bytes {layer.start + at}-{layer.start + at + 1}"
            yield What.CHECKSUM, f"{checksum.name} is {there}, the sum is {right} ({place})"
        built[at : at + 2] = sent[at : at + 2]  # told of; or right in another form, or none (RFC 768)
    if built != sent:
        yield What.DIFFERS, _difference(layer, packet, sent, bytes(built))


def _difference(layer: Layer, packet: Packet, sent: bytes, built: bytes) -> str:
    """The fields that differ, and the bytes from the first to the last that do."""
    shorter = min(len(sent), len(built))
    first = next((at for at in range(shorter) if sent[at] != built[at]), shorter)
    if len(sent) == len(built):
        last = next(at for at in reversed(range(shorter)) if sent[at] != built[at]) + 1
        place = f"bytes {layer.start + first}-{layer.start + last - 1}"
    else:
        last = max(len(sent), len(built))
        place = f"from byte {layer.start + first} on, {len(sent)} bytes, not {len(built)}"
    shown = f"{_hex(sent[first:last])} was sent, {_hex(built[first:last])} is built"
    fields = ", ".join(_fields(packet, built, layer.arguments)) or "no field"
    return f"{fields} ({place}): {shown}"


def _fields(packet: Packet, built: bytes, arguments: dict[str, object]) -> Iterator[str]:
    """The names of the fields that read differently from ``built``."""
    known = {each.name: arguments[each.name] for each in packet._layout.arguments if each.name in arguments}
    try:
        again = packet._spec.parse(built, 0, None, **known)
    except PacketError as error:
        yield f"cannot be read again ({error})"
        return
    for field in fields_of(packet._spec):
        was, now = getattr(packet, field.name), getattr(again, field.name)
        if (bytes(was) if isinstance(was, Window) else was) != now:
            yield field.name


def _hex(data: bytes) -> str:
    return f"{data[:SHOWN].hex()}{'...' if len(data) > SHOWN else ''}" or "nothing"
