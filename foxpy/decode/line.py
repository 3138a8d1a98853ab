"""Layers in one line, as tcpdump words them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foxpy.decode.checksums import is_right
from foxpy.decode.layer import Layer

SHOWN: Final = 16
"""Bytes that are shown of what nothing is known about."""


def raw(frame: bytes, start: int, end: int) -> str:
    """The first bytes of ``frame[start:end]`` in hexadecimal, and how many there are."""
    shown = frame[start : min(end, start + SHOWN)].hex(" ", -2)
    return f"{shown}{' ...' if end - start > SHOWN else ''}{', ' if shown else ''}length {end - start}"


def line(layers: Sequence[Layer]) -> str:
    """All ``layers`` in one line, of printable characters. Raises nothing on account of what was read."""
    text = Here(layers, 0).text()
    return text if text.isprintable() else printable(text)


def printable(text: str) -> str:
    """``text`` with escapes in place of what would end a line, or command a terminal: names come from the network."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class Here:
    """A layer among the others of its frame: what the words of one may need of those around it."""

    __slots__ = ("_index", "_layers", "layer")

    def __init__(self, layers: Sequence[Layer], index: int) -> None:
        self._layers = layers
        self._index = index
        self.layer = layers[index]

    @property
    def size(self) -> int:
        """The bytes of the layer, what it carries included."""
        return self.layer.size

    @property
    def next(self) -> Layer | None:
        """The first layer that this one carries, if it could be told what that is."""
        following = self._index + 1
        if following < len(self._layers) and self._layers[following].carrier is self.layer:
            return self._layers[following]
        return None

    @property
    def hosts(self) -> tuple[str, str] | None:
        """Who sends and who receives, by the nearest layer below that says it."""
        layer = self.layer.carrier
        while layer is not None:
            if layer.protocol.hosts is not None and layer.packet is not None:
                return layer.protocol.hosts(layer.packet)
            layer = layer.carrier
        return None

    def text(self) -> str:
        """The words for this layer and what it carries."""
        layer, protocol = self.layer, self.layer.protocol
        if protocol.tells is not None:
            return protocol.tells(layer.frame, layer.start, layer.end)
        if layer.packet is not None:
            return protocol.words(layer.packet, self)
        if layer.error is not None:
            return f"{protocol.title} [{layer.error}]"
        return f"{protocol.title}, {self.raw(layer.start, layer.end)}"

    def inner(self) -> str:
        """The words for what this layer carries: of the next layers, or its bytes; empty where there are none.

        Of several messages in a segment there are the words of each.
        """
        if self.next is not None:
            following = range(self._index + 1, len(self._layers))
            carried = [at for at in following if self._layers[at].carrier is self.layer]
            return "; ".join(Here(self._layers, at).text() for at in carried)
        body = self.layer.body
        return "" if body is None or body[0] >= body[1] else self.raw(*body)

    def begins_with_hosts(self) -> bool:
        """Whether the words for what this layer carries begin with the hosts, each with a port."""
        return self.next is not None and self.next.protocol.ported and self.next.packet is not None

    def raw(self, start: int, end: int) -> str:
        """The bytes ``frame[start:end]``, as far as they were captured."""
        known = max(min(end, self.layer.captured), start)
        cut = f" of {end - start}" if known < end else ""
        return raw(self.layer.frame, start, known) + cut

    def ends(self, sport: int, dport: int) -> str:
        """``source.port > destination.port``, or the ports alone where no hosts are known."""
        hosts = self.hosts
        return f"{sport} > {dport}" if hosts is None else f"{hosts[0]}.{sport} > {hosts[1]}.{dport}"

    def summed(self) -> str:
        """`` (bad checksum)``, if it is so."""
        return "" if is_right(self.layer) is not False else " (bad checksum)"
