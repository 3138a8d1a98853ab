"""What a module makes of its packets (readers, appenders and so on), recorded while an ahead-of-time build looks on.

Where a module has been compiled, its source is still run, for the classes in it; but the functions that it asks for are
there already. So they are only noted, and compiled after all if they are called: for what the compiled ones refuse.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])

_recorded: set[str] = set()
_provided: dict[tuple[str, tuple[object, ...]], Callable[..., object]] = {}


class Hot:
    """A function that was asked for: ``factory(*arguments)``, made at the first call."""

    def __init__(
        self, factory: Callable[..., object], arguments: tuple[object, ...], keywords: Mapping[str, object]
    ) -> None:
        self.kind = factory.__name__
        self.arguments = arguments
        self._factory = factory
        self._keywords = keywords
        self._made: Callable[..., object] | None = None

    def __call__(self, *arguments: object, **keywords: object) -> object:
        if self._made is None:
            self._made = cast("Callable[..., object]", self._factory(*self.arguments, **self._keywords))
        return self._made(*arguments, **keywords)


@contextmanager
def recording(module: str) -> Iterator[None]:
    """Until the end of the block, what the code of ``module`` asks for is recorded, not made."""
    _recorded.add(module)
    try:
        yield
    finally:
        _recorded.discard(module)


def provide(hot: Hot, function: Callable[..., object]) -> None:
    """Give ``function`` to whoever asks for what ``hot`` is, from now on."""
    _provided[hot.kind, hot.arguments] = function


def recordable(factory: F) -> F:
    """Let what ``factory`` makes be recorded."""

    @wraps(factory)
    def make(*arguments: object, **keywords: object) -> object:
        if _recorded and sys._getframe(1).f_globals.get("__name__") in _recorded:
            return Hot(factory, arguments, keywords)
        if _provided and not keywords:
            native = _provided.get((factory.__name__, tuple(getattr(each, "_spec", each) for each in arguments)))
            if native is not None:
                return native
        return factory(*arguments, **keywords)

    return cast(F, make)
