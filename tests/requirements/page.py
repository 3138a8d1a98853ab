"""The page: docs/requirements.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.requirements.items import Answer, Document, Item, Level
from tests.requirements.marked import HOUSE, Proof, by_requirement
from tests.requirements.rfc1122 import RFC1122
from tests.requirements.rfc9293 import RFC9293

PAGE: Final = HOUSE / "docs" / "requirements.md"
DOCUMENTS: Final = (RFC9293, RFC1122)

INTRODUCTION: Final = """\
# What the RFCs require

Every numbered requirement of RFC 9293 (TCP), and every row of RFC 1122's tables for the link layer, IP, ICMP and UDP:
whether foxpy meets it, the tests that show it, and the reason where it does not. `python -m tests.requirements` writes
this page, from [the items](../tests/requirements/) and from the marks on the tests.

`make test` fails where a row is met and no test shows it, where a test that shows one fails or is skipped, where a mark
names no row or one that is not met, and where this page is not what the marks say. To show a requirement, mark a test:

```python
@pytest.mark.requirement("MUST-12")
```

*If set* is what a setting turns on that is not the default. *N/a* is what does not arise: a condition of something that
foxpy does not do, or what a later RFC has taken back. In rows of the levels MUST NOT and SHOULD NOT, *yes* says that it
is not done.
"""


def page() -> str:
    """What the page has to be. Raises BadMark."""
    return "".join(f"{line}\n" for line in _lines(by_requirement()))


def write() -> None:
    PAGE.write_text(page(), encoding="utf-8")


def _lines(shown: Mapping[str, Sequence[Proof]]) -> Iterator[str]:
    yield INTRODUCTION
    for document in DOCUMENTS:
        yield from _summary(document)
    for document in DOCUMENTS:
        yield ""
        yield f"## {document.title}"
        yield ""
        yield document.source
        for part in document.parts:
            yield ""
            yield f"### {part.title}"
            yield ""
            yield "| Item | Section | Level | What | Met | Tests, or why not |"
            yield "|---|---|---|---|---|---|"
            for item in part.items:
                yield _row(item, shown.get(item.name, ()))


def _summary(document: Document) -> Iterator[str]:
    counts = Counter((item.level, item.answer) for item in document.items())
    yield f"| {document.title} | met | if set | not met | n/a | of |"
    yield "|---|---|---|---|---|---|"
    for level in Level:
        numbers = [counts[level, answer] for answer in Answer]
        yield f"| {level.value} | " + " | ".join(map(str, (*numbers, sum(numbers)))) + " |"
    yield ""


def _row(item: Item, tests: Sequence[Proof]) -> str:
    told = " ".join((f"{item.reason} ".strip(), _links(tests))).strip()
    return f"| {item.name} | {item.section} | {item.level.value} | {item.says} | {item.answer.value} | {told} |"


def _links(tests: Iterable[Proof]) -> str:
    """A link to each file, and the names of the tests in it."""
    files = []
    for path, found in groupby(tests, key=lambda test: test.path):
        names = ", ".join(f"`{test.name.removeprefix('test_')}`" for test in found)
        files.append(f"[{_short(path)}](../{path.as_posix()}): {names}")
    return "; ".join(files)


def _short(path: Path) -> str:
    return path.relative_to("tests").as_posix().removeprefix("layers/")
