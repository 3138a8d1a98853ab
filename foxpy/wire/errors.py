"""What reading and building packets may raise. Messages have the form ``Packet.field: fact``."""

from __future__ import annotations


class PacketError(ValueError):
    """A packet that cannot be read or built. Bytes from the network raise nothing else."""


class Truncated(PacketError):
    """From the wire: fewer bytes are there than the packet needs or says it has."""


class Malformed(PacketError):
    """From the wire: a constant, a length or a tag that the packet's definition rules out."""


class OutOfRange(PacketError):
    """From the builder: a value that its field cannot carry."""
