"""RTCP packets against RFC 3550, section 6, and RFC 4585, section 6.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.rtp.rtcp import (
    RTCP,
    AnyRtcp,
    Application,
    Bye,
    Chunk,
    Description,
    Feedback,
    OtherRtcp,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    Type,
    compound,
    rtcp,
)
from foxpy.layers.rtp.texts import Item, ItemKind
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

PACKETS = (SenderReport, ReceiverReport, Description, Bye, Application, Feedback, OtherRtcp)
BLOCK = ReportBlock(ssrc=9, fraction=0x80, lost=0xFFFFFF, highest=0x10002, jitter=3, last_report=4, delay=0x10000)
BLOCK_HEX = "0000000980ffffff00010002000000030000000400010000"


@given(st.data())
@pytest.mark.parametrize("packet", [*PACKETS, ReportBlock, Chunk])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60), st.integers(0x80, 0xA3), st.integers(200, 208), st.integers(0, 12))
@pytest.mark.parametrize("packet", PACKETS)
def test_laws_of_bytes(packet: type[Packet], data: bytes, first: int, kind: int, words: int) -> None:
    check_bytes(packet, data)
    check_bytes(packet, bytes([first, kind, 0, words]) + data)
    check_bytes(Chunk, data)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (
            SenderReport(ssrc=1, seconds=2, fraction=3, timestamp=4, sent_packets=5, sent_bytes=6, reports=[BLOCK]),
            "81c8000c" "00000001" "00000002" "00000003" "00000004" "00000005" "00000006" + BLOCK_HEX,
        ),
        (ReceiverReport(ssrc=1), "80c90001" "00000001"),
        (ReceiverReport(ssrc=1, reports=[BLOCK, BLOCK], extension=b"ext."), "82c9000e" "00000001" + BLOCK_HEX * 2
         + "6578742e"),
        (
            Description(
                chunks=[
                    Chunk(ssrc=1, items=[Item(ItemKind.CNAME, b"a@b"), Item(ItemKind.TOOL, b"fox")]),
                    Chunk(ssrc=2, items=[]),
                    Chunk(ssrc=3, items=[Item(255, b"")]),
                ]
            ),
            "83ca0008" "00000001" "0103614062" "0603666f78" "0000" "00000002" "00000000" "00000003" "ff000000",
        ),
        (Bye(sources=[1, 2]), "82cb0002" "00000001" "00000002"),
        (Bye(sources=[1], reason=b"over"), "81cb0003" "00000001" "046f766572" "000000"),
        (Bye(sources=[], reason=b"end"), "80cb0001" "03656e64"),
        (
            Bye(padded=True, sources=[1], reason=b"end", padding=b"\0\0\0\4"),
            "a1cb0003" "00000001" "03656e64" "00000004",
        ),
        (Application(number=5, ssrc=1, name=b"fox!", data=bytes(4)), "85cc0003" "00000001" "666f7821" "00000000"),
        (Feedback(number=1, type=Type.TRANSPORT_FEEDBACK, sender=1, media=2, data=b"nack"),
         "81cd0003" "00000001" "00000002" "6e61636b"),
        (Feedback(number=1, type=Type.PAYLOAD_FEEDBACK, sender=1, media=2), "81ce0002" "00000001" "00000002"),
        (OtherRtcp(number=0, type=Type.EXTENDED_REPORT, data=b"data"), "80cf0001" "64617461"),
    ],
)  # fmt: skip
def test_packets_in_and_out(packet: RTCP, expected: str) -> None:
    data = bytes.fromhex(expected)
    assert packet.build() == data
    assert rtcp.parse(data) == packet
    assert rtcp.view(data) == packet
    assert len(data) == 4 * packet.length + 4
    for size in range(len(data)):
        with pytest.raises((Truncated, Malformed)):
            rtcp.parse(data[:size])


def test_packets_back_to_back() -> None:
    packets: list[AnyRtcp] = [
        ReceiverReport(ssrc=1, reports=[BLOCK]),
        Description(chunks=[Chunk(ssrc=1, items=[Item(ItemKind.CNAME, b"me")])]),
        Bye(sources=[1]),
    ]
    data = compound.build(packets)
    assert data == b"".join(packet.build() for packet in packets)
    assert compound.parse(data, 0, len(data)) == tuple(packets)
    with pytest.raises(Truncated):
        compound.parse(data, 0, len(data) - 1)


def test_items_are_text_and_number() -> None:
    read = rtcp.parse(bytes.fromhex("81ca00030000000101026d6500ffffff"))
    assert isinstance(read, Description)
    assert read.chunks[0].items == (Item(ItemKind.CNAME, b"me"),)
    assert read.chunks[0].items[0].text == b"me"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("40c9000100000001", r"ReceiverReport.version: 1, not 2"),
        ("80c9", r"needs"),
        ("80c9000000000001", r"ReceiverReport.extension: length -4"),
        ("81c9000100000001" + BLOCK_HEX, r"ReceiverReport.extension: length -24"),
        ("81c9000700000001" + BLOCK_HEX[:-2], r"ReceiverReport"),
        ("9fc9000700000001" + BLOCK_HEX, r"ReceiverReport.reports"),
        ("81c80006" + "00" * 24, r"SenderReport"),
        ("81ca0000", r"Description.chunks"),
        ("81ca00020000000101026d65", r"Chunk.items: no zero byte"),
        ("81ca00020000000101ff6d65", r"Chunk.items: says 255 bytes, 2 left"),
        ("81ca00020000000100", r"Chunk.items: 1 bytes and no room for zeros"),
        ("81ca00010000000100000000", r"Description.padding: length -4"),
        ("81cb0000", r"Bye.sources"),
        ("80cb0001", r"Bye.reason: needs a byte"),
        ("80cb000105626164", r"Bye.reason: says 5 bytes, 3 left"),
        ("80cb00010462616421", r"Bye.reason: 5 bytes and no room for zeros"),
        ("80cb00010462616421000000", r"Bye.padding: length -4"),
        ("80cc000100000001", r"Application"),
        ("80cd00010000000100000002", r"Feedback.data: length -4"),
        ("80cf000200000001", r"OtherRtcp.data: 8 bytes, 4 left"),
    ],
)
def test_lengths_that_lie(data: str, where: str) -> None:
    with pytest.raises((Truncated, Malformed), match=where):
        rtcp.parse(bytes.fromhex(data))


def test_refusals_on_build() -> None:
    with pytest.raises(OutOfRange, match=r"ReceiverReport.number: 32 does not fit in 5 bits"):
        ReceiverReport(ssrc=1, reports=[BLOCK] * 32).build()
    with pytest.raises(OutOfRange, match=r"OtherRtcp.length: the length of 'data' is not a multiple of 4"):
        OtherRtcp(number=0, type=207, data=b"?").build()
    with pytest.raises(OutOfRange, match=r"Chunk.items: an item of kind 0, not 1..255"):
        Chunk(ssrc=1, items=(Item(0, b""),))
    with pytest.raises(OutOfRange, match=r"Chunk.items: 256 bytes of text, not at most 255"):
        Chunk(ssrc=1, items=(Item(1, bytes(256)),))
    with pytest.raises(OutOfRange, match=r"Bye.reason: 256 bytes of text, not at most 255"):
        Bye(sources=[1], reason=bytes(256))
    with pytest.raises(OutOfRange, match=r"Bye.reason: present iff"):
        Bye(padded=True, sources=[1], padding=b"\0\0\0\4").build()
    with pytest.raises(OutOfRange, match=r"ReportBlock.lost: 16777216 does not fit in 24 bits"):
        ReportBlock(ssrc=9, fraction=0, lost=1 << 24, highest=0, jitter=0, last_report=0, delay=0)


@given(st.binary(max_size=60), st.integers(200, 208), st.integers(0, 15), st.integers(0, 3))
def test_any_bytes_give_a_packet_or_an_error(data: bytes, kind: int, words: int, number: int) -> None:
    data = bytes([0x80 | number, kind, 0, words]) + data
    try:
        packet = rtcp.parse(data)
    except PacketError:
        return
    assert rtcp.parse(packet.build()) == packet
