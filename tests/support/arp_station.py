"""A station on an in-memory segment that speaks ARP as it is told, to test ARP against."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

import attrs

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.devices.device import WIRE, EthernetFrames
from foxpy.devices.link import Segment
from foxpy.layers.arp.wire import ARP, REPLY, REQUEST, append_arp
from foxpy.layers.ethernet.wire import Ethernet, append_ethernet
from foxpy.message import Writer
from foxpy.protocol import Receiver, Sender

ARP_TYPE: Final = 0x0806
IP_TYPE: Final = 0x0800


@attrs.frozen
class Heard:
    """One ARP packet that a station heard."""

    time: float
    """In seconds of the segment's clock."""
    destination: MacAddress
    operation: int
    hardware: MacAddress
    sender: str
    target_hardware: MacAddress
    target: str


class ArpStation(Receiver):
    """Hears everything on the segment, says what it is told, and answers for the addresses in ``answers``."""

    def __init__(self, segment: Segment[EthernetFrames], address: MacAddress) -> None:
        """Joins ``segment`` at once and stays."""
        self.address = address
        self.heard: list[Heard] = []
        self.packets: list[tuple[float, MacAddress, bytes]] = []
        """IPv4 packets: when, to which station, and what."""
        self.answers: dict[str, MacAddress] = {}
        self._device = segment.attach()
        self._device.initialize()
        self._sender: Sender = self._device.send(self._device.open(WIRE, lambda _: self))

    # -- hearing

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        header = Ethernet.view(frame, start, end)
        now = self._device.runtime.now
        start += Ethernet.MIN
        if header.kind == IP_TYPE:
            self.packets.append((now, header.dst, frame[start:end]))
        elif header.kind == ARP_TYPE:
            packet = ARP.view(frame, start, start + ARP.MIN)
            heard = Heard(now, header.dst, packet.operation, packet.sha, str(packet.spa), packet.tha, str(packet.tpa))
            self.heard.append(heard)
            answer = self.answers.get(heard.target)
            if packet.operation == REQUEST and answer is not None:
                self.say(
                    REPLY,
                    heard.target,
                    heard.sender,
                    hardware=answer,
                    to=heard.hardware,
                    target_hardware=heard.hardware,
                )

    def requests(self, target: str | None = None) -> list[Heard]:
        """The requests heard, for ``target`` or for any address."""
        return [each for each in self.heard if each.operation == REQUEST and target in (None, each.target)]

    def replies(self) -> list[Heard]:
        return [each for each in self.heard if each.operation == REPLY]

    def forget(self) -> None:
        """Begin both records anew."""
        self.heard.clear()
        self.packets.clear()

    # -- saying

    def say(
        self,
        operation: int,
        sender: str,
        target: str,
        *,
        hardware: MacAddress | None = None,
        target_hardware: MacAddress | None = None,
        source: MacAddress | None = None,
        to: MacAddress = BROADCAST,
    ) -> None:
        """An ARP packet in a frame from ``source`` to ``to``; what is not given is this station's address, or zero."""
        packet = Writer()
        append_arp(
            packet,
            0,
            operation=operation,
            sha=hardware or self.address,
            spa=IPv4Address(sender),
            tha=target_hardware or MacAddress(bytes(6)),
            tpa=IPv4Address(target),
        )
        self.frame(ARP_TYPE, bytes(packet), source=source, to=to)

    def frame(self, kind: int, payload: bytes, *, source: MacAddress | None = None, to: MacAddress = BROADCAST) -> None:
        """Any frame."""
        writer = Writer()
        append_ethernet(writer, len(payload), dst=to, src=source or self.address, kind=kind)
        self._sender.send(bytes(writer) + payload)
