"""Which tests say that they show a requirement: read from their sources, so that no test has to be imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

HOUSE: Final = Path(__file__).parents[2]
UNRELIABLE: Final = frozenset(("skip", "skipif", "xfail"))
"""Marks with which a test shows nothing."""


@attrs.frozen
class Proof:
    """A test that is marked."""

    path: Path
    """From the root of the house."""
    name: str
    shows: tuple[str, ...]
    marks: frozenset[str]
    """All its marks, by name."""

    @property
    def everywhere(self) -> bool:
        """It needs neither root nor Linux, and is never skipped."""
        return not self.marks & {"interop", "slow", *UNRELIABLE}


class BadMark(Exception):
    """``requirement`` stands where the table cannot see it, or names nothing."""


def found_in(path: Path) -> Iterator[Proof]:
    """The marked tests of the file ``path``, from the root of the house. Raises BadMark."""
    text = (HOUSE / path).read_text(encoding="utf-8")
    if "requirement(" not in text:
        return
    tree = ast.parse(text, str(path))
    for_all = frozenset(_on_module(tree.body))
    seen = 0
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            shows = [each for each in node.decorator_list if _mark(each) == "requirement"]
            seen += len(shows)
            if shows:
                names = tuple(name for each in shows for name in _names(path, each))
                yield Proof(path, node.name, names, (for_all | {_mark(each) for each in node.decorator_list}) - {""})
    if seen != sum(isinstance(node, ast.Attribute) and _mark(node) == "requirement" for node in ast.walk(tree)):
        raise BadMark(f"{path}: the mark requirement stands on something else than a test of the module")


def _names(path: Path, mark: ast.expr) -> Iterator[str]:
    if not isinstance(mark, ast.Call) or not mark.args or mark.keywords:
        raise BadMark(f"{path}:{mark.lineno}: the mark requirement takes names, and nothing else")
    for argument in mark.args:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            raise BadMark(f"{path}:{argument.lineno}: the mark requirement takes names as they are, no expressions")
        yield argument.value


def _mark(node: ast.AST) -> str:
    """``x`` of ``pytest.mark.x`` and of ``pytest.mark.x()``; nothing of anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "mark":
        return node.attr
    return ""


def _on_module(body: list[ast.stmt]) -> Iterator[str]:
    """The marks that ``pytestmark`` puts on all tests of a module."""
    for node in body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            yield from map(_mark, ast.walk(node.value))


def all_proofs() -> list[Proof]:
    """Of the whole house, in the order of their files. Raises BadMark."""
    paths = sorted(path.relative_to(HOUSE) for path in (HOUSE / "tests").rglob("test_*.py"))
    return [test for path in paths for test in found_in(path)]


def by_requirement() -> dict[str, list[Proof]]:
    """The tests that show each requirement. Raises BadMark."""
    found: dict[str, list[Proof]] = {}
    for test in all_proofs():
        for name in test.shows:
            found.setdefault(name, []).append(test)
    return found
