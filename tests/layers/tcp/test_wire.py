"""The TCP header and its options against RFC 9293, RFC 2018 and RFC 7323."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp.options import decode_untrusted
from foxpy.layers.tcp.wire import (
    ACK,
    SYN,
    TCP,
    AlignedTimestamps,
    MaximumSegmentSize,
    NoOperation,
    OtherOption,
    Sack,
    SackBlock,
    SackPermitted,
    TcpHeader,
    TcpOption,
    Timestamps,
    WindowScale,
    append_tcp,
    append_timestamps,
    fill_tcp,
    read_tcp,
    read_timestamps,
    tcp_options,
    verify_tcp,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

OPTIONS = (MaximumSegmentSize, WindowScale, SackPermitted, Sack, Timestamps, OtherOption, NoOperation)
SYN_OPTIONS = bytes.fromhex("020405b40402080a000000070000000001030307")


@given(st.data())
@pytest.mark.parametrize("packet", [TCP, TcpHeader, AlignedTimestamps, *OPTIONS])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60), st.integers(5, 15))
@pytest.mark.parametrize("packet", [TCP, TcpHeader])
def test_laws_of_bytes(packet: type[Packet], data: bytes, doff: int) -> None:
    check_bytes(packet, data)
    check_bytes(packet, data[:12] + bytes([doff << 4]) + data[12:])


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 8, 10, 18, 255]), max_size=40))
def test_any_option_area_gives_options_or_an_error(area: list[int]) -> None:
    data = bytes(area)
    try:
        found = tcp_options.parse(b"?" + data, 1, 1 + len(data))
    except PacketError:
        return
    assert all(isinstance(option, TcpOption) for option in found)
    built = tcp_options.build(found)
    assert tcp_options.parse(built, 0, len(built)) == found


def test_a_syn_with_the_options_of_linux() -> None:
    options = (
        MaximumSegmentSize(size=1460),
        SackPermitted(),
        Timestamps(value=7, echo=0),
        NoOperation(),
        WindowScale(shift=7),
    )
    segment = TCP(sport=40000, dport=80, seq=0x01020304, flags=SYN, window=64240, options=options)
    built = segment.build()
    assert built[:16].hex() == "9c4000500102030400000000a002faf0"
    assert built[20:] == SYN_OPTIONS
    assert segment.doff == 10
    assert TCP.view(built).options == options
    assert tcp_options.build(options) == SYN_OPTIONS
    assert verify_tcp(built, 0, 40)


def test_selective_acknowledgements() -> None:
    sack = Sack(blocks=[SackBlock(left=1, right=2), SackBlock(left=0xFFFFFFFF, right=4)])
    area = tcp_options.build([NoOperation(), NoOperation(), sack])
    assert area.hex() == "010105120000000100000002ffffffff00000004"
    assert tcp_options.parse(area, 0, 20) == (NoOperation(), NoOperation(), sack)


@pytest.mark.requirement("MUST-4", "MUST-69")
def test_padding_is_zeros_and_not_an_option() -> None:
    segment = TCP(sport=1, dport=2, seq=3, window=4, options=[WindowScale(shift=3)], body=b"data")
    built = segment.build()
    assert built[20:24].hex() == "03030300"
    assert TCP.parse(built) == segment
    assert tcp_options.parse(bytes.fromhex("01 00 0204"), 0, 4) == (NoOperation(),)


@pytest.mark.requirement("MUST-7")
@pytest.mark.parametrize(
    ("area", "message"),
    [
        ("0200", "MaximumSegmentSize: needs 4 bytes, 2 left"),
        ("02000000", "MaximumSegmentSize.length: says 0 bytes, needs 4"),
        ("0205000000", "MaximumSegmentSize.length: says 5 bytes, takes 4"),
        ("0304000000", "WindowScale.length: says 4 bytes, takes 3"),
        ("080b000000000000000000", "Timestamps.length: says 11 bytes, takes 10"),
        ("050a00000001", "Sack.length: says 10 bytes, 6 there"),
        ("0505000000", "SackBlock: needs 8 bytes, 3 left"),
        ("fd00", "OtherOption.length: says 0 bytes, needs 2"),
        ("fd01", "OtherOption.length: says 1 bytes, needs 2"),
        ("01fd03", "OtherOption.length: says 3 bytes, 2 there"),
        ("fd", "OtherOption: needs 2 bytes, 1 left"),
    ],
)
def test_illegal_option_lengths(area: str, message: str) -> None:
    """RFC 9293, MUST-7: be prepared to handle an illegal option length."""
    data = bytes.fromhex(area)
    with pytest.raises((Truncated, Malformed)) as caught:
        tcp_options.parse(data, 0, len(data))
    assert f" > {message} (byte " in str(caught.value)


@pytest.mark.requirement("MUST-6")
def test_an_unknown_option_is_kept() -> None:
    assert tcp_options.parse(b"\xfd\4ab", 0, 4) == (OtherOption(kind=0xFD, data=b"ab"),)


@pytest.mark.requirement("MUST-4", "MUST-6", "MUST-64")
def test_options_are_found_wherever_they_begin() -> None:
    """RFC 9293, MUST-64: not only at a word; MUST-4, MUST-6: beside what is known, what is not."""
    area = bytes.fromhex("01 fd03aa 020405b4 01 030307 00")
    found = decode_untrusted(area, 0, len(area))
    assert (found.mss, found.window_scale) == (1460, 7)
    found = decode_untrusted(b"-" + area[1:], 1, len(area))
    assert (found.mss, found.window_scale) == (1460, 7)


@pytest.mark.requirement("MUST-68")
def test_every_option_but_two_says_its_length() -> None:
    """RFC 9293, MUST-68."""
    options = (
        MaximumSegmentSize(size=1460),
        WindowScale(shift=7),
        SackPermitted(),
        Sack(blocks=[SackBlock(left=1, right=2)]),
        Timestamps(value=1, echo=2),
        OtherOption(kind=0xFD, data=b"abc"),
    )
    for option in options:
        built = option.build()
        assert built[1] == len(built)
    assert NoOperation().build() == b"\1"


def test_at_most_40_bytes_of_options() -> None:
    TCP(sport=1, dport=2, seq=3, window=4, options=[NoOperation()] * 40).build()
    with pytest.raises(OutOfRange, match=r"TCP.doff: 16 does not fit in 4 bits"):
        TCP(sport=1, dport=2, seq=3, window=4, options=[NoOperation()] * 41).build()
    with pytest.raises(OutOfRange, match=r"TcpHeader.doff: 16 does not fit in 4 bits"):
        append_tcp(bytearray(), 0, sport=1, dport=2, seq=3, window=4, options=bytes(44))
    with pytest.raises(OutOfRange, match=r"TcpHeader.doff: the length of 'options' is not a multiple of 4"):
        append_tcp(bytearray(), 0, sport=1, dport=2, seq=3, window=4, options=bytes(3))


def test_header_lengths_on_the_wire() -> None:
    with pytest.raises(Malformed, match=r"TCP.options: length -4"):
        TCP.parse(bytes(12) + b"\x40" + bytes(7))
    with pytest.raises(Truncated, match=r"TCP.options: 4 bytes, 3 left"):
        TCP.parse(bytes(12) + b"\x60" + bytes(10))


@pytest.mark.requirement("MUST-2", "MUST-3")
@given(st.binary(max_size=30), st.integers(0, 10), st.integers(0, 0x3FFFF))
def test_the_data_path(payload: bytes, words: int, pseudo: int) -> None:
    options = b"\x01" * (4 * words)
    out = bytearray(b"front")
    append_tcp(out, len(payload), sport=1, dport=2, seq=3, ack=4, flags=ACK, window=5, urgent=6, options=options)
    fill_tcp(out, 5, payload, pseudo)
    built = bytes(out[5:]) + payload
    assert (
        built
        == TcpHeader(
            pseudo=pseudo, sport=1, dport=2, seq=3, ack=4, flags=ACK, window=5, urgent=6, options=options, body=payload
        ).build()
    )
    assert built == TCP(
        pseudo=pseudo, sport=1, dport=2, seq=3, ack=4, flags=ACK, window=5, urgent=6,
        options=[NoOperation()] * (4 * words), body=payload,
    ).build()  # fmt: skip
    checksum = int.from_bytes(built[16:18], "big")
    assert read_tcp(built, 0, len(built)) == (1, 2, 3, 4, 20 + 4 * words, ACK, 5, checksum, 6)
    assert verify_tcp(built, 0, len(built), pseudo)
    assert verify_tcp(built, 0, len(built), pseudo + 1) is False


def test_aligned_timestamps() -> None:
    out = bytearray()
    append_timestamps(out, 0, value=1, echo=2)
    assert tcp_options.parse(bytes(out), 0, 12) == (NoOperation(), NoOperation(), Timestamps(value=1, echo=2))
    assert read_timestamps(bytes(out), 0, 12) == (1, 2)
    with pytest.raises(Malformed):
        read_timestamps(SYN_OPTIONS, 0, 20)


def test_reserved_bits_and_flags_share_twelve_bits() -> None:
    built = TcpHeader(sport=1, dport=2, seq=3, flags=0xFFF, window=4).build()
    assert built[12:14] == b"\x5f\xff"
    assert read_tcp(built, 0, 20)[5] == 0xFFF
    with pytest.raises(OutOfRange, match=r"TcpHeader.flags: 4096 does not fit in 12 bits"):
        append_tcp(bytearray(), 0, sport=1, dport=2, seq=3, flags=0x1000, window=4)
