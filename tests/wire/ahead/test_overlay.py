"""Packets of one's own, compiled by ``python -m foxpy.wire.build --compile``: the protocol of the README."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]

PROGRAM: Final = """
from docs.examples.mark import wire
out = bytearray()
wire.append_mark(out, 3, flow=7)
wire.fill_mark(out, 0, b"abc", 0)
packet = bytes(out) + b"abc"
assert packet == wire.Mark(flow=7, body=b"abc").build()
assert wire.read_mark(packet, 0, len(packet)) == (13, 7)
assert wire.verify_mark(packet, 0, len(packet))
assert isinstance(wire.Mark.parse(packet), wire.Mark)
print(wire.__file__, type(wire.read_mark).__name__)
"""


def run(*command: str, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.mark.slow
def test_a_protocol_of_ones_own_is_compiled(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled"
    built = run("-m", "foxpy.wire.build", "--compile", "docs.examples.mark.wire", "-o", str(compiled))
    assert built.returncode == 0, built.stdout + built.stderr
    program = tmp_path / "program.py"  # run as a file, so that the current directory is not searched
    program.write_text(PROGRAM)
    done = run(str(program), path=compiled)
    assert done.returncode == 0, done.stderr
    file, kind = done.stdout.split()
    assert Path(file).is_relative_to(compiled)
    assert file.endswith(".so")
    assert kind == "builtin_function_or_method"
    assert run(str(program)).stdout.split()[1] == "function"


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        (["--compile"], "name the modules of packets that are to be compiled"),
        (["--compile", "docs.examples.nothing"], "docs.examples.nothing: there is no such module"),
    ],
)
def test_wrong_use(arguments: list[str], fact: str) -> None:
    done = run("-m", "foxpy.wire.build", *arguments)
    assert done.returncode == 2
    assert fact in done.stderr
