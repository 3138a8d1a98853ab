"""The hosts of the laboratory: TCP and UDP over IPv4 over Ethernet, on any number of links."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.addresses import MacAddress
from foxpy.layers.arp import ArpConfig, arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import Icmp, IcmpConfig, icmp
from foxpy.layers.ipv4 import Interface, Ip, IpConfig, interface, ipv4
from foxpy.layers.tcp import Tcp, TcpConfig, tcp
from foxpy.layers.udp import Udp, UdpConfig, udp
from foxpy.runtime import Runtime
from foxpy.stack import Stack
from foxpy.testing.lab.nic import Nic


@attrs.frozen
class HostStack(Stack):
    """The layers that a host's links share; what is below belongs to them."""

    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]


@attrs.frozen(kw_only=True)
class HostConfig:
    """The settings of a host's layers."""

    arp: ArpConfig = attrs.field(factory=ArpConfig)
    ip: IpConfig = attrs.field(factory=IpConfig)
    icmp: IcmpConfig = attrs.field(factory=IcmpConfig)
    udp: UdpConfig = attrs.field(factory=UdpConfig)
    tcp: TcpConfig = attrs.field(factory=TcpConfig)


@attrs.frozen
class Attachment:
    """One link of one host."""

    nic: Nic
    mac: MacAddress
    address: IPv4Interface


class Host:
    """Made by ``Lab.host``. Its stack is made when all its links are known: at the first look, or when the lab runs."""

    def __init__(self, name: str, runtime: Runtime, config: HostConfig, build: Callable[[], None]) -> None:
        self.name = name
        self.runtime = runtime
        self.config = config
        self.attachments: list[Attachment] = []
        self._build = build
        self._stack: HostStack | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> IPv4Address:
        """On its first link. Raises ValueError where it has none."""
        if not self.attachments:
            raise ValueError(f"host {self.name} is on no link; give it one with Lab.link")
        return self.attachments[0].address.ip

    @property
    def stack(self) -> HostStack:
        """Its layers, initialized. From now on the laboratory's hosts and links are what they are."""
        if self._stack is None:
            self._build()
        if self._stack is None:
            raise ValueError(f"host {self.name} is on no link; give it one with Lab.link")
        return self._stack

    @property
    def forwards(self) -> bool:
        """Whether it is a router."""
        return self.config.ip.forward

    def build(self) -> HostStack:
        """Make the stack. Called by the lab."""
        config = self.config
        ip = ipv4(*map(self._interface, self.attachments), config=config.ip)
        self._stack = HostStack(
            ip,
            icmp(ip, config=config.icmp),
            udp(ip.carrier(17), config=config.udp),
            tcp(ip.carrier(6), config=config.tcp),
        )
        return self._stack

    def _interface(self, attachment: Attachment) -> Interface:
        eth = ethernet(attachment.nic, attachment.mac)
        neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800), config=self.config.arp)
        return interface(neighbours.carrier(), attachment.address)

    def end(self) -> None:
        """Finalize the stack, where there is one. Called by the lab."""
        stack, self._stack = self._stack, None
        if stack is not None:
            for component in reversed(stack.components()):
                component.finalize()
