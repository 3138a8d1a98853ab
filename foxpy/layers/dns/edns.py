"""The options of EDNS (RFC 6891, section 6.1.2)."""

from __future__ import annotations

from typing import Annotated

from foxpy.layers.dns.numbers import OptionCode, OptionField, ProblemField
from foxpy.wire import Field, Octets, Packet, Raw, const, field, rest, total, u8, u16
from foxpy.wire.codecs import Text

ClientCookie = Annotated[Field[bytes], Octets(8)]
# text that is none is kept, as a remark is not to make the whole message unreadable
Remark = Annotated[Field[str], Text(errors="surrogateescape")]


class EdnsOption(Packet):
    """What all options begin with."""

    code: OptionField
    length: u16 = total(plus=4)


class ServerId(EdnsOption):
    """Which of several servers has answered, or empty to ask for it (RFC 5001, section 2.3)."""

    code: OptionField = const(OptionCode.NSID)
    ident: Raw = rest(default=b"")


class ClientSubnet(EdnsOption):
    """Where the question comes from, as far as it is told (RFC 7871, section 6)."""

    code: OptionField = const(OptionCode.CLIENT_SUBNET)
    family: u16  # 1: IPv4, 2: IPv6
    source: u8  # bits of the prefix
    scope: u8 = field(default=0)  # in answers: bits of the prefix that the answer is for
    address: Raw = rest(max=16)  # as many bytes as the prefix needs


class Cookie(EdnsOption):
    """What client and server recognize each other by (RFC 7873, section 4)."""

    code: OptionField = const(OptionCode.COOKIE)
    client: ClientCookie
    server: Raw = rest(default=b"", max=32)  # 8 to 32 bytes, or none as long as the client knows none


class Padding(EdnsOption):
    """Bytes that hide the size of an encrypted message (RFC 7830, section 3)."""

    code: OptionField = const(OptionCode.PADDING)
    padding: Raw = rest(default=b"")  # zeros, which is not checked


class ExtendedError(EdnsOption):
    """Why the answer is as it is (RFC 8914, section 2)."""

    code: OptionField = const(OptionCode.EXTENDED_ERROR)
    info: ProblemField
    text: Remark = rest(default="")


class OtherOption(EdnsOption):
    """Any other option."""

    data: Raw = rest(default=b"")
