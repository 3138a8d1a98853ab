"""Making the packet socket: every option in the order that the kernel wants them, every refusal explained."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import platform
import re
import socket
import struct
from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Final

from foxpy.addresses import MacAddress
from foxpy.devices.interface import IFF_UP, SIOCGIFFLAGS, is_own
from foxpy.devices.packet import abi, remedies
from foxpy.devices.packet.bpf import INSTRUCTION, Program
from foxpy.devices.packet.config import (
    FRAMES,
    LARGE_FRAMES,
    NO_RING,
    BlockRing,
    Fanout,
    FrameRing,
    NoRing,
    Ring,
    rings_work,
)
from foxpy.errors import InitializationFailed

QUEUE: Final = 8 << 20
"""Bytes of the socket's queues: 100 frames of 64 KB as the kernel counts them."""
ENOUGH: Final = 2 << 20
"""Of them, for frames of 64 KB to wait there."""
UNKNOWN: Final = (errno.EINVAL, errno.ENOPROTOOPT, errno.EOPNOTSUPP)
"""How a kernel refuses an option that it does not know."""
SLOT_HEADER: Final = 128
"""Bytes that the kernel and the virtio header take of a slot, and a VLAN tag of a frame: at most these."""


def made(interface: str) -> socket.socket:
    """A packet socket that receives nothing yet. Raises InitializationFailed."""
    try:
        # Protocol 0: nothing arrives until bind, and by then the filter is in place.
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 0)
    except OSError as error:
        raise InitializationFailed(remedies.no_socket(interface, error)) from None
    for force, plain in ((abi.SO_RCVBUFFORCE, socket.SO_RCVBUF), (abi.SO_SNDBUFFORCE, socket.SO_SNDBUF)):
        try:
            wire.setsockopt(socket.SOL_SOCKET, force, QUEUE)  # CAP_NET_ADMIN
        except OSError:
            wire.setsockopt(socket.SOL_SOCKET, plain, QUEUE)  # as much as net.core.rmem_max and wmem_max allow
    return wire


def tried(wire: socket.socket, option: int) -> bool:
    """Turn a packet option on; whether this kernel knows it."""
    try:
        wire.setsockopt(abi.SOL_PACKET, option, 1)
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
        return False
    return True


def attach(wire: socket.socket, interface: str, program: Program) -> None:
    """Let ``program`` decide what the socket receives. Raises InitializationFailed where it is too long."""
    try:
        code = ctypes.create_string_buffer(program.assemble(), len(program) * INSTRUCTION.size)
        # The kernel copies the program in the call.
        wire.setsockopt(
            socket.SOL_SOCKET, abi.SO_ATTACH_FILTER, abi.SOCK_FPROG.pack(len(program), ctypes.addressof(code))
        )
    except (OSError, ValueError) as error:
        raise InitializationFailed(remedies.no_filter(interface, error)) from None


def mapped(wire: socket.socket, interface: str, ring: Ring | None, frame: int) -> tuple[Ring, mmap.mmap | None]:
    """The ring that is used, for frames of ``frame`` bytes, and its memory. ``ring`` None takes one where the machine
    and the kernel have it, and else none. Raises InitializationFailed."""
    if isinstance(ring, NoRing) or (ring is None and not rings_work()):
        return NO_RING, None
    if not rings_work():
        raise InitializationFailed(remedies.no_rings_here(interface, platform.machine()))
    wanted = _fitting(ring or _suitable(wire), frame)
    try:
        return wanted, _map(wire, wanted)
    except OSError as error:
        if ring is None and error.errno in UNKNOWN:
            return NO_RING, None
        raise InitializationFailed(remedies.no_ring(interface, wanted, error)) from None


def _suitable(wire: socket.socket) -> FrameRing:
    """A ring for a socket with this one's queue: what fits no slot has to fit that, several times over."""
    return FRAMES if wire.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= ENOUGH else LARGE_FRAMES


def _fitting(ring: FrameRing | BlockRing, frame: int) -> FrameRing | BlockRing:
    """``ring`` with slots that hold ``frame`` bytes, and fewer of them in the same memory, though no less than 64."""
    if isinstance(ring, BlockRing):
        return ring
    count, size = ring.count, ring.size
    while size < frame + SLOT_HEADER:
        size *= 2
        if count > 64:
            count //= 2
    return FrameRing(count=count, size=size)


