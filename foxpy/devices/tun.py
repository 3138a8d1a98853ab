"""A tun: bare IP packets to and from Linux on the same machine."""

from __future__ import annotations

from collections.abc import Sequence

from foxpy.devices.device import Device, IpPackets
from foxpy.devices.tuntap import IFF_TUN, TunTap
from foxpy.driver import trio_scheduler
from foxpy.runtime import Runtime


class Tun(TunTap[IpPackets]):
    """A TunTap that lets nothing but IP packets up; in the other direction the kernel refuses what is none."""

    def received(self, frame: bytes) -> None:
        if frame and frame[0] >> 4 in (4, 6):
            super().received(frame)
        else:
            self.counters.unclaimed += 1


def tun(
    name: str,
    *,
    mtu: int | None = None,
    kernel_address: str | Sequence[str] = (),
    persist: bool = False,
    up: bool = True,
    runtime: Runtime | None = None,
) -> Device[IpPackets]:
    """The stack's end of the tun ``name``. All else is as ``foxpy.devices.tap.tap`` says, ``mode tun`` for ``tap``."""
    return Tun(runtime or Runtime(trio_scheduler()), IFF_TUN, 0, name, mtu, kernel_address, persist, up)
