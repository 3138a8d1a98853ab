"""Frames for the generator, and the program at its own end."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address
from typing import Final

from foxpy.addresses import MacAddress
from foxpy.checksum import fold, ones_sum
from foxpy.devices.xdp import abi
from foxpy.devices.xdp.assembler import HALF, R0, R1, R2, R3, R4, R5, WORD, Assembler

SMALL: Final = bytes.fromhex("020000000001 020000000002 88b5") + bytes(46)
"""64 bytes on a wire: 60, and the frame check sequence, which a veth has none of."""
BATCH: Final = 512
"""Frames that are taken from a ring, or put into one, at once, by foxpy and C alike. What is done once for them is
little in C, and with 64 a fifth of all in Python."""
ARP: Final = 0x0608
"""The ethertype as a little-endian machine loads it; XDP devices are refused on others."""


def datagram(source_mac: MacAddress, mac: MacAddress, source: IPv4Address, address: IPv4Address, port: int) -> bytes:
    """A UDP datagram in a frame of 60 bytes, from port 4000 (RFC 768, RFC 791)."""
    payload = bytes(range(18))
    length = 8 + len(payload)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, source.packed, address.packed)
    header = header[:10] + _complement(header) + header[12:]
    pseudo = source.packed + address.packed + struct.pack("!BBH", 0, 17, length)
    udp = struct.pack("!HHHH", 4000, port, length, 0) + payload
    udp = udp[:6] + _complement(pseudo + udp) + udp[8:]
    return mac.packed + source_mac.packed + b"\x08\x00" + header + udp


def drop_all_but_arp() -> bytes:
    """So that what comes is counted and costs little, and neighbours are still found."""
    program = Assembler()
    program.load(WORD, R2, R1, 0)
    program.load(WORD, R3, R1, 4)
    program.copy(R4, R2)
    program.add(R4, 14)
    program.jump_if_greater(R4, R3, "drop")
    program.load(HALF, R5, R2, 12)
    program.jump_if_equal(R5, ARP, "pass")
    program.label("drop")
    program.move(R0, abi.DROP)
    program.exit()
    program.label("pass")
    program.move(R0, abi.PASS)
    program.exit()
    return program.assemble()


def _complement(data: bytes) -> bytes:
    return (0xFFFF ^ fold(ones_sum(data, 0, len(data)))).to_bytes(2, "big")
