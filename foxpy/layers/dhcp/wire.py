"""Messages of DHCP for IPv4 (RFC 2131, section 2), which are those of BOOTP with options (RFC 951, RFC 2132)."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Final, TypeVar

from foxpy.layers.dhcp.numbers import OperationField, OptionCode, OverloadedFields
from foxpy.layers.dhcp.options import (
    AnyOption,
    DhcpOption,
    End,
    Ip4,
    MessageType,
    OptionArea,
    Overload,
    RouteList,
    SearchList,
    joined,
)
from foxpy.layers.dhcp.routes import Route
from foxpy.layers.dns.names import Name
from foxpy.wire import Field, Octets, Packet, Raw, UInt, const, field, flag, packets, rest, u8, u16, u32, until
from foxpy.wire.codecs import Padded

P = TypeVar("P", bound=DhcpOption)

SERVER_PORT: Final = 67
CLIENT_PORT: Final = 68

u15 = Annotated[Field[int], UInt(15)]
ClientAddress = Annotated[Field[bytes], Octets(16)]
Sname = Annotated[Field[bytes], Padded(64)]
File = Annotated[Field[bytes], Padded(128)]

UNKNOWN: Final = IPv4Address(0)


class DHCP(Packet):
    """A message (RFC 2131, section 2).

    ``sname`` and ``file`` are bytes, since they may hold options instead of names. ``options`` are those in their own
    place only: ``all_options`` has the others too, which are written by giving ``OptionArea(...).build()``, and an
    ``Overload``. An option that is there more than once is one that was too long for itself (RFC 3396): ``joined``.
    """

    op: OperationField
    htype: u8 = field(default=1)  # the kind of hardware address; 1: Ethernet
    hlen: u8 = field(default=6, max=16)  # bytes of hardware address
    hops: u8 = field(default=0)  # relay agents on the way
    xid: u32 = field(default=0)  # chosen by the client, and the same in the answers
    secs: u16 = field(default=0)  # seconds since the client began
    broadcast: flag = field(default=False)  # answer to all, as the client cannot be sent to yet
    reserved: u15 = field(default=0)
    ciaddr: Ip4 = field(default=UNKNOWN)  # the client's address, if it answers to it
    yiaddr: Ip4 = field(default=UNKNOWN)  # the address that the client is given
    siaddr: Ip4 = field(default=UNKNOWN)  # the server to boot from
    giaddr: Ip4 = field(default=UNKNOWN)  # the relay agent
    chaddr: ClientAddress  # the client's hardware address in the first hlen bytes
    sname: Sname = field(default=b"")  # the server's name, without the zeros behind it
    file: File = field(default=b"")  # the file to boot from, without the zeros behind it
    magic: u32 = const(0x63825363)  # 99.130.83.99: options follow (RFC 2131, section 3)
    options: packets[AnyOption] = until(End, default=())
    padding: Raw = rest(default=b"")  # zeros; relay agents may want 300 bytes in all (RFC 1542, section 2.1)

    @property
    def hardware(self) -> bytes:
        """The client's hardware address: as much of ``chaddr`` as ``hlen`` says."""
        return self.chaddr[: self.hlen]

    @property
    def kind(self) -> int | None:
        """What the message is, a ``Kind`` if it is a known one; None if it does not say, and is of BOOTP."""
        found = self.option(MessageType)
        return None if found is None else found.kind

    @property
    def all_options(self) -> tuple[AnyOption, ...]:
        """The options, those in ``file`` and those in ``sname``, if there are any (RFC 2131, section 4.1; RFC 3396, 5).

        Raises PacketError if there should be some and are not.
        """
        found = self.options
        overload = next((each.fields for each in found if isinstance(each, Overload)), 0)
        if overload in (OverloadedFields.FILE, OverloadedFields.BOTH):
            found += OptionArea.parse(self.file).options
        if overload in (OverloadedFields.SNAME, OverloadedFields.BOTH):
            found += OptionArea.parse(self.sname).options
        return found

    def option(self, kind: type[P]) -> P | None:
        """The first option of that class, wherever it is. Raises PacketError as ``all_options`` does."""
        return next((each for each in self.all_options if isinstance(each, kind)), None)

    @property
    def search(self) -> tuple[Name, ...]:
        """The domains that names are looked up in. Raises PacketError if the list, put together, cannot be read."""
        return SearchList.parse(joined(self.all_options, OptionCode.DOMAIN_SEARCH)).names

    @property
    def routes(self) -> tuple[Route, ...]:
        """The classless static routes. Raises PacketError if the list, put together, cannot be read."""
        return RouteList.parse(joined(self.all_options, OptionCode.CLASSLESS_ROUTES)).routes
