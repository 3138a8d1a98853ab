"""Running in virtual time, and hosts on an in-memory link: the fixtures of foxpy's own tests and of its users'."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar, TypeVarTuple

import trio
import trio._core._run as trio_run
import trio.testing

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

LIMIT: Final = 100_000.0
"""Virtual seconds after which ``virtual`` gives up: something waits for what never comes."""


def virtual(
    function: Callable[[*Arguments], Awaitable[Result]], *arguments: *Arguments, seed: int = 0, limit: float = LIMIT
) -> Result:
    """Run ``function`` in virtual time: waiting takes no time, and every run with the same ``seed`` is the same.

    Raises trio.TooSlowError when ``limit`` virtual seconds have passed.
    """

    async def limited() -> Result:
        with trio.fail_after(limit):
            return await function(*arguments)

    with deterministic(seed):
        return trio.run(limited, clock=trio.testing.MockClock(autojump_threshold=0))


@contextmanager
def deterministic(seed: int) -> Iterator[None]:
    """Runs of trio in the block take ready tasks in an order that ``seed`` decides alone.

    trio has this for hypothesis only, behind private names; what they were is put back at the end.
    """
    names = vars(trio_run)
    before = names["_ALLOW_DETERMINISTIC_SCHEDULING"], names["_r"]
    names["_ALLOW_DETERMINISTIC_SCHEDULING"], names["_r"] = True, random.Random(seed)
    try:
        yield
    finally:
        names["_ALLOW_DETERMINISTIC_SCHEDULING"], names["_r"] = before
