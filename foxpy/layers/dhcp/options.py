"""The options of DHCP messages (RFC 2132, where no other is named).

An option of a wrong size is Malformed. Whether the value makes sense (that a datagram of 576 bytes is the least that a
client can ask for, that a list names at least one router) is for who acts on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from typing import Annotated, Final, TypeAlias

from foxpy.layers.dhcp.numbers import KindField, OptionCode, OptionField, OverloadField, RelayCode, RelayField
from foxpy.layers.dhcp.routes import Route, Routes
from foxpy.layers.dns.names import DomainNames, Name
from foxpy.wire import (
    Field,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    Raw,
    UInt,
    const,
    field,
    packets,
    rest,
    total,
    u8,
    u16,
    u32,
    until,
)
from foxpy.wire.codecs import Text

MOST_IN_OPTION: Final = 255

Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]
Ip4s = Annotated[FieldAs[tuple[IPv4Address, ...], Sequence[IPv4Address]], ListOf(Octets(4, IPv4Address))]
Codes = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(8, kind=OptionCode, open=True))]

# bytes that are no text are kept, as a strange name is not to keep a host from its address
String = Annotated[Field[str], Text(errors="surrogateescape")]


class DhcpOption(Packet):
    """What all options begin with."""

    code: OptionField


class Pad(DhcpOption):
    """Nothing: aligns what follows (section 3.1)."""

    code: OptionField = const(OptionCode.PAD)


class End(DhcpOption):
    """Ends the options; what follows is padding (section 3.2)."""

    code: OptionField = const(OptionCode.END)


class SubnetMask(DhcpOption):
    """Of the client's network (section 3.3)."""

    code: OptionField = const(OptionCode.SUBNET_MASK)
    length: u8 = total(plus=2)
    mask: Ip4


class Routers(DhcpOption):
    """On the client's network, the preferred first (section 3.5)."""

    code: OptionField = const(OptionCode.ROUTERS)
    length: u8 = total(plus=2)
    addresses: Ip4s = rest()  # at least one


class DomainNameServers(DhcpOption):
    """The preferred first (section 3.8)."""

    code: OptionField = const(OptionCode.DOMAIN_NAME_SERVERS)
    length: u8 = total(plus=2)
    addresses: Ip4s = rest()  # at least one


class HostName(DhcpOption):
    """The client's name, perhaps with its domain (section 3.14)."""

    code: OptionField = const(OptionCode.HOST_NAME)
    length: u8 = total(plus=2)
    name: String = rest()  # at least one byte


class DomainName(DhcpOption):
    """The domain that names are looked up in (section 3.17)."""

    code: OptionField = const(OptionCode.DOMAIN_NAME)
    length: u8 = total(plus=2)
    name: String = rest()  # at least one byte


class InterfaceMtu(DhcpOption):
    """The largest datagram on the client's network (section 5.1)."""

    code: OptionField = const(OptionCode.INTERFACE_MTU)
    length: u8 = total(plus=2)
    mtu: u16  # bytes, 68 at least


class BroadcastAddress(DhcpOption):
    """Of the client's network (section 5.3)."""

    code: OptionField = const(OptionCode.BROADCAST_ADDRESS)
    length: u8 = total(plus=2)
    address: Ip4


class NtpServers(DhcpOption):
    """The preferred first (section 8.3)."""

    code: OptionField = const(OptionCode.NTP_SERVERS)
    length: u8 = total(plus=2)
    addresses: Ip4s = rest()  # at least one


class RequestedAddress(DhcpOption):
    """What the client would like to have (section 9.1)."""

    code: OptionField = const(OptionCode.REQUESTED_ADDRESS)
    length: u8 = total(plus=2)
    address: Ip4


class LeaseTime(DhcpOption):
    """How long the address is the client's (section 9.2)."""

    code: OptionField = const(OptionCode.LEASE_TIME)
    length: u8 = total(plus=2)
    seconds: u32  # 0xFFFFFFFF: for ever (RFC 2131, section 3.3)


class Overload(DhcpOption):
    """That ``file`` or ``sname`` hold options too (section 9.3)."""

    code: OptionField = const(OptionCode.OVERLOAD)
    length: u8 = total(plus=2)
    fields: OverloadField


class MessageType(DhcpOption):
    """What the message is; in all of DHCP, and in none of BOOTP (section 9.6)."""

    code: OptionField = const(OptionCode.MESSAGE_TYPE)
    length: u8 = total(plus=2)
    kind: KindField


class ServerIdentifier(DhcpOption):
    """The server that offers, or whose offer is taken (section 9.7)."""

    code: OptionField = const(OptionCode.SERVER_IDENTIFIER)
    length: u8 = total(plus=2)
    address: Ip4


class ParameterList(DhcpOption):
    """The options that the client would like to have, the most wanted first (section 9.8)."""

    code: OptionField = const(OptionCode.PARAMETER_LIST)
    length: u8 = total(plus=2)
    codes: Codes = rest()  # at least one


class Message(DhcpOption):
    """Why the server refuses, or the client declines (section 9.9)."""

    code: OptionField = const(OptionCode.MESSAGE)
    length: u8 = total(plus=2)
    text: String = rest()  # at least one byte


class MaximumSize(DhcpOption):
    """The largest message that the client takes (section 9.10)."""

    code: OptionField = const(OptionCode.MAXIMUM_SIZE)
    length: u8 = total(plus=2)
    size: u16  # bytes, with the headers of UDP and IP; 576 at least


