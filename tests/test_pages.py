"""What the documentation says: its links resolve, and the code in it is the code that is here."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from docs.examples import wire_guide
from foxpy.layers.ipv4.wire import IPv4
from foxpy.wire import PacketError

HOUSE: Final = Path(__file__).parent.parent
FOLDERS: Final = ("benchmarks", "docs", "foxpy", "stacks", "tests", "typecheck")
PAGES: Final = [
    Path("README.md"),
    *(page.relative_to(HOUSE) for folder in FOLDERS for page in sorted((HOUSE / folder).rglob("*.md"))),
]


def python(page: str) -> list[str]:
    """The blocks of Python in ``page``."""
    return re.findall(r"^```python\n(.*?)^```", (HOUSE / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    page = (HOUSE / path).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", page) if "://" not in link]
    for link in links:
        name, _, anchor = unquote(link).partition("#")
        target = HOUSE / path.parent / name if name else HOUSE / path
        assert target.exists(), f"{path} links to {link}"
        assert target.resolve().is_relative_to(HOUSE.resolve()), f"{path} links to {link}, outside of the project"
        if anchor and target.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in anchors, f"{path} links to {link}"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_files_that_pages_name_are_there(path: Path) -> None:
    """Names like ``foxpy/protocol.py`` in back quotes."""
    page = (HOUSE / path).read_text(encoding="utf-8")
    for name in re.findall(r"`((?:foxpy|stacks|tests|docs|typecheck|benchmarks)/[\w./*]+)`", page):
        assert list(HOUSE.glob(name.rstrip("/"))), f"{path} names {name}"


def test_the_program_in_the_readme_runs() -> None:
    (program,) = (block for block in python("README.md") if "virtual(main)" in block)
    done = run(program)
    assert re.fullmatch(r"60000 bytes at \d+\.\d+\n", done.stdout), done.stdout + done.stderr


def without_comments(code: str) -> list[str]:
    return [line for line in (re.sub(r"\s*#.*", "", line).strip() for line in code.splitlines()) if line]


def test_the_layer_on_the_page_is_the_one_that_is_tested() -> None:
    code = without_comments((HOUSE / "docs/examples/channels.py").read_text(encoding="utf-8"))
    *blocks, stacks = python("docs/your-own-layer.md")
    for line in without_comments("".join(blocks)):
        if line != "...":
            assert line.removesuffix(" ...") in code, line
    assert "channels(ip.carrier(253))" in stacks


def test_the_definition_on_the_page_is_the_one_in_use() -> None:
    code = without_comments((HOUSE / "foxpy/layers/ipv4/wire.py").read_text(encoding="utf-8"))
    page = python("docs/wire-reference.md")[0]
    _, definition = page.split("class IPv4", 1)
    for line in without_comments("class IPv4" + definition):
        assert line in code, line
    done = run(f"{page}\nprint(IPv4.MIN)")
    assert done.stdout == f"{IPv4.MIN}\n", done.stderr
    assert f"`IPv4.MIN` | the least number of bytes, {IPv4.MIN} |" in (HOUSE / "docs/wire-reference.md").read_text()


def test_every_stack_is_shown() -> None:
    page = (HOUSE / "stacks/README.md").read_text(encoding="utf-8")
    for path in sorted((HOUSE / "stacks").glob("[!_]*.py")):
        assert f"[{path.name}]({path.name})" in page
        assert re.search(rf"^ .*\b{path.stem}\b", page, re.MULTILINE), f"{path.stem} has no drawing"


def test_the_guide_to_the_packet_language_is_what_is_tested() -> None:
    code = without_comments((HOUSE / "docs/examples/wire_guide.py").read_text(encoding="utf-8"))
    *blocks, test = python("docs/wire.md")
    for line in without_comments("".join(blocks)):
        assert line in code, line
    assert "check_bytes(Dns, data)" in test


def test_the_guide_shows_what_happens() -> None:
    """Each example is run; an error is shown as its name and text."""
    page = (HOUSE / "docs/wire.md").read_text(encoding="utf-8")
    names: dict[str, object] = dict(vars(wire_guide))
    for session in re.findall(r"^```pycon\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for example in re.findall(r"^>>> (.*)\n((?:(?!>>>).*\n)*)", session, re.MULTILINE):
            assert shown(example[0], names) == example[1], example[0]


def shown(line: str, names: dict[str, object]) -> str:
    """What the interpreter prints for ``line``."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(line, "<page>", "single"), names)
    except PacketError as error:
        return f"{type(error).__name__}: {error}\n"
    return out.getvalue()
