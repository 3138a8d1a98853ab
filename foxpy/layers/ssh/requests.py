"""Requests on a channel (RFC 4254, sections 5.4 and 6), told apart by their type."""

from __future__ import annotations

from foxpy.layers.ssh.channels import ConnectionMessage
from foxpy.layers.ssh.codecs import boolean, string, usascii, utf8
from foxpy.layers.ssh.terminal import terminal_modes
from foxpy.wire import Raw, const, field, rest, u8, u32


class ChannelRequest(ConnectionMessage):
    """What the two ends of a channel want of each other."""

    number: u8 = const(98)
    recipient: u32
    request: usascii
    want_reply: boolean = field(default=False)


class PtyRequest(ChannelRequest):
    """A pseudo-terminal (section 6.2). A dimension of 0 says nothing; characters go before pixels."""

    request: usascii = const("pty-req")
    term: usascii  # what TERM is set to: vt100
    columns: u32 = field(default=80)
    rows: u32 = field(default=24)
    width: u32 = field(default=0)  # pixels
    height: u32 = field(default=0)  # pixels
    modes: terminal_modes = field(default=())


class X11Request(ChannelRequest):
    """Forward X11 (section 6.3.1)."""

    request: usascii = const("x11-req")
    single_connection: boolean = field(default=False)
    protocol: usascii = field(default="MIT-MAGIC-COOKIE-1")
    cookie: usascii  # hexadecimal; a fake, to be replaced by the real one
    screen: u32 = field(default=0)


class Env(ChannelRequest):
    """An environment variable for the program (section 6.4)."""

    request: usascii = const("env")
    name: string
    value: string


class Shell(ChannelRequest):
    """Start the user's shell (section 6.5)."""

    request: usascii = const("shell")


class Exec(ChannelRequest):
    """Start a command (section 6.5)."""

    request: usascii = const("exec")
    command: string  # in whatever encoding the server's system has


class Subsystem(ChannelRequest):
    """Start what has this name at every host: sftp (section 6.5)."""

    request: usascii = const("subsystem")
    name: usascii


class WindowChange(ChannelRequest):
    """The terminal's size is another (section 6.7)."""

    request: usascii = const("window-change")
    want_reply: boolean = const(False)
    columns: u32
    rows: u32
    width: u32 = field(default=0)  # pixels
    height: u32 = field(default=0)  # pixels


class XonXoff(ChannelRequest):
    """Whether the client may stop the output by itself (section 6.8)."""

    request: usascii = const("xon-xoff")
    want_reply: boolean = const(False)
    client_can_do: boolean


class Signal(ChannelRequest):
    """A signal to the program (section 6.9)."""

    request: usascii = const("signal")
    want_reply: boolean = const(False)
    signal: usascii  # TERM, without SIG


class ExitStatus(ChannelRequest):
    """The program has ended (section 6.10)."""

    request: usascii = const("exit-status")
    want_reply: boolean = const(False)
    status: u32  # 0: it was successful


class ExitSignal(ChannelRequest):
    """A signal has ended it (section 6.10)."""

    request: usascii = const("exit-signal")
    want_reply: boolean = const(False)
    signal: usascii  # KILL, or name@domain
    core_dumped: boolean = field(default=False)
    message: utf8 = field(default="")  # control characters are to be filtered before it is shown
    language: usascii = field(default="")  # RFC 3066


class OtherChannelRequest(ChannelRequest):
    """Of a type that is not known here, or with a reply wanted where none is due."""

    data: Raw = rest(default=b"")
