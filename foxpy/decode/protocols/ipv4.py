"""IPv4, and bare packets that are IPv4 or IPv6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foxpy.checksum import fold
from foxpy.decode.layer import Layer
from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.layers.ipv4.numbers import word_sum
from foxpy.layers.ipv4.wire import IPv4

PROTOCOLS: Final = {1: "ICMP", 2: "IGMP", 4: "IP", 6: "TCP", 17: "UDP", 41: "IP6", 47: "GRE", 50: "ESP", 89: "OSPF"}
"""IP protocol numbers (IANA) by the names that people know."""


def name_of(number: int) -> str:
    """What to call the IP protocol ``number``."""
    return PROTOCOLS.get(number, f"protocol {number}")


def _inside(header: IPv4) -> Inside:
    if header.frag:
        return Inside.unknown(header.body)
    return Inside(Table.IP, (header.proto,), header.body, partial=header.mf)


def _words(header: IPv4, here: Here) -> str:
    notes = here.summed()
    if header.options:
        notes += f" (options {header.options.hex()})"
    offset = 8 * header.frag
    if offset or header.mf:
        last = offset + len(header.body) - 1
        notes += f" (fragment {header.ident}, {offset}-{last}{'+' if header.mf else ''})"
    ends = f"{header.src} > {header.dst}"
    if offset:
        return f"IP {ends}{notes}: {name_of(header.proto)}"
    if here.next is None:
        return f"IP {ends}{notes}: {name_of(header.proto)}, {here.raw(header.body.start, header.body.end)}"
    return f"IP{notes} {here.inner()}" if here.begins_with_hosts() else f"IP {ends}{notes}: {here.inner()}"


def _pseudo(header: IPv4, proto: int, length: int, between: Sequence[Layer]) -> int:
    """RFC 9293, section 3.1, and RFC 768."""
    return fold(word_sum(header.src) + word_sum(header.dst) + proto + length)


def _hosts(header: IPv4) -> tuple[str, str]:
    return str(header.src), str(header.dst)


ipv4 = protocol("ipv4", IPv4, title="IP", inside=_inside, words=_words, pseudo=_pseudo, hosts=_hosts)
