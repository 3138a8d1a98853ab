"""An IPv4 host with ICMP on links whose other end is the test."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.layers.icmp import Icmp, IcmpAddress, IcmpConfig, IcmpConnection, icmp
from foxpy.layers.icmp.wire import (
    Echo,
    OtherIcmp,
    ParameterProblem,
    Redirect,
    TimeExceeded,
    Unreachable,
    verify_icmp,
)
from foxpy.layers.icmp.wire import icmp as messages
from foxpy.layers.ipv4 import IpConfig
from foxpy.layers.ipv4.wire import IPv4
from foxpy.protocol import Sender
from foxpy.testing.collector import Collector
from foxpy.wire import Packet
from tests.support.ip_bench import PEER, US, IpBench, datagram

PROTOCOL = 1

Message = Echo | Unreachable | Redirect | TimeExceeded | ParameterProblem | OtherIcmp


class IcmpBench(IpBench):
    """As IpBench, with ICMP initialized."""

    def __init__(
        self, *addresses: str, icmp_config: IcmpConfig | None = None, config: IpConfig | None = None, mtu: int = 1500
    ) -> None:
        super().__init__(*addresses, config=config, mtu=mtu)
        self.icmp: Icmp = icmp(self.ip, config=icmp_config or IcmpConfig())
        self.icmp.initialize()

    def tell(
        self,
        message: Packet,
        *,
        src: IPv4Address = PEER,
        dst: IPv4Address = US,
        dscp: int = 0,
        ttl: int = 64,
        options: bytes = b"",
        many: bool = False,
    ) -> None:
        """``message`` arrives."""
        data = message.build()
        self.say(datagram(data, src=src, dst=dst, protocol=PROTOCOL, dscp=dscp, ttl=ttl, options=options), many=many)

    def heard(self) -> list[tuple[IPv4, Message]]:
        """The messages that were sent since the last time, in one piece each, with their IP headers."""
        found = []
        for header in self.link.take():
            data = bytes(header.body)
            assert header.proto == PROTOCOL
            assert verify_icmp(data, 0, len(data))
            found.append((header, messages.parse(data)))
        return found

    def session(self, address: IcmpAddress) -> tuple[IcmpConnection, Collector, Sender]:
        collector = Collector()
        connection = self.icmp.open(address, lambda _: collector)
        return connection, collector, self.icmp.send(connection)

    def icmp_dropped(self) -> dict[str, int]:
        """The reasons for which ICMP dropped something, or did not send it, so far."""
        return {name: count for name, count in self.icmp.query().discards.items() if count}
