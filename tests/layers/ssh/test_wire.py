"""Payloads of binary packets: messages of all protocols, told apart by their numbers (RFC 4251, section 7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.auth import AuthMessage, AuthSuccess, Password, PasswordChangeRequest
from foxpy.layers.ssh.channels import ChannelEof, ConnectionMessage
from foxpy.layers.ssh.connection import RequestSuccess
from foxpy.layers.ssh.message import OtherMessage, SshMessage
from foxpy.layers.ssh.transport import KexEcdhInit, NewKeys, OtherTransport, TransportMessage
from foxpy.layers.ssh.wire import BinaryPacket, KeyExchange, Payload, message, padding_for
from foxpy.wire import Malformed, OutOfRange, PacketError
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


def test_every_number_is_of_one_protocol() -> None:
    for number in range(256):
        found = message.parse(bytes([number]) + bytes(60) + b"\1" * 20)
        assert isinstance(found, TransportMessage) == (1 <= number <= 49)
        assert isinstance(found, AuthMessage) == (50 <= number <= 79)
        assert isinstance(found, ConnectionMessage) == (80 <= number <= 127)
        assert isinstance(found, OtherMessage) == (number == 0 or number >= 128)


@pytest.mark.parametrize(
    "payload",
    [
        Payload(message=NewKeys()),
        Payload(message=AuthSuccess()),
        Payload(message=ChannelEof(recipient=1)),
        Payload(message=OtherMessage(number=200, data=b"?")),
        Payload(message=Password(user="bob", service="ssh-connection", password="")),
        Payload(exchange=KeyExchange.ECDH, message=KexEcdhInit(public_key=bytes(32))),
        Payload(pending="password", message=PasswordChangeRequest(prompt="")),
        Payload(port_expected=True, message=RequestSuccess(port_expected=True, port=9)),
    ],
)
def test_a_payload_is_a_message_and_nothing_more(payload: Payload) -> None:
    check_value(payload)
    found = payload.message
    again = Payload.parse(
        found.build(), exchange=payload.exchange, pending=payload.pending, port_expected=payload.port_expected
    )
    assert again.message == found
    if not isinstance(found, OtherMessage | RequestSuccess):
        with pytest.raises(Malformed, match=r"Payload.message: \w+ takes \d+ of \d+ bytes"):
            Payload.parse(
                found.build() + b"\0",
                exchange=payload.exchange,
                pending=payload.pending,
                port_expected=payload.port_expected,
            )


def test_a_payload_agrees_with_what_the_connection_knows() -> None:
    assert isinstance(Payload.parse(KexEcdhInit(public_key=b"").build()).message, OtherTransport)
    with pytest.raises(OutOfRange, match=r"Payload.message: KexEcdhInit has exchange"):
        Payload(message=KexEcdhInit(public_key=b"")).build()
    with pytest.raises(OutOfRange, match=r"Payload.message: PasswordChangeRequest has pending 'password'"):
        Payload(message=PasswordChangeRequest(prompt="")).build()


@given(
    strategy(
        Payload,
        exchange=st.sampled_from(KeyExchange),
        pending=st.sampled_from(["none", "password", "publickey", "keyboard-interactive"]),
        port_expected=st.booleans(),
    )
)
def test_laws_of_values(payload: Payload) -> None:
    check_value(payload)


@given(
    st.integers(0, 130),
    st.binary(max_size=40),
    st.sampled_from(KeyExchange),
    st.sampled_from(["none", "password"]),
    st.booleans(),
)
def test_laws_of_bytes(number: int, data: bytes, exchange: KeyExchange, pending: str, port_expected: bool) -> None:
    check_bytes(Payload, bytes([number]) + data, exchange=exchange, pending=pending, port_expected=port_expected)


def test_a_message_goes_through_a_packet() -> None:
    sent: SshMessage = ChannelEof(recipient=7)
    wire = BinaryPacket(payload=sent, padding=bytes(padding_for(len(sent.build())))).build()
    assert BinaryPacket.view(wire).open(message) == sent
    assert BinaryPacket.view(wire).open(Payload).message == sent
    with pytest.raises(PacketError):
        BinaryPacket.view(wire[:-1])
