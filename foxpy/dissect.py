"""Packets in one line, as tcpdump words them: what ``trace`` prints.

Each function takes ``frame[start:end]`` and gives text. None raises on account of the bytes: where a header cannot be
read, the line says why, and goes no deeper. What is known of protocols is in ``foxpy.decode``.
"""

from __future__ import annotations

from typing import Final

from foxpy.decode.line import line, raw
from foxpy.decode.protocol import Dissector, told
from foxpy.decode.reading import read_layers
from foxpy.decode.registry import Registry
from foxpy.devices.pcap.linktypes import ETHERNET, RAW

__all__ = ["Dissector", "arp", "frame", "frames", "icmp_message", "ip", "raw", "tcp", "told", "udp"]

_STANDARD: Final = Registry()


def frame(frame: bytes, start: int, end: int) -> str:
    """An Ethernet frame."""
    return _link(_STANDARD, ETHERNET, frame, start, end)


def frames(registry: Registry) -> Dissector:
    """Describes Ethernet frames by what ``registry`` has, also what is entered into it later."""
    return lambda frame, start, end: _link(registry, ETHERNET, frame, start, end)


def ip(frame: bytes, start: int, end: int) -> str:
    """An IP packet of either version, and what is tunnelled in it."""
    return _link(_STANDARD, RAW, frame, start, end)


def _link(registry: Registry, number: int, frame: bytes, start: int, end: int) -> str:
    first = registry.link(number, frame, start, end)
    assert first is not None
    return line(read_layers(registry, first, frame, start, end, len(frame)))


def _reader(name: str) -> Dissector:
    """Reads what begins with the protocol called ``name``."""

    def describe(frame: bytes, start: int, end: int) -> str:
        return line(read_layers(_STANDARD, _STANDARD.protocol(name), frame, start, end, len(frame)))

    return describe


arp: Final = _reader("arp")
icmp_message: Final = _reader("icmp")
udp: Final = _reader("udp")
"""A UDP datagram, the hosts unknown."""
tcp: Final = _reader("tcp")
"""A TCP segment, the hosts unknown. Sequence numbers are those on the wire."""
