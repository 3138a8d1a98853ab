"""The numbers and structures of Linux's packet sockets: ``include/uapi/linux/if_packet.h``, packet(7)."""

from __future__ import annotations

import struct
from typing import Final

ETH_P_ALL: Final = 3
ARPHRD_ETHER: Final = 1
PACKET_OUTGOING: Final = 4

SOL_PACKET: Final = 263
PACKET_ADD_MEMBERSHIP: Final = 1
PACKET_RX_RING: Final = 5
PACKET_STATISTICS: Final = 6
PACKET_COPY_THRESH: Final = 7
PACKET_AUXDATA: Final = 8
PACKET_VERSION: Final = 10
PACKET_VNET_HDR: Final = 15
PACKET_FANOUT: Final = 18
PACKET_IGNORE_OUTGOING: Final = 23

FANOUT_ROLLOVER: Final = 0x1000
FANOUT_IGNORE_OUTGOING: Final = 0x4000

PACKET_MR_PROMISC: Final = 1
PACKET_MR_UNICAST: Final = 3

TPACKET_V2: Final = 1
TPACKET_V3: Final = 2

SO_ATTACH_FILTER: Final = 26
SO_SNDBUFFORCE: Final = 32
SO_RCVBUFFORCE: Final = 33

# -- tp_status

USER: Final = 1 << 0
"""The slot or block is ours to read; 0 gives it back to the kernel."""
COPY: Final = 1 << 1
"""The frame did not fit its slot, and the whole of it waits in the socket's queue."""
VLAN_VALID: Final = 1 << 4
VLAN_TPID_VALID: Final = 1 << 6

# -- structures

AUXDATA: Final = struct.Struct("=IIIHHHH")
"""tpacket_auxdata: status, length, captured length, link and network offset, VLAN TCI, VLAN TPID."""
PACKET_MREQ: Final = struct.Struct("=iHH8s")
"""packet_mreq: interface, type, length of the address, address."""
SOCK_FPROG: Final = struct.Struct("@HP")
"""sock_fprog: how many instructions, where."""
REQUEST_V2: Final = struct.Struct("=4I")
"""tpacket_req: block size, blocks, frame size, frames."""
REQUEST_V3: Final = struct.Struct("=7I")
"""tpacket_req3: the same, time-out in ms, private bytes, features."""
