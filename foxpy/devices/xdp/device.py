"""A queue of a network interface as a device: AF_XDP below any stack over Ethernet."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.port import Outlet
from foxpy.devices.xdp.config import XdpConfig
from foxpy.devices.xdp.partial import transport, unfinished
from foxpy.devices.xdp.socket import XdpSocket
from foxpy.devices.xdp.stats import XdpInfo, XdpStatistics
from foxpy.devices.xdp.traffic import Gone, Traffic
from foxpy.errors import InitializationFailed, OpenFailed
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, Offload, Offloads
from foxpy.runtime import Descriptor, Runtime
from foxpy.status import Closed

Checksums: TypeAlias = Literal["verify", "partial", "trust"]
CHECKSUMS: Final = ("verify", "partial", "trust")

HEADER: Final = 14


class XdpDevice(Device[EthernetFrames], Descriptor):
    """What ``xdp`` makes."""

    def __init__(self, runtime: Runtime, interface: str, config: XdpConfig, checksums: Checksums) -> None:
        if not 0 < len(interface.encode()) < 16:
            raise InitializationFailed(f"{interface!r} names no interface: a name has 1 to 15 bytes")
        if checksums not in CHECKSUMS:
            raise InitializationFailed(f"xdp {interface}: checksums {checksums!r} is none of {', '.join(CHECKSUMS)}")
        # What the kernel does not do for a marked packet is done here, before each frame is sent.
        super().__init__(runtime, interface, 1500, HEADER, Offloads(True, LARGEST_PACKET + HEADER))
        self._config = config
        unchecked = {"verify": None, "partial": unfinished, "trust": transport}[checksums]
        self._traffic = Traffic(self.port, runtime, HEADER, unchecked, config.frags)
        self._told = XdpStatistics()

    # -- lifecycle

    def acquire(self) -> None:
        socket = XdpSocket(self.name, self._config)
        self.mtu = socket.mtu
        # What is not taken at once waits in chunks, and has a place in the ring.
        waiting = min(self._config.ring, self._config.chunks // 2) * (self.mtu + HEADER)
        self.offloads = Offloads(True, LARGEST_PACKET + HEADER, waiting, socket.checksums)
        self._traffic.begin(socket)
        self.runtime.scheduler.watch(self.runtime, self)

    def release(self) -> None:
        self.end(Closed())
        self._close()

    def _close(self) -> None:
        socket = self._traffic.socket
        if socket is not None:
            self.runtime.scheduler.unwatch(self)
            self._told = socket.statistics()
            self._traffic.end()
            socket.close()

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._traffic.transmit(headers, payload)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        self._traffic.transmit_offloaded(headers, payload, task)

    def outlet(self) -> Outlet:
        return self._traffic

    # -- up: deliver

    def fileno(self) -> int:
        socket = self._traffic.socket
        return -1 if socket is None else socket.fileno()

    def burst(self, budget: int) -> bool:
        try:
            return self._traffic.burst(budget)
        except Gone:
            self._close()
            self.fail(OpenFailed(f"xdp {self.name}: the interface was deleted"))
            return True

    # -- control and query

    def query(self) -> XdpInfo:
        socket = self._traffic.socket
        told = super().query()
        return XdpInfo(
            name=told.name,
            mtu=told.mtu,
            received=told.received,
            bytes_received=told.bytes_received,
            sent=told.sent,
            bytes_sent=told.bytes_sent,
            refused=told.refused,
            unclaimed=told.unclaimed,
            kernel=self._told if socket is None else socket.statistics(),
            zero_copy=socket is not None and socket.zero_copy,
            checksums=socket is not None and socket.checksums,
        )
