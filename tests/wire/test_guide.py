"""The packets of docs/wire.md keep the laws."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.examples.wire_guide import (
    Batch,
    Dns,
    Message,
    MessageMut,
    OtherReading,
    Ping,
    Position,
    Report,
    Temperature,
    describe,
)
from foxpy.wire import Packet
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

PACKETS: Final = [Ping, Report, Message, Temperature, Position, Batch, Dns]

every_packet = pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.__name__)


@every_packet
def test_values(packet: type[Packet]) -> None:
    given(strategy(packet))(check_value)()


@every_packet
def test_bytes(packet: type[Packet]) -> None:
    given(st.binary(max_size=100))(lambda data: check_bytes(packet, data))()


def test_shapes_are_told_apart() -> None:
    assert describe(b"\1\0\4\x7f\x72") == "294.77 K"
    assert describe(b"\2" + bytes(8)) == "a place on land"
    assert describe(b"\3" + bytes(8)) == "a place at sea"
    assert describe(OtherReading(kind=9, data=b"ab").build()) == "2 bytes of kind 9"


def test_a_message_is_edited_in_place() -> None:
    buffer = bytearray(Message(channel=3, topic=9, body=b"hello").build())
    MessageMut.view(buffer).topic = 10
    assert bytes(buffer) == Message(channel=3, topic=10, body=b"hello").build()
