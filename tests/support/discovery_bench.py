"""Router discovery on a host, or a router, whose links have nobody on them but the test."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.icmp.wire import verify_icmp
from foxpy.layers.ipv4 import IpConfig
from foxpy.layers.ipv4.routes import EVERYWHERE
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.router_discovery import RouterDiscovery, RouterDiscoveryConfig, RouterPattern, router_discovery
from foxpy.layers.router_discovery.connection import RouterConnection
from foxpy.layers.router_discovery.wire import WORDS, Entry, RouterAdvertisement, RouterSolicitation
from foxpy.testing.collector import Acceptor
from foxpy.wire import Packet
from tests.support.ip_bench import PEER, ROUTER, IpBench, datagram

ALL_SYSTEMS: Final = IPv4Address("224.0.0.1")
ALL_ROUTERS: Final = IPv4Address("224.0.0.2")
ICMP: Final = 1
BROADCASTS: Final = (IPv4Address("255.255.255.255"), IPv4Address("192.0.2.255"))


def advertisement(*routers: IPv4Address, preference: int = 0, lifetime: int = 1800) -> RouterAdvertisement:
    entries = [Entry(words=WORDS, address=each, preference=preference) for each in routers]
    return RouterAdvertisement(lifetime=lifetime, routers=entries)


class DiscoveryBench(IpBench):
    """A router where ``forward`` is set, else a host; discovery is initialized unless ``start`` is False."""

    def __init__(
        self,
        *addresses: str,
        forward: bool = False,
        gateway: IPv4Address | None = None,
        config: RouterDiscoveryConfig | None = None,
        mtu: int = 1500,
        seed: int = 1,
        broadcasts: bool = True,
        start: bool = True,
    ) -> None:
        super().__init__(
            *addresses, config=IpConfig(forward=forward), gateway=gateway, mtu=mtu, broadcasts=broadcasts, seed=seed
        )
        self.icmp: Icmp = icmp(self.ip)
        self.discovery: RouterDiscovery = router_discovery(self.icmp, config=config or RouterDiscoveryConfig())
        if start:
            self.discovery.initialize()

    def tell(
        self,
        message: Packet | bytes,
        *,
        src: IPv4Address = ROUTER,
        dst: IPv4Address = ALL_SYSTEMS,
        link: int = 0,
    ) -> None:
        """``message`` arrives on the link of that number."""
        data = message if isinstance(message, bytes) else message.build()
        packet = datagram(data, src=src, dst=dst, protocol=ICMP, ttl=1)
        self.links[link].say(packet, many=dst.is_multicast or dst in BROADCASTS)
        self.run()

    def ask(self, src: IPv4Address = PEER, dst: IPv4Address = ALL_ROUTERS) -> None:
        """A solicitation arrives."""
        self.tell(RouterSolicitation(), src=src, dst=dst)

    def until_said(self, within: float, link: int = 0) -> float:
        """Let time pass until something is sent on that link; how long that took. It is taken with ``said``."""
        begin, sent = self.time, len(self.links[link].sent)
        while len(self.links[link].sent) == sent:
            due = self.scheduler.pending()
            assert due <= begin + within, f"nothing was sent within {within} s"
            self.run(max(0.0, due - self.time))
        return self.time - begin

    def said(self, link: int = 0) -> list[tuple[IPv4, bytes]]:
        """What was sent on that link since the last time: headers, and ICMP messages whose checksum is right."""
        found = []
        for header in self.links[link].take():
            data = bytes(header.body)
            assert header.proto == ICMP
            assert header.ttl == 1
            assert verify_icmp(data, 0, len(data))
            found.append((header, data))
        return found

    def advertised(self, link: int = 0) -> list[tuple[IPv4, RouterAdvertisement]]:
        """The same where all are advertisements."""
        return [(header, RouterAdvertisement.parse(data)) for header, data in self.said(link)]

    def gateways(self) -> list[IPv4Address]:
        """The default gateways of the host, the one in use first."""
        return list(self.ip.routes.gateways(EVERYWHERE))

    def watch(self, interface: str | None = None) -> Acceptor[RouterConnection]:
        acceptor: Acceptor[RouterConnection] = Acceptor()
        self.discovery.listen(RouterPattern(interface), acceptor)
        return acceptor

    def discards(self) -> dict[str, int]:
        """The reasons for which discovery dropped something so far."""
        return {name: count for name, count in self.discovery.query().discards.items() if count}
