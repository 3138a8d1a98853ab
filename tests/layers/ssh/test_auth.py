"""User authentication against RFC 4252 and RFC 4256: the nested choice, case by case."""

from __future__ import annotations

from itertools import product
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.auth import (
    AuthFailure,
    AuthMessage,
    AuthSuccess,
    Banner,
    HostBased,
    InfoRequest,
    InfoResponse,
    KeyboardInteractive,
    NoneRequest,
    OtherAuth,
    OtherAuthRequest,
    Password,
    PasswordChange,
    PasswordChangeRequest,
    Prompt,
    PublicKeyOk,
    PublicKeyQuery,
    PublicKeySignature,
    auth,
)
from foxpy.layers.ssh.message import SshMessage
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


def text(value: str) -> str:
    return f"{len(value.encode()):08x}{value.encode().hex()}"


def request(method: str) -> str:
    """What requests begin with: RFC 4252, section 5."""
    return "32" + text("bøb") + text("ssh-connection") + text(method)


VECTORS: list[tuple[SshMessage, str, str]] = [
    (NoneRequest(user="bøb", service="ssh-connection"), "", request("none")),
    (
        PublicKeyQuery(user="bøb", service="ssh-connection", algorithm="ssh-ed25519", key=b"\0K"),
        "",
        request("publickey") + "00" + text("ssh-ed25519") + "00000002 004b",
    ),
    (
        PublicKeySignature(
            user="bøb", service="ssh-connection", algorithm="ssh-ed25519", key=b"\0K", signature=b"\xffS"
        ),
        "",
        request("publickey") + "01" + text("ssh-ed25519") + "00000002 004b 00000002 ff53",
    ),
    (
        Password(user="bøb", service="ssh-connection", password="gehéim"),
        "",
        request("password") + "00" + text("gehéim"),
    ),
    (
        PasswordChange(user="bøb", service="ssh-connection", old="a", new="b"),
        "",
        request("password") + "01" + text("a") + text("b"),
    ),
    (
        HostBased(
            user="bøb",
            service="ssh-connection",
            algorithm="ssh-rsa",
            host_key=b"K",
            host="a.example",
            client_user="bob",
            signature=b"S",
        ),
        "",
        request("hostbased") + text("ssh-rsa") + "00000001 4b" + text("a.example") + text("bob") + "00000001 53",
    ),
    (
        KeyboardInteractive(user="bøb", service="ssh-connection", submethods="pam,otp"),
        "",
        request("keyboard-interactive") + text("") + text("pam,otp"),
    ),
    (
        OtherAuthRequest(user="bøb", service="ssh-connection", method="gssapi-with-mic", data=b"?"),
        "",
        request("gssapi-with-mic") + "3f",
    ),
    (AuthFailure(methods=("publickey", "password")), "publickey", "33" + text("publickey,password") + "00"),
    (AuthFailure(methods=(), partial_success=True), "", "33 00000000 01"),
    (AuthSuccess(), "", "34"),
    (Banner(message="no\r\n"), "", "35" + text("no\r\n") + text("")),
    (PublicKeyOk(algorithm="ssh-rsa", key=b"K"), "publickey", "3c" + text("ssh-rsa") + "00000001 4b"),
    (PasswordChangeRequest(prompt="new?", language="en"), "password", "3c" + text("new?") + text("en")),
    (
        InfoRequest(name="otp", prompts=[Prompt(text="code: ", echo=True), Prompt(text="pin: ", echo=False)]),
        "keyboard-interactive",
        "3c" + text("otp") + text("") + text("") + "00000002" + text("code: ") + "01" + text("pin: ") + "00",
    ),
    (InfoResponse(answers=["1", ""]), "keyboard-interactive", "3d 00000002" + text("1") + text("")),
    (InfoResponse(), "keyboard-interactive", "3d 00000000"),
    (OtherAuth(number=60, data=b"?"), "", "3c 3f"),
    (OtherAuth(number=61, data=b"?"), "password", "3d 3f"),
    (OtherAuth(number=54), "", "36"),
]
KINDS = sorted({type(packet)._spec for packet, _, _ in VECTORS}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize(("packet", "pending", "data"), VECTORS)
def test_vectors(packet: SshMessage, pending: str, data: str) -> None:
    wire = bytes.fromhex(data)
    assert packet.build() == wire
    assert auth.parse(wire, pending=pending) == packet
    assert auth.view(b"?" + wire, 1, pending=pending) == packet
    check_value(packet)


def test_there_is_a_vector_for_every_message() -> None:
    assert set(KINDS) == set(auth.members)


@pytest.mark.parametrize("packet", [Prompt, *KINDS])
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@pytest.mark.parametrize(("packet", "pending", "data"), VECTORS)
@given(tail=st.binary(max_size=40), cut=st.integers(0, 80))
def test_laws_of_bytes(packet: SshMessage, pending: str, data: str, tail: bytes, cut: int) -> None:
    kind = type(packet)._spec
    arguments = {"pending": pending} if any(each.name == "pending" for each in kind._layout.arguments) else {}
    check_bytes(kind, bytes.fromhex(data)[:cut] + tail, **arguments)


@given(st.sampled_from(VECTORS), st.sampled_from(["", "password", "publickey", "keyboard-interactive"]), st.data())
def test_a_byte_that_is_another_gives_a_message_or_an_error(
    vector: tuple[SshMessage, str, str], pending: str, data: st.DataObject
) -> None:
    wire = bytearray.fromhex(vector[2])
    wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = auth.parse(wire, pending=pending)
    except PacketError:
        return
    assert auth.parse(found.build(), pending=pending) == found


# -- the nested choice: the byte, then the method, then the boolean; and the argument


METHODS = ("none", "publickey", "password", "hostbased", "keyboard-interactive", "PASSWORD", "password ", "")
BEHIND = text("a") + text("b") + text("c") + text("d") + text("e") + text("f")


@pytest.mark.parametrize(("method", "flag"), list(product(METHODS, (0, 1, 2, 255))))
def test_requests_are_told_apart_by_method_and_boolean(method: str, flag: int) -> None:
    expected: type[Packet] = OtherAuthRequest
    match method:
        case "none":
            expected = NoneRequest
        case "publickey":
            expected = PublicKeySignature if flag else PublicKeyQuery
        case "password":
            expected = PasswordChange if flag else Password
        case "hostbased":
            expected = HostBased
        case "keyboard-interactive":
            expected = KeyboardInteractive
    behind = BEHIND if expected in (HostBased, KeyboardInteractive, NoneRequest) else f"{flag:02x}" + BEHIND
    wire = bytes.fromhex(request(method) + behind)
    for found in (auth.parse(wire), auth.view(wire)):
        assert type(found)._spec is expected
    if expected is not OtherAuthRequest:
        rebuilt = auth.parse(wire).build()
        assert rebuilt == wire[: len(rebuilt)] or flag > 1  # a boolean is written as 1


@pytest.mark.parametrize("pending", ["", "none", *METHODS[1:5], "gssapi-with-mic"])
def test_every_number_with_every_pending_method(pending: str) -> None:
    expected: dict[int, type[Packet]] = {50: OtherAuthRequest, 51: AuthFailure, 52: AuthSuccess, 53: Banner}
    match pending:
        case "publickey":
            expected[60] = PublicKeyOk
        case "password":
            expected[60] = PasswordChangeRequest
        case "keyboard-interactive":
            expected |= {60: InfoRequest, 61: InfoResponse}
    for number in range(256):
        wire = bytes([number]) + bytes(16) + b"\1" * 4  # four empty strings, and a boolean or the like
        if 50 <= number <= 79:
            found = auth.parse(wire, pending=pending)
            assert type(found)._spec is expected.get(number, OtherAuth)
            assert auth.view(wire, pending=pending) == found
        else:
            with pytest.raises(Malformed, match=rf"\.number: {number}"):
                auth.parse(wire, pending=pending)


def test_without_the_argument_nothing_is_guessed() -> None:
    assert auth.parse(b"\x3c" + bytes(8)) == OtherAuth(number=60, data=bytes(8))


def test_a_match_is_exhaustive() -> None:
    def secret(data: bytes, pending: str = "") -> str:
        found = auth.view(data, pending=pending)
        match found:
            case Password(password=word) | PasswordChange(new=word):
                return word
            case NoneRequest() | HostBased() | KeyboardInteractive() | OtherAuthRequest():
                return found.user
            case PublicKeyQuery(algorithm=word) | PublicKeySignature(algorithm=word) | PublicKeyOk(algorithm=word):
                return word
            case AuthFailure() | AuthSuccess() | Banner() | InfoRequest() | InfoResponse() | OtherAuth():
                return ""
            case PasswordChangeRequest():
                return found.prompt
            case never:
                assert_never(never)

    told = [secret(bytes.fromhex(data), pending) for _, pending, data in VECTORS]
    assert told[:6] == ["bøb", "ssh-ed25519", "ssh-ed25519", "gehéim", "b", "bøb"]


# -- hostile messages


@pytest.mark.parametrize(
    ("data", "error", "fact"),
    [
        ("32", Truncated, r"AuthRequest: needs|AuthRequest.user: needs 4 bytes"),
        ("32 ffffffff", Truncated, "AuthRequest"),
        ("32" + text("bob") + text("x") + "00000009 7075626c69", Truncated, "AuthRequest.method: says 9 bytes, 5 left"),
        ("32 00000001 ff" + text("x") + text("none"), Malformed, "AuthRequest.user: 0xff is not utf-8"),
        ("32" + text("bob") + text("x") + "00000002 c3a9", Malformed, "AuthRequest.method: 0xc3 is not ascii"),
        (request("publickey"), Truncated, "PublicKeyRequest"),
        (request("password") + "00", Truncated, "Password.password: needs 4 bytes"),
        (request("password") + "01" + text("a"), Truncated, "PasswordChange.new: needs 4 bytes"),
        ("33" + text("a,,b") + "00", Malformed, "AuthFailure.methods: an empty name"),
        ("33" + text("a"), Truncated, "AuthFailure"),
        ("3c" + 3 * text("") + "ffffffff", Truncated, "InfoRequest.prompts: 4294967295 elements need"),
        ("3d ffffffff", Truncated, "InfoResponse.answers: 4294967295 elements need"),
    ],
)
def test_hostile_messages(data: str, error: type[PacketError], fact: str) -> None:
    with pytest.raises(PacketError, match=fact) as caught:
        auth.parse(bytes.fromhex(data), pending="keyboard-interactive")
    assert type(caught.value) is error


def test_a_request_is_not_built_with_another_shapes_method() -> None:
    for method in ("none", "password"):
        built = OtherAuthRequest(user="", service="", method=method).build()
        assert not isinstance(auth.parse(built + b"\0\0\0\0\0"), OtherAuthRequest)
    with pytest.raises(OutOfRange):
        OtherAuth(number=80)
    assert issubclass(Password, AuthMessage)
