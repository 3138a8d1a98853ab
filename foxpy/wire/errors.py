"""What reading and building packets may raise. Messages have the form ``Packet.field: fact (byte 14)``."""

from __future__ import annotations

from typing import Self


class PacketError(ValueError):
    """A packet that cannot be read or built. Bytes from the network raise nothing else.

    A codec raises one of the three below with the ``fact`` alone; where it happened is added by what calls the codec.
    """

    fact: str
    """What is wrong."""
    packet: str
    """The name of the packet's class."""
    field: str
    """The field, where one is to blame."""
    offset: int | None
    """Where the field begins in the buffer that was read; None on build."""
    path: tuple[str, ...]
    """Where the packet lies in others, outermost first: ``("DNS.answers[1]", "RR.data")``."""

    def __init__(self, fact: str, packet: str = "", field: str = "", offset: int | None = None) -> None:
        super().__init__(fact, packet, field, offset)
        self.fact = fact
        self.packet = packet
        self.field = field
        self.offset = offset
        self.path = ()

    def __str__(self) -> str:
        place = " > ".join((*self.path, f"{self.packet}.{self.field}" if self.field else self.packet))
        behind = "" if self.offset is None else f" (byte {self.offset})"
        return f"{place}: {self.fact}{behind}" if place else f"{self.fact}{behind}"

    def within(self, place: str) -> Self:
        """Say that the packet lies at ``place`` in another; gives the error itself, to raise it again."""
        self.path = (place, *self.path)
        return self

    def bounded(self) -> PacketError:
        """The error of bytes of which no more will come: what encloses them has said where they end."""
        return self

    def at(self, packet: str, field: str, offset: int | None) -> Self:
        """Add what a codec cannot know, unless it said so; gives the error itself, to raise it again."""
        if not self.packet:
            self.packet, self.field = packet, field
            if self.offset is None:
                self.offset = offset
        return self


class Truncated(PacketError):
    """From the wire: fewer bytes are there than the packet needs or says it has. With more it may be right."""

    def bounded(self) -> PacketError:
        error = Malformed(self.fact, self.packet, self.field, self.offset)
        error.path = self.path
        return error


class Malformed(PacketError):
    """From the wire: a constant, a length or a tag that the packet's definition rules out."""


class OutOfRange(PacketError):
    """From the builder: a value that its field cannot carry."""
