"""Choosing the shape of a packet by its guards: a chain of tests, written in the order of the union."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from foxpy.wire.encodings import Argument, UInt
from foxpy.wire.expressions import Expr, Named, Operation, names, render
from foxpy.wire.fields import AnyField
from foxpy.wire.reading import Unpacking, atom
from foxpy.wire.rules import MISSING, argument_default, chooser_of
from foxpy.wire.source import Source

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet


class Choice:
    """The members of a union of packets. Raises TypeError if one cannot be reached, or if none is the catch-all.

    Two members that have a boolean's two values need no other.
    """

    def __init__(self, title: str, members: tuple[type[Packet], ...]) -> None:
        self.title = title
        self.members = members
        self.shared = _shared_guards(members)
        for member in members[:-1]:
            if not self.guards(member) and not member._by_size:
                raise TypeError(f"{title}: {member.__name__} takes every packet, so that none after it is ever chosen")
            for guard in self.guards(member):
                try:
                    render(guard, lambda named: named.name)
                except TypeError as error:
                    raise TypeError(f"{title}: {member.__name__} cannot be told from others: {error}") from None
        if members[-1]._by_size or (self.guards(members[-1]) and not self._halved()):
            last = " | ".join(member.__name__ for member in members)
            raise TypeError(f"{title}: {last} has no catch-all; the last member must be one without a guard")
        if len(members) > 1 and _common_base(members) is None:
            union = " | ".join(member.__name__ for member in members)
            raise TypeError(f"{title}: {union} have no packet in common to choose by")

    def guards(self, member: type[Packet]) -> tuple[Expr[bool], ...]:
        """What tells ``member`` from the others."""
        return member._guards[self.shared :]

    def _halved(self) -> bool:
        """Whether the last member has one value of a boolean, and an earlier one all packets with the other."""
        name, value = self._boolean(self.members[-1])
        return any(self._boolean(member) == (name, not value) for member in self.members[:-1] if name)

    def _boolean(self, member: type[Packet]) -> tuple[str, object]:
        """The boolean that alone tells ``member`` from the others, and its value; no name if it is not so."""
        match self.guards(member):
            case (Operation(operator="in", operands=(Named(name=name), bool(value))),) if not member._by_size:
                encoding = member._layout.fields[name].encoding
                if isinstance(encoding, Argument) or (isinstance(encoding, UInt) and encoding.boolean):
                    return name, value
        return "", None

    def write(self, source: Source, chosen: Callable[[type[Packet]], str]) -> None:
        """Emit the tests on the packet at ``_b[_o:_e]``; ``chosen`` gives the statement for the one that it is."""
        if len(self.members) == 1:
            source.line(chosen(self.members[0]))
            return
        base = _common_base(self.members)
        assert base is not None
        head = {each.name for item in base._layout.head.items for each in item.fields}
        reads = {name: name for name in self._named() & head}
        self._prefix(source, base, reads)
        for owner in dict.fromkeys(owner for member in self.members for _, owner in self._behind(member, head)):
            source.line(f"{_held(source, owner)} = None")
        word = "if"
        for member in self.members:
            for name, owner in self._behind(member, head):
                reads[name] = _lazily(source, owner, name)
            for argument in member._layout.arguments:
                reads[argument.name] = argument.name
            tests = [render(guard, lambda named: atom(reads[named.name])) for guard in self.guards(member)]
            if member._by_size:
                tests.insert(0, f"_e - _o >= {member.MIN}")
            source.line("else:" if member is self.members[-1] else f"{word} {' and '.join(tests)}:")
            source.line(f"    {chosen(member)}")
            word = "elif"

    def _named(self) -> set[str]:
        """The fields that the guards look at."""
        return {each.name for member in self.members for guard in self.guards(member) for each in names(guard)}

    def _prefix(self, source: Source, base: type[Packet], reads: dict[str, str]) -> None:
        """Emit the reading of fields at fixed offsets, behind one bounds check."""
        items = [item for item in base._layout.head.items if any(each.name in reads for each in item.fields)]
        if items:
            needed = items[-1].offset + items[-1].size
            source.line(f"if _e - _o < {needed}:")
            source.line(f'    raise _Truncated(f"needs {needed} bytes, {{_e - _o}} left", "{base.__name__}", "", _o)')
            reads.update(Unpacking(source, base._layout.head, "_o", reads).emit())

    def _behind(self, member: type[Packet], head: set[str]) -> list[tuple[str, type[Packet]]]:
        """The other fields on the wire that ``member``'s guards look at, and the class that introduces each."""
        named = [each.name for guard in self.guards(member) for each in names(guard)]
        behind = [name for name in named if name not in head and name not in _arguments(member)]
        return [(name, _introduced(member, name)) for name in behind]


