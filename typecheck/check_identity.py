"""Identity layers and micro-protocols give back what they were put on, with its type; nothing that has no packets."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TypeVar, assert_type

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.interpose import Interposable, Interposer, Session
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import Ethernet, EthernetCarrier, EthernetConnection
from foxpy.layers.faults import faults
from foxpy.layers.fragment import fragment
from foxpy.layers.ipv4 import Ip, IpLink, interface, point_to_point
from foxpy.layers.sequence import sequence
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.trace import trace
from foxpy.protocol import Carrier, Host, Receiver, Sender

L = TypeVar("L", bound=Interposable)


def types_are_kept(device: Device[EthernetFrames], eth: Ethernet, ip: Ip, link: IpLink) -> None:
    assert_type(faults(device, loss=0.02), Device[EthernetFrames])
    point_to_point(faults(device, loss=0.02))  # type: ignore[arg-type]

    assert_type(trace(eth), Ethernet)
    wrong: Ip = trace(eth)  # type: ignore[assignment]

    assert_type(faults(trace(eth.carrier(0x88B5))), EthernetCarrier)
    assert_type(fragment(sequence(checksum(eth.carrier(0x88B5)))), EthernetCarrier)
    interface(checksum(eth.carrier(0x0800)), "192.0.2.1/24")  # type: ignore[arg-type]

    assert_type(trace(link), IpLink)
    interface(trace(link), "192.0.2.1/24")

    assert_type(tcp(faults(ip.carrier(6), loss=0.02)), Tcp[IPv4Address])
    stations: Tcp[MacAddress] = tcp(faults(ip.carrier(6), loss=0.02))  # type: ignore[arg-type]
    tcp(faults(ip, loss=0.02))  # type: ignore[arg-type]


def only_on_what_carries_packets(ip: Ip, carrier: Carrier[IPv4Address], device: Device[IpPackets]) -> None:
    trace(carrier)
    trace(device)
    trace("ip")  # type: ignore[type-var]
    trace(ip.query())  # type: ignore[type-var]
    faults(ip.carrier)  # type: ignore[type-var]
    faults(carrier, loss="2%")  # type: ignore[arg-type]


# -- one's own


class Idle(Session):
    """Takes no part."""

    def sender(self, below: Sender) -> Sender:
        return below

    def receiver(self, above: Receiver) -> Receiver:
        return above


class Watching(Interposer):
    """An interposer that is right."""

    def session(self, connection: object, runtime: object) -> Session:
        return Idle()


class ForOneLayer(Interposer):
    """It would have to know the connections of every layer that it is put on."""

    def session(self, connection: EthernetConnection, runtime: object) -> Session:  # type: ignore[override]
        return Idle()


class Sessionless(Interposer):
    """A sender is not a session."""

    def session(self, connection: object, runtime: object) -> Sender:  # type: ignore[override]
        raise NotImplementedError


def watching(layer: L) -> L:
    return layer.interpose(Watching())


def replacing(layer: L, other: Carrier[MacAddress]) -> L:
    return other  # type: ignore[return-value]


def renaming(carrier: Carrier[Host]) -> Carrier[MacAddress]:
    return carrier  # type: ignore[return-value]


def interposing(eth: Ethernet, ip: Ip) -> None:
    assert_type(watching(eth), Ethernet)
    assert_type(eth.interpose(Watching()), Ethernet)
    eth.interpose(Idle())  # type: ignore[arg-type]
    eth.interpose(Watching)  # type: ignore[arg-type]

    machines: Tcp[IPv4Address] = tcp(watching(ip.carrier(6)))
    renamed: Tcp[IPv4Address] = tcp(renaming(ip.carrier(6)))  # type: ignore[arg-type]


class Deaf(Session):
    """It forgets the way up."""

    def sender(self, below: Sender) -> Sender:
        return below


def sessions() -> None:
    Idle()
    Deaf()  # type: ignore[abstract]
