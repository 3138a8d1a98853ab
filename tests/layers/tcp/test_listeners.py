"""Who listens to which port: the most specific pattern's owner, found by the port alone where there is no such one."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from foxpy.addresses import Port
from foxpy.errors import OpenFailed
from foxpy.layers.tcp import TcpConnection, TcpPattern
from foxpy.layers.tcp.listeners import TcpListeners
from foxpy.protocol import Receiver
from foxpy.testing.collector import Collector

US, PEER, STRANGER = (IPv4Address(f"192.0.2.{number}") for number in (1, 2, 3))
PORT = Port(7)


def accept(connection: TcpConnection[IPv4Address]) -> Receiver:
    return Collector()


def test_any_peer_is_found_by_the_port() -> None:
    listeners: TcpListeners[IPv4Address] = TcpListeners()
    listening, accepting = listeners.listen(TcpPattern(PORT), accept)
    assert listeners.match(PORT, PEER, US) is accepting
    assert listeners.match(8, PEER, US) is None
    assert PORT in listeners.ports
    assert len(listeners) == 1
    listening.stop()
    assert listeners.match(PORT, PEER, US) is None
    assert PORT not in listeners.ports
    listening.stop()


def test_the_most_specific_goes_first() -> None:
    listeners: TcpListeners[IPv4Address] = TcpListeners()
    stops = []
    for peer, local in ((None, None), (None, US), (PEER, None), (PEER, US)):
        listening, accepting = listeners.listen(TcpPattern(PORT, peer, local), accept)
        assert listeners.match(PORT, PEER, US) is accepting
        stops.append((listening, accepting))
    assert listeners.match(PORT, STRANGER, US) is stops[1][1]
    for (last, _), (_, before) in zip(reversed(stops), reversed(stops[:-1]), strict=False):
        last.stop()
        assert listeners.match(PORT, PEER, US) is before


def test_one_pattern_has_one_listener_and_each_listening_its_own_handler() -> None:
    listeners: TcpListeners[IPv4Address] = TcpListeners()
    first, accepting = listeners.listen(TcpPattern(PORT), accept)
    with pytest.raises(OpenFailed, match="someone listens to"):
        listeners.listen(TcpPattern(PORT), accept)
    first.stop()
    _, again = listeners.listen(TcpPattern(PORT), accept)
    assert again is not accepting


def test_after_clearing_nobody_listens_and_a_stop_harms_nothing() -> None:
    listeners: TcpListeners[IPv4Address] = TcpListeners()
    old, _ = listeners.listen(TcpPattern(PORT), accept)
    particular, _ = listeners.listen(TcpPattern(PORT, PEER), accept)
    listeners.clear()
    assert listeners.match(PORT, PEER, US) is None
    assert PORT not in listeners.ports
    _, accepting = listeners.listen(TcpPattern(PORT), accept)
    old.stop()
    particular.stop()
    assert listeners.match(PORT, PEER, US) is accepting
