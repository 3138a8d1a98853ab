"""The devices of the laboratory: one end of a link in one host."""

from __future__ import annotations

from foxpy.devices.attachment import Mailbox
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.port import Outlet
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Closed
from foxpy.testing.lab.channel import Channel
from foxpy.testing.lab.frames import HEADER


class Nic(Device[EthernetFrames]):
    """An Ethernet device at one end of a link. ``out`` is the channel to the other end, which its link sets."""

    out: Channel

    def __init__(self, runtime: Runtime, name: str, mtu: int) -> None:
        super().__init__(runtime, name, mtu, HEADER)
        self.mailbox = Mailbox(self.port, runtime, False)

    # -- lifecycle

    def release(self) -> None:
        self.end(Closed())
        self.mailbox.clear()

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self.out.transmit(headers, payload)

    def outlet(self) -> Outlet:
        return self.out
