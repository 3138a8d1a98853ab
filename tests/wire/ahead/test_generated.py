"""The modules that are written to be compiled: what is in them, that mypy agrees, and that they come out the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foxpy.wire.ahead.compiling import HOT, SETTINGS, SUPPORT, source_of, write_modules, write_tree
from foxpy.wire.ahead.module import digest

ROOT = Path(__file__).resolve().parents[3]

PACKETS = '''
from __future__ import annotations

from typing import Annotated

from foxpy.wire import *
from foxpy.wire.codecs import Counted

Name = Annotated[Field[bytes], Counted(UInt(8))]


class Covered(Packet):
    """Bits across bytes, both byte orders, a number of 64 bits, addresses wide and narrow, a size and a total."""

    length: u16 = total()
    high: u3
    across: u13
    flag_one: flag = field(default=False)
    words: u7 = derived()
    little: u32le
    huge: u64
    wide: Annotated[Field[bytes], Octets(9)]
    narrow: Annotated[Field[bytes], Octets(3)] = const(b"abc")
    extra: Raw = sized(words * 2, default=b"")
    body: Body = rest(default=b"")


class Named(Packet):
    name: Name = field()


class Later(Covered):
    across: u13 = const(7)


read_covered = reader(Covered.across, Covered.words * 2)
read_named = reader(Named.MIN and Covered.high)
append_covered = appender(Covered)
append_later = appender(Later)
LIMIT = 7
'''


@pytest.fixture
def packets(tmp_path: Path) -> Path:
    """A directory with a package of packets."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "__init__.py").write_text("")
    (tmp_path / "some" / "wire.py").write_text(PACKETS)
    return tmp_path


def test_what_is_covered_is_native_and_the_rest_is_said(packets: Path) -> None:
    (generated,) = write_modules(packets, packets / "out", ["some.wire"])
    assert {"Covered", "Later", "read_covered", "append_covered", "append_later"} <= set(generated.native)
    assert set(generated.uncovered) == {"Named"}
    assert "name" in generated.uncovered["Named"]
    assert "LIMIT: Final = 7" in generated.text
    assert "class Named" not in generated.text


def test_the_hot_packets_are_native(tmp_path: Path) -> None:
    found = {generated.module: generated for generated in write_modules(ROOT, tmp_path)}
    assert set(found) == set(HOT)
    native = {name for generated in found.values() for name in generated.native}
    hot = """
        Ethernet EthernetII read_ethernet append_ethernet put_ethernet ARP read_arp append_arp
        IPv4 ip_options read_ipv4 append_ipv4 put_ipv4 verify_ipv4 ICMP Echo Unreachable icmp read_echo append_echo
        fill_icmp verify_icmp UDP read_udp append_udp put_udp fill_udp verify_udp
        TCP TcpHeader Sack Timestamps tcp_options read_tcp append_tcp put_tcp fill_tcp verify_tcp
    """
    assert set(hot.split()) <= native


def test_generated_text_passes_mypy(packets: Path) -> None:
    tree = packets / "tree"
    write_tree(ROOT, tree)
    write_modules(packets, tree, ["some.wire"])
    (tree / "some" / "__init__.py").write_text("")
    files = [str(source_of(Path(), module)) for module in (*SUPPORT, *HOT, "some.wire")]
    command = [sys.executable, "-m", "mypy", *SETTINGS, "--no-incremental", *files]
    checked = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=300)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_generated_text_is_always_the_same(tmp_path: Path) -> None:
    texts = []
    for seed in ("1", "2"):
        output = tmp_path / seed
        command = [sys.executable, "-m", "foxpy.wire.build", "--root", str(ROOT), "-o", str(output)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
        texts.append({module: source_of(output, module).read_text() for module in HOT})
    assert texts[0] == texts[1]
    for text in texts[0].values():
        assert f'DIGEST: Final = "{digest(text)}"' in text
