"""What the conformance kit says when a protocol breaks its contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ContractBroken(AssertionError):
    """A protocol does not do what the Protocol signature says.

    ``check`` names the check that found it, ``clause`` is the sentence of the contract, ``observed`` what happened.
    """

    def __init__(self, check: str, clause: str, observed: str) -> None:
        super().__init__(f"{check}: {clause}\n  observed: {observed}")
        self.check = check
        self.clause = clause
        self.observed = observed


class Observation(AssertionError):
    """What a check saw that its clause forbids; ``check_protocol`` adds the clause."""


def require(kept: bool, observed: str) -> None:
    """Say ``observed`` unless the contract was ``kept``."""
    if not kept:
        raise Observation(observed)


@contextmanager
def raising(error: type[Exception], operation: str) -> Iterator[list[Exception]]:
    """Demand that the block, which does ``operation``, raises ``error``; the list then holds it."""
    caught: list[Exception] = []
    try:
        yield caught
    except error as raised:
        caught.append(raised)
    except Exception as other:
        raise Observation(f"{operation} raised {other!r} in place of {error.__name__}") from other
    else:
        raise Observation(f"{operation} did not raise {error.__name__}")


@contextmanager
def harmless(operation: str) -> Iterator[None]:
    """Demand that the block, which does ``operation``, raises nothing."""
    try:
        yield
    except Exception as raised:
        raise Observation(f"{operation} raised {raised!r}") from raised
