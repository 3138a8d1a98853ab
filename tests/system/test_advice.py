"""What TCP asks of the layers below, through all of them: who is a group, and who may be gone."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
import trio

from foxpy.addresses import Port
from foxpy.errors import BadAddress
from foxpy.layers.arp import NeighbourState
from foxpy.layers.tcp import TcpAddress
from foxpy.layers.udp import UdpEndpoint
from foxpy.streams import connect_tcp, listen_tcp
from foxpy.testing import Collector
from foxpy.testing.hosts import hosts

GROUPS = ("224.0.0.251", "255.255.255.255", "192.0.2.255")


@pytest.mark.requirement("MUST-46")
@pytest.mark.parametrize("group", GROUPS)
async def test_no_stream_is_opened_to_a_group(group: str) -> None:
    """RFC 9293, MUST-46: over IP, and over UDP over IP."""
    (host,) = hosts(1)
    address = IPv4Address(group)
    tunnel = host.udp.carrier(Port(7000))
    assert host.ip.carrier(6).is_group(address)
    assert tunnel.is_group(UdpEndpoint(address, Port(7000)))
    assert not host.ip.carrier(6).is_group(IPv4Address("192.0.2.77"))
    async with host.running():
        with pytest.raises(BadAddress):
            await host.tcp.active_open(TcpAddress(address, Port(7)), lambda _: Collector())
    assert host.tcp.query().connections == 0


@pytest.mark.requirement("MUST-20", "1122-3.3.1.4-advice")
async def test_a_peer_that_acknowledges_nothing_has_its_first_hop_polled() -> None:
    """RFC 9293, MUST-20 (b), and RFC 1122, section 2.3.2.1: TCP's doubt reaches ARP."""
    here, there = hosts(2)
    async with here.running():
        async with there.running():
            listener = listen_tcp(there.tcp, Port(7))
            stream = await connect_tcp(here.tcp, there.address, Port(7))
            accepted = await listener.accept()
            assert accepted.connection.peer == here.address
            before = here.arp.query().requests_sent
        await stream.send_all(b"nobody is there any more")
        await trio.sleep(5)
        assert here.arp.query().requests_sent > before
        states = {info.address: info.state for info in here.arp.query().neighbours()}
        assert states.get(there.address) in (
            NeighbourState.FAILED,
            NeighbourState.INCOMPLETE,
            NeighbourState.PROBE,
            None,
        )
