"""What reading a frame has to know of a protocol: its packets, what they carry, and how a line words them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, cast
from typing import Protocol as Shape

import attrs

from foxpy.decode.layer import Layer
from foxpy.wire import Buffer, Packet, Window

if TYPE_CHECKING:
    from foxpy.decode.line import Here

ROOM: Final = 300
"""Characters that a packet without words of its own has in a line."""

P = TypeVar("P", bound=Packet)
P_co = TypeVar("P_co", bound=Packet, covariant=True)

Framing: TypeAlias = Callable[[bytes, int, int], "int | None"]
"""``framing(frame, start, end)``: where the message that begins at ``start`` ends, None if not before ``end``.

Of a protocol over TCP. It looks at a length and at what marks a beginning; nothing that it is given makes it raise.
"""


class Table(enum.Enum):
    """The tables in which protocols are found by number."""

    LINK = "link"
    """Link types of captures (tcpdump.org/linktypes.html)."""
    ETHERTYPE = "ethertype"
    SAP = "sap"
    """Service access points (IEEE 802.2)."""
    IP = "ip"
    """IP protocols and next headers."""
    UDP = "udp"
    """UDP ports."""
    TCP = "tcp"
    """TCP ports. What is found here has a framing."""


@attrs.frozen
class Inside:
    """What a packet carries: ``body``, to be read by the protocol that ``table`` has for the first known number.

    ``partial``: it may be cut off at its end, as the first fragment of a datagram is. ``name``: no table is asked, this
    protocol reads it.
    """

    table: Table | None
    numbers: tuple[int, ...]
    body: Window
    partial: bool = False
    name: str = ""

    @classmethod
    def named(cls, name: str, body: Window) -> Inside:
        """``body`` is always of the protocol called ``name``."""
        return cls(None, (), body, name=name)

    @classmethod
    def unknown(cls, body: Window) -> Inside:
        """``body`` is of a protocol that the packet does not tell."""
        return cls(None, (), body)


Dissector: TypeAlias = Callable[[bytes, int, int], str]
"""Describes the packet ``frame[start:end]`` in one line. Must not raise on account of the bytes."""


class Parses(Shape[P_co]):
    """A packet class or a classifier; anything else that parses has the classes that it gives as ``members``."""

    def parse(
        self, buf: Buffer | Window, start: int = 0, end: int | None = None, **arguments: object
    ) -> P_co: ...  # pragma: no cover


Arguments: TypeAlias = Callable[[Sequence[Layer], bytes, int, int], "dict[str, object]"]
"""``arguments(below, frame, start, end)``: what the packet in ``frame[start:end]`` is read with; see docs/wire.md."""


@attrs.frozen(eq=False)
class Protocol:
    """A protocol as frames are read by it. Made by ``protocol``, which checks that the parts fit together."""

    name: str
    """As filters and JSON have it: ``udp``."""
    title: str
    """As a line has it: ``UDP``."""
    reads: Parses[Packet] | None
    """None: a protocol that is only put into words, by ``tells``."""
    otherwise: Parses[Packet] | None
    """Reads the header alone where ``reads`` cannot read the whole."""
    inside: Callable[[Packet], Inside | None]
    words: Callable[[Packet, Here], str]
    arguments: Arguments
    framing: Framing | None
    pseudo: Callable[[Packet, int, int, Sequence[Layer]], int] | None
    """``pseudo(packet, protocol, length, between)``: the sum of the pseudo-header for what ``packet`` carries.

    ``between``: the layers that stand between the two.
    """
    hosts: Callable[[Packet], tuple[str, str]] | None
    """Who sends and who receives, in text; for words of protocols above that have ports."""
    ported: bool
    """Whether its words begin with the hosts, each with a port."""
    tells: Dissector | None = None


def protocol(
    name: str,
    reads: Parses[P],
    *,
    title: str | None = None,
    otherwise: Parses[Packet] | None = None,
    inside: Callable[[P], Inside | None] | None = None,
    words: Callable[[P, Here], str] | None = None,
    arguments: Arguments | None = None,
    framing: Framing | None = None,
    pseudo: Callable[[P, int, int, Sequence[Layer]], int] | None = None,
    hosts: Callable[[P], tuple[str, str]] | None = None,
    ported: bool = False,
) -> Protocol:
    """A protocol called ``name`` whose packets ``reads`` parses. What is not given: it carries nothing, and is worded
    as ``str(packet)`` words it.

    ``inside`` is called for every packet and says what it carries. ``otherwise`` may give packets of another class
    than ``reads``; both are then given to the functions here. Raises ValueError for a name that filters cannot have.
    """
    if not (name.isascii() and name.isidentifier()):
        raise ValueError(f"{name!r} is no name for a protocol: it has to be an identifier, like udp")
    return Protocol(
        name,
        title or name.upper(),
        reads,
        otherwise,
        cast("Callable[[Packet], Inside | None]", inside or carries_nothing),  # called with what ``reads`` gives
        cast("Callable[[Packet, Here], str]", words or plain_words),
        arguments or no_arguments,
        framing,
        cast("Callable[[Packet, int, int, Sequence[Layer]], int] | None", pseudo),
        cast("Callable[[Packet], tuple[str, str]] | None", hosts),
        ported,
    )


def told(name: str, tells: Dissector) -> Protocol:
    """A protocol that is put into words by ``tells``, and not read: it has no fields."""
    return Protocol(name, name, None, None, carries_nothing, plain_words, no_arguments, None, None, None, False, tells)


def carries_nothing(packet: Packet) -> None:
    return None


def plain_words(packet: Packet, here: Here) -> str:
    """Title, class and fields, as far as there is room."""
    words = f"{here.layer.protocol.title} {packet}"
    if len(words) > ROOM:
        words = f"{words[:ROOM]}..."
    return f"{words}, {here.inner()}" if here.next is not None else words


def no_arguments(below: Sequence[Layer], frame: bytes, start: int, end: int) -> dict[str, object]:
    return {}
