"""The generated code of one packet: each part is written and compiled when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, cast

from foxpy.wire.encodings import Argument
from foxpy.wire.expressions import Expr, names
from foxpy.wire.fields import AnyField
from foxpy.wire.layout import Layout
from foxpy.wire.out import Out
from foxpy.wire.rules import Const
from foxpy.wire.source import Source

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet

Make = Callable[..., "Packet"]  # keyword parameters differ from packet to packet; users see them through the packet


def _is_tested(each: AnyField) -> bool:
    return isinstance(each.rule, Const) and not isinstance(each.encoding, Argument)


class Program:
    """The functions compiled for one packet. The first use of a part also puts it in its place on the class."""

    def __init__(self, layout: Layout, guards: tuple[Expr[bool], ...]) -> None:
        self.layout = layout
        self.guards = guards
        self.sources: dict[str, Source] = {}

    @property
    def tests(self) -> tuple[Expr[bool], ...]:
        """The guards that are not tested as constants anyhow."""
        fields = self.layout.fields
        return tuple(guard for guard in self.guards if not all(_is_tested(fields[each.name]) for each in names(guard)))

    @cached_property
    def _values(self) -> dict[str, object]:
        from foxpy.wire.values import value_source  # each emitter is imported with the first packet that needs it

        return self._load("value", value_source(self.layout, self.tests))

    @property
    def _draft(self) -> type[Packet]:
        return cast("type[Packet]", self._values["_Draft"])

    @property
    def _read(self) -> type[Packet]:
        return cast("type[Packet]", self._values["_Read"])

    @cached_property
    def make(self) -> Make:
        made = cast(Make, self._values["_make"])
        self._install("__new__", made)
        return made

    @cached_property
    def parse(self) -> Make:
        from foxpy.wire.parsing import parse_source

        parts = self._load("parse", parse_source(self.layout, self.tests, self._draft, self._read))
        parse = cast(Make, parts["_parse"])
        self._install("parse", parse)
        return parse

    @cached_property
    def take(self) -> Callable[..., tuple[Packet, int]]:
        """``parse`` for one of many packets: it also gives the position behind the packet."""
        from foxpy.wire.parsing import take_source

        parts = self._load("take", take_source(self.layout, self.tests, self._draft, self._read))
        return cast("Callable[..., tuple[Packet, int]]", parts["_take"])

    @cached_property
    def view(self) -> Make:
        from foxpy.wire.viewing import view_source

        parts = self._load("view", view_source(self.layout, self.tests))
        view = cast(Make, parts["_view"])
        self._install("view", view)
        return view

    @cached_property
    def push(self) -> Callable[[Packet, Out], None]:
        from foxpy.wire.building import push_source

        parts = self._load("push", push_source(self.layout, self.tests))
        push = cast("Callable[[Packet, Out], None]", parts["_push"])
        setattr(self._draft, "push", push)  # noqa: B010  # mypy will not have a method assigned to
        return push

    @cached_property
    def lay(self) -> Callable[[Packet, bytearray, dict[object, int]], None]:
        """``push`` for a packet that is part of a message written forwards, with the message's table of names."""
        if not self.layout.compresses:
            return lambda packet, out, _: out.extend(packet.build())
        from foxpy.wire.laying import lay_source

        parts = self._load("lay", lay_source(self.layout, self.tests))
        lay = cast("Callable[[Packet, bytearray, dict[object, int]], None]", parts["_lay"])
        return lambda packet, out, names: lay(packet if isinstance(packet, self._draft) else packet.copy(), out, names)

    def _load(self, part: str, source: Source) -> dict[str, object]:
        self.sources[part] = source
        return source.load()

    def _install(self, name: str, function: Make) -> None:
        setattr(self.layout.cls, name, staticmethod(function))
