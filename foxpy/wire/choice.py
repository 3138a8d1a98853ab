"""Choosing the shape of a packet by its guards: a chain of tests, written in the order of the union."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from foxpy.wire.encodings import Argument
from foxpy.wire.expressions import Expr, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.reading import Unpacking, atom
from foxpy.wire.source import Source

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet


class Choice:
    """The members of a union of packets. Raises TypeError if one cannot be reached, or if none is the catch-all."""

    def __init__(self, title: str, members: tuple[type[Packet], ...]) -> None:
        self.title = title
        self.members = members
        self.shared = _shared_guards(members)
        for member in members[:-1]:
            if not self.guards(member):
                raise TypeError(f"{title}: {member.__name__} takes every packet, so that none after it is ever chosen")
        if self.guards(members[-1]):
            last = " | ".join(member.__name__ for member in members)
            raise TypeError(f"{title}: {last} has no catch-all; the last member must be one without a guard")

    def guards(self, member: type[Packet]) -> tuple[Expr[bool], ...]:
        """What tells ``member`` from the others."""
        return member._guards[self.shared :]

    def write(self, source: Source, chosen: Callable[[type[Packet]], str]) -> None:
        """Emit the tests on the packet at ``_b[_o:_e]``; ``chosen`` gives the statement for the one that it is."""
        if len(self.members) == 1:
            source.line(chosen(self.members[0]))
            return
        reads = self._prefix(source)
        word = "if"
        for member in self.members:
            tests = [render(guard, lambda named: atom(reads[named.name])) for guard in self.guards(member)]
            source.line(f"{word} {' and '.join(tests)}:" if tests else "else:")
            source.line(f"    {chosen(member)}")
            word = "elif"

    def _prefix(self, source: Source) -> dict[str, str]:
        """Emit the reading of the fields that the guards look at, behind one bounds check."""
        wanted: dict[str, AnyField] = {}
        for member in self.members:
            for guard in self.guards(member):
                for each in names(guard):
                    wanted[each.name] = member._layout.fields[each.name]
        base = _common_base(self.members)
        reads = {name: name for name, field in wanted.items() if isinstance(field.encoding, Argument)}
        head = base._layout.head
        at_head = {each.name for item in head.items for each in item.fields}
        needed = max(
            (item.offset + item.size for item in head.items for each in item.fields if each.name in wanted), default=0
        )
        behind = [name for name in wanted if name not in at_head and name not in reads]
        if needed:
            source.line(f"if _e - _o < {needed}:")
            source.line(f'    raise _Truncated(f"{base.__name__}: needs {needed} bytes, {{_e - _o}} left")')
            reads.update(Unpacking(source, head, "_o", wanted).emit())
        if behind:
            arguments = "".join(f", {field.name}={field.name}" for field in base._layout.arguments)
            source.line(f"_base = {source.bind('_view_base', base.view)}(_b, _o, _e{arguments})")
            reads.update({name: f"_base.{name}" for name in behind})
        return reads


def _common_base(members: tuple[type[Packet], ...]) -> type[Packet]:
    """The nearest class that all members derive from."""
    for base in members[0].__mro__:
        if "_layout" in base.__dict__ and all(issubclass(member, base) for member in members):
            return base
    raise TypeError(f"{' | '.join(member.__name__ for member in members)} have no packet in common to choose by")


def _shared_guards(members: tuple[type[Packet], ...]) -> int:
    """How many guards all members have from a common base: they rule packets out, and tell no members apart."""
    count = 0
    for guards in zip(*(member._guards for member in members), strict=False):
        if any(guard is not guards[0] for guard in guards):
            break
        count += 1
    return count
