"""Protocols that a user describes in a file of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from foxpy.cli.stackfile import run_file
from foxpy.cli.usage import CommandError
from foxpy.decode.registry import Registry


def registry_with(files: Iterable[str]) -> Registry:
    """All protocols that the project knows, and those that ``register(registry)`` in each of ``files`` adds.

    Raises CommandError for a file that cannot be loaded or has no such function.
    """
    registry = Registry()
    for file in files:
        path = Path(file)
        if not path.is_file():
            raise CommandError(f"--with {file}: there is no such file")
        register = getattr(run_file(path), "register", None)
        if not callable(register):
            raise CommandError(f"--with {file}: write def register(registry: Registry) in it, which adds protocols")
        try:
            register(registry)
        except Exception as error:  # whatever a user's function does wrong is told, not shown as our own traceback
            raise CommandError(f"--with {file}: register() failed: {type(error).__name__}: {error}") from error
    return registry
