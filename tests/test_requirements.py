"""The table of requirements: what it says is met is shown by tests that are there and cannot be skipped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.requirements.items import Answer, Item, Part
from tests.requirements.marked import HOUSE, UNRELIABLE, BadMark, all_proofs, by_requirement, found_in
from tests.requirements.page import DOCUMENTS, PAGE, page
from tests.requirements.rfc1122 import ICMP, IP, LINK, ROUTING, UDP
from tests.requirements.rfc9293 import RFC9293

ITEMS: Final = [item for document in DOCUMENTS for item in document.items()]
SHOWN: Final = by_requirement()


def test_every_numbered_item_of_tcp_is_there() -> None:
    numbers = [
        *(f"MUST-{number}" for number in range(1, 70)),
        *(f"SHLD-{number}" for number in range(1, 32)),
        *(f"MAY-{number}" for number in range(1, 19)),
        "REC-1",
    ]
    assert Counter(item.name for item in RFC9293.items()) == Counter(numbers)


@pytest.mark.parametrize(("parts", "rows"), [(LINK, 15), ((*IP, *ICMP, *ROUTING), 155), (UDP, 19)])
def test_every_row_of_the_other_tables_is_there(parts: tuple[Part, ...], rows: int) -> None:
    """Of RFC 1122, sections 2.5, 3.5 and 4.1.5: so many rows have a level."""
    assert sum(len(part.items) for part in parts) == rows


def test_names_are_distinct() -> None:
    assert len({item.name for item in ITEMS}) == len(ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_what_is_met_is_shown_and_what_is_not_has_a_reason(item: Item) -> None:
    assert item.says.endswith(".")
    assert item.reason.endswith(".") is (item.answer is not Answer.MET), f"{item.name}: say why"
    tests = SHOWN.get(item.name, [])
    if item.answer in (Answer.MET, Answer.CHOSEN):
        assert any(test.everywhere for test in tests), f"{item.name} is met, and no test that always runs shows it"
    else:
        assert not tests, f"{item.name} is not met, but {tests[0].path} has a test that shows it"


def test_marks_name_what_is_in_the_table() -> None:
    known = {item.name for item in ITEMS}
    for test in all_proofs():
        assert not set(test.shows) - known, f"{test.path}: {test.name}"
        assert len(set(test.shows)) == len(test.shows), f"{test.path}: {test.name}"
        assert not test.marks & UNRELIABLE, f"{test.path}: {test.name} shows requirements, and may not be skipped"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.requirements"


# -- the check itself


def written(folder: Path, text: str) -> Path:
    path = folder / "test_it.py"
    path.write_text("import pytest\n\n" + text)
    return path


def test_marks_are_found(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "pytestmark = [pytest.mark.slow]\n\n"
        '@pytest.mark.requirement("MUST-1", "MUST-2")\n@pytest.mark.interop("ip")\n@pytest.mark.requirement("MAY-1")\n'
        "async def test_this() -> None: ...\n\n"
        "def test_that() -> None: ...\n",
    )
    (test,) = found_in(path)
    assert (test.name, test.shows) == ("test_this", ("MUST-1", "MUST-2", "MAY-1"))
    assert test.marks == {"requirement", "interop", "slow"}
    assert not test.everywhere


@pytest.mark.parametrize(
    "text",
    [
        '@pytest.mark.requirement("MUST-1")\ndef helper() -> None: ...\n',
        '@pytest.mark.requirement("MUST-1")\nclass TestIt: ...\n',
        'pytestmark = pytest.mark.requirement("MUST-1")\n',
        'CASE = pytest.param(1, marks=pytest.mark.requirement("MUST-1"))\n',
        "@pytest.mark.requirement()\ndef test_it() -> None: ...\n",
        'NAME = "MUST-1"\n\n@pytest.mark.requirement(NAME)\ndef test_it() -> None: ...\n',
    ],
)
def test_marks_that_the_table_cannot_see_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadMark):
        list(found_in(written(tmp_path, text)))


SKIPPED: Final = """
import pytest

@pytest.mark.requirement("MUST-1")
def test_it() -> None:
    {}
"""


@pytest.mark.parametrize("way", ['pytest.skip("no time")', 'pytest.xfail("no time")'])
def test_what_shows_a_requirement_may_not_skip_itself(pytester: pytest.Pytester, way: str) -> None:
    pytester.makeconftest((HOUSE / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers =\n    requirement\n    interop\n")
    pytester.makepyfile(SKIPPED.format(way))
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(failed=1)
