"""What the differential tests share.

Two programs that know nothing of each other read the same bytes and write the same packets: foxpy, and the oracle,
scapy nearly everywhere. Packets are generated on both sides. Of each

- every field is compared, those that follow from others (lengths, checksums) included;
- the other side builds it from the fields that it has read, lengths and checksums left to it: the same bytes.

Where scapy is wrong or takes too much, a comment says so, and another oracle stands in for it or the case is left out.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from scapy.layers import inet, inet6
from scapy.packet import Padding, Raw

from foxpy.addresses import MacAddress
from foxpy.checksum import fold
from foxpy.layers.dns.names import Name
from foxpy.layers.ipv4.numbers import word_sum
from foxpy.layers.ipv6.wire import pseudo_header
from foxpy.wire import Packet, Window

PACKETS: Final = int(os.environ.get("FOXPY_EXAMPLES", "100"))
"""How many are generated for each test; 5000 in ``make slow``."""

many: Final = settings(max_examples=PACKETS, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

bodies: Final = st.binary(max_size=60)
u8s: Final = st.integers(0, 0xFF)
u16s: Final = st.integers(0, 0xFFFF)
u32s: Final = st.integers(0, 0xFFFF_FFFF)
macs: Final = st.binary(min_size=6, max_size=6).map(MacAddress)
ip4s: Final = u32s.map(IPv4Address)
ip6s: Final = st.integers(0, 2**128 - 1).map(IPv6Address)

Pair = tuple[IPv4Address, IPv4Address] | tuple[IPv6Address, IPv6Address]
pairs: Final[st.SearchStrategy[Pair]] = st.tuples(ip4s, ip4s) | st.tuples(ip6s, ip6s)
"""Source and destination."""


def told(packet: Packet) -> dict[str, object]:
    """All that ``packet``, which has been parsed, says: its fields on the wire, and those of the packets in it."""
    wire = {name for name in packet._layout.fields if name not in {each.name for each in packet._layout.arguments}}
    return {name: _plain(getattr(packet, name)) for name in wire}


def _plain(value: object) -> object:
    match value:
        case Window():
            return bytes(value)
        case tuple():
            return [_plain(each) for each in value]
        case Packet():
            return named(value)
        case Name():
            return value.wire  # names compare without regard to case
        case _:
            return value


def named(packet: Packet) -> tuple[str, dict[str, object]]:
    """What a packet in another says, with the name of its class, which is what foxpy takes it for."""
    return type(packet)._layout.name, told(packet)


def agree(ours: Packet, theirs: Mapping[str, object]) -> None:
    """No field is missing on either side, and all are equal."""
    assert told(ours) == theirs


def below(pair: Pair, protocol: int) -> Any:
    """The header that scapy is to find the addresses of a pseudo-header in, and to know the protocol from."""
    src, dst = map(str, pair)
    if isinstance(pair[0], IPv4Address):
        return inet.IP(src=src, dst=dst, proto=protocol)
    return inet6.IPv6(src=src, dst=dst, nh=protocol)


def pseudo(pair: Pair, protocol: int, size: int) -> int:
    """foxpy's sum of the pseudo-header of ``size`` bytes."""
    src, dst = pair
    if isinstance(src, IPv6Address):
        assert isinstance(dst, IPv6Address)
        return pseudo_header(src, dst, protocol, size)
    assert isinstance(dst, IPv4Address)
    return fold(word_sum(src) + word_sum(dst) + protocol) + size


def body_of(packet: Any) -> bytes:
    """The bytes behind a header that scapy has read, whatever it takes them for."""
    return b"" if not packet.payload or isinstance(packet.payload, Padding) else bytes(packet.payload.original)


def again(packet: Any, left: Collection[str] = (), left_inside: Collection[str] = ()) -> Any:
    """A new header from the fields of one that scapy has read.

    Those of the names ``left``, and in its options those of the names ``left_inside``, are left to scapy.
    """
    fields = {name: value for name, value in packet.fields.items() if name not in left}
    for name, value in fields.items():
        if isinstance(value, list):
            fields[name] = [again(each, left_inside) if hasattr(each, "fields_desc") else each for each in value]
    return type(packet)(**fields)


def rebuilt(packet: Any, left: Collection[str] = (), left_inside: Collection[str] = ()) -> bytes:
    """What scapy builds from the fields of one header and the bytes behind it."""
    return bytes(again(packet, left, left_inside) / Raw(body_of(packet)))
