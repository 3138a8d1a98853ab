"""Numbers and layouts of the kernel's interface: linux/if_xdp.h and linux/bpf.h, as much of them as is used.

Documentation/networking/af_xdp.rst and xsk-tx-metadata.rst say what they mean.
"""

from __future__ import annotations

import struct
from typing import Final

# -- sockets (linux/if_xdp.h)

AF_XDP: Final = 44
SOL_XDP: Final = 283

MMAP_OFFSETS: Final = 1
RX_RING: Final = 2
TX_RING: Final = 3
UMEM_REG: Final = 4
UMEM_FILL_RING: Final = 5
UMEM_COMPLETION_RING: Final = 6
STATISTICS: Final = 7
OPTIONS: Final = 8
MAX_TX_BUDGET: Final = 9

PAGE_RX: Final = 0
PAGE_TX: Final = 0x80000000
PAGE_FILL: Final = 0x100000000
PAGE_COMPLETION: Final = 0x180000000

BIND_COPY: Final = 2
BIND_ZEROCOPY: Final = 4
BIND_NEED_WAKEUP: Final = 8
BIND_FRAGMENTS: Final = 16

NEED_WAKEUP: Final = 1
"""In the flags of a ring: the kernel sleeps and must be called."""
UMEM_TX_METADATA: Final = 4
CONTINUES: Final = 1 << 32
"""In the second word of a descriptor: the next descriptor continues this packet."""
METADATA: Final = 2 << 32
"""In the second word of a descriptor: metadata lies before the frame."""
OPTION_ZEROCOPY: Final = 1

UMEM: Final = struct.Struct("=QQIIII")
"""Address, bytes, bytes of a chunk, headroom, flags, bytes of transmit metadata."""
WORD: Final = struct.Struct("=I")
OFFSETS: Final = struct.Struct("=16Q")
"""Of the receive, transmit, fill and completion ring: where producer, consumer, entries and flags are."""
ADDRESS: Final = struct.Struct("=HHIII")
"""Family, flags, interface, queue, and the socket whose UMEM is shared."""
COUNTS: Final = struct.Struct("=6Q")
"""Received but dropped, bad receive descriptors, bad transmit descriptors, receive ring full, fill ring empty, transmit
ring empty."""
CHECKSUM_TASK: Final = struct.Struct("=QHH12x")
"""Transmit metadata: flags, where the checksummed bytes begin, where behind that the checksum is."""
CHECKSUM_WANTED: Final = 2
HEADROOM: Final = 256
"""Bytes that the kernel leaves free at the head of a chunk (XDP_PACKET_HEADROOM)."""

# -- programs (linux/bpf.h)

SYSCALL: Final = {"x86_64": 321, "aarch64": 280}
"""The number of bpf(2)."""

MAP_CREATE: Final = 0
MAP_LOOKUP: Final = 1
MAP_UPDATE: Final = 2
PROGRAM_LOAD: Final = 5
PROGRAM_TEST_RUN: Final = 10
LINK_CREATE: Final = 28

PERCPU_ARRAY: Final = 6
XSKMAP: Final = 17

PROGRAM_XDP: Final = 6
ATTACH_XDP: Final = 37
ACCEPTS_FRAGMENTS: Final = 32

MODE_GENERIC: Final = 2
MODE_NATIVE: Final = 4

LIVE_FRAMES: Final = 2

DROP: Final = 1
PASS: Final = 2
TRANSMIT: Final = 3
REDIRECT: Final = 4

MAP_LOOKUP_ELEMENT: Final = 1
REDIRECT_TO: Final = 23
REDIRECT_MAP: Final = 51

MAP: Final = struct.Struct("=IIIIIII16s")
"""Kind, bytes of a key, bytes of a value, entries, flags, inner map, NUMA node, name."""
ELEMENT: Final = struct.Struct("=I4xQQQ")
"""Map, address of the key, address of the value, flags."""
PROGRAM: Final = struct.Struct("=IIQQIIQII16sII")
"""Kind, instructions, their address, the licence's, log level, log size, log address, version, flags, name, interface,
kind of attachment."""
LINK: Final = struct.Struct("=IIII32x")
"""Program, interface, kind of attachment, flags."""
TEST_RUN: Final = struct.Struct("=IIIIQQIIIIQQIII4x")
"""Program, its answer, bytes in and out, their addresses, how often, nanoseconds each, bytes of context in and out,
their addresses, flags, CPU, batch."""
CONTEXT: Final = struct.Struct("=6I")
"""Where the frame, its end and its metadata are, the interface and queue it came by, the interface it leaves by."""
