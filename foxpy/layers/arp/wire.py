"""ARP for IPv4 over Ethernet (RFC 826)."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Final

from foxpy.addresses import MacAddress
from foxpy.wire import FieldAs, Octets, Packet, appender, const, reader, u8, u16

Mac = Annotated[FieldAs[MacAddress, MacAddress | bytes], Octets(6, MacAddress)]
Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]

REQUEST: Final = 1
REPLY: Final = 2


class ARP(Packet):
    """``sha`` says that it has ``spa``, and a request asks ``tpa`` for its hardware address."""

    htype: u16 = const(1)  # Ethernet
    ptype: u16 = const(0x0800)  # IPv4
    hlen: u8 = const(6)
    plen: u8 = const(4)
    operation: u16
    sha: Mac
    spa: Ip4
    tha: Mac
    tpa: Ip4


read_arp = reader(ARP.operation, ARP.sha.number, ARP.spa.number, ARP.tha.number, ARP.tpa.number)
"""Operation, sender's hardware and protocol address, target's hardware and protocol address, these as numbers."""

append_arp = appender(ARP)
