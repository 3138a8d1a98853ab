"""ARP."""

from __future__ import annotations

from foxpy.decode.line import Here
from foxpy.decode.protocol import protocol
from foxpy.layers.arp.wire import ARP, REPLY, REQUEST


def _words(packet: ARP, here: Here) -> str:
    if packet.operation == REQUEST:
        if packet.spa == packet.tpa:
            return f"ARP, Announcement {packet.spa} is-at {packet.sha}, length {here.size}"
        return f"ARP, Request who-has {packet.tpa} tell {packet.spa}, length {here.size}"
    if packet.operation == REPLY:
        return f"ARP, Reply {packet.spa} is-at {packet.sha}, length {here.size}"
    return f"ARP, operation {packet.operation}, length {here.size}"


arp = protocol("arp", ARP, words=_words)
