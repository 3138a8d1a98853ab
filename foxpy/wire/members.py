"""The members of a union, in the order in which they were written.

``typing`` takes ``A | B`` and ``B | A`` for the same, and gives for the second what it made of the first. Here it is
the order in which they are tried, so the union itself is kept beside what ``typing`` makes of it.
"""

from __future__ import annotations

from typing import Annotated, get_args


class Members:
    """The union in ``packets[A | B]`` and ``oneof[A | B]``: beside the encoding in what is annotated."""

    def __init__(self, union: object) -> None:
        self.union = union


class Family:
    """At run time, what ``packets`` and ``oneof`` are: wire types that are subscripted with a union."""

    def __init__(self, encoding: object) -> None:
        self.encoding = encoding

    def __getitem__(self, union: object) -> object:
        return Annotated[object, self.encoding, Members(union)]


def members_of(union: object) -> tuple[type[object], ...]:
    """The classes in ``union``, or the one that it is."""
    return get_args(union) or (union,)


class Ordered:
    """Mixed into ``Generic`` classes: a subscript with classes makes a subclass that knows them in their order."""

    _union: object = None

    @classmethod
    def of(cls, union: object) -> type[Ordered] | None:
        """The subclass for ``union``; None if that is not made of classes."""
        if not all(isinstance(member, type) for member in members_of(union)):
            return None
        return type(cls.__name__, (cls,), {"_union": union, "__module__": cls.__module__})
