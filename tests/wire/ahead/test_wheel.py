"""The package, compiled: a wheel is built, and the tests of packets are run against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TAKEN = ("foxpy", "stacks", "setup.py", "pyproject.toml", "README.md", "LICENSE")
LAYERS = ("arp", "ethernet", "icmp", "ipv4", "tcp", "udp")
TESTED = ("tests/wire", *(f"tests/layers/{name}/test_wire.py" for name in LAYERS))


def wheel(source: Path, output: Path, compiling: str) -> Path:
    """Build a wheel of a copy of the package, so that nothing is left behind in its own place."""
    shutil.copytree(ROOT / "foxpy", source / "foxpy", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in TAKEN[1:]:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "-q", "-w", str(output), "."]
    environment = {**os.environ, "FOXPY_COMPILE": compiling}
    built = subprocess.run(
        command, cwd=source, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    (found,) = output.glob("*.whl")
    return found


def metadata(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()


def test_a_pure_wheel_needs_nothing_to_run_compiled_code(tmp_path: Path) -> None:
    found = wheel(tmp_path / "source", tmp_path / "wheel", "0")
    assert found.name.endswith("-none-any.whl")
    required = [
        line for line in metadata(found).splitlines() if line.startswith("Requires-Dist") and "extra" not in line
    ]
    assert {line.split()[1].split(">")[0] for line in required} == {"attrs", "trio"}


@pytest.mark.slow
def test_the_compiled_package_passes_the_tests_of_packets(tmp_path: Path) -> None:
    found = wheel(tmp_path / "source", tmp_path / "wheel", "1")
    assert "Requires-Dist: librt" in metadata(found)
    place = tmp_path / "installed"
    with zipfile.ZipFile(found) as archive:
        archive.extractall(place)
    ignored = shutil.ignore_patterns("__pycache__", "test_wheel.py")
    for name in ("tests", "docs"):
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    shutil.copyfile(ROOT / "pyproject.toml", place / "pyproject.toml")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTED]
    # few examples of the many packets that are not compiled; those that are have tests of their own
    environment = {**os.environ, "PYTHONPATH": str(place), "FOXPY_EXPECT_COMPILED": "1", "FOXPY_EXAMPLES": "5"}
    run = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert "skipped" not in run.stdout.splitlines()[-1]
