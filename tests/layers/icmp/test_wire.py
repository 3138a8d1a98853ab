"""ICMP messages against RFC 792 and RFC 1191."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.icmp.wire import (
    ICMP,
    Echo,
    OtherIcmp,
    ParameterProblem,
    Redirect,
    TimeExceeded,
    Unreachable,
    append_echo,
    append_icmp,
    append_parameter_problem,
    append_time_exceeded,
    append_unreachable,
    fill_icmp,
    icmp,
    read_echo,
    read_icmp,
    read_unreachable,
    verify_icmp,
)
from foxpy.wire import Malformed, Packet, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

ALL = (ICMP, Echo, Unreachable, Redirect, TimeExceeded, ParameterProblem, OtherIcmp)
QUOTED = bytes(range(28))


@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=40), st.sampled_from([0, 3, 5, 8, 11, 12, 42]))
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_bytes(packet: type[Packet], data: bytes, kind: int) -> None:
    check_bytes(packet, bytes([kind]) + data)


def test_an_echo_request_and_its_reply() -> None:
    request = bytes.fromhex("0800 e5ab 1234 0001 6162")
    assert icmp.view(request) == Echo(type=8, ident=0x1234, seq=1, data=b"ab")
    assert Echo(type=8, ident=0x1234, seq=1, data=b"ab").build() == request.replace(b"\xe5\xab", b"\x84\x68")
    assert Echo(type=0, ident=0x1234, seq=1, data=b"ab").build().hex() == "0000 8c68 1234 0001 6162".replace(" ", "")


@pytest.mark.parametrize(
    ("message", "start"),
    [
        (Unreachable(code=4, mtu=1400, quoted=QUOTED), "0304----00000578"),
        (Redirect(code=1, gateway=IPv4Address("10.0.0.9"), quoted=QUOTED), "0501----0a000009"),
        (TimeExceeded(quoted=QUOTED), "0b00----00000000"),
        (ParameterProblem(pointer=20, quoted=QUOTED), "0c00----14000000"),
        (OtherIcmp(type=42, code=7, data=QUOTED), "2a07----00010203"),
    ],
)
def test_errors_quote_a_datagram(message: ICMP, start: str) -> None:
    built = message.build()
    assert built[:2].hex() + "----" + built[4:8].hex() == start
    assert icmp.parse(built) == message
    assert verify_icmp(built, 0, len(built))


def test_a_message_that_is_cut() -> None:
    with pytest.raises(Truncated, match="Echo: needs 8 bytes, 7 left"):
        icmp.view(b"\x08" + bytes(6))
    with pytest.raises(Truncated, match="ICMP: needs 1 bytes, 0 left"):
        icmp.view(b"")


def test_the_data_path() -> None:
    out = bytearray()
    append_echo(out, 4, type=8, ident=7, seq=9)
    fill_icmp(out, 0, b"ping", 0)
    assert out + b"ping" == Echo(type=8, ident=7, seq=9, data=b"ping").build()
    built = bytes(out) + b"ping"
    assert read_icmp(built, 0, 12) == (8, 0)
    assert read_echo(built, 0, 12) == (8, 7, 9)
    with pytest.raises(Malformed, match=r"Unreachable.type: 8, not 3"):
        read_unreachable(built, 0, 12)


def test_errors_are_appended_in_front_of_what_they_quote() -> None:
    messages: list[bytes] = []
    for message in range(4):
        out = bytearray()
        match message:
            case 0:
                append_unreachable(out, 28, code=4, mtu=576)
            case 1:
                append_time_exceeded(out, 28, code=1)
            case 2:
                append_parameter_problem(out, 28, pointer=3)
            case _:
                append_icmp(out, 28, type=40, code=2)
        fill_icmp(out, 0, QUOTED, 0)
        messages.append(bytes(out) + QUOTED)
    assert messages == [
        Unreachable(code=4, mtu=576, quoted=QUOTED).build(),
        TimeExceeded(code=1, quoted=QUOTED).build(),
        ParameterProblem(pointer=3, quoted=QUOTED).build(),
        OtherIcmp(type=40, code=2, data=QUOTED).build(),
    ]
    assert read_unreachable(messages[0], 0, 36) == (4, 576)
