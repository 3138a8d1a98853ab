"""Tables of what foxpy's TCP does in the laboratory: ``python benchmarks/netsim.py``, which writes netsim/*.txt.

Everything is in virtual time and seeded: the same code makes the same tables, to the last digit, wherever it runs.
After a change to TCP, run it once, look at what ``git diff`` shows, and commit it with the change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]  # foxpy as it is beside this file

from simulations.experiment import Experiment, Row, table  # noqa: E402
from simulations.response import RESPONSE  # noqa: E402
from simulations.steady import EQUALS, RIVALS  # noqa: E402
from simulations.transfers import TRANSFERS  # noqa: E402

EXPERIMENTS: Final = {each.name: each for each in (TRANSFERS, EQUALS, RIVALS, RESPONSE)}
TABLES: Final = HERE / "netsim"


def tried(name: str, number: int) -> tuple[str, int, Row]:
    """One line of one table. Run in a process of its own."""
    return name, number, EXPERIMENTS[name].cells[number]()


def numbers(experiment: Experiment, fast: bool) -> list[int]:
    """Which cells are to be tried."""
    return [number for number in range(len(experiment.cells)) if not fast or number in experiment.fast]


def all_rows(names: list[str], fast: bool, workers: int, progress: bool) -> dict[str, dict[int, Row]]:
    """The rows of the tables called ``names``, by their number."""
    jobs = [(name, number) for name in names for number in numbers(EXPERIMENTS[name], fast)]
    rows: dict[str, dict[int, Row]] = {name: {} for name in names}
    with ProcessPoolExecutor(workers) as pool:
        for done, future in enumerate(as_completed([pool.submit(tried, *job) for job in jobs]), 1):
            name, number, row = future.result()
            rows[name][number] = row
            if progress:
                print(f"\r{done} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    if progress:
        print(file=sys.stderr)
    return rows


def differences(name: str, rows: dict[int, Row]) -> Iterator[str]:
    """Where the lines in the repository are not those of ``rows``; how wide a column is does not matter."""
    path = TABLES / f"{name}.txt"
    kept = path.read_text(encoding="utf-8").splitlines()[3:] if path.exists() else []
    for number, row in sorted(rows.items()):
        now = " ".join(" ".join(row).split())
        was = " ".join(kept[number].split()) if number < len(kept) else "nothing"
        if now != was:
            yield f"{path.name}: it was  {was}\n{' ' * len(path.name)}  it is   {now}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(EXPERIMENTS)}; all by default")
    parser.add_argument("--check", action="store_true", help="write nothing, and say what would be another line")
    parser.add_argument("--fast", action="store_true", help="with --check: only the part that the tests try again")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    options = parser.parse_args()
    names: list[str] = options.tables or list(EXPERIMENTS)
    for name in names:
        if name not in EXPERIMENTS:
            parser.error(f"{name}: there is no such table; there are {', '.join(EXPERIMENTS)}")
    if options.fast and not options.check:
        parser.error("--fast: a part of a table is only checked; add --check")
    if options.workers < 1:
        parser.error(f"--workers: {options.workers} do nothing; write 1 or more")
    rows = all_rows(names, options.fast, options.workers, sys.stderr.isatty())
    if options.check:
        found = [line for name in names for line in differences(name, rows[name])]
        print(*found, sep="\n", end="\n" if found else "")
        if found:
            print("where that is meant: python benchmarks/netsim.py, and commit benchmarks/netsim/")
        return bool(found)
    TABLES.mkdir(exist_ok=True)
    for name in names:
        lines = table(EXPERIMENTS[name], rows[name])
        (TABLES / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
