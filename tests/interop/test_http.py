"""curl gets and puts 10 MB through foxpy, over good and bad paths; and foxpy is the client of a Linux server."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from foxpy.cli.http import pseudo_random
from foxpy.testing.namespaces import Namespace
from tests.support.processes import FOXPY, LINUX, foxpy, host

SIZE: Final = 10_000_000
PATHS: Final = {
    "clean": (),
    "1 % loss": ("--faults", "loss=0.01"),
    "5 % loss": ("--faults", "loss=0.05"),
    "3 % reordering": ("--faults", "reorder=0.03"),
    "50 ms delay": ("--faults", "delay=50ms"),
}


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
@pytest.mark.parametrize("options", PATHS.values(), ids=PATHS.keys())
def test_curl_gets_and_puts(place: Namespace, tmp_path: Path, upload: Path, options: tuple[str, ...]) -> None:
    got = tmp_path / "got"
    with host(place, "http=80", "--seed", "1", *options) as there:
        url = f"http://{there.address}"
        place.run("curl", "-sS", "-f", "-o", str(got), f"{url}/bytes/{SIZE}", timeout=180)
        assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()
        said = place.run("curl", "-sS", "-f", "-T", str(upload), f"{url}/upload", timeout=180)
        assert said.strip() == expected()


@pytest.mark.interop
def test_foxpy_fetches_from_a_linux_server(place: Namespace, tmp_path: Path, upload: Path) -> None:
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap")
    place.ip("address", "add", f"{LINUX}/24", "dev", "tap0")
    place.start(sys.executable, "-m", "http.server", "-d", str(upload.parent), "8000")
    wait_until_it_listens(place, 8000)
    got = tmp_path / "got"
    world = ("--device", "tap:tap0", "--address", f"{FOXPY}/24")
    place.run(*foxpy("fetch", f"http://{LINUX}:8000/upload", *world, "-o", str(got)), timeout=120)
    assert hashlib.sha256(got.read_bytes()).hexdigest() == expected()


def wait_until_it_listens(place: Namespace, port: int) -> None:
    end = time.monotonic() + 20
    while f":{port} " not in place.run("ss", "-ltn"):
        assert time.monotonic() < end
        time.sleep(0.02)
