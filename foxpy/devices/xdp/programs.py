"""The XDP programs that decide which frames are the socket's; the kernel keeps the others.

They run in the kernel, for every frame, before it does anything else with it. The map has the socket at the number of
its queue; what comes by another queue finds nothing there and goes to the kernel, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Final

from foxpy.devices.xdp import abi
from foxpy.devices.xdp.assembler import HALF, R0, R1, R2, R3, R4, R5, R6, WORD, Assembler

DATA: Final = 0
DATA_END: Final = 4
QUEUE: Final = 16
"""Where in the context (struct xdp_md) they are."""

ETHERTYPE: Final = 12
IPV4_DESTINATION: Final = 14 + 16
IPV4_END: Final = 14 + 20
ARP_TARGET: Final = 14 + 24
ARP_END: Final = 14 + 28
"""Where in a frame they are (RFC 791, section 3.1; RFC 826)."""


def take_all(sockets: int) -> bytes:
    """Every frame is for the socket in the map ``sockets``."""
    program = Assembler()
    program.copy(R6, R1)
    _redirect(program, sockets)
    return program.assemble()


def take_only(sockets: int, addresses: Sequence[IPv4Address]) -> bytes:
    """IPv4 datagrams to one of ``addresses`` and ARP that asks for one, untagged, are for the socket in ``sockets``.

    An answer to ARP has the asker as its target, so those that the stack waits for are among them.
    """
    program = Assembler()
    program.copy(R6, R1)
    program.load(WORD, R2, R1, DATA)
    program.load(WORD, R3, R1, DATA_END)
    _require(program, IPV4_END)
    program.load(HALF, R5, R2, ETHERTYPE)
    program.jump_if_equal(R5, _as_loaded(b"\x08\x00"), "ipv4")
    program.jump_if_equal(R5, _as_loaded(b"\x08\x06"), "arp")
    program.jump("pass")
    program.label("arp")
    _require(program, ARP_END)
    program.load(WORD, R5, R2, ARP_TARGET)
    program.jump("compare")
    program.label("ipv4")
    program.load(WORD, R5, R2, IPV4_DESTINATION)
    program.label("compare")
    for address in addresses:
        program.jump_if_equal(R5, _as_loaded(address.packed), "take")
    program.label("pass")
    program.move(R0, abi.PASS)
    program.exit()
    program.label("take")
    _redirect(program, sockets)
    return program.assemble()


def answer(action: int) -> bytes:
    """Every frame gets this action: DROP, PASS or TRANSMIT."""
    program = Assembler()
    program.move(R0, action)
    program.exit()
    return program.assemble()


def send_out(interface: int) -> bytes:
    """Every frame leaves by the interface of this index."""
    program = Assembler()
    program.move(R1, interface)
    program.move(R2, 0)
    program.call(abi.REDIRECT_TO)
    program.exit()
    return program.assemble()


def _require(program: Assembler, size: int) -> None:
    """Pass frames of fewer than ``size`` bytes; the verifier lets nobody read beyond what was compared."""
    program.copy(R4, R2)
    program.add(R4, size)
    program.jump_if_greater(R4, R3, "pass")


def _redirect(program: Assembler, sockets: int) -> None:
    """To the socket of the queue that the frame came by; where there is none, to the kernel."""
    program.load(WORD, R2, R6, QUEUE)
    program.load_map(R1, sockets)
    program.move(R3, abi.PASS)
    program.call(abi.REDIRECT_MAP)
    program.exit()


def _as_loaded(wire: bytes) -> int:
    """What a load of these bytes gives: all machines that this runs on are little-endian."""
    return int.from_bytes(wire, "little")
