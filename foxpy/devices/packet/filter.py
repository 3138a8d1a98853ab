"""Which frames of an interface the device wants, as programs that the kernel runs before it copies anything."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError
from typing import Final

from foxpy.devices.packet.abi import PACKET_OUTGOING
from foxpy.devices.packet.bpf import PACKET_TYPE, VLAN_TAG_PRESENT, Program
from foxpy.errors import InitializationFailed

ETHERTYPE: Final = 12
IPV4_DESTINATION: Final = 14 + 16
ARP_PROTOCOL: Final = 14 + 2
ARP_SENDER: Final = 14 + 14
ARP_TARGET: Final = 14 + 24
"""Offsets of what is compared in an untagged frame (RFC 791, section 3.1; RFC 826)."""


BROADCAST: Final = IPv4Address("255.255.255.255")
GROUPS: Final = IPv4Network("224.0.0.0/4")


def heard_by(*hosts: IPv4Interface) -> list[IPv4Address | IPv4Network]:
    """``addresses`` of a device for a host with these: they, the broadcasts of their networks, and all groups."""
    own = [heard for host in hosts for heard in (host.ip, host.network.broadcast_address)]
    return [*own, BROADCAST, GROUPS]


def networks_of(interface: str, addresses: Sequence[str | IPv4Address | IPv4Network]) -> tuple[IPv4Network, ...]:
    """``addresses`` as networks, a single one as its /32. Raises InitializationFailed for what is neither."""
    networks = []
    for address in addresses:
        try:
            networks.append(IPv4Network(address))
        except (AddressValueError, NetmaskValueError, ValueError) as error:
            raise InitializationFailed(
                f"packet {interface}: addresses={address!r}: {error}; write 192.0.2.7, or a network like 224.0.0.0/4"
            ) from None
    return tuple(networks)


def everything() -> Program:
    """All that arrives, and nothing of what this machine sends."""
    program = Program()
    _not_outgoing(program)
    program.accept()
    program.label("refuse")
    program.refuse()
    return program


def only(networks: Sequence[IPv4Network]) -> Program:
    """What arrives for ``networks``: untagged IPv4 to them, and the ARP that a host with those addresses has to hear:
    questions for them, answers to them, others' claims of them (RFC 5227), and announcements (sender = target)."""
    program = Program()
    _not_outgoing(program)
    program.load_byte(VLAN_TAG_PRESENT)  # a tag that the interface took off; one left in makes another ethertype
    program.equal(0, otherwise="refuse")
    program.load_half(ETHERTYPE)
    program.equal(0x0806, then="arp")
    program.equal(0x0800, otherwise="refuse")
    program.jump("ipv4")
    program.label("refuse")
    program.refuse()
    program.label("arp")
    program.load_half(ARP_PROTOCOL)
    program.equal(0x0800, then="about ipv4")
    program.refuse()
    program.label("about ipv4")
    program.load_word(ARP_SENDER)
    program.copy()
    program.load_word(ARP_TARGET)
    program.equal_kept(otherwise="not announced")
    program.accept()
    program.label("not announced")
    _among(program, ARP_TARGET, networks, "target")
    _among(program, ARP_SENDER, networks, "sender")
    program.refuse()
    program.label("ipv4")
    _among(program, IPV4_DESTINATION, networks, "destination")
    program.refuse()
    return program


def _not_outgoing(program: Program) -> None:
    # For kernels without PACKET_IGNORE_OUTGOING (before 4.20).
    program.load_byte(PACKET_TYPE)
    program.equal(PACKET_OUTGOING, then="refuse")


def _among(program: Program, offset: int, networks: Sequence[IPv4Network], what: str) -> None:
    """Accept a frame whose address at ``offset`` is in one of ``networks``, go on with any other.

    Each comparison has its own return, as a conditional jump would not reach over a long list.
    """
    program.load_word(offset)
    masked = False
    for number, network in enumerate(sorted(networks, key=lambda network: -network.prefixlen)):
        if network.prefixlen < 32:
            if masked:
                program.load_word(offset)
            program.mask(int(network.netmask))
            masked = True
        following = f"not {what} {number}"
        program.equal(int(network.network_address), otherwise=following)
        program.accept()
        program.label(following)
