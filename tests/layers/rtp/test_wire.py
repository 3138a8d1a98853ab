"""The RTP header against RFC 3550, section 5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.rtp.wire import RTP, RtpExtension, read_rtp
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

HEAD = "{}60000100000002aabbccdd"


def head(first: str) -> bytes:
    """The fixed header, with payload type 96, number 1, time 2 and a source, behind its first byte."""
    return bytes.fromhex(HEAD.format(first))


@given(st.data())
@pytest.mark.parametrize("packet", [RTP, RtpExtension])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60), st.integers(0x80, 0xBF), st.integers(0, 20))
def test_laws_of_bytes(data: bytes, first: int, last: int) -> None:
    check_bytes(RTP, data)
    check_bytes(RtpExtension, data)
    check_bytes(RTP, bytes([first]) + data + bytes([last]))


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (RTP(payload_type=96, sequence=1, timestamp=2, ssrc=0xAABBCCDD), head("80")),
        (
            RTP(marker=True, payload_type=127, sequence=0xFFFF, timestamp=0, ssrc=0, body=b"sound"),
            bytes.fromhex("80ffffff0000000000000000") + b"sound",
        ),
        (
            RTP(payload_type=96, sequence=1, timestamp=2, ssrc=0xAABBCCDD, csrc=[1, 0xFFFFFFFF], body=b"mix"),
            head("82") + bytes.fromhex("00000001ffffffff") + b"mix",
        ),
        (
            RTP(payload_type=96, sequence=1, timestamp=2, ssrc=0xAABBCCDD, body=b"five!", padding=b"\0\0\3"),
            head("a0") + b"five!\0\0\3",
        ),
        (
            RTP(
                payload_type=96,
                sequence=1,
                timestamp=2,
                ssrc=0xAABBCCDD,
                csrc=[7],
                extension=RtpExtension(profile=0xBEDE, data=b"ext."),
                body=b"b",
                padding=b"\1",
            ),
            head("b1") + bytes.fromhex("00000007bede0001") + b"ext.b\1",
        ),
        (
            RTP(payload_type=96, sequence=1, timestamp=2, ssrc=0xAABBCCDD, extension=RtpExtension(profile=1)),
            head("90") + bytes.fromhex("00010000"),
        ),
    ],
)
def test_packets_in_and_out(packet: RTP, expected: bytes) -> None:
    assert packet.build() == expected
    assert RTP.parse(expected) == packet
    assert RTP.view(expected) == packet


def test_what_is_told_by_the_first_byte() -> None:
    packet = RTP.view(head("b1") + bytes.fromhex("00000007bede0000") + b"body\2\2")
    assert (packet.version, packet.padded, packet.extended, packet.sources) == (2, True, True, 1)
    assert packet.csrc == (7,)
    assert packet.extension == RtpExtension(profile=0xBEDE)
    assert (bytes(packet.body), packet.padding) == (b"body", b"\2\2")
    plain = RTP.view(head("80") + b"body\2\2")
    assert (plain.extension, bytes(plain.body), plain.padding) == (None, b"body\2\2", b"")
    assert read_rtp(head("80"), 0, 12) == (False, 96, 1, 2, 0xAABBCCDD)


def test_padding_may_be_all_there_is() -> None:
    assert RTP.parse(head("a0") + b"\0\0\0\4").padding == b"\0\0\0\4"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (head("80")[:11], "RTP: needs 12 bytes, 11 left"),
        (head("40"), "RTP.version: 1, not 2"),
        (head("81") + bytes(3), "RTP.csrc"),
        (head("8f") + bytes(59), "RTP.csrc"),
        (head("90") + bytes(3), "RtpExtension"),
        (head("90") + bytes.fromhex("bede0001") + bytes(3), "RtpExtension.data"),
        (head("90") + bytes.fromhex("bedeffff") + bytes(4), "RtpExtension.data"),
        (head("a0"), "RTP"),  # no byte for the padding's size: that of the header is not one
        (head("a0") + b"\0", "RTP"),  # a padding counts itself
        (head("a0") + b"\3\3", "RTP"),
        (head("a1") + bytes(4), "RTP"),
        (head("a1") + b"\0\0\0\1", "RTP"),  # nor is that of a contributing source
    ],
)
def test_refusals(data: bytes, where: str) -> None:
    for read in (RTP.parse, RTP.view):
        with pytest.raises((Truncated, Malformed), match=where):
            read(data)


def test_refusals_on_build() -> None:
    def packet(csrc: list[int] = [], padding: bytes = b"") -> RTP:  # noqa: B006  # not changed
        return RTP(payload_type=0, sequence=0, timestamp=0, ssrc=0, csrc=csrc, padding=padding)

    with pytest.raises(OutOfRange, match=r"RTP.sources: 16 does not fit in 4 bits"):
        packet(csrc=[0] * 16).build()
    with pytest.raises(OutOfRange, match=r"RTP.csrc"):
        packet(csrc=[1 << 32])
    for wrong in (b"\0", b"\2", b"\0\0\2"):
        with pytest.raises(OutOfRange, match=r"RTP.padding"):
            packet(padding=wrong).build()
    with pytest.raises(OutOfRange, match=r"RtpExtension.words: the length of 'data' is not a multiple of 4"):
        RtpExtension(profile=0, data=b"?").build()


@given(st.binary(max_size=40), st.integers(0x80, 0xBF))
def test_any_bytes_give_a_packet_or_an_error(data: bytes, first: int) -> None:
    try:
        packet = RTP.parse(bytes([first]) + data)
    except PacketError:
        return
    assert packet.build() == bytes([first]) + data
