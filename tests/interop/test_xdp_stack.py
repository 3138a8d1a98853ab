"""A whole stack on AF_XDP: Linux's own programs at the other end of a veth pair, and Linux beside it on its end."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from foxpy.cli.http import pseudo_random
from foxpy.testing.namespaces import Namespace, namespace, veth
from tests.support.processes import foxpy, serving

LINUX: Final = "192.0.2.1"
BESIDE: Final = "192.0.2.3"
"""What Linux has itself on the interface that foxpy uses."""
FOXPY: Final = "192.0.2.2"
SIZE: Final = 10_000_000


@contextlib.contextmanager
def pair() -> Iterator[tuple[Namespace, Namespace]]:
    """Linux, and the machine that foxpy runs on; foxpy's interface has an address that is Linux's."""
    with namespace() as linux, namespace() as machine:
        veth(linux, machine, f"{LINUX}/24", f"{BESIDE}/24")
        yield linux, machine


def world(*options: str) -> tuple[str, ...]:
    return ("--device", "xdp:veth0", "--address", f"{FOXPY}/24", *options)


def expected(count: int = SIZE) -> str:
    digest = hashlib.sha256()
    for piece in pseudo_random(count):
        digest.update(piece)
    return digest.hexdigest()


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    file = tmp_path / "upload"
    file.write_bytes(b"".join(pseudo_random(SIZE)))
    return file


@pytest.mark.interop("curl")
@pytest.mark.parametrize("stack", ["tcp_ip", "tcp_ip_xdp"])
def test_curl_gets_and_puts(tmp_path: Path, upload: Path, stack: str) -> None:
    got = tmp_path / "got"
    with pair() as (linux, machine), serving(machine, stack, *world("--serve", "http=80")):
        linux.run("curl", "-sS", "-f", "-o", str(got), f"http://{FOXPY}/bytes/{SIZE}", timeout=120)
        assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()
        said = linux.run("curl", "-sS", "-f", "-T", str(upload), f"http://{FOXPY}/upload", timeout=120)
        assert said.strip() == expected()


@pytest.mark.interop("curl", "ethtool")
@pytest.mark.parametrize("off", ["tx", "gro"])
def test_curl_gets_and_puts_without_offloads_of_linux(tmp_path: Path, upload: Path, off: str) -> None:
    """With ``tx off`` Linux fills in every checksum itself, so that none is taken on trust."""
    got = tmp_path / "got"
    with pair() as (linux, machine):
        linux.run("ethtool", "-K", "veth0", off, "off")
        with serving(machine, "tcp_ip", *world("--serve", "http=80")):
            linux.run("curl", "-sS", "-f", "-o", str(got), f"http://{FOXPY}/bytes/{SIZE}", timeout=120)
            assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()
            said = linux.run("curl", "-sS", "-f", "-T", str(upload), f"http://{FOXPY}/upload", timeout=120)
            assert said.strip() == expected()


@pytest.mark.interop
def test_foxpy_fetches_from_a_linux_server(tmp_path: Path, upload: Path) -> None:
    got = tmp_path / "got"
    with pair() as (linux, machine):
        linux.start(sys.executable, "-m", "http.server", "-d", str(upload.parent), "8000")
        end = time.monotonic() + 20
        while ":8000 " not in linux.run("ss", "-ltn"):
            assert time.monotonic() < end
            time.sleep(0.02)
        machine.run(*foxpy("fetch", f"http://{LINUX}:8000/upload", *world(), "-o", str(got)), timeout=120)
    assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()


@pytest.mark.interop("ping")
def test_udp_and_ping_and_linux_beside_it() -> None:
    """The stack answers for its address, and Linux, on the same interface, for its own."""
    with pair() as (linux, machine), serving(machine, "tcp_ip", *world("--serve", "echo=7")):
        for address, size in ((FOXPY, 56), (FOXPY, 8000), (BESIDE, 56), (BESIDE, 8000)):
            said = linux.run("ping", "-c", "5", "-i", "0.01", "-W", "2", "-s", str(size), address)
            assert "5 received" in said
        with linux.entered():
            calling = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with calling:
            calling.settimeout(5)
            calling.connect((FOXPY, 7))
            for size in (0, 1, 17, 1472, 1473, 20000, 65507):
                sent = bytes(number & 0xFF for number in range(size))
                calling.send(sent)
                assert calling.recv(65536) == sent


@pytest.mark.interop("curl")
def test_a_large_mtu(tmp_path: Path) -> None:
    got = tmp_path / "got"
    with pair() as (linux, machine):
        for place in (linux, machine):
            place.ip("link", "set", "veth0", "mtu", "3400")
        with serving(machine, "tcp_ip", *world("--serve", "http=80")):
            linux.run("curl", "-sS", "-f", "-o", str(got), f"http://{FOXPY}/bytes/{SIZE}", timeout=120)
    assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()


@pytest.mark.interop("curl")
def test_two_stacks_of_foxpy(tmp_path: Path) -> None:
    """Both ends on AF_XDP: what the one leaves to the kernel, the other finds unfinished."""
    got = tmp_path / "got"
    with (
        namespace() as left,
        namespace() as right,
    ):
        veth(left, right, "198.51.100.1/24", "198.51.100.2/24")
        with serving(right, "tcp_ip", *world("--serve", "http=80")):
            left.run(
                *foxpy("fetch", f"http://{FOXPY}/bytes/{SIZE}", "-o", str(got)),
                *("--device", "xdp:veth0", "--address", f"{LINUX}/24"),
                timeout=120,
            )
    assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()
