"""The SSH binary packet (RFC 4253, section 6), as it is before encryption and after decryption."""

from __future__ import annotations

from typing import Final

from foxpy.wire import Body, Packet, Raw, arg, derived, field, sized, u8, u32

MOST_PAYLOAD: Final = 1 << 18
"""Bytes. 32768 must be taken (section 6.1); a length beyond any that is in use is refused before it has arrived."""


class BinaryPacket(Packet):
    """A packet and its MAC. What holds for its size as a whole depends on the cipher: see ``padding_for``."""

    mac_length: arg[int] = field(default=0)  # bytes; none until an algorithm has been agreed on
    packet_length: u32 = derived()  # bytes, without this field and the MAC
    padding_length: u8 = derived()  # bytes, 4 to 255
    payload: Body = sized(packet_length - padding_length - 1, max=MOST_PAYLOAD)  # a message, perhaps compressed
    padding: Raw = sized(padding_length, min=4)  # random
    mac: Raw = sized(mac_length, default=b"")  # of the sequence number and the packet


def padding_for(payload: int, block: int = 8, apart: int = 0) -> int:
    """The least bytes of padding behind ``payload`` bytes: 4 at least, the packet a multiple of ``block`` and of 8.

    ``block``: the cipher's, a power of two. ``apart``: the bytes that are not counted: 4 where the length is not
    encrypted with the rest, as in AES-GCM (RFC 5647, section 7.2).
    """
    block = max(block, 8)
    least = -(5 - apart + payload + 4) % block + 4
    return least + block if 5 + payload + least < 16 else least
