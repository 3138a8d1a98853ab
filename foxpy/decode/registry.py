"""Which protocol a number stands for: tables that protocols are entered in, the project's own and a user's."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Final

from foxpy.decode.protocol import Inside, Protocol, Table
from foxpy.devices.pcap.linktypes import RAW

KNOWN: Final[Mapping[str, str]] = {
    "ah": "extensions",
    "arp": "arp",
    "bgp": "bgp",
    "dhcp": "dhcp",
    "dns": "dns",
    "dns_tcp": "dns",
    "esp": "extensions",
    "ethernet": "link",
    "gre": "tunnels",
    "icmp": "icmp",
    "icmpv6": "icmpv6",
    "igmp": "igmp",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
    "ipv6_destination": "extensions",
    "ipv6_extension": "extensions",
    "ipv6_fragment": "extensions",
    "ipv6_hop_by_hop": "extensions",
    "ipv6_routing": "extensions",
    "llc": "link",
    "ninep": "ninep",
    "rtp": "rtp",
    "ssh": "ssh",
    "ssh_message": "ssh",
    "tcp": "tcp",
    "udp": "udp",
    "vlan": "link",
    "vxlan": "tunnels",
}
"""The project's own protocols, and the module of ``foxpy.decode.protocols`` that each is in."""

NUMBERS: Final[Mapping[Table, Mapping[int, str]]] = {
    Table.LINK: {1: "ethernet", 228: "ipv4", 229: "ipv6"},
    # 0x9100: service tags of old; 0x6558: Ethernet in a tunnel (RFC 1701)
    Table.ETHERTYPE: {
        0x0800: "ipv4",
        0x0806: "arp",
        0x6558: "ethernet",
        0x8100: "vlan",
        0x86DD: "ipv6",
        0x88A8: "vlan",
        0x9100: "vlan",
    },
    Table.SAP: {},
    Table.IP: {
        0: "ipv6_hop_by_hop",
        1: "icmp",
        2: "igmp",
        4: "ipv4",
        6: "tcp",
        17: "udp",
        41: "ipv6",
        43: "ipv6_routing",
        44: "ipv6_fragment",
        47: "gre",
        50: "esp",
        51: "ah",
        58: "icmpv6",
        60: "ipv6_destination",
        135: "ipv6_extension",
        139: "ipv6_extension",
        140: "ipv6_extension",
    },
    Table.UDP: {53: "dns", 67: "dhcp", 68: "dhcp", 4789: "vxlan", 5004: "rtp", 5353: "dns", 5355: "dns"},
    Table.TCP: {22: "ssh", 53: "dns_tcp", 179: "bgp", 564: "ninep"},
}
"""What each number stands for (IANA)."""

BARE_IP: Final = frozenset({RAW, 12, 14})
"""Link types of packets that say themselves whether they are IPv4 or IPv6; 12 and 14 are DLT_RAW on some systems."""


class Registry:
    """Protocols by name and by number. A new one has all that the project knows; adding to it changes no other."""

    def __init__(self) -> None:
        self._numbers = {table: dict(numbers) for table, numbers in NUMBERS.items()}
        self._protocols: dict[str, Protocol] = {}

    def add(
        self,
        protocol: Protocol,
        *,
        link: int | None = None,
        ethertype: int | None = None,
        sap: int | None = None,
        ip: int | None = None,
        udp: int | None = None,
        tcp: int | None = None,
    ) -> Protocol:
        """Enter ``protocol`` under its name and the numbers that are given; what was there before gives way.

        Call it once more for each further port. Gives ``protocol`` back. Raises ValueError for a TCP port and a
        protocol without a framing: segments begin and end anywhere.
        """
        if tcp is not None and protocol.framing is None:
            raise ValueError(f"{protocol.name}: over TCP a protocol needs a framing, which finds its messages")
        self._protocols[protocol.name] = protocol
        given = {
            Table.LINK: link,
            Table.ETHERTYPE: ethertype,
            Table.SAP: sap,
            Table.IP: ip,
            Table.UDP: udp,
            Table.TCP: tcp,
        }
        for table, number in given.items():
            if number is not None:
                self._numbers[table][number] = protocol.name
        return protocol

    def protocol(self, name: str) -> Protocol:
        """The protocol called ``name``, whose module is imported when it is first asked for. Raises KeyError."""
        found = self._protocols.get(name)
        if found is None:
            module = importlib.import_module(f"foxpy.decode.protocols.{KNOWN[name]}")
            found = getattr(module, name)
            assert isinstance(found, Protocol)
            self._protocols[name] = found
        return found

    def find(self, inside: Inside) -> Protocol | None:
        """What reads the body of ``inside``, if anything is known."""
        if inside.table is None:
            return self.protocol(inside.name) if inside.name else None
        numbers = self._numbers[inside.table]
        for number in inside.numbers:
            name = numbers.get(number)
            if name is not None:
                return self.protocol(name)
        return None

    def link(self, number: int, frame: bytes, start: int, end: int) -> Protocol | None:
        """What reads ``frame[start:end]``, which came from a link of the type ``number``."""
        name = self._numbers[Table.LINK].get(number)
        if name is None and number in BARE_IP:
            name = "ipv6" if start < end and frame[start] >> 4 == 6 else "ipv4"
        return None if name is None else self.protocol(name)

    def names(self) -> list[str]:
        """All protocols that there are, in alphabetical order."""
        return sorted(KNOWN.keys() | self._protocols.keys())
