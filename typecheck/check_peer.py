"""A scripted peer is of the hosts that its ground has; a script can demand no other kind of value."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_type

from foxpy.addresses import MacAddress
from foxpy.layers.tcp import Tcp, TcpConfig
from foxpy.status import HalfClosed
from foxpy.testing.peer import ACK, ANY, Arrow, Peer, over_ethernet, scripted


def grounds() -> None:
    with scripted(TcpConfig()) as peer:
        assert_type(peer, Peer[IPv4Address])
        assert_type(peer.app.tcp, Tcp[IPv4Address])
    with scripted(TcpConfig(), over=over_ethernet) as other:
        assert_type(other, Peer[MacAddress])
        wrong: Peer[IPv4Address] = other  # type: ignore[assignment]
    scripted(over=MacAddress.local(1))  # type: ignore[call-overload]


def demands(peer: Peer[MacAddress]) -> None:
    assert_type(peer.expect(ACK, ANY, seq=ANY, at=(0.1, 0.2)), Arrow)
    peer.expect(ACK, seq="any")  # type: ignore[arg-type]
    peer.expect(ACK, at=(0.1, 0.2, 0.3))  # type: ignore[arg-type]
    peer.send(ACK, "text")  # type: ignore[arg-type]
    peer.send(ACK, ack=ANY)  # type: ignore[arg-type]
    peer.app.expect_event(HalfClosed)
    peer.app.expect_event(HalfClosed())  # type: ignore[arg-type]
