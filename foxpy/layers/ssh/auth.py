"""User authentication (RFC 4252) and its keyboard-interactive method (RFC 4256)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from foxpy.layers.ssh.codecs import boolean, name_list, string, usascii, utf8
from foxpy.layers.ssh.message import SshMessage
from foxpy.wire import (
    Classifier,
    FieldAs,
    ListOf,
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
from foxpy.wire.codecs import Text

Texts = Annotated[FieldAs[tuple[str, ...], Sequence[str]], ListOf(Text(UInt(32)))]


class AuthMessage(SshMessage, when=SshMessage.number.between(50, 79)):
    """Generic 50 to 59; 60 to 79 mean something else in each method."""


# -- requests: told apart by the method, and some by a boolean behind it


class AuthRequest(AuthMessage):
    """The client asks to be let in (section 5)."""

    number: u8 = const(50)
    user: utf8
    service: usascii  # to start then: ssh-connection
    method: usascii


class NoneRequest(AuthRequest):
    """Which methods are there? (section 5.2)"""

    method: usascii = const("none")


class PublicKeyRequest(AuthRequest):
    """By a key (section 7)."""

    method: usascii = const("publickey")
    signed: boolean


class PublicKeyQuery(PublicKeyRequest):
    """Would this key do?"""

    signed: boolean = const(False)
    algorithm: usascii
    key: string


class PublicKeySignature(PublicKeyRequest):
    """The proof that the client has the key."""

    signed: boolean = const(True)
    algorithm: usascii
    key: string
    signature: string  # of the session identifier and of this message up to the key


class PasswordRequest(AuthRequest):
    """By a password (section 8)."""

    method: usascii = const("password")
    change: boolean


class Password(PasswordRequest):
    """The password."""

    change: boolean = const(False)
    password: utf8


class PasswordChange(PasswordRequest):
    """The password and the one that is to replace it."""

    change: boolean = const(True)
    old: utf8
    new: utf8


class HostBased(AuthRequest):
    """The client's host vouches for the user (section 9)."""

    method: usascii = const("hostbased")
    algorithm: usascii
    host_key: string  # and certificates
    host: usascii  # the client's, fully qualified
    client_user: utf8  # the user's name there
    signature: string


class KeyboardInteractive(AuthRequest):
    """By questions (RFC 4256, section 3.1)."""

    method: usascii = const("keyboard-interactive")
    language: usascii = field(default="")  # deprecated
    submethods: utf8 = field(default="")  # a hint, with commas


class OtherAuthRequest(AuthRequest):
    """By a method that is not known here."""

    data: Raw = rest(default=b"")


# -- what the server says to any of them


class AuthFailure(AuthMessage):
    """Not yet (section 5.1)."""

    number: u8 = const(51)
    methods: name_list  # that can continue
    partial_success: boolean = field(default=False)  # the request was right, and not enough


class AuthSuccess(AuthMessage):
    """The service begins."""

    number: u8 = const(52)


class Banner(AuthMessage):
    """To be shown to the user beforehand (section 5.4), without control characters."""

    number: u8 = const(53)
    message: utf8
    language: usascii = field(default="")


# -- what depends on the method of the request that is being answered


class MethodMessage(AuthMessage, when=AuthMessage.number.between(60, 79)):
    """``pending``: the method of the request that is being answered, as the numbers are the same in all."""

    pending: arg[str] = field(default="none")


class PublicKeyOk(MethodMessage):
    """The key would do (section 7)."""

    pending: arg[str] = const("publickey")
    number: u8 = const(60)
    algorithm: usascii  # from the request
    key: string  # from the request


class PasswordChangeRequest(MethodMessage):
    """The password has expired (section 8)."""

    pending: arg[str] = const("password")
    number: u8 = const(60)
    prompt: utf8
    language: usascii = field(default="")


class Prompt(Packet):
    """A question (RFC 4256, section 3.2)."""

    text: utf8
    echo: boolean  # the answer may be seen while it is typed


class InfoRequest(MethodMessage):
    """Questions to the user (RFC 4256, section 3.2)."""

    pending: arg[str] = const("keyboard-interactive")
    number: u8 = const(60)
    name: utf8 = field(default="")
    instruction: utf8 = field(default="")
    language: usascii = field(default="")  # deprecated
    prompt_count: u32 = derived()
    prompts: packets[Prompt] = count(prompt_count, default=())


class InfoResponse(MethodMessage):
    """Answers, in the order of the questions (RFC 4256, section 3.4)."""

    pending: arg[str] = const("keyboard-interactive")
    number: u8 = const(61)
    answer_count: u32 = derived()
    answers: Texts = count(answer_count, default=())


class OtherAuth(AuthMessage):
    """Any other."""

    data: Raw = rest(default=b"")


Auth: TypeAlias = (
    NoneRequest
    | PublicKeyQuery
    | PublicKeySignature
    | Password
    | PasswordChange
    | HostBased
    | KeyboardInteractive
    | OtherAuthRequest
    | AuthFailure
    | AuthSuccess
    | Banner
    | PublicKeyOk
    | PasswordChangeRequest
    | InfoRequest
    | InfoResponse
    | OtherAuth
)

auth = Classifier[Auth]()
"""``auth.parse(payload, pending="password")``: ``pending`` matters for 60 and 61 alone."""
