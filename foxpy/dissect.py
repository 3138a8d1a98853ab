"""Packets in one line, as tcpdump words them: what ``trace`` prints.

Each function takes ``frame[start:end]`` and gives text. None raises on account of the bytes: where a header cannot be
read, the line says why, and goes no deeper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from typing import Final, TypeAlias, assert_never

from foxpy.layers.arp.wire import ARP, REPLY, REQUEST
from foxpy.layers.ethernet.wire import EthernetII, Ieee8023, UndefinedFrame, ethernet
from foxpy.layers.icmp.wire import Echo, OtherIcmp, ParameterProblem, Redirect, TimeExceeded, Unreachable, icmp
from foxpy.layers.ipv4.wire import IPv4, read_ipv4, verify_ipv4
from foxpy.layers.tcp.wire import (
    ACK,
    MaximumSegmentSize,
    NoOperation,
    OtherOption,
    Sack,
    SackPermitted,
    TcpHeader,
    Timestamps,
    WindowScale,
    tcp_options,
)
from foxpy.layers.udp.wire import UDP
from foxpy.wire import PacketError

Dissector: TypeAlias = Callable[[bytes, int, int], str]
"""Describes the packet ``frame[start:end]`` in one line. Must not raise on account of the bytes."""

SHOWN: Final = 16
"""Bytes that are shown of what nothing is known about."""


def raw(frame: bytes, start: int, end: int) -> str:
    """The first bytes in hexadecimal."""
    shown = frame[start : min(end, start + SHOWN)].hex(" ", -2)
    return f"{shown}{' ...' if end - start > SHOWN else ''}{', ' if shown else ''}length {end - start}"


DEPTH: Final = 3
"""How many IP packets in each other are read: 65535 bytes could hold more than a line, or the stack, does."""

# -- the link


def frame(frame: bytes, start: int, end: int) -> str:
    """An Ethernet frame."""
    return _frame(frame, start, end, ETHERTYPES)


def frames(ethertypes: Mapping[int, Dissector]) -> Dissector:
    """Describes Ethernet frames whose bodies are read as ``ethertypes`` says, which is looked into for each."""
    return lambda frame, start, end: _frame(frame, start, end, ethertypes)


def _frame(frame: bytes, start: int, end: int, ethertypes: Mapping[int, Dissector]) -> str:
    try:
        header = ethernet.view(frame, start, end)
    except PacketError as error:
        return _bad("Ethernet", error)
    ends = f"{header.src} > {header.dst}"
    behind = start + EthernetII.MIN
    match header:
        case EthernetII(kind=kind):
            inner = ethertypes.get(kind)
            if inner is None:
                return f"{ends}, ethertype {kind:#06x}, {raw(frame, behind, end)}"
            return f"{ends}, {inner(frame, behind, end)}"
        case Ieee8023(kind=length):
            return f"{ends}, 802.3 {raw(frame, behind, behind + length)}"
        case UndefinedFrame(kind=kind):
            return f"{ends}, undefined type {kind:#06x}, {raw(frame, behind, end)}"
        case never:
            assert_never(never)


def arp(frame: bytes, start: int, end: int) -> str:
    """An ARP packet."""
    try:
        packet = ARP.view(frame, start, end)
    except PacketError as error:
        return _bad("ARP", error)
    size = end - start
    if packet.operation == REQUEST:
        if packet.spa == packet.tpa:
            return f"ARP, Announcement {packet.spa} is-at {packet.sha}, length {size}"
        return f"ARP, Request who-has {packet.tpa} tell {packet.spa}, length {size}"
    if packet.operation == REPLY:
        return f"ARP, Reply {packet.spa} is-at {packet.sha}, length {size}"
    return f"ARP, operation {packet.operation}, length {size}"


# -- the internet


def ip(frame: bytes, start: int, end: int) -> str:
    """An IP packet, and what is tunnelled in it."""
    return _ip(frame, start, end, DEPTH)


def _ip(frame: bytes, start: int, end: int, depth: int) -> str:
    if end > start and frame[start] >> 4 == 6:
        return f"IP6, {raw(frame, start, end)}"
    try:
        header = IPv4.view(frame, start, end)
    except PacketError as error:
        return _bad("IP", error)
    body = header.body
    notes = "" if verify_ipv4(frame, start, end) else " (bad checksum)"
    if header.options:
        notes += f" (options {header.options.hex()})"
    source, destination = header.src, header.dst
    offset = 8 * header.frag
    if offset or header.mf:
        last = offset + len(body) - 1
        notes += f" (fragment {header.ident}, {offset}-{last}{'+' if header.mf else ''})"
    if offset:
        return f"IP {source} > {destination}{notes}: {PROTOCOLS.get(header.proto, _protocol(header.proto))}"
    match header.proto:
        case 6 | 17 as protocol:
            return f"IP{notes} {_PORTED[protocol](frame, body.start, body.end, source, destination)}"
        case 1:
            return f"IP {source} > {destination}{notes}: {icmp_message(frame, body.start, body.end)}"
        case 4 if depth:
            return f"IP {source} > {destination}{notes}: {_ip(frame, body.start, body.end, depth - 1)}"
        case protocol:
            name = PROTOCOLS.get(protocol, _protocol(protocol))
            return f"IP {source} > {destination}{notes}: {name}, {raw(frame, body.start, body.end)}"


def icmp_message(frame: bytes, start: int, end: int) -> str:
    """An ICMP message."""
    try:
        message = icmp.view(frame, start, end)
    except PacketError as error:
        return _bad("ICMP", error)
    size = end - start
    match message:
        case Echo(type=kind, ident=ident, seq=seq):
            return f"ICMP echo {'reply' if kind == 0 else 'request'}, id {ident}, seq {seq}, length {size}"
        case Unreachable(code=code, mtu=mtu):
            reason = UNREACHABLE.get(code, f"unreachable, code {code}")
            needed = f" (mtu {mtu})" if code == 4 else ""
            return f"ICMP {_quoted(frame, message.quoted.start, message.quoted.end)}{reason}{needed}, length {size}"
        case Redirect(code=code, gateway=gateway):
            quoted = _quoted(frame, message.quoted.start, message.quoted.end)
            return f"ICMP {quoted}redirect to {gateway}, code {code}, length {size}"
        case TimeExceeded(code=code):
            reason = "ip reassembly time exceeded" if code == 1 else "time exceeded in-transit"
            return f"ICMP {_quoted(frame, message.quoted.start, message.quoted.end)}{reason}, length {size}"
        case ParameterProblem(pointer=pointer):
            return f"ICMP parameter problem at byte {pointer}, length {size}"
        case OtherIcmp(type=kind, code=code):
            return f"ICMP type {kind}, code {code}, length {size}"
        case never:
            assert_never(never)


def _quoted(frame: bytes, start: int, end: int) -> str:
    """Where the datagram that an error is about was going."""
    try:
        *_, protocol, _, destination = read_ipv4(frame, start, end)  # it is cut short, so its lengths say nothing
    except PacketError:
        return ""
    return f"{IPv4Address(destination)} protocol {protocol} "


# -- transport


def udp(frame: bytes, start: int, end: int, source: IPv4Address | None = None, to: IPv4Address | None = None) -> str:
    """A UDP datagram, between the hosts if they are known."""
    try:
        header = UDP.view(frame, start, end)
    except PacketError as error:
        return _bad("UDP", error, source, to)
    return f"{_end(source, header.sport)} > {_end(to, header.dport)}: UDP, length {len(header.body)}"


def tcp(frame: bytes, start: int, end: int, source: IPv4Address | None = None, to: IPv4Address | None = None) -> str:
    """A TCP segment, between the hosts if they are known. Sequence numbers are those on the wire."""
    try:
        header = TcpHeader.view(frame, start, end)
    except PacketError as error:
        return _bad("TCP", error, source, to)
    size = len(header.body)
    flags = header.flags
    letters = "".join(letter for bit, letter in enumerate("FSRP.UEW") if flags >> bit & 1) or "none"
    seq = f"{header.seq}:{(header.seq + size) & 0xFFFF_FFFF}" if size else str(header.seq)
    ack = f", ack {header.ack}" if flags & ACK else ""
    urgent = f", urg {header.urgent}" if header.urgent else ""
    options = f", options [{_options(header.options)}]" if header.options else ""
    return (
        f"{_end(source, header.sport)} > {_end(to, header.dport)}: "
        f"Flags [{letters}], seq {seq}{ack}, win {header.window}{urgent}{options}, length {size}"
    )


def _options(area: bytes) -> str:
    try:
        options = tcp_options.parse(area, 0, len(area))
    except PacketError:
        return f"bad {area.hex()}"
    return ",".join(map(_option, options)) or "eol"


def _option(
    option: NoOperation | MaximumSegmentSize | WindowScale | SackPermitted | Sack | Timestamps | OtherOption,
) -> str:
    match option:
        case NoOperation():
            return "nop"
        case MaximumSegmentSize(size=size):
            return f"mss {size}"
        case WindowScale(shift=shift):
            return f"wscale {shift}"
        case SackPermitted():
            return "sackOK"
        case Sack(blocks=blocks):
            return f"sack {' '.join(f'{block.left}:{block.right}' for block in blocks)}"
        case Timestamps(value=value, echo=echo):
            return f"TS val {value} ecr {echo}"
        case OtherOption(kind=kind):
            return f"unknown-{kind}"
        case never:
            assert_never(never)


def _end(host: IPv4Address | None, port: int) -> str:
    return str(port) if host is None else f"{host}.{port}"


def _protocol(number: int) -> str:
    return f"protocol {number}"


def _bad(name: str, error: PacketError, source: IPv4Address | None = None, to: IPv4Address | None = None) -> str:
    ends = "" if source is None else f"{source} > {to}: "
    return f"{ends}{name} [{error}]"


PROTOCOLS: Final = {1: "ICMP", 2: "IGMP", 4: "IP", 6: "TCP", 17: "UDP", 41: "IP6", 47: "GRE", 50: "ESP", 89: "OSPF"}
"""IP protocol numbers (IANA) by the names that people know."""

ETHERTYPES: Final[dict[int, Dissector]] = {0x0800: ip, 0x0806: arp, 0x86DD: ip}
"""How to read on behind an ethertype."""

UNREACHABLE: Final = {
    0: "net unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
    4: "unreachable - need to frag",
    5: "source route failed",
    13: "admin prohibited",
}
"""Codes of ICMP's destination unreachable (RFC 792, RFC 1812) in tcpdump's words."""

_PORTED: Final = {6: tcp, 17: udp}
