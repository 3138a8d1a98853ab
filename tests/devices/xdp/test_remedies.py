"""What a user is told when the kernel refuses, step by step and number by number."""

from __future__ import annotations

import errno
import os

import pytest

from foxpy.devices.xdp import XdpConfig, remedies
from foxpy.devices.xdp.remedies import Step, explained, refused
from foxpy.errors import InitializationFailed

FALLBACK = "foxpy.devices.packet needs CAP_NET_RAW alone and every driver has it"


def told(step: Step, number: int, config: XdpConfig | None = None, memory: int = 0) -> str:
    return refused(step, "veth0", config or XdpConfig(), memory, OSError(number, os.strerror(number)))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedies, "missing", lambda: ["CAP_NET_ADMIN", "CAP_BPF"])
    monkeypatch.setattr(remedies, "queues", lambda _: "2")
    monkeypatch.setattr("resource.getrlimit", lambda _: (8 << 20, 8 << 20))


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("number", [errno.EPERM, errno.EACCES])
def test_privileges(step: Step, number: int) -> None:
    assert told(step, number) == (
        "xdp veth0: AF_XDP needs CAP_NET_RAW, CAP_NET_ADMIN, CAP_BPF (missing: CAP_NET_ADMIN, CAP_BPF); run as root, "
        f"or {FALLBACK} ({os.strerror(number)})"
    )


def test_privileges_of_who_only_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedies, "missing", lambda: ["CAP_NET_RAW"])
    said = told(Step.SOCKET, errno.EPERM, XdpConfig(receive=False))
    assert said.startswith("xdp veth0: AF_XDP needs CAP_NET_RAW (missing: CAP_NET_RAW); run as root")


def test_privileges_that_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedies, "missing", list[str])
    assert "which count in the machine's first user namespace alone" in told(Step.MAP, errno.EPERM)


@pytest.mark.parametrize(
    ("step", "number", "said"),
    [
        (
            Step.SOCKET,
            errno.EAFNOSUPPORT,
            f"this kernel has no AF_XDP (CONFIG_XDP_SOCKETS, CONFIG_BPF_SYSCALL); {FALLBACK}",
        ),
        (
            Step.MAP,
            errno.ENOSYS,
            f"this kernel has no AF_XDP (CONFIG_XDP_SOCKETS, CONFIG_BPF_SYSCALL); {FALLBACK}",
        ),
        (
            Step.BIND,
            errno.EBUSY,
            "queue 3 belongs to another AF_XDP socket, of this process or another; end that one, or choose another "
            "queue",
        ),
        (Step.BIND, errno.EINVAL, "there is no queue 3, veth0 has 2; choose a lower one"),
        (Step.BIND, errno.ENETDOWN, "the interface is down; run: sudo ip link set veth0 up"),
        (
            Step.ATTACH,
            errno.EBUSY,
            "another XDP program is attached; ip link show veth0 tells its number, and this removes it: sudo ip link "
            "set veth0 xdp off",
        ),
        (
            Step.ATTACH,
            errno.EEXIST,
            "another XDP program is attached; ip link show veth0 tells its number, and this removes it: sudo ip link "
            "set veth0 xdp off",
        ),
        (
            Step.ATTACH,
            errno.ERANGE,
            "its MTU, or for a veth that of its other end, is too large for frames of one page; lower it there "
            "(sudo ip link set veth0 mtu 3498), or pass frags=True",
        ),
        (
            Step.ATTACH,
            errno.EOPNOTSUPP,
            f"its driver runs no XDP programs; pass mode='generic'; or: {FALLBACK}",
        ),
        (
            Step.ATTACH,
            errno.EINVAL,
            f"this kernel refused attaching the program, it is too old (Linux 5.9 has links for XDP); {FALLBACK}",
        ),
        (Step.RINGS, errno.ENOMEM, "making the rings failed: Cannot allocate memory"),
        (Step.BIND, errno.EOPNOTSUPP, "binding to the queue failed: Operation not supported"),
    ],
)
def test_what_is_said(step: Step, number: int, said: str) -> None:
    assert told(step, number, XdpConfig(queue=3)) == f"xdp veth0: {said}"


def test_memory_that_may_not_be_locked() -> None:
    assert told(Step.MEMORY, errno.ENOBUFS, XdpConfig(chunks=8192), 16 << 20) == (
        "xdp veth0: 8192 chunks need 16777216 bytes of locked memory, and RLIMIT_MEMLOCK is 8388608 bytes for all of "
        "this user's; lower chunks, raise it (ulimit -l), or grant CAP_IPC_LOCK"
    )


def test_what_a_driver_cannot() -> None:
    assert "its driver has no zero-copy; leave out zero_copy" in told(
        Step.BIND, errno.EOPNOTSUPP, XdpConfig(zero_copy=True)
    )
    assert "its driver has no frames of several chunks; leave out frags" in told(
        Step.BIND, errno.EOPNOTSUPP, XdpConfig(frags=True)
    )


def test_the_notes_of_an_error_are_kept() -> None:
    error = OSError(errno.EINVAL, "no")
    error.add_note("R0 !read_ok")
    with pytest.raises(InitializationFailed) as caught, explained(Step.PROGRAM, "veth0", XdpConfig()):
        raise error
    assert caught.value.__notes__ == ["R0 !read_ok"]
    assert isinstance(caught.value.__cause__, OSError)


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), explained(Step.BIND, "veth0", XdpConfig()):
        raise ZeroDivisionError
