"""Compiling the package: a tree in which what is compiled stands at its import path, and mypyc's work on it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foxpy.hot import STACK
from foxpy.wire.ahead.module import Generated, generate

if TYPE_CHECKING:
    from setuptools import Extension

HOT = (
    "foxpy.layers.ethernet.wire",
    "foxpy.layers.arp.wire",
    "foxpy.layers.ipv4.wire",
    "foxpy.layers.icmp.wire",
    "foxpy.layers.udp.wire",
    "foxpy.layers.tcp.wire",
    "foxpy.layers.length.wire",
)
"""The modules of packets that are compiled where the package is: those of the data path."""

SUPPORT = (
    "foxpy.wire.window",
    "foxpy.wire.out",
    "foxpy.wire.numbers",
    "foxpy.wire.copies",
    "foxpy.wire.ahead.stamping",
    "foxpy.wire.ahead.sums",
    "foxpy.wire.ahead.native",
)
"""What is compiled along with them."""

REPLACED = {
    "foxpy.checksum": "foxpy.wire.ahead.sums",
    "foxpy.wire.copies": "foxpy.wire.ahead.copies",
    "foxpy.wire.numbers": "foxpy.wire.ahead.numbers",
    "foxpy.wire.out": "foxpy.wire.ahead.out",
}
"""Modules that are compiled from another source than is run where nothing is compiled."""

IGNORED = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")

ABC_BASE: Final = re.compile(r"^(class \w+)\(ABC(?:\)|, (.+\)))(?=:$)", re.MULTILINE)

NO_WARNINGS: Final = "-Wno-all"
"""Python's own ``-Wall`` has gcc look at mypyc's C for four times as long as compiling it takes."""

DIRECT: Final = ("-fno-semantic-interposition", "-fno-plt")
DIRECT_LINKS: Final = ("-Wl,-Bsymbolic-functions",)
"""Calls from one compiled module into another go straight there, though they are in files of C of their own, and not by
way of a table through which somebody else could take their place: up to a tenth more packets a second."""

SETTINGS = ["--strict", "--config-file=", "--follow-imports=silent", "--explicit-package-bases"]
"""What mypy is told; it reads the modules that are not compiled only for their types."""


def source_of(root: Path, module: str) -> Path:
    return root / Path(*module.split(".")).with_suffix(".py")


def write_modules(root: Path, output: Path, modules: Iterable[str] = HOT) -> list[Generated]:
    """Write the generated modules below ``output``, from their sources below ``root``."""
    written = []
    for module in modules:
        source = source_of(root, module)
        generated = generate(module, source, source.relative_to(root).as_posix())
        path = source_of(output, module)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated.text)
        written.append(generated)
    return written


def write_tree(root: Path, tree: Path, modules: Iterable[str] = HOT) -> list[Generated]:
    """Make ``tree`` a copy of the package below ``root``, with the modules that are to be compiled in place."""
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(root / "foxpy", tree / "foxpy", ignore=IGNORED)
    written = write_modules(root, tree, modules)
    for module, replacement in REPLACED.items():
        shutil.copyfile(source_of(root, replacement), source_of(tree, module))
    for module in (*SUPPORT, *STACK):
        path = source_of(tree, module)
        path.write_text(without_abc(path.read_text()))
    return written


def without_abc(text: str) -> str:
    """The source with no class derived from ``ABC``.

    mypyc gives its classes the metaclass ABCMeta, but not the cache that ABCMeta keeps for each class: all of them
    would share that of ``ABC`` itself, and once ``isinstance(x, A)`` was asked, ``isinstance(x, B)`` would answer the
    same. mypy finds abstract classes without it.
    """
    return ABC_BASE.sub(lambda found: found[1] + (f"({found[2]}" if found[2] else ""), text)


def compiled(
    root: Path,
    tree: Path,
    modules: Sequence[str] = HOT,
    callers: Mapping[str, Path] | None = None,
    own: Mapping[str, Path] | None = None,
    stack: Sequence[str] = STACK,
) -> list[Extension]:
    """The extensions for ``modules``, and for ``callers``: typed modules, and the directory that each is imported from.

    ``own``: further modules that describe packets, of other packages than foxpy, and the same of each. Generates
    everything and runs mypyc, which ends the process (SystemExit) where mypy finds an error.
    """
    from mypyc.build import mypycify

    callers, own = callers or {}, own or {}
    write_tree(root, tree, modules)
    for module, directory in (*callers.items(), *own.items()):
        package = module.partition(".")[0]
        shutil.copytree(directory / package, tree / package, ignore=IGNORED, dirs_exist_ok=True)
    for module, directory in own.items():
        write_modules(directory, tree, [module])
    paths = [str(source_of(Path(), module)) for module in (*SUPPORT, *modules, *stack, *own, *callers)]
    with inside(tree):
        found = mypycify(
            [*SETTINGS, *paths],
            opt_level="1",  # what 2 adds is a third of the time, and no speed
            debug_level="0",
            target_dir=str(tree / "c"),
            group_name="foxpy",
        )
    for extension in found:
        if sys.platform != "win32":
            extension.extra_compile_args = [*(extension.extra_compile_args or ()), NO_WARNINGS]
        if sys.platform == "linux":
            extension.extra_compile_args = [*(extension.extra_compile_args or ()), *DIRECT]
            extension.extra_link_args = [*(extension.extra_link_args or ()), "-Wl,-s", *DIRECT_LINKS]
    return found


@contextmanager
def inside(directory: Path) -> Iterator[None]:
    """Until the end of the block, ``directory`` is the current one: that is where mypy finds modules."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)
