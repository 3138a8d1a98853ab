"""Functions of generated code that are written when they are first called, so that importing them costs little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType

from foxpy.wire.source import Source


def deferred(name: str, write: Callable[[], Source]) -> Callable[..., object]:
    """The function ``name`` of the text that ``write`` gives.

    At its first call it takes over the code of the function that has been compiled, so that it is that function from
    then on, for whoever has kept it: no second call leads to the first one.
    """
    names: dict[str, object] = {}

    def first(arguments: tuple[object, ...], keywords: Mapping[str, object]) -> object:
        source = write()
        source.names["_first"] = first  # for a thread that was on its way here
        made = source.load(names)[name]
        assert isinstance(made, FunctionType)
        function.__defaults__, function.__kwdefaults__ = made.__defaults__, made.__kwdefaults__
        function.__qualname__ = made.__qualname__
        function.__code__ = made.__code__
        return made(*arguments, **keywords)

    names["_first"] = first
    function = FunctionType(_wait.__code__, names, name)
    return function


def _wait(*arguments: object, **keywords: object) -> object:
    """What a deferred function is until it is called; ``_first`` is in its namespace alone."""
    return _first(arguments, keywords)  # type: ignore[name-defined]  # noqa: F821  # there is no such name here
