"""Without root: in a user namespace AF_XDP sends, and what it takes to receive is refused with the reason."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

HOUSE: Final = Path(__file__).parents[3]
ENTER: Final = ("unshare", "--user", "--map-root-user", "--net")

PROGRAM: Final = """
import resource, socket, subprocess
from foxpy.devices.xdp import XdpConfig, XdpSocket
from foxpy.errors import InitializationFailed

subprocess.run(["ip", "link", "add", "left", "type", "veth", "peer", "name", "right"], check=True)
for name in ("left", "right"):
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
reader = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
reader.bind(("right", 0x88B5))
reader.settimeout(10)
config = XdpConfig(receive=False, chunks=64, ring=64)
with reader, XdpSocket("left", config) as wire:
    addresses = wire.alloc(64)
    for number, address in enumerate(addresses):
        wire.umem.memory[address:address + 60] = bytes(12) + b"\\x88\\xb5" + bytes([number]) * 46
    assert wire.send(addresses, [60] * 64) == 64
    assert [reader.recv(100)[14] for _ in range(64)] == list(range(64))
for settings in (XdpConfig(chunks=64), XdpConfig(receive=False, chunks=8192)):
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (8 << 20, 8 << 20))
    try:
        XdpSocket("right", settings).close()
    except InitializationFailed as error:
        print(error)
"""


def test_sending_needs_no_root() -> None:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs the programs unshare and ip (Debian: apt-get install util-linux iproute2)")
    allowed = subprocess.run([*ENTER, "ip", "link", "add", "probe", "type", "veth"], capture_output=True, text=True)
    if allowed.returncode != 0:
        pytest.skip(f"needs unprivileged user namespaces and veth: {allowed.stderr.strip()}")
    done = subprocess.run(
        [*ENTER, sys.executable, "-c", PROGRAM], cwd=HOUSE, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        "xdp right: AF_XDP needs CAP_NET_RAW, CAP_NET_ADMIN, CAP_BPF (which count in the machine's"
    )
    assert "foxpy.devices.packet needs CAP_NET_RAW alone" in lines[0]
    # Whoever is root outside of the namespace as well locks as much memory as there is.
    assert (
        len(lines) == 1 or "8192 chunks need 16777216 bytes of locked memory, and RLIMIT_MEMLOCK is 8388608" in lines[1]
    )
