"""The connection protocol (RFC 4254): its global requests, and all of its messages together."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from foxpy.layers.ssh.channels import (
    ChannelClose,
    ChannelData,
    ChannelEof,
    ChannelExtendedData,
    ChannelFailure,
    ChannelOpenConfirmation,
    ChannelOpenFailure,
    ChannelSuccess,
    ConnectionMessage,
    DirectTcpip,
    ForwardedTcpip,
    OtherChannelOpen,
    SessionOpen,
    WindowAdjust,
    X11Open,
)
from foxpy.layers.ssh.codecs import boolean, usascii, utf8
from foxpy.layers.ssh.requests import (
    Env,
    Exec,
    ExitSignal,
    ExitStatus,
    OtherChannelRequest,
    PtyRequest,
    Shell,
    Signal,
    Subsystem,
    WindowChange,
    X11Request,
    XonXoff,
)
from foxpy.wire import Classifier, Field, Raw, UInt, arg, const, field, present, rest, u8, u32

OptU32 = Annotated[Field["int | None"], UInt(32)]


class GlobalRequest(ConnectionMessage):
    """A request that is not of a channel (section 4)."""

    number: u8 = const(80)
    request: usascii
    want_reply: boolean = field(default=True)


class TcpipForward(GlobalRequest):
    """Listen, and open a channel for each connection (section 7.1)."""

    request: usascii = const("tcpip-forward")
    address: utf8  # empty: any
    port: u32 = field(max=65535)  # 0: any, which the reply tells


class CancelTcpipForward(GlobalRequest):
    """Listen no more."""

    request: usascii = const("cancel-tcpip-forward")
    address: utf8
    port: u32 = field(max=65535)


class OtherGlobalRequest(GlobalRequest):
    """Of a name that is not known here: to be answered by RequestFailure."""

    data: Raw = rest(default=b"")


class RequestSuccess(ConnectionMessage):
    """The oldest global request without an answer was granted.

    ``port_expected``: it was a TcpipForward for port 0.
    """

    port_expected: arg[bool] = field(default=False)
    number: u8 = const(81)
    port: OptU32 = present(port_expected, default=None)  # that was bound
    data: Raw = rest(default=b"")  # as the request says; none for those above


class RequestFailure(ConnectionMessage):
    """It was not."""

    number: u8 = const(82)


class OtherConnection(ConnectionMessage):
    """Any other."""

    data: Raw = rest(default=b"")


Connection: TypeAlias = (
    TcpipForward
    | CancelTcpipForward
    | OtherGlobalRequest
    | RequestSuccess
    | RequestFailure
    | SessionOpen
    | X11Open
    | ForwardedTcpip
    | DirectTcpip
    | OtherChannelOpen
    | ChannelOpenConfirmation
    | ChannelOpenFailure
    | WindowAdjust
    | ChannelData
    | ChannelExtendedData
    | ChannelEof
    | ChannelClose
    | PtyRequest
    | X11Request
    | Env
    | Shell
    | Exec
    | Subsystem
    | WindowChange
    | XonXoff
    | Signal
    | ExitStatus
    | ExitSignal
    | OtherChannelRequest
    | ChannelSuccess
    | ChannelFailure
    | OtherConnection
)

connection = Classifier[Connection]()
"""``connection.parse(payload, port_expected=True)``: the argument matters for the answer to a TcpipForward alone."""
