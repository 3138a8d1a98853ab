"""The options of IPv6's hop-by-hop and destination headers (RFC 8200, section 4.2).

The upper two bits of ``kind`` say what a node does that does not know the option: 0 skip it, 1 drop the packet, 2 drop
it and report it, 3 the same unless the packet went to a group. The next bit is set where routers may change the data.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from foxpy.wire import Packet, Raw, const, rest, total, u8, u16, u32

UNIT: Final = 8
"""Headers are so many bytes, or a multiple."""
BEFORE: Final = 2
"""Bytes of a header before its options."""


class Ipv6Option(Packet):
    """What all options begin with."""

    kind: u8


class Pad1(Ipv6Option):
    """One byte of padding."""

    kind: u8 = const(0)


class PadN(Ipv6Option):
    """Two bytes of padding, and as many more as there are zeros."""

    kind: u8 = const(1)
    length: u8 = total(plus=2)
    zeros: Raw = rest(default=b"")


class RouterAlert(Ipv6Option):
    """Asks routers to look into the packet (RFC 2711). At an even offset."""

    kind: u8 = const(5)
    length: u8 = total(plus=2)
    value: u16  # what it is about: 0 multicast listener discovery, 1 RSVP


class JumboPayload(Ipv6Option):
    """The length of a packet that is too long for the header to tell (RFC 2675). Two bytes behind a multiple of 4."""

    kind: u8 = const(0xC2)
    length: u8 = total(plus=2)
    size: u32  # bytes of payload, extension headers included; more than 65535


class OtherOption(Ipv6Option):
    """Any other option."""

    length: u8 = total(plus=2)
    data: Raw = rest(default=b"")


AnyOption: TypeAlias = Pad1 | PadN | RouterAlert | JumboPayload | OtherOption

ALIGNMENT: Final[dict[type[Packet], tuple[int, int]]] = {RouterAlert: (2, 0), JumboPayload: (4, 2)}
"""Where options may be: so many bytes behind a multiple of so many, counted from the header's start."""


def padded(*options: AnyOption) -> tuple[AnyOption, ...]:
    """``options`` with padding between them and behind them, so that each lies as it must and they fill a header."""
    found: list[AnyOption] = []
    at = BEFORE
    for option in options:
        factor, behind = next((rule for kind, rule in ALIGNMENT.items() if isinstance(option, kind)), (1, 0))
        gap = (behind - at) % factor
        found += [*padding(gap), option]
        at += gap + len(option.build())
    return *found, *padding(-at % UNIT)


def padding(size: int) -> tuple[AnyOption, ...]:
    """The option that takes ``size`` bytes and means nothing; none for 0."""
    match size:
        case 0:
            return ()
        case 1:
            return (Pad1(),)
        case _:
            return (PadN(zeros=bytes(size - 2)),)
