"""Taps and tuns: Ethernet frames, or bare IP packets, to and from Linux on the same machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.devices.tuntap import IFF_TAP, IFF_TUN, TunTap
from foxpy.driver import trio_scheduler
from foxpy.runtime import Runtime


def tap(
    name: str,
    *,
    mtu: int | None = None,
    kernel_address: str | Sequence[str] = (),
    persist: bool = False,
    up: bool = True,
    offloads: bool = True,
    coalesce: bool | None = None,
    runtime: Runtime | None = None,
) -> Device[EthernetFrames]:
    """The stack's end of the tap ``name``, which is created when the device is initialized, unless it exists.

    ``mtu`` and ``kernel_address`` (``192.0.2.254/24``, one or several) are given to Linux's end, and need pyroute2; an
    MTU of None takes the one that the interface has. With ``up`` that end is set up as well. A tap that was created
    here disappears with the last ``finalize`` unless ``persist``. A ``%d`` in the name lets the kernel number it.
    The network namespace is that of the thread that initializes.

    With ``offloads``, TCP and UDP pass packets of up to 64 KB in both directions, and the kernel cuts and sums them
    where they leave the machine; a capture on the interface shows them so. Without, every packet is whole, and no
    larger than the MTU. ``coalesce`` puts the segments of TCP together that come whole in one burst: None does where
    there are no offloads, as bulk into this end then is 1.4 times as fast, compiled 1.2 times (measured); where there
    are some, few segments come whole. The clock is trio's unless a ``runtime`` is given.

    Creating needs CAP_NET_ADMIN; attaching to a tap that was made for this user needs nothing. Raises
    InitializationFailed for a name, MTU or address that cannot be; ``initialize`` raises it for what the machine
    lacks, naming the command that grants it.
    """
    runtime = runtime or Runtime(trio_scheduler())
    combine = not offloads if coalesce is None else coalesce
    return TunTap(runtime, IFF_TAP, 14, name, mtu, kernel_address, persist, up, offloads, combine)


def tun(
    name: str,
    *,
    mtu: int | None = None,
    kernel_address: str | Sequence[str] = (),
    persist: bool = False,
    up: bool = True,
    offloads: bool = True,
    coalesce: bool | None = None,
    runtime: Runtime | None = None,
) -> Device[IpPackets]:
    """The stack's end of the tun ``name``: as ``tap``, with bare IP packets in place of Ethernet frames."""
    runtime = runtime or Runtime(trio_scheduler())
    combine = not offloads if coalesce is None else coalesce
    return Tun(runtime, IFF_TUN, 0, name, mtu, kernel_address, persist, up, offloads, combine)


class Tun(TunTap[IpPackets]):
    """A TunTap that lets nothing but IP packets up; in the other direction the kernel refuses what is none."""

    @property
    def whole(self) -> Callable[[bytes, int], None]:
        return self._packet

    def _packet(self, frame: bytes, start: int) -> None:
        if len(frame) > start and frame[start] >> 4 in (4, 6):
            self._whole(frame, start)
        else:
            self.counters.unclaimed += 1