def bound_parameters(source: Source, members: tuple[type[Packet], ...], field: AnyField | None) -> list[str]:
    """The keyword parameters of what reads one of ``members``: arguments that are bound, and defaults of the others."""
    bound = () if field is None else field.bound
    others: dict[str, object] = {}
    for argument in arguments_of(members):
        if argument.name not in bound and not is_tag(argument.name, field):
            default = argument_default(argument.rule)
            others[argument.name] = None if default is MISSING else default
    return [*bound, *(f"{name}={source.bind(f'_default_{name}', value)}" for name, value in others.items())]


def arguments_of(members: tuple[type[Packet], ...]) -> list[AnyField]:
    """The arguments of all ``members``, as they were introduced: what a member narrows one to is not its default."""
    found: dict[str, AnyField] = {}
    for member in members:
        found.update({name: _introduced(member, name)._layout.fields[name] for name in _arguments(member)})
    return list(found.values())


def _arguments(member: type[Packet]) -> list[str]:
    return [argument.name for argument in member._layout.arguments]


def is_tag(name: str, field: AnyField | None) -> bool:
    """Whether the argument ``name`` of a union's member is told the tag."""
    return field is not None and getattr(chooser_of(field.rule), "name", None) == name


def taking(source: Source, member: type[Packet], field: AnyField | None = None, tag: str = "") -> str:
    """The statement that reads a ``member`` at ``_o`` into ``_element``, and puts ``_o`` behind it."""
    take = source.bind_like(f"_take_{member.__name__}", member._program.take)
    origin = ", _origin" if member._layout.compresses else ""
    arguments = "".join(
        f", {each.name}={tag if tag and is_tag(each.name, field) else each.name}" for each in member._layout.arguments
    )
    return f"_element, _o = {take}(_b, _o, _e{origin}{arguments})"


def _lazily(source: Source, owner: type[Packet], name: str) -> str:
    """The text that reads a field through a view of ``owner``, which is made at the first such read."""
    view, held = source.bind_like(f"_view_{owner.__name__}", owner._program.view), _held(source, owner)
    arguments = "".join(f", {argument.name}={argument.name}" for argument in owner._layout.arguments)
    if owner._layout.compresses:
        arguments += ", origin=_origin"
    return f"({held} or ({held} := {view}(_b, _o, _e{arguments}))).{name}"


def _held(source: Source, owner: type[Packet]) -> str:
    """The variable for the view of ``owner``."""
    return "_seen" + source.bind_like(f"_view_{owner.__name__}", owner._program.view).removeprefix("_view")


def _introduced(member: type[Packet], name: str) -> type[Packet]:
    """The class that ``member`` has the field from."""
    bases = [cast("type[Packet]", base) for base in member.__mro__ if "_layout" in base.__dict__]
    return [base for base in bases if name in base._layout.fields][-1]


def _common_base(members: tuple[type[Packet], ...]) -> type[Packet] | None:
    """The nearest class that all members derive from."""
    for base in members[0].__mro__:
        if "_layout" in base.__dict__ and all(issubclass(member, base) for member in members):
            return base
    return None


def _shared_guards(members: tuple[type[Packet], ...]) -> int:
    """How many guards all members have from a common base: they rule packets out, and tell no members apart."""
    count = 0
    for guards in zip(*(member._guards for member in members), strict=False):
        if any(guard is not guards[0] for guard in guards):
            break
        count += 1
    return count
