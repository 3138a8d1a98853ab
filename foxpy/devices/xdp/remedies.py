"""What to tell a user to whom the kernel refused something: what it was, and what helps.

The kernel says no more than a number. What that means depends on the step at which it comes.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from foxpy.devices.xdp.config import XdpConfig
from foxpy.errors import InitializationFailed

FALLBACK: Final = "foxpy.devices.packet needs CAP_NET_RAW alone and every driver has it"
CAPABILITIES: Final = {"CAP_NET_RAW": 13, "CAP_NET_ADMIN": 12, "CAP_BPF": 39}
"""linux/capability.h."""
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
                f"{what}: its MTU is too large for frames of one chunk; lower it (sudo ip link set {interface} "
                "mtu 3498, or less), or pass frags=True"
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
    """How many receive queues ``interface`` has, in words."""
    with contextlib.suppress(OSError):
        count = sum(name.startswith("rx-") for name in os.listdir(f"/sys/class/net/{interface}/queues"))
        return f"{count} for receiving"
    return "fewer"


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
