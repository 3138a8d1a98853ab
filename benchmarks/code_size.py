"""How many lines a header takes, beside libpnet: by hand, and after its packet language came.

libpnet's figures are those of table 1 in R. Clipsham, "Safe, Correct, and Fast Low-Level Networking" (2015). They count
every line of the file of a header, as ``wc -l`` does: the file of Ethernet by hand in the project's history, with
licence, documentation, blank lines and unit tests, has the 223 lines of the table, one more or less from version to
version. Ours are counted the same way. Our tests are in files of their own, so a column has them added. Our files hold
more than a header, the typed options of IPv4 for one, so another column has the classes of the header alone.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
from tables import table

HOUSE: Final = Path(__file__).resolve().parent.parent
LIBPNET: Final = {"Ethernet": (223, 87), "IPv4": (393, 135), "IPv6": (323, 92), "UDP": (394, 240)}
"""Lines by hand, and with its packet language."""
CLASSES: Final = {"Ethernet": ("Ethernet", "EthernetII"), "IPv4": ("IPv4",), "IPv6": ("IPv6",), "UDP": ("UDP",)}


@attrs.frozen
class Size:
    """Lines of one header."""

    header: str
    libpnet_by_hand: int
    libpnet: int
    foxpy: int
    foxpy_with_tests: int
    foxpy_header_alone: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print a list of objects instead of a table")
    options = parser.parse_args()
    found = [size(header) for header in LIBPNET]
    if options.json:
        print(json.dumps([attrs.asdict(each) for each in found], indent=2))
        return
    head = ["lines", "libpnet by hand", "libpnet", "foxpy", "with tests", "header alone"]
    rows = [list(map(str, attrs.astuple(each))) for each in found]
    ratios = ["by hand / foxpy", "libpnet / foxpy"]
    for row, each in zip(rows, found, strict=True):
        row += [f"{each.libpnet_by_hand / each.foxpy:.2f}", f"{each.libpnet / each.foxpy:.2f}"]
    print(table(head + ratios, rows))


def size(header: str) -> Size:
    name = header.lower()
    definition = (HOUSE / f"foxpy/layers/{name}/wire.py").read_text(encoding="utf-8")
    tests = (HOUSE / f"tests/layers/{name}/test_wire.py").read_text(encoding="utf-8")
    lines = definition.count("\n")
    return Size(
        header,
        *LIBPNET[header],
        foxpy=lines,
        foxpy_with_tests=lines + tests.count("\n"),
        foxpy_header_alone=class_lines(definition, CLASSES[header]),
    )


def class_lines(text: str, names: Sequence[str]) -> int:
    """Lines of these classes, with their documentation and comments."""
    return sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name in names
    )


if __name__ == "__main__":
    main()
