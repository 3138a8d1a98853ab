"""Ethernet frames beside scapy's."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2 import Dot3, Ether
from scapy.packet import Padding, Raw

from foxpy.addresses import MacAddress
from foxpy.layers.ethernet.wire import EthernetII, Ieee8023, UndefinedFrame, ethernet
from foxpy.wire.strategies import strategy
from tests.differential.oracle import agree, bodies, body_of, macs, many, rebuilt, told

Frame = EthernetII | Ieee8023 | UndefinedFrame

frames = strategy(EthernetII) | strategy(Ieee8023) | strategy(UndefinedFrame, kind=st.integers(1501, 1535))


def theirs(packet: Any) -> dict[str, object]:
    """What scapy has read. A frame with a type that has no meaning is of Ethernet II to it."""
    found: dict[str, object] = {
        "dst": MacAddress.parse(packet.dst),
        "src": MacAddress.parse(packet.src),
        "body": body_of(packet),
    }
    match packet:
        case Dot3():
            padding = packet.getlayer(Padding)
            return found | {"kind": packet.len, "pad": padding.load if padding else b""}
        case Ether():
            return found | {"kind": packet.type}
    raise AssertionError(packet)


@many
@given(frames)
def test_frames_of_ours(frame: Frame) -> None:
    data = frame.build()
    packet = Ether(data)
    agree(ethernet.parse(data), theirs(packet))
    assert isinstance(packet, Dot3) == isinstance(frame, Ieee8023)
    pad = packet[Padding].load if Padding in packet else b""
    assert rebuilt(packet, {"len"}) + pad == data  # scapy would count a padding that it is told of as data


@many
@given(macs, macs, st.integers(0x600, 0xFFFF), bodies, bodies)
def test_frames_of_scapy(dst: MacAddress, src: MacAddress, kind: int, body: bytes, pad: bytes) -> None:
    addresses = {"dst": str(dst), "src": str(src)}
    with_type, with_length = bytes(Ether(**addresses, type=kind) / Raw(body)), bytes(Dot3(**addresses) / Raw(body))
    for data in (with_type, with_length + pad):
        frame = ethernet.parse(data)
        agree(frame, theirs(Ether(data)))
        assert told(frame)["body"] == body
        assert frame.build() == data
