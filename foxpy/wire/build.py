"""``python -m foxpy.wire.build``: writes the modules that mypyc compiles in place of those that describe packets."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from foxpy.wire.ahead.module import Generated, generate

HOT = (
    "foxpy.layers.ethernet.wire",
    "foxpy.layers.arp.wire",
    "foxpy.layers.ipv4.wire",
    "foxpy.layers.icmp.wire",
    "foxpy.layers.udp.wire",
    "foxpy.layers.tcp.wire",
)
"""The modules that are compiled where the package is: those of the data path."""


def build(module: str, root: Path | None = None) -> Generated:
    """The generated module for ``module``, whose source is found below ``root`` or where it would be imported from."""
    relative = Path(*module.split(".")).with_suffix(".py")
    if root is not None:
        path = root / relative
    else:
        package, _, name = module.rpartition(".")
        found = find_spec(package)
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError(f"no package {package!r}", name=package)
        path = Path(found.submodule_search_locations[0]) / f"{name}.py"
    return generate(module, path, relative.as_posix())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m foxpy.wire.build", description=__doc__)
    parser.add_argument("modules", nargs="*", default=HOT, metavar="MODULE", help="default: those of the data path")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("build/ahead"), metavar="DIR", help="(default: %(default)s)"
    )
    parser.add_argument("--root", type=Path, metavar="DIR", help="where the sources are (default: as imported)")
    options = parser.parse_args(arguments)
    for module in options.modules:
        generated = build(module, options.root)
        path = options.output / Path(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated.text)
        print(f"{path}: {len(generated.native)} native")
        for name, reason in generated.uncovered.items():
            print(f"  {name} is left to the exec back end: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
