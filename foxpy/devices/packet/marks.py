"""What is known of a frame beside its bytes: its VLAN tag, and the state of its checksum."""

from __future__ import annotations

from typing import Final

from foxpy.devices.packet.abi import AUXDATA, COPY, PACKET_AUXDATA, SOL_PACKET, VLAN_TPID_VALID, VLAN_VALID

ADDRESSES: Final = 12
LINK_HEADER: Final = 14
TAG: Final = 4
CUSTOMER_TAG: Final = 0x8100
SERVICE_TAG: Final = 0x88A8
IPV4: Final = 0x0800
IPV6: Final = 0x86DD
TCP: Final = 6
UDP: Final = 17


def beside(control: list[tuple[int, int, bytes]]) -> tuple[int, int]:
    """Status and VLAN tag (TCI, TPID << 16) of a frame that was read with ``control`` beside it."""
    for level, kind, data in control:
        if level == SOL_PACKET and kind == PACKET_AUXDATA and len(data) == AUXDATA.size:
            status, _, _, _, _, tci, tpid = AUXDATA.unpack(data)
            return status & ~COPY, tci | tpid << 16
    return 0, 0


def tagged(frame: bytes, start: int, status: int, tag: int) -> bytes:
    """``frame`` with the VLAN tag back in its place behind the addresses, where the kernel took one off it.

    ``frame[start:]`` is the Ethernet frame; ``tag`` is TCI and TPID << 16.
    """
    if not status & VLAN_VALID:
        return frame
    kind = tag >> 16 if status & VLAN_TPID_VALID else CUSTOMER_TAG
    behind = start + ADDRESSES
    return b"".join(
        (frame[:behind], kind.to_bytes(2, "big"), (tag & 0xFFFF).to_bytes(2, "big"), frame[behind:]),
    )


def transport(frame: bytes, start: int) -> int:
    """Where in ``frame`` the TCP or UDP header of the Ethernet frame ``frame[start:]`` is; 0 where it has none, or one
    whose checksum covers other frames as well (a fragment)."""
    at = start + LINK_HEADER
    end = len(frame)
    if end < at:
        return 0
    kind = frame[at - 2] << 8 | frame[at - 1]
    while kind in (CUSTOMER_TAG, SERVICE_TAG) and end >= at + TAG:
        at += TAG
        kind = frame[at - 2] << 8 | frame[at - 1]
    if kind == IPV4 and end >= at + 20 and frame[at] >> 4 == 4:
        fragment = (frame[at + 6] << 8 | frame[at + 7]) & 0x3FFF
        size = (frame[at] & 15) * 4
        return at + size if frame[at + 9] in (TCP, UDP) and not fragment and size >= 20 else 0
    if kind == IPV6 and end >= at + 40 and frame[at] >> 4 == 6:
        return at + 40 if frame[at + 6] in (TCP, UDP) else 0
    return 0
