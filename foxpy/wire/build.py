"""``python -m foxpy.wire.build``: writes the modules that mypyc compiles in place of those that describe packets."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from foxpy.wire.ahead.compiling import HOT, write_modules

ROOT = Path(__file__).resolve().parents[2]


def compile_own(modules: list[str], output: Path) -> int:
    """Compile ``modules``, found as they would be imported."""
    from foxpy.wire.ahead.overlay import compile_into

    own: dict[str, Path] = {}
    for module in modules:
        found = find_spec(module)
        if found is None or found.origin is None:
            print(f"{module}: there is no such module; is its package on sys.path?", file=sys.stderr)
            return 2
        own[module] = Path(found.origin).resolve().parents[module.count(".")]
    compile_into(output, ROOT, own)
    print(f"compiled into {output}; use it with PYTHONPATH={output}")
    return 0


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
    parser.add_argument(
        "--compile",
        action="store_true",
        help="compile modules of your own as well: their packages and foxpy, with them compiled, are put into DIR, for "
        "PYTHONPATH=DIR. Needs mypy, setuptools and a C compiler",
    )
    options = parser.parse_args(arguments)
    if options.compile:
        if not options.modules:
            parser.error("--compile: name the modules of packets that are to be compiled; foxpy's are in its wheels")
        return compile_own(options.modules, options.output)
    for generated in write_modules(options.root, options.output, options.modules or HOT):
        print(f"{generated.module}: {len(generated.native)} native")
        for name, reason in generated.uncovered.items():
            print(f"  {name} is left to the exec back end: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
