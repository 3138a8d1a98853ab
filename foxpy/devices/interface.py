"""Linux's end of a tap or tun: its MTU, its addresses, and whether it is up.

What attaching always needs is read and set with ioctl; addresses and the MTU go through pyroute2, which is imported
only when they are asked for. Everything here acts on the network namespace of the calling thread.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Final

from foxpy.addresses import MacAddress
from foxpy.errors import InitializationFailed

SIOCGIFFLAGS: Final = 0x8913
SIOCSIFFLAGS: Final = 0x8914
SIOCGIFMTU: Final = 0x8921
SIOCGIFHWADDR: Final = 0x8927
SIOCGIFTXQLEN: Final = 0x8942
IFF_UP: Final = 1


def mtu_of(name: str) -> int:
    """The MTU of interface ``name`` in bytes. Raises OSError where there is no such interface."""
    with _socket() as control:
        answer = fcntl.ioctl(control, SIOCGIFMTU, struct.pack("16si20x", name.encode(), 0))
    return int(struct.unpack_from("16si", answer)[1])


def queue_of(name: str) -> int:
    """The length of the transmit queue of interface ``name``, in frames. Raises OSError where there is no such one."""
    with _socket() as control:
        answer = fcntl.ioctl(control, SIOCGIFTXQLEN, struct.pack("16si20x", name.encode(), 0))
    return int(struct.unpack_from("16si", answer)[1])


def mac_of(name: str) -> MacAddress:
    """The hardware address of interface ``name``. Raises OSError where there is no such interface."""
    with _socket() as control:
        answer = fcntl.ioctl(control, SIOCGIFHWADDR, struct.pack("16s24x", name.encode()))
    return MacAddress(answer[18:24])


def is_own(address: IPv4Address) -> bool:
    """Whether the kernel has ``address`` itself, on whatever interface of this namespace."""
    # Packets to an address that stay in the machine, and only those, are also sent from it.
    with _socket() as probe, contextlib.suppress(OSError):
        probe.connect((str(address), 9))  # sends nothing
        return bool(probe.getsockname()[0] == str(address))
    return False


def bring_up(name: str) -> None:
    """Set interface ``name`` up, unless it is. Raises InitializationFailed without the privilege."""
    with _socket() as control:
        answer = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sH22x", name.encode(), 0))
        flags = int(struct.unpack_from("16sH", answer)[1])
        if flags & IFF_UP:
            return
        try:
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name.encode(), flags | IFF_UP))
        except PermissionError:
            raise InitializationFailed(
                f"{name} is down, and setting it up needs CAP_NET_ADMIN; run: sudo ip link set {name} up"
            ) from None


def parse_addresses(name: str, addresses: str | Sequence[str]) -> list[str]:
    """``addresses``, one or several, checked to be like ``192.0.2.254/24``. Raises InitializationFailed."""
    texts = [addresses] if isinstance(addresses, str) else list(addresses)
    for text in texts:
        try:
            ipaddress.ip_interface(text)
        except ValueError:
            raise InitializationFailed(
                f"{name}: {text!r} is not an address for Linux's end; write it like 192.0.2.254/24"
            ) from None
    return texts


def configure(name: str, mtu: int | None, addresses: Sequence[str]) -> None:
    """Give interface ``name`` the MTU (None leaves it) and add the addresses that it does not have.

    Raises InitializationFailed: pyroute2 is not installed, no privilege, a value that the kernel refuses.
    """
    if mtu is None and not addresses:
        return
    try:
        import pyroute2  # here, as it is an extra and slow to import: only who asks for addresses pays for it
    except ImportError:
        raise InitializationFailed(
            f"setting the MTU or addresses of {name} needs pyroute2; run: pip install 'foxpy[tap]'"
        ) from None
    doing, command = "", ""
    try:
        with pyroute2.IPRoute() as route:
            index = route.link_lookup(ifname=name)[0]
            if mtu is not None:
                doing, command = f"MTU {mtu}", f"sudo ip link set {name} mtu {mtu}"
                route.link("set", index=index, mtu=mtu)
            for text in addresses:
                doing, command = f"address {text}", f"sudo ip address add {text} dev {name}"
                interface = ipaddress.ip_interface(text)
                # replace: an interface that outlived its last owner may have the address already
                route.addr("replace", index=index, address=str(interface.ip), prefixlen=interface.network.prefixlen)
    except (OSError, pyroute2.NetlinkError) as error:
        # pyroute2 raises the one or the other for the kernel's answer, depending on its version
        code = getattr(error, "code", None) or getattr(error, "errno", None) or 0
        if code == errno.EPERM:
            raise InitializationFailed(
                f"giving {name} {doing} needs CAP_NET_ADMIN; run the program as root, or this once: {command}"
            ) from None
        raise InitializationFailed(f"{name}: the kernel refused {doing}: {os.strerror(code)}") from error


def _socket() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
