"""ARP for IPv4 over Ethernet beside scapy's."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2 import ARP as Oracle  # noqa: N811

from foxpy.addresses import MacAddress
from foxpy.layers.arp.wire import ARP
from foxpy.wire.strategies import strategy
from tests.differential.oracle import agree, bodies, ip4s, macs, many, rebuilt, u16s


def theirs(packet: Any) -> dict[str, object]:
    return {
        "htype": packet.hwtype,
        "ptype": packet.ptype,
        "hlen": packet.hwlen,
        "plen": packet.plen,
        "operation": packet.op,
        "sha": MacAddress.parse(packet.hwsrc),
        "spa": IPv4Address(packet.psrc),
        "tha": MacAddress.parse(packet.hwdst),
        "tpa": IPv4Address(packet.pdst),
    }


@many
@given(strategy(ARP))
def test_messages_of_ours(message: ARP) -> None:
    data = message.build()
    packet = Oracle(data)
    agree(ARP.parse(data), theirs(packet))
    assert rebuilt(packet, {"hwlen", "plen"}) == data


@many
@given(u16s, st.tuples(macs, ip4s), st.tuples(macs, ip4s), bodies)
def test_messages_of_scapy(
    operation: int, sender: tuple[MacAddress, IPv4Address], target: tuple[MacAddress, IPv4Address], padding: bytes
) -> None:
    (sha, spa), (tha, tpa) = sender, target
    data = bytes(Oracle(op=operation, hwsrc=str(sha), psrc=str(spa), hwdst=str(tha), pdst=str(tpa)))
    message = ARP.parse(data + padding)  # short frames are padded, and that is not of the message
    agree(message, theirs(Oracle(data + padding)))
    assert message == ARP(operation=operation, sha=sha, spa=spa, tha=tha, tpa=tpa)
    assert message.build() == data