class RenewalTime(DhcpOption):
    """T1: how long until the client asks its server for more time (section 9.11)."""

    code: OptionField = const(OptionCode.RENEWAL_TIME)
    length: u8 = total(plus=2)
    seconds: u32


class RebindingTime(DhcpOption):
    """T2: how long until the client asks all servers for more time (section 9.12)."""

    code: OptionField = const(OptionCode.REBINDING_TIME)
    length: u8 = total(plus=2)
    seconds: u32


class VendorClass(DhcpOption):
    """What the client is (section 9.13)."""

    code: OptionField = const(OptionCode.VENDOR_CLASS)
    length: u8 = total(plus=2)
    ident: Raw = rest()  # at least one byte


class ClientIdentifier(DhcpOption):
    """Who the client is, where that is not its hardware address (section 9.14)."""

    code: OptionField = const(OptionCode.CLIENT_IDENTIFIER)
    length: u8 = total(plus=2)
    htype: u8 = field(default=1)  # what kind of hardware address it is; 0: none; 255: RFC 4361
    ident: Raw = rest()  # at least one byte


class RelayOption(Packet):
    """What all that a relay agent adds begins with (RFC 3046, section 2.0)."""

    code: RelayField
    length: u8 = total(plus=2)


class CircuitId(RelayOption):
    """Where the client is attached to the relay agent (RFC 3046, section 3.1)."""

    code: RelayField = const(RelayCode.CIRCUIT_ID)
    ident: Raw = rest()


class RemoteId(RelayOption):
    """Who is at the other end of the circuit (RFC 3046, section 3.2)."""

    code: RelayField = const(RelayCode.REMOTE_ID)
    ident: Raw = rest()


class LinkSelection(RelayOption):
    """The network that the client is in, where that is not the relay agent's (RFC 3527, section 3)."""

    code: RelayField = const(RelayCode.LINK_SELECTION)
    subnet: Ip4


class SubscriberId(RelayOption):
    """Whom the circuit belongs to, wherever it is (RFC 3993, section 3)."""

    code: RelayField = const(RelayCode.SUBSCRIBER_ID)
    ident: String = rest()


class ServerOverride(RelayOption):
    """The address that the server is to say it has, so that renewals come through the agent (RFC 5107, section 4)."""

    code: RelayField = const(RelayCode.SERVER_OVERRIDE)
    address: Ip4


class OtherRelayOption(RelayOption):
    """Anything else that a relay agent adds."""

    data: Raw = rest(default=b"")


class RelayAgent(DhcpOption):
    """What a relay agent has added, and takes away from the answer (RFC 3046, section 2.0)."""

    code: OptionField = const(OptionCode.RELAY_AGENT)
    length: u8 = total(plus=2)
    added: packets[CircuitId | RemoteId | LinkSelection | SubscriberId | ServerOverride | OtherRelayOption] = rest()


class SearchList(Packet):
    """The domains that names are looked up in, the preferred first (RFC 3397, section 2)."""

    names: DomainNames = rest()


class DomainSearch(DhcpOption):
    """A ``SearchList``, or a part of one that does not fit into one option."""

    code: OptionField = const(OptionCode.DOMAIN_SEARCH)
    length: u8 = total(plus=2)
    part: Raw = rest()

    @staticmethod
    def of(names: Iterable[Name | str]) -> tuple[DomainSearch, ...]:
        """The options that say these names. Raises OutOfRange for what is no name."""
        return tuple(DomainSearch(part=part) for part in _parts(SearchList(names=names).build()))


class RouteList(Packet):
    """Routes that the client is to have; if they are there, the routers option does not count (RFC 3442)."""

    routes: Routes = rest()


class ClasslessRoutes(DhcpOption):
    """A ``RouteList``, or a part of one that does not fit into one option."""

    code: OptionField = const(OptionCode.CLASSLESS_ROUTES)
    length: u8 = total(plus=2)
    part: Raw = rest()

    @staticmethod
    def of(routes: Iterable[Route]) -> tuple[ClasslessRoutes, ...]:
        """The options that say these routes."""
        return tuple(ClasslessRoutes(part=part) for part in _parts(RouteList(routes=tuple(routes)).build()))


class OtherOption(DhcpOption):
    """Any other option with a length."""

    length: u8 = total(plus=2)
    data: Raw = rest(default=b"")


AnyOption: TypeAlias = (
    Pad
    | SubnetMask
    | Routers
    | DomainNameServers
    | HostName
    | DomainName
    | InterfaceMtu
    | BroadcastAddress
    | NtpServers
    | RequestedAddress
    | LeaseTime
    | Overload
    | MessageType
    | ServerIdentifier
    | ParameterList
    | Message
    | MaximumSize
    | RenewalTime
    | RebindingTime
    | VendorClass
    | ClientIdentifier
    | RelayAgent
    | DomainSearch
    | ClasslessRoutes
    | OtherOption
)


class OptionArea(Packet):
    """Options up to their end, and padding: what ``file`` and ``sname`` hold if an Overload option says so."""

    options: packets[AnyOption] = until(End, default=())
    padding: Raw = rest(default=b"")


def joined(options: Iterable[DhcpOption], code: int) -> bytes:
    """What all options of that code hold, one behind the other: an option that was too long for itself (RFC 3396)."""
    return b"".join(each.build()[2:] for each in options if each.code == code)


def _parts(data: bytes) -> Iterator[bytes]:
    """``data`` in as many pieces as there must be options to hold it (RFC 3396, section 6)."""
    return (data[at : at + MOST_IN_OPTION] for at in range(0, len(data), MOST_IN_OPTION))