def _map(wire: socket.socket, ring: FrameRing | BlockRing) -> mmap.mmap:
    if isinstance(ring, BlockRing):
        wire.setsockopt(abi.SOL_PACKET, abi.PACKET_VERSION, abi.TPACKET_V3)
        frames = ring.memory // 2048  # has no meaning here but must agree
        request = abi.REQUEST_V3.pack(ring.size, ring.blocks, 2048, frames, ring.timeout, 0, 0)
    else:
        wire.setsockopt(abi.SOL_PACKET, abi.PACKET_VERSION, abi.TPACKET_V2)
        wire.setsockopt(abi.SOL_PACKET, abi.PACKET_COPY_THRESH, 1)  # what does not fit a slot goes to the queue as well
        block = min(ring.memory, max(ring.size, 1 << 18))
        request = abi.REQUEST_V2.pack(block, ring.memory // block, ring.size, ring.memory // ring.size)
    wire.setsockopt(abi.SOL_PACKET, abi.PACKET_RX_RING, request)
    return mmap.mmap(wire.fileno(), ring.memory)


def bind(wire: socket.socket, interface: str) -> None:
    """Attach to ``interface``. Raises InitializationFailed: there is none, it is down, it is no Ethernet."""
    try:
        wire.bind((interface, abi.ETH_P_ALL))
    except OSError as error:
        raise InitializationFailed(remedies.not_bound(interface, error)) from None
    kind = wire.getsockname()[3]
    if kind != abi.ARPHRD_ETHER:
        raise InitializationFailed(remedies.no_ethernet(interface, kind))
    if not is_up(wire, interface):
        raise InitializationFailed(remedies.is_down(interface))


def is_up(wire: socket.socket, interface: str) -> bool:
    """Whether ``interface`` is there and set up, in the namespace of the socket."""
    try:
        answer = fcntl.ioctl(wire, SIOCGIFFLAGS, struct.pack("16sH22x", interface.encode(), 0))
    except OSError:
        return False
    return bool(struct.unpack_from("16sH", answer)[1] & IFF_UP)


def join(wire: socket.socket, index: int, promiscuous: bool, macs: Sequence[MacAddress]) -> None:
    """Let the interface receive for other stations than itself, as long as the socket is open."""
    if promiscuous:
        _member(wire, index, abi.PACKET_MR_PROMISC, b"")
    for mac in macs:
        _member(wire, index, abi.PACKET_MR_UNICAST, mac.packed)


def _member(wire: socket.socket, index: int, kind: int, address: bytes) -> None:
    request = abi.PACKET_MREQ.pack(index, kind, len(address), address)
    wire.setsockopt(abi.SOL_PACKET, abi.PACKET_ADD_MEMBERSHIP, request)


def share(wire: socket.socket, interface: str, fanout: Fanout) -> None:
    """Join ``fanout``. Raises InitializationFailed."""
    # A group has one choice for all its members of whether it hears what goes out, which would take turns as well.
    kind = fanout.spread.value | abi.FANOUT_IGNORE_OUTGOING | (abi.FANOUT_ROLLOVER if fanout.rollover else 0)
    try:
        wire.setsockopt(abi.SOL_PACKET, abi.PACKET_FANOUT, fanout.group | kind << 16)
    except OSError as error:
        raise InitializationFailed(remedies.no_fanout(interface, fanout, error)) from None


def refuse_shared_addresses(interface: str, networks: Sequence[IPv4Network]) -> None:
    """Raises InitializationFailed for an address that the kernel has as well: it would answer for it."""
    for network in networks:
        if network.prefixlen == 32 and is_own(network.network_address):
            raise InitializationFailed(remedies.kernels_own(interface, network.network_address))


def cuts_datagrams() -> bool:
    """Whether this kernel cuts frames of many datagrams: VIRTIO_NET_HDR_GSO_UDP_L4, since Linux 6.2."""
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    return found is not None and (int(found[1]), int(found[2])) >= (6, 2)


def drops(wire: socket.socket) -> int:
    """Frames that the kernel dropped for want of room since this was last called."""
    return int(struct.unpack_from("=II", wire.getsockopt(abi.SOL_PACKET, abi.PACKET_STATISTICS, 12))[1])
