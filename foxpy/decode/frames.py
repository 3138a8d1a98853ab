"""The packets of a capture, one after the other, taken apart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from foxpy.decode.layer import Layer
from foxpy.decode.line import line, raw
from foxpy.decode.objects import Json, layer_object
from foxpy.decode.reading import read_frame
from foxpy.decode.registry import Registry
from foxpy.devices.pcap import Captured
from foxpy.devices.pcap.writer import LARGEST


class Frame:
    """One packet of a capture, and its layers."""

    __slots__ = ("captured", "layers", "number")

    def __init__(self, number: int, captured: Captured, layers: list[Layer]) -> None:
        self.number = number
        """From 1 on."""
        self.captured = captured
        self.layers = layers
        """The outermost first; none if nothing is known of the link type."""

    @classmethod
    def read(cls, registry: Registry, number: int, captured: Captured) -> Frame:
        """Take one packet apart, by what ``registry`` has. Nothing in it makes this raise."""
        return cls(number, captured, _layers(registry, captured))

    @property
    def malformed(self) -> bool:
        """Whether there is something wrong with a layer."""
        return any(layer.error is not None for layer in self.layers)

    def line(self) -> str:
        """Number, time in seconds since 1970, and the words for the layers."""
        packet = self.captured.packet
        words = (
            line(self.layers) if self.layers else f"link type {self.captured.linktype}, {raw(packet, 0, len(packet))}"
        )
        cut = "" if self.captured.whole else f" [{len(packet)} of {self.captured.length} bytes captured]"
        seconds, fraction = divmod(self.captured.nanoseconds, 1_000_000_000)
        return f"{self.number} {seconds}.{fraction // 1000:06} {words}{cut}"

    def json(self) -> str:
        """One JSON object in one line. ``time`` has nine decimals, more than most readers of JSON keep."""
        seconds, fraction = divmod(self.captured.nanoseconds, 1_000_000_000)
        packet = self.captured.packet
        rest: dict[str, Json] = {
            "length": self.captured.length,
            "captured": len(packet),
            "link": self.captured.linktype,
            "layers": [layer_object(layer) for layer in self.layers],
        }
        if not self.layers:
            rest["data"] = packet.hex()
        return f'{{"number": {self.number}, "time": {seconds}.{fraction:09}, {json.dumps(rest)[1:]}'


def frames(registry: Registry, packets: Iterable[Captured]) -> Iterator[Frame]:
    """Take ``packets`` apart, each when it is asked for. What ``packets`` raises comes out here."""
    for number, captured in enumerate(packets, 1):
        yield Frame.read(registry, number, captured)


def _layers(registry: Registry, captured: Captured) -> list[Layer]:
    packet = captured.packet
    first = registry.link(captured.linktype, packet, 0, len(packet))
    if first is None:
        return []
    # Lengths inside a packet that was cut off are those of the whole. No field is read from what is added.
    whole = packet if captured.whole else packet.ljust(min(captured.length, LARGEST), b"\0")
    return read_frame(registry, first, whole, len(packet))
