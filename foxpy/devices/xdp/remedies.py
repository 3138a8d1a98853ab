"""What to tell a user to whom the kernel refused something: what it was, and what helps.

The kernel says no more than a number. What that means depends on the step at which it comes.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import fcntl
import resource
import socket
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from foxpy.devices.xdp.config import XdpConfig
from foxpy.errors import InitializationFailed

FALLBACK: Final = "foxpy.devices.packet needs CAP_NET_RAW alone and every driver has it"
CAPABILITIES: Final = {"CAP_NET_RAW": 13, "CAP_NET_ADMIN": 12, "CAP_BPF": 39}
"""linux/capability.h."""
SIOCETHTOOL: Final = 0x8946
ETHTOOL_GCHANNELS: Final = 0x3C
STATUS: Final = Path("/proc/self/status")


class Step(enum.Enum):
    """What was being done."""

    SOCKET = "opening a socket"
    MEMORY = "registering the memory for frames"
    RINGS = "making the rings"
    BIND = "binding to the queue"
    MAP = "making the map of sockets"
    PROGRAM = "loading the program"
    ATTACH = "attaching the program"


@contextlib.contextmanager
def explained(step: Step, interface: str, config: XdpConfig, memory: int = 0) -> Iterator[None]:
    """Turn what the kernel refuses in the block into InitializationFailed; the verifier's reasons stay its notes."""
    try:
        yield
    except OSError as error:
        failed = InitializationFailed(refused(step, interface, config, memory, error))
        for note in getattr(error, "__notes__", ()):
            failed.add_note(note)
        raise failed from error


def refused(step: Step, interface: str, config: XdpConfig, memory: int, error: OSError) -> str:
    """Why ``step`` failed on ``interface``, and what to do. ``memory`` is what the frames were to have, in bytes."""
    what = f"xdp {interface}"
    number = error.errno
    if number in (errno.EPERM, errno.EACCES):
        return f"{what}: {_privileges(config, error)}"
    match step, number:
        case (Step.SOCKET, errno.EAFNOSUPPORT) | (_, errno.ENOSYS):
            return f"{what}: this kernel has no AF_XDP (CONFIG_XDP_SOCKETS, CONFIG_BPF_SYSCALL); {FALLBACK}"
        case Step.MEMORY, errno.ENOBUFS | errno.ENOMEM:
            soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
            allowed = "unlimited" if soft == resource.RLIM_INFINITY else f"{soft} bytes"
            return (
                f"{what}: {config.chunks} chunks need {memory} bytes of locked memory, and RLIMIT_MEMLOCK is "
                f"{allowed} for all of this user's; lower chunks, raise it (ulimit -l), or grant CAP_IPC_LOCK"
            )
        case Step.BIND, errno.EBUSY:
            return (
                f"{what}: queue {config.queue} belongs to another AF_XDP socket, of this process or another; "
                "end that one, or choose another queue"
            )
        case Step.BIND, errno.EINVAL:
            return f"{what}: there is no queue {config.queue}, {interface} has {queues(interface)}; choose a lower one"
        case Step.BIND, errno.EOPNOTSUPP if config.zero_copy:
            return f"{what}: its driver has no zero-copy; leave out zero_copy, and the kernel copies each frame"
        case Step.BIND, errno.EOPNOTSUPP if config.frags:
            return f"{what}: its driver has no frames of several chunks; leave out frags and lower the MTU"
        case Step.BIND, errno.ENETDOWN:
            return f"{what}: the interface is down; run: sudo ip link set {interface} up"
        case Step.ATTACH, errno.EBUSY | errno.EEXIST:
            return (
                f"{what}: another XDP program is attached; ip link show {interface} tells its number, "
                f"and this removes it: sudo ip link set {interface} xdp off"
            )
        case Step.ATTACH, errno.ERANGE:
            return (
                f"{what}: its MTU, or for a veth that of its other end, is too large for frames of one page; lower it "
                f"there (sudo ip link set {interface} mtu 3498), or pass frags=True"
            )
        case Step.ATTACH, errno.EOPNOTSUPP:
            return f"{what}: its driver runs no XDP programs; pass mode='generic'; or: {FALLBACK}"
        case ((Step.MAP | Step.PROGRAM | Step.ATTACH), errno.EINVAL):
            return f"{what}: this kernel refused {step.value}, it is too old (Linux 5.9 has links for XDP); {FALLBACK}"
    return f"{what}: {step.value} failed: {error.strerror or error}"


def missing() -> list[str]:
    """The capabilities for AF_XDP that this process does not have; of none where that cannot be read."""
    try:
        text = STATUS.read_text()
    except OSError:
        return []
    effective = int(text.partition("CapEff:")[2].split()[0], 16)
    return [name for name, number in CAPABILITIES.items() if not effective >> number & 1]


def queues(interface: str) -> str:
    """How many queues ``interface`` has, in words: what ``ethtool -l`` shows."""
    channels = array("I", (ETHTOOL_GCHANNELS, *bytes(8)))  # struct ethtool_channels, linux/ethtool.h
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as control:
            fcntl.ioctl(control, SIOCETHTOOL, struct.pack("16sQ16x", interface.encode(), channels.buffer_info()[0]))
    except OSError:
        return "fewer"  # its driver does not tell
    return str(channels[8] + max(channels[5], channels[6]))


def _privileges(config: XdpConfig, error: OSError) -> str:
    lacking = missing()
    needed = ", ".join(CAPABILITIES) if config.receive else "CAP_NET_RAW"
    if lacking:
        have = f"missing: {', '.join(lacking)}"
    else:
        have = (
            "which count in the machine's first user namespace alone, and kernel.unprivileged_bpf_disabled may be set"
        )
    return f"AF_XDP needs {needed} ({have}); run as root, or {FALLBACK} ({error.strerror})"
