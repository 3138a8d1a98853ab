"""What tap and tun have in common: the kernel's universal TUN/TAP driver, as a device.

One end is a Linux network interface, the other a file descriptor that this process reads and writes: what Linux sends
through the interface arrives here, a frame a read, and what is written arrives in Linux.
Linux's Documentation/networking/tuntap.rst describes it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Sequence
from typing import Final

from foxpy.devices import interface, remedies, virtio
from foxpy.devices.device import Device, Medium
from foxpy.devices.framefile import FrameFile, Inlet
from foxpy.devices.port import Outlet
from foxpy.errors import InitializationFailed, OpenFailed
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, Offload, Offloads
from foxpy.runtime import Descriptor, Runtime
from foxpy.source import Source
from foxpy.status import Closed

CONTROL: Final = "/dev/net/tun"
TUNSETIFF: Final = 0x400454CA
TUNSETPERSIST: Final = 0x400454CB
TUNSETOFFLOAD: Final = 0x400454D0
IFF_TUN: Final = 0x0001
IFF_TAP: Final = 0x0002
IFF_NO_PI: Final = 0x1000
IFF_VNET_HDR: Final = 0x4000

TUN_F_CSUM: Final = 0x01
TUN_F_TSO4: Final = 0x02
TUN_F_USO: Final = 0x60
"""UDP datagrams of one size put together, for IPv4 and IPv6: the kernel takes both bits or none (Linux 6.2)."""
MASKS: Final = (
    TUN_F_CSUM | TUN_F_TSO4 | TUN_F_USO,
    TUN_F_CSUM | TUN_F_TSO4,
    TUN_F_CSUM,
)
"""What may arrive unfinished, from the most to the least; an older kernel refuses what it does not know."""

VLAN_TAG: Final = 4
"""A tagged frame is longer than the MTU says by this much (IEEE 802.1Q)."""
GONE: Final = (errno.EBADFD, errno.EBADF, errno.ENODEV)
"""The interface was deleted, or this end was closed."""


class TunTap(Device[Medium], Descriptor):
    """A device whose other end is a Linux interface. ``tap`` and ``tun`` make one."""

    def __init__(
        self,
        runtime: Runtime,
        kind: int,
        header: int,
        name: str,
        mtu: int | None,
        kernel_address: str | Sequence[str],
        persist: bool,
        up: bool,
        offloads: bool,
        coalesce: bool = False,
    ) -> None:
        self._word = "tap" if kind == IFF_TAP else "tun"
        if not 0 < len(name.encode()) < 16 or "/" in name or name in (".", "..") or any(c.isspace() for c in name):
            raise InitializationFailed(
                f"{name!r} cannot name a {self._word}: an interface name has 1 to 15 bytes, without spaces or slashes"
            )
        if mtu is not None and not 68 <= mtu <= 65535 - header:
            raise InitializationFailed(f"{self._word} {name}: MTU {mtu} is outside 68..{65535 - header}")
        # Without virtio headers packets are finished here, before each is written.
        super().__init__(runtime, name, mtu or 1500, header, Offloads(True, LARGEST_PACKET + header, None, offloads))
        self._asked = name
        self._mtu = mtu
        self._kernel_addresses = interface.parse_addresses(name, kernel_address)
        self._flags = kind | IFF_NO_PI | (IFF_VNET_HDR if offloads else 0)
        self._virtual = offloads
        self._whole = self.coalescing() if coalesce else self.port.received
        self._file = FrameFile(self.port, self.whole, offloads, header)
        self._inlet = Inlet(self._file, self._failed)
        self._persist = persist
        self._up = up

    @property
    def whole(self) -> Callable[[bytes, int], None]:
        """What takes the frames that are whole."""
        return self._whole

    # -- lifecycle

    def acquire(self) -> None:
        self._file.descriptor = self._attach()
        try:
            interface.configure(self.name, self._mtu, self._kernel_addresses)
            self.mtu = interface.mtu_of(self.name)
            queue = interface.queue_of(self.name)
            if self._up:
                interface.bring_up(self.name)
        except BaseException as error:
            self._detach()
            if isinstance(error, OSError):
                raise InitializationFailed(f"{self._word} {self.name}: {error.strerror}") from error
            raise
        largest = max(self.mtu, LARGEST_PACKET) if self._virtual else self.mtu
        # One byte more than fits: a read that fills it was cut short by the kernel.
        size = (virtio.SIZE if self._virtual else 0) + self.header + largest + VLAN_TAG + 1
        self._file.opened(self._file.descriptor, size)
        # The kernel counts frames for its queue, and drops what is too many without a word.
        self.offloads = Offloads(True, LARGEST_PACKET + self.header, queue * largest, self._virtual)
        self.runtime.scheduler.watch(self.runtime, self)

    def release(self) -> None:
        self.end(Closed())
        self._close()

    def _attach(self) -> int:
        """A descriptor attached to the interface, which is created unless it exists."""
        try:
            descriptor = os.open(CONTROL, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise InitializationFailed(remedies.not_opened(self._word, self._asked, CONTROL, error)) from None
        try:
            request = struct.pack("16sH22x", self._asked.encode(), self._flags)
            answer = fcntl.ioctl(descriptor, TUNSETIFF, request)
            self.name = answer[:16].rstrip(b"\0").decode()  # the kernel numbers a name like tap%d
            # Offloads outlive the owner of a persistent interface, and unannounced super-frames would arrive.
            fcntl.ioctl(descriptor, TUNSETOFFLOAD, 0)
            if self._virtual:
                self._accept_unfinished(descriptor)
            if self._persist:
                fcntl.ioctl(descriptor, TUNSETPERSIST, 1)
        except OSError as error:
            os.close(descriptor)
            raise InitializationFailed(remedies.not_attached(self._word, self._asked, error)) from None
        return descriptor

    def _accept_unfinished(self, descriptor: int) -> None:
        """Let the kernel hand over unfinished packets, of as many kinds as it knows; it takes ours in any case."""
        for mask in MASKS:
            try:
                fcntl.ioctl(descriptor, TUNSETOFFLOAD, mask)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
            else:
                self._file.cuts_udp = bool(mask & TUN_F_USO)
                return

    def _close(self) -> None:
        if self._file.descriptor >= 0:
            self.runtime.scheduler.unwatch(self)
            self._detach()

    def _detach(self) -> None:
        self._file.flush()
        os.close(self._file.descriptor)
        self._file.descriptor = -1

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._file.transmit(headers, payload)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        self._file.transmit_offloaded(headers, payload, task)

    def outlet(self) -> Outlet:
        return self._file

    # -- up: deliver

    def fileno(self) -> int:
        return self._file.descriptor

    def source(self) -> Source:
        return self._inlet

    def burst(self, budget: int) -> bool:
        return self._inlet.burst(budget)

    def _failed(self, error: OSError) -> bool:
        if error.errno not in GONE:
            return False
        self._lost()
        return True

    def _lost(self) -> None:
        self._close()
        self.fail(OpenFailed(f"{self._word} {self.name} was deleted"))
