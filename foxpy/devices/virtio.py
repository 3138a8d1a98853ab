"""The header that Linux puts in front of a frame to say what is left to be done for it: ``virtio_net_hdr``.

Taps with IFF_VNET_HDR and packet sockets with PACKET_VNET_HDR speak it (virtio 1.3, section 5.1.6; the kernel's
``include/uapi/linux/virtio_net.h``). It is an interface of the machine's own kernel, in its byte order.
"""

from __future__ import annotations

import struct
from typing import Final

from foxpy.offload import Kind, Offload

SIZE: Final = 10
NEEDS_CSUM: Final = 1
DATA_VALID: Final = 2
GSO_NONE: Final = 0
GSO_TCPV4: Final = 1
GSO_TCPV6: Final = 4
GSO_UDP_L4: Final = 5
GSO_ECN: Final = 0x80

PLAIN: Final = bytes(SIZE)
"""Of a frame that is whole."""

_HEADER: Final = struct.Struct("=BBHHHH")  # flags, kind of segmentation, header length, segment, sum from, sum to

read: Final = _HEADER.unpack_from
"""Flags, kind of segmentation, bytes of all headers, payload of a segment, where the sum begins, where it goes."""


def header_for(task: Offload, headers: int) -> bytes:
    """The header of a frame with ``task`` left to do, whose headers, the link's among them, are ``headers`` bytes."""
    start = headers - task.header
    if not task.segment:
        return _HEADER.pack(NEEDS_CSUM, GSO_NONE, 0, 0, start, task.checksum)
    if task.kind is Kind.UDP:
        kind = GSO_UDP_L4
    else:
        kind = GSO_TCPV6 if task.version == 6 else GSO_TCPV4
    return _HEADER.pack(NEEDS_CSUM, kind, headers, task.segment, start, task.checksum)
