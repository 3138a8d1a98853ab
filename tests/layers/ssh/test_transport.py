"""Transport messages against RFC 4253, and key exchanges against RFC 4419, RFC 5656 and RFC 8731."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.message import SshMessage
from foxpy.layers.ssh.transport import (
    Debug,
    Disconnect,
    Extension,
    ExtensionInfo,
    Group,
    GroupInit,
    GroupReply,
    GroupRequest,
    Ignore,
    KexdhInit,
    KexdhReply,
    KexEcdhInit,
    KexEcdhReply,
    KexInit,
    KeyExchange,
    NewCompress,
    NewKeys,
    OtherTransport,
    Reason,
    ServiceAccept,
    ServiceRequest,
    TransportMessage,
    Unimplemented,
    transport,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


def text(value: str) -> str:
    return f"{len(value):08x}{value.encode().hex()}"


COOKIE = bytes(range(16))
KEXINIT = KexInit(
    cookie=COOKIE,
    kex_algorithms=("curve25519-sha256", "diffie-hellman-group14-sha256"),
    server_host_key_algorithms=("ssh-ed25519",),
    encryption_client_to_server=("aes128-ctr",),
    encryption_server_to_client=("aes128-ctr",),
    mac_client_to_server=("hmac-sha2-256",),
    mac_server_to_client=("hmac-sha2-256",),
)

VECTORS: list[tuple[SshMessage, KeyExchange, str]] = [
    (
        Disconnect(reason=Reason.BY_APPLICATION, description="bye", language="en"),
        KeyExchange.NONE,
        "01 0000000b" + text("bye") + text("en"),
    ),
    (Disconnect(reason=0xFE000000), KeyExchange.NONE, "01 fe000000 00000000 00000000"),
    (Ignore(data=b"\0\1"), KeyExchange.DH, "02 00000002 0001"),
    (Unimplemented(sequence=7), KeyExchange.NONE, "03 00000007"),
    (Debug(always_display=True, message="é"), KeyExchange.NONE, "04 01 00000002 c3a9 00000000"),
    (ServiceRequest(service="ssh-userauth"), KeyExchange.NONE, "05" + text("ssh-userauth")),
    (ServiceAccept(service="ssh-userauth"), KeyExchange.NONE, "06" + text("ssh-userauth")),
    (
        # RFC 8308, section 3.2: the value of delay-compression
        ExtensionInfo(
            extensions=[
                Extension(
                    name="delay-compression", value=bytes.fromhex("00000007 666f6f2c626172 00000007 6261722c62617a")
                )
            ]
        ),
        KeyExchange.NONE,
        "07 00000001" + text("delay-compression") + "00000016 00000007 666f6f2c626172 00000007 6261722c62617a",
    ),
    (ExtensionInfo(), KeyExchange.NONE, "07 00000000"),
    (NewCompress(), KeyExchange.NONE, "08"),
    (
        KEXINIT,
        KeyExchange.NONE,
        "14"
        + COOKIE.hex()
        + text("curve25519-sha256,diffie-hellman-group14-sha256")
        + text("ssh-ed25519")
        + 2 * text("aes128-ctr")
        + 2 * text("hmac-sha2-256")
        + 2 * text("none")
        + 2 * text("")
        + "00 00000000",
    ),
    (NewKeys(), KeyExchange.ECDH, "15"),
    (KexdhInit(e=0x80), KeyExchange.DH, "1e 00000002 0080"),
    (KexdhReply(host_key=b"K", f=5, signature=b"S"), KeyExchange.DH, "1f 00000001 4b 00000001 05 00000001 53"),
    (KexEcdhInit(public_key=bytes(32)), KeyExchange.ECDH, "1e 00000020" + "00" * 32),
    (
        KexEcdhReply(host_key=b"K", public_key=b"Q", signature=b"S"),
        KeyExchange.ECDH,
        "1f 00000001 4b 00000001 51 00000001 53",
    ),
    (GroupRequest(least=2048, preferred=3072, most=8192), KeyExchange.GROUP, "22 00000800 00000c00 00002000"),
    (Group(p=23, g=5), KeyExchange.GROUP, "1f 00000001 17 00000001 05"),
    (GroupInit(e=3), KeyExchange.GROUP, "20 00000001 03"),
    (GroupReply(host_key=b"K", f=5, signature=b"S"), KeyExchange.GROUP, "21 00000001 4b 00000001 05 00000001 53"),
    (OtherTransport(number=30, data=b"?"), KeyExchange.NONE, "1e 3f"),
    (OtherTransport(number=32, data=b"?"), KeyExchange.DH, "20 3f"),
    (OtherTransport(number=9), KeyExchange.ECDH, "09"),
]
KINDS = sorted({type(packet)._spec for packet, _, _ in VECTORS}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize(("packet", "exchange", "data"), VECTORS)
def test_vectors(packet: SshMessage, exchange: KeyExchange, data: str) -> None:
    wire = bytes.fromhex(data)
    assert packet.build() == wire
    assert transport.parse(wire, exchange=exchange) == packet
    assert transport.view(b"?" + wire, 1, exchange=exchange) == packet
    check_value(packet)


def test_there_is_a_vector_for_every_message() -> None:
    assert set(KINDS) == set(transport.members)


@pytest.mark.parametrize("packet", [Extension, *KINDS])
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=60))
def test_laws_of_bytes(kind: type[Packet], data: bytes) -> None:
    for packet, exchange, _ in VECTORS:
        if type(packet)._spec is kind:
            arguments = (
                {"exchange": exchange} if any(each.name == "exchange" for each in kind._layout.arguments) else {}
            )
            check_bytes(kind, data, **arguments)
            check_bytes(kind, bytes([packet.number]) + data, **arguments)


@given(st.sampled_from(VECTORS), st.sampled_from(KeyExchange), st.integers(0, 300), st.integers(0, 255))
def test_a_byte_that_is_another_gives_a_message_or_an_error(
    vector: tuple[SshMessage, KeyExchange, str], exchange: KeyExchange, at: int, byte: int
) -> None:
    wire = bytearray.fromhex(vector[2])
    wire[at % len(wire)] = byte
    try:
        found = transport.parse(wire, exchange=exchange)
    except PacketError:
        return
    assert transport.parse(found.build(), exchange=exchange) == found
    assert str(found)


def test_the_same_number_means_something_else_in_each_exchange() -> None:
    wire = bytes.fromhex("1f 00000001 4b 00000001 05 00000001 53")
    meanings = [type(transport.parse(wire, exchange=exchange))._spec for exchange in KeyExchange]
    assert meanings == [OtherTransport, KexdhReply, KexEcdhReply, Group]
    assert isinstance(transport.parse(wire), OtherTransport)


def test_reasons_without_a_name_stay_numbers() -> None:
    assert Disconnect.parse(bytes.fromhex("01 00000002 00000000 00000000")).reason is Reason.PROTOCOL_ERROR
    assert Disconnect.parse(bytes.fromhex("01 00000063 00000000 00000000")).reason == 99


# -- hostile messages


@pytest.mark.parametrize("number", [0, 50, 79, 80, 127, 128, 255])
def test_messages_of_other_protocols_are_refused(number: int) -> None:
    with pytest.raises(Malformed, match=f"TransportMessage.number: {number}|OtherTransport.number: {number}"):
        transport.parse(bytes([number]))


@pytest.mark.parametrize(
    ("data", "exchange", "error", "fact"),
    [
        ("", KeyExchange.NONE, Truncated, "needs 1 bytes, 0 left"),
        ("1e 00000001 00", KeyExchange.DH, Malformed, "KexdhInit.e: a number with needless leading bytes"),
        ("1e 00000000", KeyExchange.DH, Malformed, "KexdhInit.e: less than 1"),
        ("1e 00000001 ff", KeyExchange.DH, Malformed, "KexdhInit.e: less than 1"),
        ("1e 00100000", KeyExchange.DH, Truncated, "KexdhInit.e: says 1048576 bytes, 0 left"),
        ("14" + "00" * 16 + "00000002 612c", KeyExchange.NONE, Malformed, "KexInit.kex_algorithms: an empty name"),
        ("14" + "00" * 15, KeyExchange.NONE, Truncated, "KexInit: needs"),
        ("07 ffffffff", KeyExchange.NONE, Truncated, "ExtensionInfo.extensions: 4294967295 elements need"),
        ("07 00000001 00000001 61", KeyExchange.NONE, Truncated, "ExtensionInfo.extensions"),
        ("05 00000002 c3a9", KeyExchange.NONE, Malformed, "ServiceRequest.service: 0xc3 is not ascii"),
    ],
)
def test_hostile_messages(data: str, exchange: KeyExchange, error: type[PacketError], fact: str) -> None:
    with pytest.raises(PacketError, match=fact) as caught:
        transport.parse(bytes.fromhex(data), exchange=exchange)
    assert type(caught.value) is error


def test_exchange_values_are_positive() -> None:
    """Values that are not in 1 .. p - 1 must not be sent (RFC 4253, section 8)."""
    for value in (0, -1):
        with pytest.raises(OutOfRange, match=r"KexdhInit.e: less than 1"):
            KexdhInit(e=value)


def test_a_message_is_of_its_class_alone() -> None:
    with pytest.raises(Malformed, match=r"KexdhInit.number: 31, not 30"):
        KexdhInit.parse(bytes.fromhex("1f 00000001 01"))
    with pytest.raises(Malformed):
        KexdhInit.parse(bytes.fromhex("1e 00000001 01"), exchange=KeyExchange.ECDH)
    with pytest.raises(OutOfRange):
        OtherTransport(number=50)
    assert issubclass(KexInit, TransportMessage)
