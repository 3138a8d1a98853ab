"""A network interface of Linux as a device, by a packet socket: the kernel goes on using the interface beside it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices import interface as interfaces
from foxpy.devices import virtio
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.framefile import FrameFile
from foxpy.devices.packet import abi, remedies, sockets
from foxpy.devices.packet.arrival import Arrival
from foxpy.devices.packet.config import NO_RING, BlockRing, Fanout, FrameRing, Ring
from foxpy.devices.packet.counters import PacketInfo
from foxpy.devices.packet.filter import everything, networks_of, only
from foxpy.devices.packet.marks import LINK_HEADER, TAG, beside
from foxpy.devices.packet.ring import BlockWalk, SlotWalk, Walk
from foxpy.devices.port import Outlet
from foxpy.errors import InitializationFailed, OpenFailed
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, Offload, Offloads
from foxpy.runtime import Descriptor, Runtime
from foxpy.status import Closed

SIZE: Final = virtio.SIZE + LINK_HEADER + TAG + (1 << 16) + 1
"""Bytes of a read, one more than fit: no interface has a larger MTU, and what fills it was cut short."""
ANCILLARY: Final = 64
"""Room for the one control message that is asked for."""
LOOK: Final = 0.5
"""Seconds between looks at an interface that is down: its deletion is then not announced."""


class PacketDevice(Device[EthernetFrames], Descriptor):
    """A device on an interface. ``packet`` makes one."""

    def __init__(
        self,
        runtime: Runtime,
        interface: str,
        addresses: Sequence[str | IPv4Address | IPv4Network],
        offloads: bool,
        fanout: Fanout | None,
        ring: Ring | None,
        promiscuous: bool,
        macs: Sequence[MacAddress],
    ) -> None:
        if not 0 < len(interface.encode()) < 16 or "/" in interface or any(c.isspace() for c in interface):
            raise InitializationFailed(
                f"packet {interface!r}: an interface name has 1 to 15 bytes, without spaces or slashes"
            )
        # Where the kernel does not finish packets, they are finished here, before each is sent.
        does = Offloads(True, LARGEST_PACKET + LINK_HEADER, None, offloads)
        super().__init__(runtime, interface, 1500, LINK_HEADER, does)
        self._asked = interface
        self._networks = networks_of(interface, addresses)
        self._finishes = offloads
        self._fanout = fanout
        self._ring_wanted = ring
        self._promiscuous = promiscuous
        self._macs = tuple(macs)
        self._socket: socket.socket | None = None
        self._file = FrameFile(self.port, self.port.received, True, LINK_HEADER)
        self._walk: Walk | None = None
        self._ring: Ring = NO_RING
        self._asking = False  # whether each read asks for what the kernel knows beside the bytes
        self._file.finishes = offloads
        self._file.cuts_udp = sockets.cuts_datagrams()
        self._lost = 0
        self._arrival = Arrival(self.port, SIZE)
        self._looking = runtime.timer(self._look)

    # -- lifecycle

    def acquire(self) -> None:
        wire = sockets.made(self._asked)
        try:
            self._set_up(wire)
        except BaseException as error:
            if self._walk is not None:
                self._walk.close()
                self._walk = None
            wire.close()
            if isinstance(error, OSError):
                raise InitializationFailed(f"packet {self._asked}: {error.strerror}") from error
            raise
        self._socket = wire
        self._arrival.descriptor = wire.fileno()
        self._file.opened(wire.fileno(), SIZE)
        self.runtime.scheduler.watch(self.runtime, self)

    def _set_up(self, wire: socket.socket) -> None:
        sockets.refuse_shared_addresses(self._asked, self._networks)
        sockets.attach(wire, self._asked, only(self._networks) if self._networks else everything())
        sockets.tried(wire, abi.PACKET_IGNORE_OUTGOING)  # the filter does it too; this is before a copy is made
        if not sockets.tried(wire, abi.PACKET_VNET_HDR):
            raise InitializationFailed(remedies.too_old(self._asked))
        try:
            self.mtu = interfaces.mtu_of(self._asked)
        except OSError as error:
            raise InitializationFailed(remedies.not_bound(self._asked, error)) from None
        self._ring, memory = sockets.mapped(wire, self._asked, self._ring_wanted, LINK_HEADER + self.mtu)
        if memory is None:
            # Only tags are not in the bytes, and the filter for addresses lets none through.
            self._asking = not self._networks
            if self._asking:
                sockets.tried(wire, abi.PACKET_AUXDATA)
        elif isinstance(self._ring, FrameRing):
            self._walk = SlotWalk(memory, virtio.SIZE, self._arrival.take, self._ring.size)
        elif isinstance(self._ring, BlockRing):
            self._walk = BlockWalk(memory, virtio.SIZE, self._arrival.take, self._ring.size)
        sockets.bind(wire, self._asked)
        sockets.join(wire, socket.if_nametoindex(self._asked), self._promiscuous, self._macs)
        if self._fanout is not None:
            sockets.share(wire, self._asked, self._fanout)

    def release(self) -> None:
        self.end(Closed())
        self._close()

    def _close(self) -> None:
        wire, self._socket = self._socket, None
        if wire is not None:
            self.runtime.scheduler.unwatch(self)
            self._looking.stop()
            self._lost += sockets.drops(wire)
            if self._walk is not None:
                self._walk.close()
                self._walk = None
            self._file.flush()
            self._file.descriptor = -1
            wire.close()

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        # One system call a frame: sendmmsg by ctypes takes more time than it saves.
        self._file.transmit(headers, payload)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        self._file.transmit_offloaded(headers, payload, task)

    def outlet(self) -> Outlet:
        return self._file

    # -- up: deliver

    def fileno(self) -> int:
        return self._file.descriptor

    def taken(self) -> int:
        return self.counters.received

    def burst(self, budget: int) -> bool:
        walk = self._walk
        if walk is None:
            try:
                return self._burst_of_messages(budget) if self._asking else self._file.burst(budget)
            except OSError:
                self._look()
                return self._socket is None
        before = self.counters.received
        more = walk.burst(budget)
        if not more and self.counters.received == before and self._socket is not None:
            # Woken without a frame: what else the kernel had to say.
            number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                self._look()
                return self._socket is None
        return more

    def _burst_of_messages(self, budget: int) -> bool:
        """Reads with what is beside the bytes, which take twice the time. Raises OSError where the interface fails."""
        arrival = self._arrival
        while budget:
            # Read afresh each time: a frame may have made the stack above close this device.
            wire = self._socket
            if wire is None:
                return True  # so that nobody waits for a descriptor that there is no more
            try:
                frame, control, _, _ = wire.recvmsg(SIZE, ANCILLARY)
            except BlockingIOError:
                return False
            status, tag = beside(control)
            arrival.take(frame, status, tag, len(frame) < SIZE)
            budget -= 1
        return True

    # -- the state of the interface

    def _look(self) -> None:
        """The interface went down: wait until it is up again, or gone."""
        wire = self._socket
        if wire is None:
            return
        name = str(wire.getsockname()[0])
        if not name:
            self._close()
            self.fail(OpenFailed(f"packet {self.name}: the interface was deleted, or moved to another namespace"))
        elif not sockets.is_up(wire, name):
            self._looking.start(LOOK)

    # -- query

    def query(self) -> PacketInfo:
        if self._socket is not None:
            self._lost += sockets.drops(self._socket)
        ring = {FrameRing: "frames", BlockRing: "blocks"}.get(type(self._ring), "none")
        told = attrs.asdict(super().query())
        return PacketInfo(**told, lost=self._lost, cut=self._arrival.cut, ring=ring, offloads=self._finishes)
