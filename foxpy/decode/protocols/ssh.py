"""SSH, as long as it is in clear: identification, algorithms, key exchange."""

from __future__ import annotations

from typing import Annotated, Final

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, protocol
from foxpy.layers.ssh.binary import MOST_PAYLOAD, BinaryPacket
from foxpy.layers.ssh.transport import transport
from foxpy.wire import Buffer, Field, Octets, Packet, PacketError, Raw, Window, const, reader, rest

BEGINNING: Final = b"SSH-"
LONGEST: Final = 255
"""Bytes of an identification, with its end (RFC 4253, section 4.2)."""
BLOCK: Final = 8
"""What is not encrypted has a length that is a multiple of this (RFC 4253, section 6)."""

Beginning = Annotated[Field[bytes], Octets(4)]


class Identification(Packet):
    """What each side says first, and in text: which version it speaks, and which program it is."""

    beginning: Beginning = const(BEGINNING)
    line: Raw = rest()


class _Either:
    """An identification or a binary packet."""

    members: Final = (Identification, BinaryPacket)

    def parse(
        self, buf: Buffer | Window, start: int = 0, end: int | None = None, **arguments: object
    ) -> Identification | BinaryPacket:
        try:
            return Identification.parse(buf, start, end)
        except PacketError:
            return BinaryPacket.parse(buf, start, end)


_read_header: Final = reader(BinaryPacket.packet_length, BinaryPacket.padding_length)


def _framing(frame: bytes, start: int, end: int) -> int | None:
    """A line, or a length that makes sense of what is not encrypted; what is has rarely one."""
    if frame.startswith(BEGINNING, start, end):
        return frame.find(b"\n", start, min(end, start + LONGEST)) + 1 or None
    try:
        length, padding = _read_header(frame, start, end)
    except PacketError:
        return None
    sensible = 4 <= padding < length <= MOST_PAYLOAD and (length + 4) % BLOCK == 0
    return start + 4 + length if sensible and length + 4 <= end - start else None


def _words(packet: Identification | BinaryPacket, here: Here) -> str:
    if isinstance(packet, Identification):
        return f"SSH: {(BEGINNING + packet.line).decode('ascii', 'backslashreplace').rstrip()}"
    return here.inner() or "SSH, length 0"


ssh = protocol(
    "ssh",
    _Either(),
    inside=lambda packet: None if isinstance(packet, Identification) else Inside.named("ssh_message", packet.payload),
    words=_words,
    framing=_framing,
)
ssh_message = protocol("ssh_message", transport, title="SSH")
