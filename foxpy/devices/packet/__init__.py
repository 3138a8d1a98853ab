"""Network interfaces that Linux goes on using, shared with it by packet sockets (AF_PACKET, packet(7))."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

from foxpy.addresses import MacAddress
from foxpy.devices.packet.config import (
    BLOCKS,
    FRAMES,
    NO_RING,
    BlockRing,
    Fanout,
    FrameRing,
    NoRing,
    Ring,
    Spread,
)
from foxpy.devices.packet.counters import PacketInfo
from foxpy.devices.packet.device import PacketDevice
from foxpy.devices.packet.filter import heard_by
from foxpy.driver import trio_scheduler
from foxpy.runtime import Runtime

__all__ = [
    "BLOCKS",
    "FRAMES",
    "NO_RING",
    "BlockRing",
    "Fanout",
    "FrameRing",
    "NoRing",
    "PacketDevice",
    "PacketInfo",
    "Ring",
    "Spread",
    "heard_by",
    "packet",
]


def packet(
    interface: str,
    *,
    addresses: Sequence[str | IPv4Address | IPv4Network] = (),
    offloads: bool = True,
    fanout: Fanout | None = None,
    ring: Ring | None = None,
    promiscuous: bool = True,
    macs: Sequence[MacAddress] = (),
    runtime: Runtime | None = None,
) -> PacketDevice:
    """The network interface ``interface``, which Linux goes on using.

    With ``addresses`` only what is for them arrives: untagged IPv4 to one of these addresses or networks, and the ARP
    that a host with them needs; what else the stack is to hear is named like an address (``224.0.0.0/4``), and
    ``heard_by`` gives all that a host needs. Without, everything arrives. They must not be the kernel's own.

    ``promiscuous`` lets the interface receive for other stations than itself, as a stack needs that has a MAC address
    of its own; in its place ``macs`` may name those addresses, or the stack take the interface's.

    With ``offloads``, the kernel cuts and sums outgoing packets of up to 64 KB where they leave the machine; without,
    that is done here. What arrives so from this machine's kernel is understood in either case.

    ``ring`` is how frames are received: FRAMES, the default where the machine has it, BLOCKS or NO_RING, or one made to
    measure. ``fanout`` shares the frames with others. The network namespace is that of the thread that initializes. The
    clock is trio's unless a ``runtime`` is given.

    Needs CAP_NET_RAW. Raises InitializationFailed for a name or an address that cannot be; ``initialize`` raises it for
    what the machine lacks, naming the remedy. docs/packet.md tells more.
    """
    return PacketDevice(
        runtime or Runtime(trio_scheduler()), interface, addresses, offloads, fanout, ring, promiscuous, macs
    )
