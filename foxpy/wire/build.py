"""``python -m foxpy.wire.build``: writes the modules that mypyc compiles in place of those that describe packets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from foxpy.wire.ahead.compiling import HOT, write_modules

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m foxpy.wire.build", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="(default: those that wheels have compiled)")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("build/generated"), metavar="DIR", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=ROOT,
        metavar="DIR",
        help="where the modules' packages are (default: where foxpy is)",
    )
    options = parser.parse_args(arguments)
    for generated in write_modules(options.root, options.output, options.modules or HOT):
        print(f"{generated.module}: {len(generated.native)} native")
        for name, reason in generated.uncovered.items():
            print(f"  {name} is left to the exec back end: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
