"""What to tell a user whose machine or privileges lack what a packet socket needs: what is missing, and the remedy."""

from __future__ import annotations

import errno
import os
import socket
import sys
from ipaddress import IPv4Address

from foxpy.devices.packet.config import BlockRing, Fanout, FrameRing


def no_socket(interface: str, error: OSError) -> str:
    """Why the packet socket could not be made."""
    if error.errno in (errno.EPERM, errno.EACCES):
        return (
            f"packet {interface}: a packet socket needs CAP_NET_RAW; run the program as root, or once: "
            f"sudo setcap cap_net_raw+ep {os.path.realpath(sys.executable)} "
            "(to try things out, unshare -Urn gives a network of its own without privileges)"
        )
    if error.errno == errno.EAFNOSUPPORT:
        return f"packet {interface}: the kernel has no packet sockets; run: sudo modprobe af_packet, or use a tap"
    return f"packet {interface}: cannot make a packet socket: {error.strerror}"


def not_bound(interface: str, error: OSError) -> str:
    """Why the socket could not be bound to ``interface``."""
    if error.errno in (errno.ENODEV, errno.ENXIO):
        there = ", ".join(name for _, name in socket.if_nameindex()) or "none"
        return f"packet {interface}: there is no such interface; this network namespace has: {there}"
    return f"packet {interface}: cannot attach to the interface: {error.strerror}"


def is_down(interface: str) -> str:
    return f"packet {interface}: the interface is down; run: sudo ip link set {interface} up"


def no_ethernet(interface: str, kind: int) -> str:
    return (
        f"packet {interface}: it carries no Ethernet frames (ARPHRD type {kind}); "
        "name an Ethernet, veth, bridge or VLAN interface"
    )


def no_ring(interface: str, ring: FrameRing | BlockRing, error: OSError) -> str:
    """Why the ring could not be had."""
    count = f"count={ring.count}" if isinstance(ring, FrameRing) else f"blocks={ring.blocks}"
    if error.errno == errno.ENOMEM:
        return (
            f"packet {interface}: the kernel has not {ring.memory >> 10} KB for a ring; "
            f"give ring=... with less than {count}, or ring=NO_RING"
        )
    return f"packet {interface}: the kernel refused a ring of {ring}: {error.strerror}; give ring=NO_RING"


def too_old(interface: str) -> str:
    return f"packet {interface}: this kernel has no PACKET_VNET_HDR, which came with Linux 2.6.27; use a tap"


def no_rings_here(interface: str, machine: str) -> str:
    return (
        f"packet {interface}: rings are read on x86 only, and this machine is {machine}, whose CPUs may see a frame's "
        "status before the frame; give ring=NO_RING"
    )


def no_fanout(interface: str, fanout: Fanout, error: OSError) -> str:
    """Why the socket could not join its fanout group."""
    what = f"packet {interface}: cannot join fanout group {fanout.group}"
    if error.errno == errno.EINVAL:
        return (
            f"{what}: its members name another interface, spread or rollover than {fanout.spread.name}, "
            f"rollover={fanout.rollover}; give all the same, or take another number"
        )
    if error.errno == errno.ENOSPC:
        return f"{what}: it is full; take another number"
    return f"{what}: {error.strerror}"


def kernels_own(interface: str, address: IPv4Address) -> str:
    return (
        f"packet {interface}: {address} is an address of this machine's kernel too, which would answer for it, with "
        f"resets to begin with; give foxpy another, or take it away from the kernel: "
        f"sudo ip address del {address} dev {interface}"
    )


def no_filter(interface: str, error: Exception) -> str:
    return f"packet {interface}: the kernel takes no filter for so many addresses ({error}); give networks instead"
