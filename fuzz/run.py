"""Run all fuzz targets, or those named, each for a time, and print what each did.

    python fuzz/run.py [--seconds 300] [--jobs 2] [TARGET ...]

What breaks a law is kept in ``fuzz/findings``: run the target with that file to see it again.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
TARGETS: Final = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in ("__init__", "harness", "run"))
LARGEST: Final = 4096
"""Bytes of the largest input."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a target did: inputs tried, branches reached, and how it ended."""

    target: str
    inputs: int
    branches: int
    ended: str


def run(target: str, seconds: int, findings: Path) -> Run:
    """Run one target for so many seconds. What it finds is written into ``findings``."""
    with tempfile.TemporaryDirectory() as corpus:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                f"fuzz.{target}",
                f"-max_total_time={seconds}",
                f"-max_len={LARGEST}",
                f"-artifact_prefix={findings}/{target}-",
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-print_final_stats=1",
                corpus,
            ],
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    text = done.stdout + done.stderr
    inputs = [int(each) for each in re.findall(r"stat::number_of_executed_units: (\d+)", text)]
    branches = [int(each) for each in re.findall(r"\bcov: (\d+)", text)]
    ended = "clean" if done.returncode == 0 else (text.strip().splitlines() or ["no output"])[-1]
    error = re.findall(r"^(\w*Error: .*|.*ERROR: libFuzzer: .*)$", text, re.MULTILINE)
    return Run(target, max(inputs, default=0), max(branches, default=0), error[0][:200] if error else ended)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"one of: {', '.join(TARGETS)}; all by default")
    parser.add_argument("--seconds", type=int, default=300, help="for each target; 300 by default")
    parser.add_argument("--jobs", type=int, default=2, help="targets at the same time; 2 by default")
    options = parser.parse_args()
    for each in options.targets:
        if each not in TARGETS:
            parser.error(f"there is no target {each!r}; there are: {', '.join(TARGETS)}")
    targets = options.targets or TARGETS
    findings = HERE / "findings"
    findings.mkdir(exist_ok=True)
    print(f"{'target':<12} {'inputs':>10} {'branches':>9}  ended", flush=True)
    failed = False
    with ThreadPoolExecutor(options.jobs) as pool:
        for done in pool.map(lambda each: run(each, options.seconds, findings), targets):
            print(f"{done.target:<12} {done.inputs:>10,} {done.branches:>9,}  {done.ended}", flush=True)
            failed |= done.ended != "clean"
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
