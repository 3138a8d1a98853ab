"""What holds for the house as a whole: which modules may import what, and the order of every layer."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

HOUSE: Final = Path(__file__).parent.parent
LIBRARY: Final = sorted(path.relative_to(HOUSE) for path in (HOUSE / "foxpy").rglob("*.py"))
LAYERS: Final = [path for path in LIBRARY if path.match("foxpy/layers/*/layer.py")]
PROTOCOLS: Final = [
    *(
        Path("foxpy/layers", name, "layer.py")
        for name in ("arp", "ethernet", "icmp", "ipv4", "router_discovery", "tcp", "udp")
    ),
    Path("docs/examples/channels.py"),
]
DEVICES: Final = [Path("foxpy/devices", name) for name in ("device.py", "link.py", "tuntap.py")]

HEADINGS: Final = (
    "configuration",
    "factory",
    "lifecycle",
    "active open",
    "passive open",
    "down: send",
    "up: deliver",
    "close and abort",
    "control and query",
)
"""Of every ``layer.py``, in this order; the first two of the module, the others of a class."""

EDGES: Final = ("foxpy/driver.py", "foxpy/waiting.py", "foxpy/streams/", "foxpy/testing/", "foxpy/cli/", "foxpy/bench/")
"""Where the stack meets an event loop: nothing else knows of trio."""
CLOCKS: Final = ("foxpy/testing/processes.py", "foxpy/cli/", "foxpy/bench/")
"""What waits for other processes or tells a person how long it took. All else has the Scheduler's clock."""
EXTRAS: Final = ("click", "h11", "hypothesis", "matplotlib", "mypy", "pyroute2", "pytest", "rich")
"""What the library itself does without."""
ORACLES: Final = {"dns", "dpkt", "scapy"}
"""What the differential tests compare with: dnspython, and scapy, whose licence is not ours."""


def tree(path: Path) -> ast.Module:
    return ast.parse((HOUSE / path).read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    """The packages that ``path`` imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def comments(path: Path) -> Iterator[tuple[int, int, str]]:
    """The comments of ``path``: line, column, text."""
    for token in tokenize.generate_tokens(io.StringIO((HOUSE / path).read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield *token.start, token.string


# -- layers


def headings(path: Path) -> tuple[list[str], list[list[str]]]:
    """The headings of the module, and those of each class."""
    found = {line: (column, text[5:]) for line, column, text in comments(path) if text.startswith("# -- ")}
    inside: set[int] = set()
    classes = []
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef) and node.end_lineno is not None:
            lines = [line for line in sorted(found) if node.lineno <= line <= node.end_lineno]
            inside.update(lines)
            classes.append([found[line][1] for line in lines])
    return [text for line, (_, text) in sorted(found.items()) if line not in inside], classes


@pytest.mark.parametrize("path", [*LAYERS, *DEVICES, Path("foxpy/testing/postbox.py")], ids=str)
def test_every_layer_keeps_the_order(path: Path) -> None:
    module, classes = headings(path)
    assert module in (["configuration", "factory"], ["factory"]) or path not in LAYERS
    for found in classes:
        assert found == [heading for heading in HEADINGS[2:] if heading in found]


@pytest.mark.parametrize("path", PROTOCOLS, ids=str)
def test_every_protocol_has_all_of_it(path: Path) -> None:
    module, classes = headings(path)
    assert module == [*HEADINGS[:2]]
    assert [*HEADINGS[2:]] in classes


def test_every_layer_is_known() -> None:
    """A folder of a layer has the same three: what one imports, the header, the layer. Some have no header.

    Where there is no layer, the packets of a protocol are described in as many files as they need.
    """
    for folder in {path.parent for path in LIBRARY if path.parent.parent == Path("foxpy/layers")}:
        assert folder / "__init__.py" in LIBRARY
        if folder / "layer.py" in LAYERS:
            assert folder / "wire.py" in LIBRARY or folder.name in {"faults", "record", "trace"}


# -- imports


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_trio_and_the_clock_stay_at_the_edges(path: Path) -> None:
    packages = set(imported(path))
    if not path.as_posix().startswith(EDGES):
        assert not packages & {"trio", "asyncio", "selectors", "threading"}
    if not path.as_posix().startswith(CLOCKS):
        assert not packages & {"time", "datetime"}


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_nothing_sleeps_or_asks_for_the_time_of_day(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
            assert node.attr not in {"time", "time_ns", "sleep"}, f"{path}:{node.lineno}"


WITHOUT_EXTRAS: Final = """
import importlib, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
for name in {names}:
    importlib.import_module(name)
"""


COMPILED_ONLY: Final = {
    Path("foxpy/wire/ahead") / f"{name}.py" for name in ("native", "numbers", "out", "stamping", "sums")
}
"""They are part of wheels that are compiled, and those need librt."""


def test_the_library_needs_attrs_and_trio_alone() -> None:
    """All but the command imports where none of the extras is installed."""
    names = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in LIBRARY
        if not path.as_posix().startswith("foxpy/cli/") and path not in COMPILED_ONLY
    ]
    program = WITHOUT_EXTRAS.format(extras=set(EXTRAS), names=names)
    done = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_oracles_are_of_the_tests_alone(path: Path) -> None:
    assert not ORACLES & set(imported(path))


# -- sources


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_no_file_of_a_persons_machine_is_named(path: Path) -> None:
    found = re.search(r"(?<![\w.])/(?:home|work|tmp|root|Users)\b", (HOUSE / path).read_text(encoding="utf-8"))
    assert found is None, found


def signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    arguments = function.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if each is not None and each.annotation is not None:
            yield each.annotation
    if function.returns is not None:
        yield function.returns


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_no_public_signature_has_any(path: Path) -> None:
    """Nor has a public field. What implements overloads does not count: callers see the overloads alone."""
    overloaded: set[str] = set()
    for node in ast.walk(tree(path)):
        found: list[ast.expr] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list):
                overloaded.add(node.name)
            elif not is_private(node.name) and node.name not in overloaded:
                found = list(signature(node))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and not is_private(node.target.id):
            found = [node.annotation]
        for annotation in found:
            assert not re.search(r"\bAny\b", ast.unparse(annotation)), f"{path}:{annotation.lineno}"


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_what_mypy_is_told_to_ignore_has_a_code_and_a_reason(path: Path) -> None:
    for line, _, text in comments(path):
        if re.match(r"#\s*type:\s*ignore", text):
            assert re.match(r"# type: ignore\[[a-z, -]+\]  # \w", text), f"{path}:{line}"
