"""What all tests share.

Hypothesis is seeded and has no deadline, so that a slow machine never fails a test. Tests that are ``async`` run in
trio, in virtual time; those marked ``interop`` in real time, since Linux takes part, and they say why they are skipped,
or fail where the environment promised that they can run.
"""

from __future__ import annotations

import functools
import inspect
import os
import shutil
from collections.abc import Generator, Iterator

import pytest
import trio
from hypothesis import settings

import foxpy
from foxpy.native import COMPILED, MODE
from foxpy.testing import namespaces, virtual

pytest_plugins = ("pytester",)

settings.register_profile("foxpy", deadline=None, derandomize=True, max_examples=100, print_blob=True)
settings.load_profile("foxpy")


def pytest_configure() -> None:
    """No test runs where foxpy is not as FOXPY_EXPECT_COMPILED says: 1 compiled, 0 interpreted, unset either."""
    wanted = os.environ.get("FOXPY_EXPECT_COMPILED", "")
    if wanted and (wanted == "1") != COMPILED:
        raise pytest.UsageError(f"FOXPY_EXPECT_COMPILED={wanted}, but {foxpy.__file__} is {MODE}")


def pytest_report_header() -> str:
    return f"foxpy: {MODE}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what talks to Linux where that cannot work; the marker's arguments are the programs that a test needs."""
    marker = item.get_closest_marker("interop")
    if marker is None:
        return
    missing = [program for program in marker.args if shutil.which(program) is None]
    reason = namespaces.why_not() or (
        f"needs {', '.join(missing)}; tests/interop/packages.txt lists the packages" if missing else None
    )
    if reason is None:
        return
    if os.environ.get("FOXPY_REQUIRE_INTEROP") == "1":
        pytest.fail(f"FOXPY_REQUIRE_INTEROP is set, but this test {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What shows that a requirement is met may not skip itself; what needs Linux may, as it has another beside it."""
    report = yield
    if report.skipped and item.get_closest_marker("requirement") and item.get_closest_marker("interop") is None:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} shows a requirement (docs/requirements.md), and skipped itself"
    return report


@pytest.fixture
def place() -> Iterator[namespaces.Namespace]:
    """A network namespace of its own, where Linux is another machine."""
    with namespaces.namespace() as made:
        yield made


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return None
    names = inspect.signature(test).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    if pyfuncitem.get_closest_marker("interop") is not None:
        trio.run(functools.partial(test, **arguments))
    else:
        virtual(functools.partial(test, **arguments))
    return True
