"""ICMPv6, with neighbour and listener discovery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from foxpy.decode.layer import Layer
from foxpy.decode.line import Here
from foxpy.decode.protocol import protocol
from foxpy.decode.protocols.transport import pseudo_header
from foxpy.layers.icmpv6.header import ICMPv6
from foxpy.layers.icmpv6.neighbours import NeighbourAdvertisement, NeighbourSolicitation, Redirect
from foxpy.layers.icmpv6.wire import Echo, OtherIcmpV6, TooBig
from foxpy.layers.icmpv6.wire import icmpv6 as classifier

NUMBER: Final = 58
"""The next header (IANA)."""

NAMES: Final = {
    1: "destination unreachable",
    2: "packet too big",
    3: "time exceeded",
    4: "parameter problem",
    128: "echo request",
    129: "echo reply",
    130: "multicast listener query",
    131: "multicast listener report",
    132: "multicast listener done",
    133: "router solicitation",
    134: "router advertisement",
    135: "neighbor solicitation",
    136: "neighbor advertisement",
    137: "redirect",
    143: "multicast listener report v2",
}
"""Types in tcpdump's words."""


def _arguments(below: Sequence[Layer], frame: bytes, start: int, end: int) -> dict[str, object]:
    return pseudo_header(below, NUMBER, end - start)


def _words(message: ICMPv6, here: Here) -> str:
    name = NAMES.get(message.type, f"type {int(message.type)}")
    return f"ICMP6, {name}{_details(message)}, length {here.size}"


def _details(message: ICMPv6) -> str:
    match message:
        case Echo(ident=ident, seq=seq):
            return f", id {ident}, seq {seq}"
        case TooBig(mtu=mtu):
            return f", mtu {mtu}"
        case NeighbourSolicitation(target=target):
            return f", who has {target}"
        case NeighbourAdvertisement(target=target):
            return f", tgt is {target}"
        case Redirect(target=target, destination=destination):
            return f", {destination} to {target}"
        case OtherIcmpV6(code=code):
            return f", code {code}"
        case _:
            return f", code {message.code}" if message.type < 128 else ""


icmpv6 = protocol("icmpv6", classifier, title="ICMP6", words=_words, arguments=_arguments)
