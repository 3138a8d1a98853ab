"""One layer of a packet that has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foxpy.wire import Packet, PacketError

if TYPE_CHECKING:
    from foxpy.decode.protocol import Inside, Protocol


class Layer:
    """What ``protocol`` makes of ``frame[start:end]``: a packet, an error, or a header with an error behind it.

    Belongs to whoever had it read; nothing here changes later, but that the frame, if it is a bytearray, may.
    """

    __slots__ = (
        "arguments",
        "body",
        "captured",
        "carrier",
        "end",
        "error",
        "frame",
        "inside",
        "packet",
        "partial",
        "protocol",
        "read",
        "start",
    )

    def __init__(
        self,
        protocol: Protocol,
        frame: bytes,
        start: int,
        end: int,
        captured: int,
        packet: Packet | None,
        error: PacketError | None,
        arguments: dict[str, object],
        partial: bool = False,
    ) -> None:
        self.protocol = protocol
        self.frame = frame
        self.start = start
        """Where it begins in the frame."""
        self.end = end
        """Where it ends, padding cut off; for what could not be read, where it should."""
        self.captured = captured
        """How much of the frame was captured: what lies behind that is not known, and zero in ``frame``."""
        self.packet = packet
        """None where it could not be read."""
        self.error = error
        """What is wrong with it. With a ``packet`` this is so of a part, like TCP's options, that is left in bytes."""
        self.arguments = arguments
        """What it was read with: arguments of the packet, like the sum of a pseudo-header."""
        self.partial = partial
        """Whether it is the beginning of a fragmented one."""
        self.inside: Inside | None = None
        """What it carries, if anything."""
        self.body: tuple[int, int] | None = None
        """Where in the frame it carries others, whether or not they are known."""
        self.carrier: Layer | None = None
        """The layer that carries this one; None of the outermost."""
        self.read = 0
        """How far into the frame those have read the body; 0 where nothing has."""

    @property
    def whole(self) -> bool:
        """Whether all of it is here: no fragment, and captured to its end."""
        return self.end <= self.captured and not self.partial

    @property
    def size(self) -> int:
        """Its bytes, what it carries included."""
        return self.end - self.start
