"""What a script stands on: a TCP under test and stations beside it, on one segment in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final, Generic, TypeAlias

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import EthernetFrames
from foxpy.devices.link import Segment
from foxpy.layers.ethernet import ethernet
from foxpy.protocol import Carrier, Host
from foxpy.testing.hosts import host

PORT: Final = Port(7)
"""The port of the TCP under test."""
PEER_PORT: Final = Port(4000)
"""The port of the peer."""
ETHERTYPE: Final = 0x88B5  # for local experiments (IEEE 802)


class Ends(ABC, Generic[Host]):
    """Stations on a segment, by number; the TCP under test is on station 1."""

    checksums: bool
    """Whether segments carry checksums here."""

    def __init__(self, segment: Segment[EthernetFrames]) -> None:
        self.segment = segment

    @abstractmethod
    def carrier(self, number: int) -> Carrier[Host]:
        """What station ``number``, which is new, carries segments with; not initialized."""

    @abstractmethod
    def host(self, number: int) -> Host:
        """How others name station ``number``."""


Ground: TypeAlias = Callable[[Segment[EthernetFrames]], Ends[Host]]
"""Makes Ends on a segment: ``over_ip``, ``over_ethernet``, or one of your own."""


class _OverIp(Ends[IPv4Address]):
    checksums = True

    def carrier(self, number: int) -> Carrier[IPv4Address]:
        return host(self.segment, number).ip.carrier(6)

    def host(self, number: int) -> IPv4Address:
        return IPv4Address("192.0.2.0") + number


class _OverEthernet(Ends[MacAddress]):
    checksums = False

    def carrier(self, number: int) -> Carrier[MacAddress]:
        return ethernet(self.segment.attach(f"station{number}"), self.host(number)).carrier(ETHERTYPE)

    def host(self, number: int) -> MacAddress:
        return MacAddress.local(number)


def over_ip(segment: Segment[EthernetFrames]) -> Ends[IPv4Address]:
    """TCP over IPv4: station n is 192.0.2.n."""
    return _OverIp(segment)


def over_ethernet(segment: Segment[EthernetFrames]) -> Ends[MacAddress]:
    """TCP straight over Ethernet, without checksums: station n is 02:00:00:00:00:n."""
    return _OverEthernet(segment)
