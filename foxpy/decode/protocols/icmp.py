"""ICMP."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final, assert_never

from foxpy.decode.line import Here
from foxpy.decode.protocol import protocol
from foxpy.layers.icmp.wire import Echo, OtherIcmp, ParameterProblem, Redirect, TimeExceeded, Unreachable
from foxpy.layers.ipv4.wire import read_ipv4
from foxpy.layers.router_discovery.wire import RouterAdvertisement, RouterSolicitation
from foxpy.wire import Classifier, PacketError, Window

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


Message = (
    Echo
    | Unreachable
    | Redirect
    | TimeExceeded
    | ParameterProblem
    | RouterAdvertisement
    | RouterSolicitation
    | OtherIcmp
)
classifier = Classifier[Message]()
"""Those of ICMP itself, and those of the layers above it."""


def _words(message: Message, here: Here) -> str:
    size = here.size
    match message:
        case Echo(type=kind, ident=ident, seq=seq):
            return f"ICMP echo {'reply' if kind == 0 else 'request'}, id {ident}, seq {seq}, length {size}"
        case Unreachable(code=code, mtu=mtu):
            reason = UNREACHABLE.get(code, f"unreachable, code {code}")
            needed = f" (mtu {mtu})" if code == 4 else ""
            return f"ICMP {_quoted(message.quoted, here)}{reason}{needed}, length {size}"
        case Redirect(code=code, gateway=gateway):
            return f"ICMP {_quoted(message.quoted, here)}redirect to {gateway}, code {code}, length {size}"
        case TimeExceeded(code=code):
            reason = "ip reassembly time exceeded" if code == 1 else "time exceeded in-transit"
            return f"ICMP {_quoted(message.quoted, here)}{reason}, length {size}"
        case ParameterProblem(pointer=pointer):
            return f"ICMP parameter problem at byte {pointer}, length {size}"
        case RouterAdvertisement(lifetime=lifetime, routers=routers):
            told = " ".join(f"{{{each.address} {each.preference}}}" for each in routers)
            return f"ICMP router advertisement lifetime {_span(lifetime)} {len(routers)}: {told}, length {size}"
        case RouterSolicitation():
            return f"ICMP router solicitation, length {size}"
        case OtherIcmp(type=kind, code=code):
            return f"ICMP type {kind}, code {code}, length {size}"
        case never:
            assert_never(never)


def _span(seconds: int) -> str:
    """As a clock has it, in as few numbers as it takes."""
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{left:02}"
    return f"{minutes}:{left:02}" if minutes else f"{left}"


def _quoted(quoted: Window, here: Here) -> str:
    """Where the datagram that an error is about was going."""
    try:
        # It is cut short, so its lengths say nothing
        *_, protocol, _, destination = read_ipv4(here.layer.frame, quoted.start, min(quoted.end, here.layer.captured))
    except PacketError:
        return ""
    return f"{IPv4Address(destination)} protocol {protocol} "


icmp = protocol("icmp", classifier, words=_words)
