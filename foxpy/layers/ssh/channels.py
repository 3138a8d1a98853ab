"""Channels (RFC 4254, section 5): opening them, what flows through them, closing them."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.layers.ssh.codecs import usascii, utf8
from foxpy.layers.ssh.message import SshMessage
from foxpy.wire import Body, Field, Raw, UInt, const, derived, field, rest, sized, u8, u32


class OpenFailure(IntEnum):
    """Why a channel is not opened (section 5.1)."""

    ADMINISTRATIVELY_PROHIBITED = 1
    CONNECT_FAILED = 2
    UNKNOWN_CHANNEL_TYPE = 3
    RESOURCE_SHORTAGE = 4


class DataType(IntEnum):
    """What extended data are (section 5.2)."""

    STDERR = 1


FailureCode = Annotated[Field["OpenFailure | int"], UInt(32, kind=OpenFailure, open=True)]
DataTypeCode = Annotated[Field["DataType | int"], UInt(32, kind=DataType, open=True)]


class ConnectionMessage(SshMessage, when=SshMessage.number.between(80, 127)):
    """Generic 80 to 89, of channels 90 to 127."""


# -- opening: told apart by the channel's type


class ChannelOpen(ConnectionMessage):
    """One side wants a channel (section 5.1)."""

    number: u8 = const(90)
    channel_type: usascii
    sender: u32  # its number for the channel
    window: u32  # bytes that may be sent to it at first
    packet_size: u32  # bytes of the largest packet that may be sent to it


class SessionOpen(ChannelOpen):
    """For a program to be run (section 6.1)."""

    channel_type: usascii = const("session")


class X11Open(ChannelOpen):
    """For a client of the X server (section 6.3.2)."""

    channel_type: usascii = const("x11")
    originator: utf8  # an address
    originator_port: u32 = field(max=65535)


class ForwardedTcpip(ChannelOpen):
    """For a connection to a port that was asked for by TcpipForward (section 7.2)."""

    channel_type: usascii = const("forwarded-tcpip")
    address: utf8  # that was connected to
    port: u32 = field(max=65535)
    originator: utf8  # an address
    originator_port: u32 = field(max=65535)


class DirectTcpip(ChannelOpen):
    """For a connection that the other side is to make (section 7.2)."""

    channel_type: usascii = const("direct-tcpip")
    host: utf8  # a name or an address
    port: u32 = field(max=65535)
    originator: utf8  # an address
    originator_port: u32 = field(max=65535)


class OtherChannelOpen(ChannelOpen):
    """Of a type that is not known here: to be refused with UNKNOWN_CHANNEL_TYPE."""

    data: Raw = rest(default=b"")


class ChannelOpenConfirmation(ConnectionMessage):
    """The channel is open."""

    number: u8 = const(91)
    recipient: u32  # the number that the other side gave
    sender: u32  # this side's number
    window: u32  # bytes
    packet_size: u32  # bytes
    data: Raw = rest(default=b"")  # as the channel's type says; none for those above


class ChannelOpenFailure(ConnectionMessage):
    """It is not."""

    number: u8 = const(92)
    recipient: u32
    reason: FailureCode
    description: utf8 = field(default="")  # control characters are to be filtered before it is shown
    language: usascii = field(default="")  # RFC 3066


# -- what flows (section 5.2)


class WindowAdjust(ConnectionMessage):
    """More may be sent."""

    number: u8 = const(93)
    recipient: u32
    more: u32  # bytes; the window never exceeds 2 ** 32 - 1


class ChannelData(ConnectionMessage):
    """Data."""

    number: u8 = const(94)
    recipient: u32
    size: u32 = derived()  # bytes
    data: Body = sized(size)


class ChannelExtendedData(ConnectionMessage):
    """Data of another type, in the same window."""

    number: u8 = const(95)
    recipient: u32
    data_type: DataTypeCode = field(default=DataType.STDERR)
    size: u32 = derived()  # bytes
    data: Body = sized(size)


# -- closing (section 5.3), and answers to requests (section 5.4)


class ChannelEof(ConnectionMessage):
    """No more data will come."""

    number: u8 = const(96)
    recipient: u32


class ChannelClose(ConnectionMessage):
    """The channel ends once both sides have sent this."""

    number: u8 = const(97)
    recipient: u32


class ChannelSuccess(ConnectionMessage):
    """A request was granted."""

    number: u8 = const(99)
    recipient: u32


class ChannelFailure(ConnectionMessage):
    """It was not."""

    number: u8 = const(100)
    recipient: u32
