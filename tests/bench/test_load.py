"""The two clients, in C and in Python, against the two servers of Linux: each does what the other does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from foxpy.bench import load, wires
from foxpy.bench.rig import pause
from foxpy.testing.namespaces import Namespace, namespace, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

HERE: Final = "127.0.0.1"
PYTHON: Final = [sys.executable, "-P", "-O", "-m"]
COMMANDS: Final = {
    "into": (("9", "300000"), {"seconds"}),
    "out-of": (("19", "300000"), {"seconds"}),
    "echo": (("7", "64", "0.02"), {"p50", "p99", "count"}),
    "calls": (("8", "0.02", "127.0.0.2,127.0.0.3"), {"rate", "count"}),
    "ping": (("1400", "0.02"), {"p50", "p99", "count"}),
    "flight": (("7", "64", "0.02", "8"), {"rate", "count"}),
}
PACKETS: Final = {
    "bounce": ({"udp": "7", "ip": "253"}, ("64", "0.02"), {"p50", "p99", "count"}),
    "confirmed": ({"udp": "9", "ip": "254"}, ("1400", "24576", "0.02"), {"rate", "count"}),
}


def language(name: str, module: str, *command: str) -> list[str]:
    """The command line of the program in C, or of its like in Python."""
    if name == "Python":
        return [*PYTHON, f"foxpy.bench.{module}"]
    made = load.program()
    if made is None:
        pytest.skip("needs a C compiler")
    return [str(made), *command]


@pytest.fixture(scope="module", params=["C", "Python"])
def served(request: pytest.FixtureRequest) -> Iterator[Namespace]:
    with namespace() as place:
        place.start(*language(request.param, "servers.linux_server", "serve"), HERE)
        for _ in range(100):
            try:
                wires.answers(place, HERE)
                break
            except OSError:
                pause(0.1)
        yield place


def told(place: Namespace, client: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run(
        place.command(*language(client, "client"), *arguments), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("client", ["C", "Python"])
@pytest.mark.parametrize("command", COMMANDS)
def test_streams_and_pings(served: Namespace, client: str, command: str) -> None:
    arguments, keys = COMMANDS[command]
    found = told(served, client, command, HERE, *arguments)
    assert found.keys() >= keys
    assert all(found[key] > 0 for key in keys)


@pytest.mark.parametrize("client", ["C", "Python"])
@pytest.mark.parametrize("kind", ["udp", "ip"])
@pytest.mark.parametrize("command", PACKETS)
def test_packets(served: Namespace, client: str, kind: str, command: str) -> None:
    numbers, arguments, keys = PACKETS[command]
    found = told(served, client, command, kind, HERE, numbers[kind], *arguments)
    assert all(found[key] > 0 for key in keys)


@pytest.mark.parametrize("client", ["C", "Python"])
def test_a_client_that_nobody_answers_says_so(served: Namespace, client: str) -> None:
    done = subprocess.run(
        served.command(*language(client, "client"), "echo", HERE, "1", "64", "0.02"),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_arrives_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    with namespace() as place:
        place.start(*PYTHON, "foxpy.bench.servers.linux_server", HERE)
        for _ in range(100):
            try:
                wires.answers(place, HERE)
                break
            except OSError:
                pause(0.1)
        wires.check(place, HERE, "linux", 100_000)
        monkeypatch.setattr(wires, "pattern", lambda size: bytes(size))
        with pytest.raises(ValueError, match="100000 bytes into linux: SHA-256 differs"):
            wires.check(place, HERE, "linux", 100_000)
