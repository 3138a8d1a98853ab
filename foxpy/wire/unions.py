"""A packet inside a packet, or the one of several that it is: chosen by guards, or by a tag that another field has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, cast

from foxpy.wire.choice import Choice, bound_parameters, taking
from foxpy.wire.fields import AnyField
from foxpy.wire.rules import chooser_of
from foxpy.wire.source import Source

if TYPE_CHECKING:
    from foxpy.wire.packet import Packet


@cache
def union_reader(field: AnyField, exact: bool, bounded: bool) -> Callable[..., object]:
    """The reader of a union field: of all the bytes that it is given (``exact``), or giving the position behind it too.

    ``bounded``: what encloses it has said where its bytes end, so that missing ones will not come.

    Its parameters are the buffer, the bounds, where the message begins, the tag if there is one, and bound arguments.
    """
    members = cast("tuple[type[Packet], ...]", field.elements)
    place = f"{field.owner.__name__}.{field.name}"
    source = Source(f"{place} union")
    tagged = chooser_of(field.rule) is not None
    parameters = [
        "_b",
        "_o",
        "_e",
        "_origin",
        *(["_tag"] if tagged else []),
        *bound_parameters(source, members, field),
    ]
    with source.block(f"def _read({', '.join(parameters)}):"):
        source.line("_start = _o")
        with source.block("try:"):
            if tagged:
                _by_tag(source, members, field)
            else:
                Choice(place, members).write(source, lambda member: taking(source, member, field))
        with source.block("except _PacketError as _error:"):
            error = "_error.bounded()" if bounded else "_error"
            source.line(f'raise {error}.within("{place}") from None')
        if exact:
            with source.block("if _o != _e:"):
                fact = "{_type(_element)._spec.__name__} takes {_o - _start} of {_e - _start} bytes"
                source.line(f'raise _Malformed(f"{fact}", "{field.owner.__name__}", "{field.name}", _start)')
            source.line("return _element")
        else:
            source.line("return _element, _o")
    return cast("Callable[..., object]", source.load()["_read"])


def _by_tag(source: Source, members: tuple[type[Packet], ...], field: AnyField) -> None:
    for at, member in enumerate(members[:-1]):
        source.line(f"{'elif' if at else 'if'} _tag == {tag_of_class(member)}:")
        source.line(f"    {taking(source, member, field, tag='_tag')}")
    with source.block("else:" if len(members) > 1 else "if True:"):
        source.line(taking(source, members[-1], field, tag="_tag"))


def tag_of_class(member: type[Packet]) -> int | None:
    """The tag of a class; None of one that takes what no other takes."""
    return member._tag


def tag_reader(field: AnyField) -> Callable[[Packet], int]:
    """A function that gives the tag of a union field's value: its class's, or what it has as an argument."""
    chooser = chooser_of(field.rule)
    name = getattr(chooser, "name", "")

    def tag(value: Packet) -> int:
        own = tag_of_class(value._spec)
        return cast(int, getattr(value, name)) if own is None else own

    return tag
