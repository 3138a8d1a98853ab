"""Making a device on AF_XDP."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.xdp.config import Mode, XdpConfig, filtered
from foxpy.devices.xdp.device import Checksums, XdpDevice
from foxpy.driver import trio_scheduler
from foxpy.runtime import Runtime


def xdp(
    interface: str,
    *,
    queue: int = 0,
    addresses: str | IPv4Address | Sequence[str | IPv4Address] = (),
    mode: Mode = "native",
    checksums: Checksums = "partial",
    chunks: int = 2048,
    chunk: int | None = None,
    ring: int = 1024,
    zero_copy: bool = False,
    frags: bool = False,
    poison: bool = False,
    runtime: Runtime | None = None,
) -> Device[EthernetFrames]:
    """The receive queue ``queue`` of ``interface``, taken from the kernel by AF_XDP while the device is initialized.

    With ``addresses`` the interface is shared: IPv4 datagrams to these and ARP for them are the device's, the rest is
    the kernel's, which must not have the addresses itself. Without, every frame of the queue is the device's.

    ``checksums`` says which TCP and UDP checksums of what arrives the layers above may take as right: none ("verify"),
    those that this machine's kernel left to a card and that hold no more than the pseudo-header's sum ("partial"; over
    a veth pair, all are like that), or all ("trust"). Of what is sent, the kernel fills them in where it can.

    ``chunks`` chunks of ``chunk`` bytes are locked in memory, half of them to receive and half to send; by default
    2048 of the least size that holds a frame of the interface's MTU, which is the device's. ``frags`` lets frames have
    several chunks, for an MTU above 3500 or so. ``ring`` frames wait at most for this process, as many for the kernel.
    ``mode``, ``zero_copy`` and ``poison`` are as in XdpConfig.

    Needs CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF. The network namespace is that of the thread that initializes. The
    clock is trio's unless a ``runtime`` is given. Raises InitializationFailed for settings that cannot be;
    ``initialize`` raises it for what the machine lacks, and says what to do. It may block for a second, while a socket
    that had the queue before lets go of it.
    """
    config = XdpConfig(
        queue=queue,
        addresses=filtered(addresses),
        mode=mode,
        chunks=chunks,
        chunk=chunk,
        ring=ring,
        zero_copy=zero_copy,
        frags=frags,
        poison=poison,
    )
    return XdpDevice(runtime or Runtime(trio_scheduler()), interface, config, checksums)
