"""Messages of the transport layer (RFC 4253) and of the key exchanges that are in use."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, TypeAlias

from foxpy.layers.ssh.codecs import boolean, name_list, positive, string, usascii, utf8
from foxpy.layers.ssh.message import SshMessage
from foxpy.wire import (
    Classifier,
    Field,
    Octets,
    Packet,
    Raw,
    UInt,
    arg,
    const,
    count,
    derived,
    field,
    packets,
    rest,
    u8,
    u32,
)


class Reason(IntEnum):
    """Why the connection ends (RFC 4253, section 11.1)."""

    HOST_NOT_ALLOWED_TO_CONNECT = 1
    PROTOCOL_ERROR = 2
    KEY_EXCHANGE_FAILED = 3
    RESERVED = 4
    MAC_ERROR = 5
    COMPRESSION_ERROR = 6
    SERVICE_NOT_AVAILABLE = 7
    PROTOCOL_VERSION_NOT_SUPPORTED = 8
    HOST_KEY_NOT_VERIFIABLE = 9
    CONNECTION_LOST = 10
    BY_APPLICATION = 11
    TOO_MANY_CONNECTIONS = 12
    AUTH_CANCELLED_BY_USER = 13
    NO_MORE_AUTH_METHODS_AVAILABLE = 14
    ILLEGAL_USER_NAME = 15


class KeyExchange(IntEnum):
    """The kind of the method that was negotiated: messages 30 to 49 mean something else in each."""

    NONE = 0  # no key exchange is going on
    DH = 1  # RFC 4253, section 8; RFC 8268
    ECDH = 2  # RFC 5656, section 4; RFC 8731
    GROUP = 3  # RFC 4419


Cookie = Annotated[Field[bytes], Octets(16)]
ReasonCode = Annotated[Field["Reason | int"], UInt(32, kind=Reason, open=True)]


class TransportMessage(SshMessage, when=SshMessage.number.between(1, 49)):
    """Generic 1 to 19, negotiation 20 to 29, key exchange 30 to 49."""


class Disconnect(TransportMessage):
    """The connection ends at once (section 11.1)."""

    number: u8 = const(1)
    reason: ReasonCode
    description: utf8 = field(default="")  # control characters are to be filtered before it is shown
    language: usascii = field(default="")  # RFC 3066


class Ignore(TransportMessage):
    """Anything, against the analysis of traffic (section 11.2)."""

    number: u8 = const(2)
    data: string = field(default=b"")


class Unimplemented(TransportMessage):
    """A message was not understood (section 11.4)."""

    number: u8 = const(3)
    sequence: u32  # of the packet that is rejected


class Debug(TransportMessage):
    """For people who look for a fault (section 11.3)."""

    number: u8 = const(4)
    always_display: boolean = field(default=False)
    message: utf8
    language: usascii = field(default="")


class ServiceRequest(TransportMessage):
    """The client wants ``ssh-userauth`` or ``ssh-connection`` (section 10)."""

    number: u8 = const(5)
    service: usascii


class ServiceAccept(TransportMessage):
    """The client may use it."""

    number: u8 = const(6)
    service: usascii


class Extension(Packet):
    """What its sender supports, and how: both as the extension says (RFC 8308, section 2.5)."""

    name: usascii
    value: string


class ExtensionInfo(TransportMessage):
    """Extensions, in no order (RFC 8308, section 2.3)."""

    number: u8 = const(7)
    extension_count: u32 = derived()
    extensions: packets[Extension] = count(extension_count, default=())


class NewCompress(TransportMessage):
    """The client compresses from here on as was agreed by ``delay-compression`` (RFC 8308, section 3.2)."""

    number: u8 = const(8)


class KexInit(TransportMessage):
    """What algorithms its sender takes, the most wanted first (section 7.1)."""

    number: u8 = const(20)
    cookie: Cookie  # random
    kex_algorithms: name_list
    server_host_key_algorithms: name_list
    encryption_client_to_server: name_list
    encryption_server_to_client: name_list
    mac_client_to_server: name_list
    mac_server_to_client: name_list
    compression_client_to_server: name_list = field(default=("none",))
    compression_server_to_client: name_list = field(default=("none",))
    languages_client_to_server: name_list = field(default=())  # RFC 3066
    languages_server_to_client: name_list = field(default=())
    first_kex_packet_follows: boolean = field(default=False)  # a guess, to be dropped if it was wrong
    reserved: u32 = field(default=0)


class NewKeys(TransportMessage):
    """The new keys are in use from here on (section 7.3)."""

    number: u8 = const(21)


class KexMessage(TransportMessage, when=TransportMessage.number.between(30, 49)):
    """A message whose meaning the negotiated method gives."""

    exchange: arg[KeyExchange] = field(default=KeyExchange.NONE)


class KexdhInit(KexMessage):
    """The client's exchange value (section 8)."""

    exchange: arg[KeyExchange] = const(KeyExchange.DH)
    number: u8 = const(30)
    e: positive  # below the group's prime, which is not known here


class KexdhReply(KexMessage):
    """The server's exchange value, signed."""

    exchange: arg[KeyExchange] = const(KeyExchange.DH)
    number: u8 = const(31)
    host_key: string  # K_S, and certificates
    f: positive
    signature: string  # of the exchange hash


class KexEcdhInit(KexMessage):
    """The client's ephemeral public key (RFC 5656, section 4; RFC 8731, section 3)."""

    exchange: arg[KeyExchange] = const(KeyExchange.ECDH)
    number: u8 = const(30)
    public_key: string  # Q_C: 32 bytes for curve25519, a point in SEC 1 form for the NIST curves


class KexEcdhReply(KexMessage):
    """The server's ephemeral public key, signed."""

    exchange: arg[KeyExchange] = const(KeyExchange.ECDH)
    number: u8 = const(31)
    host_key: string  # K_S
    public_key: string  # Q_S
    signature: string


class GroupRequest(KexMessage):
    """The client wants a group of about so many bits (RFC 4419, section 3)."""

    exchange: arg[KeyExchange] = const(KeyExchange.GROUP)
    number: u8 = const(34)
    least: u32  # bits
    preferred: u32
    most: u32


class Group(KexMessage):
    """The server's choice."""

    exchange: arg[KeyExchange] = const(KeyExchange.GROUP)
    number: u8 = const(31)
    p: positive  # a safe prime
    g: positive  # the generator


class GroupInit(KexMessage):
    """The client's exchange value in that group."""

    exchange: arg[KeyExchange] = const(KeyExchange.GROUP)
    number: u8 = const(32)
    e: positive


class GroupReply(KexMessage):
    """The server's exchange value, signed."""

    exchange: arg[KeyExchange] = const(KeyExchange.GROUP)
    number: u8 = const(33)
    host_key: string
    f: positive
    signature: string


class OtherTransport(TransportMessage):
    """Any other: to be answered by Unimplemented."""

    data: Raw = rest(default=b"")


Transport: TypeAlias = (
    Disconnect
    | Ignore
    | Unimplemented
    | Debug
    | ServiceRequest
    | ServiceAccept
    | ExtensionInfo
    | NewCompress
    | KexInit
    | NewKeys
    | KexdhInit
    | KexdhReply
    | KexEcdhInit
    | KexEcdhReply
    | GroupRequest
    | Group
    | GroupInit
    | GroupReply
    | OtherTransport
)

transport = Classifier[Transport]()
"""``transport.parse(payload, exchange=KeyExchange.ECDH)``: during a key exchange its kind is to be given."""
