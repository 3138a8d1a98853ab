"""What to tell a user whose machine or privileges lack what a tap or tun needs: what is missing, and what grants it."""

from __future__ import annotations

import errno
import os
import socket
import sys


def not_opened(kind: str, name: str, path: str, error: OSError) -> str:
    """Why ``path``, the driver's control file, could not be opened for the ``kind`` of device called ``name``."""
    what = f"{kind} {name}: cannot open {path}"
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return (
            f"{what}: the kernel's TUN/TAP driver is not there; run: sudo modprobe tun "
            f"(in a container, start it with --device {path} --cap-add NET_ADMIN)"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{what}: this user may not read and write it; run: sudo chmod 0666 {path}"
    return f"{what}: {error.strerror}"


def not_attached(kind: str, name: str, error: OSError) -> str:
    """Why the interface ``name`` could not be created, or attached to."""
    make = f"sudo ip tuntap add dev {name} mode {kind} user $USER && sudo ip link set {name} up"
    exists = any(name == known for _, known in socket.if_nameindex())
    if error.errno == errno.EPERM:
        capability = f"sudo setcap cap_net_admin+ep {os.path.realpath(sys.executable)}"
        if exists:
            return (
                f"{kind} {name} belongs to another user, and CAP_NET_ADMIN is missing; make it yours with: "
                f"sudo ip tuntap del dev {name} mode {kind} && {make} (or run: {capability})"
            )
        return f"{kind} {name} cannot be created without CAP_NET_ADMIN; run: {make} (or: {capability})"
    if error.errno == errno.EBUSY:
        return f"{kind} {name} is in use by another process; ip -d link show {name} tells more"
    if error.errno == errno.EINVAL and exists:
        return f"interface {name} exists and is not a plain {kind}; choose another name, or remove it first"
    return f"{kind} {name}: {error.strerror}"
