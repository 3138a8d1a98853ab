"""The ``foxpy`` command as a user meets it: a process with output and an exit status."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from foxpy import __version__
from foxpy.cli.http import pseudo_random
from foxpy.cli.stackfile import known
from foxpy.native import MODE


def foxpy(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from foxpy.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)


def refused(*arguments: str | Path) -> str:
    """What a command says that cannot be done: one message, status 2, nothing of Python's."""
    done = foxpy(*arguments)
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


def test_help_teaches() -> None:
    done = foxpy("--help")
    assert done.returncode == 0
    for command in ("run", "fetch", "ping", "check", "decode", "demo", "plot", "explain"):
        assert f"\n  {command}" in done.stdout
        assert foxpy(command, "--help").returncode == 0
    for stack in known():
        assert stack in done.stdout


def test_the_version_tells_what_runs() -> None:
    assert foxpy("--version").stdout == f"foxpy {__version__} ({MODE})\n"


SERVICES = dict.fromkeys(("router", "udp_ip", "udp_unchecked"), "echo,discard,chargen")


@pytest.mark.parametrize("stack", known())
def test_every_stack_serves_a_second_host_in_memory(stack: str) -> None:
    services = SERVICES.get(stack, "echo,discard,chargen,http")
    done = foxpy("run", stack, "--serve", services)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == services.count(",") + 1
    assert "failed" not in done.stdout


@pytest.mark.parametrize("stack", ["tcp_ip", "tcp_over_ethernet", "reliable_ethernet"])
def test_a_stack_serves_over_a_bad_link(stack: str) -> None:
    done = foxpy("run", stack, "--serve", "echo,http", "--faults", "loss=0.05,delay=20ms,duplicate=0.02", "--seed", "3")
    assert done.returncode == 0, done.stderr
    assert "came back" in done.stdout
    assert "SHA-256 as expected" in done.stdout


def test_a_seed_repeats_a_run() -> None:
    arguments = ("run", "tcp_ip", "--serve", "echo", "--faults", "loss=0.1,delay=10ms", "--trace", "--seed")
    one, same, other = (foxpy(*arguments, seed).stderr for seed in ("5", "5", "6"))
    assert one == same
    assert one != other


def test_trace_and_capture(tmp_path: Path) -> None:
    done = foxpy("run", "tcp_ip", "--serve", "echo", "--trace", "--pcap", tmp_path / "a.pcap")
    assert done.returncode == 0, done.stderr
    assert "ARP" in done.stderr
    assert "Flags [S]" in done.stderr
    assert (tmp_path / "a.pcap").stat().st_size > 100_000


def test_fetch_gets_and_puts(tmp_path: Path) -> None:
    file = tmp_path / "got"
    done = foxpy("fetch", "http://10.0.0.2/bytes/50000", "-o", file)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == b"".join(pseudo_random(50_000))
    put = foxpy("fetch", "http://10.0.0.2/x", "--put", file, "--stack", "tcp_ip_tun")
    assert put.stdout.strip() == hashlib.sha256(file.read_bytes()).hexdigest()
    missing = foxpy("fetch", "http://10.0.0.2/missing")
    assert missing.returncode == 2
    assert "404" in missing.stderr


def test_ping_counts(tmp_path: Path) -> None:
    done = foxpy("ping", "10.0.0.2", "-c", "3", "-s", "2000", "--faults", "delay=30ms")
    assert done.returncode == 0, done.stderr
    assert "3 requests, 3 replies, 0% lost" in done.stdout
    assert "time=60.000 ms" in done.stdout
    nobody = foxpy("ping", "10.0.0.77", "-c", "1")
    assert nobody.returncode == 1
    assert "1 requests, 0 replies, 100% lost" in nobody.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "tcp_ipp"), "no stack is called 'tcp_ipp'; there are"),
        (("run", "missing.py"), "no stack file missing.py"),
        (("run", "tcp_ip", "--device", "eth0"), "no device 'eth0'"),
        (("run", "tcp_ip", "--device", "tun:t"), "needs a device with Ethernet frames"),
        (("run", "tcp_ip_tun", "--device", "tap:t"), "write tun:t"),
        (("run", "tcp_ip", "--device", "tap:t"), "build() needs address; give it with --address"),
        (("run", "two_interfaces", "--device", "tap:t"), "has 2 device(s) and --device was given 1 time(s)"),
        (("run", "tcp_over_ethernet", "--address", "10.0.0.1/24"), "build() has no use for --address"),
        (("run", "tcp_ip", "--address", "10.0.0.1"), "the prefix length is missing"),
        (("run", "tcp_ip", "--serve", "gopher"), "no service 'gopher'"),
        (("run", "tcp_ip", "--folder", "/nonexistent"), "no such folder"),
        (("run", "tcp_ip", "--pcap", "/nonexistent/a.pcap"), "--pcap /nonexistent/a.pcap: No such file"),
        (("run", "udp_ip", "--serve", "http"), "http"),
        (("run", "tcp_ip", "--device", "pcap:/nonexistent", "--address", "10.0.0.1/24"), "/nonexistent"),
        (("run",), "Missing argument"),
        (("run", "tcp_ip", "--nonsense"), "No such option"),
        (("fetch", "ftp://x/"), "is not a URL that can be fetched"),
        (("fetch", "http://x/", "--stack", "udp_ip"), "has no TCP layer"),
        (("fetch", "http://x/"), "x"),
        (("ping", "10.0.0.2", "--stack", "tcp_over_ethernet"), "has no ICMP layer"),
        (("ping", "10.0.0.2", "-s", "70000"), "0 to 65507"),
        (("check", "missing.py"), "no stack file missing.py"),
        (("demo", "--output", "/nonexistent"), "no such folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_mistakes_get_one_message_and_status_2(arguments: tuple[str, ...], told: str) -> None:
    assert told in refused(*arguments)


STACK = '''
"""Mine."""
from foxpy.devices.device import Device, EthernetFrames
from stacks.tcp_over_ethernet import TcpOverEthernet
from foxpy.layers.ethernet import ethernet
from foxpy.layers.tcp import tcp


def build(device: Device[EthernetFrames]) -> TcpOverEthernet:
    eth = ethernet(device)
    return TcpOverEthernet(eth, tcp({carrier}))
'''


def test_a_stack_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(STACK.format(carrier="eth.carrier(0x88B5)"))
    assert foxpy("run", path, "--serve", "echo").returncode == 0
    checked = foxpy("check", path)
    assert (checked.returncode, "It composes" in checked.stdout) == (0, True), checked


def test_a_stack_file_that_does_not_compose(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(STACK.format(carrier="eth"))
    checked = foxpy("check", path)
    assert checked.returncode == 2
    assert "mine.py:11" in checked.stdout
    assert "Ethernet" in checked.stdout
    assert "mine.py" in refused("run", path, "--serve", "echo")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\n", "a stack file has a function build()"),
        ("1 / 0\n", "cannot be loaded: ZeroDivisionError"),
        ("def build(:\n", "cannot be loaded: SyntaxError"),
        ("def build(device: str) -> None: ...\n", "of a type that the command line cannot give"),
        ("def build() -> int:\n    return 1\n", "device"),
    ],
)
def test_stack_files_that_are_none(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text)
    assert told in refused("run", path)


def test_the_demo_shows_both_stacks(tmp_path: Path) -> None:
    done = foxpy("demo", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    for stack in ("tcp_ip", "tcp_over_ethernet"):
        assert stack in done.stdout
        assert (tmp_path / f"foxpy-demo-{stack}.pcap").stat().st_size > 10_000_000
    assert done.stdout.count("equal") >= 2
