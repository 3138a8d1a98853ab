"""Classifiers: which of several packets some bytes are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from foxpy.wire.choice import Choice, arguments_of
from foxpy.wire.members import Ordered, members_of
from foxpy.wire.packet import Packet
from foxpy.wire.parsing import entry
from foxpy.wire.source import Source
from foxpy.wire.values import signature
from foxpy.wire.window import Buffer, Window

T = TypeVar("T")


class Classifier(Ordered, Generic[T]):
    """``Classifier[A | B | C]()`` tells A, B and C apart by their guards, tried in this order; the last has none.

    Raises TypeError when the union is written if a member cannot be reached or if there is no catch-all.
    """

    if not TYPE_CHECKING:  # to check the union where it is written: the instance learns it too late

        def __class_getitem__(cls, union: object) -> object:
            members = members_of(union)
            if all(isinstance(member, type) and issubclass(member, Packet) for member in members):
                Choice(f"Classifier[{' | '.join(member.__name__ for member in members)}]", members)
            return cls.of(union) or super().__class_getitem__(union)

    @property
    def members(self) -> tuple[type[Packet], ...]:
        """The packets, in the order of the union."""
        return cast("tuple[type[Packet], ...]", members_of(self._union))

    def view(self, buf: Buffer | Window, start: int = 0, end: int | None = None, **arguments: object) -> T:
        """View the packet at ``start`` as the one that it is. Raises Truncated or Malformed."""
        self.view = self._compile("view")  # type: ignore[method-assign]  # generated code takes over at first use
        return self.view(buf, start, end, **arguments)

    def parse(self, buf: Buffer | Window, start: int = 0, end: int | None = None, **arguments: object) -> T:
        """Parse the packet at ``start`` as the one that it is. Raises Truncated or Malformed."""
        self.parse = self._compile("parse")  # type: ignore[method-assign]  # generated code takes over at first use
        return self.parse(buf, start, end, **arguments)

    def _compile(self, how: str) -> Callable[..., T]:
        title = f"Classifier[{' | '.join(member.__name__ for member in self.members)}]"
        choice, source = Choice(title, self.members), Source(f"{title} {how}")
        parameters = ["buf", "start=0", "end=None", *signature(source, arguments_of(self.members))]
        with source.block(f"def _{how}({', '.join(parameters)}):"):
            entry(source)
            source.line("_origin = _o")
            choice.write(source, lambda member: _returning(source, member, how))
        return cast("Callable[..., T]", source.load()[f"_{how}"])


def _returning(source: Source, member: type[Packet], how: str) -> str:
    made = source.bind_like(f"_{how}_{member.__name__}", getattr(member._program, how))
    arguments = "".join(f", {field.name}={field.name}" for field in member._layout.arguments)
    return f"return {made}(_b, _o, _e{arguments})"
