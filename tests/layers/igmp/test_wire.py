"""IGMP messages against RFC 1112, RFC 2236 and RFC 3376."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import ones_sum
from foxpy.layers.igmp.wire import (
    Leave,
    OtherIgmp,
    Query,
    QueryV3,
    Record,
    RecordKind,
    Report,
    ReportV3,
    Type,
    fill_igmp,
    igmp,
    read_igmp,
    verify_igmp,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

GROUP, A, B = IPv4Address("239.1.2.3"), IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
MESSAGES = (Query, QueryV3, Report, Leave, ReportV3, OtherIgmp)


@given(st.data())
@pytest.mark.parametrize("packet", [*MESSAGES, Record])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60), st.sampled_from([0x11, 0x12, 0x16, 0x17, 0x22, 0x13]), st.integers(0, 3))
@pytest.mark.parametrize("packet", [*MESSAGES, Record])
def test_laws_of_bytes(packet: type[Packet], data: bytes, kind: int, number: int) -> None:
    check_bytes(packet, data)
    check_bytes(packet, bytes([kind, 0, 0, 0, 0, 0, 0, number]) + data)


def summed(message: str) -> bytes:
    """``message`` with its checksum, by hand."""
    data = bytearray.fromhex(message)
    data[2:4] = (ones_sum(data, 0, len(data)) ^ 0xFFFF).to_bytes(2, "big")
    return bytes(data)


def test_a_general_query() -> None:
    """RFC 2236, section 2: type, maximum response time, checksum, group."""
    query = Query(delay=100, group=IPv4Address(0))
    assert query.build().hex() == "1164ee9b00000000"
    assert igmp.parse(query.build()) == query
    assert igmp.parse(summed("1100000000000000")).delay == 0


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("12000000ef010203", Report(type=Type.REPORT_V1, group=GROUP)),
        ("16000000ef010203", Report(type=Type.REPORT_V2, group=GROUP)),
        ("17000000ef010203", Leave(group=GROUP)),
        ("11640000ef010203", Query(delay=100, group=GROUP)),
        ("13000000abcd", OtherIgmp(type=0x13, data=b"\xab\xcd")),
    ],
)
def test_messages_in_and_out(message: str, expected: Packet) -> None:
    data = summed(message)
    assert igmp.parse(data) == expected
    assert igmp.view(data) == expected
    assert expected.build() == data
    assert verify_igmp(data, 0, len(data))


def test_a_query_of_version_3() -> None:
    """RFC 3376, section 4.1."""
    data = summed("118a0000ef0102030b7d0002c0000201c0000202")
    query = QueryV3(delay=0x8A, group=GROUP, suppress=True, robustness=3, interval=125, sources=[A, B])
    assert query.build() == data
    assert igmp.parse(data) == query
    assert igmp.parse(data + b"additional") == query
    assert query.number == 2


def test_versions_of_queries_are_told_by_size() -> None:
    """RFC 3376, section 7.1."""
    data = summed("116400000000000002000000")
    assert isinstance(igmp.view(data), QueryV3)
    assert isinstance(igmp.view(data, 0, 11), Query)
    assert isinstance(igmp.view(b"front" + data + b"behind", 5, 13), Query)
    assert isinstance(igmp.view(b"front" + data + b"behind", 5, 17), QueryV3)


def test_a_report_of_version_3() -> None:
    """RFC 3376, section 4.2."""
    data = summed(
        "22000000" "00000003"
        "04000000" "ef010203"
        "05000002" "ef010203" "c0000201" "c0000202"
        "09010001" "ef010203" "c0000201" "61757821"
    )  # fmt: skip
    report = ReportV3(
        records=[
            Record(kind=RecordKind.CHANGED_TO_EXCLUDE, group=GROUP),
            Record(kind=RecordKind.ALLOWS, group=GROUP, sources=[A, B]),
            Record(kind=9, group=GROUP, sources=[A], auxiliary=b"aux!"),
        ]
    )
    assert report.build() == data
    read = igmp.parse(data + b"additional")
    assert read == report
    assert isinstance(read, ReportV3)
    assert read.records[0].kind is RecordKind.CHANGED_TO_EXCLUDE
    assert (read.number, read.records[1].number, read.records[2].words) == (3, 2, 1)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ("110000", "needs"),
        ("11000000000000", "Query"),
        ("116400000000000002000001", "QueryV3.sources"),
        ("11640000000000000200ffffc0000201", "QueryV3.sources"),
        ("22000000000000", "ReportV3"),
        ("2200000000000001", "ReportV3.records"),
        ("220000000000ffff04000000ef010203", "ReportV3.records"),
        ("220000000000000104000001ef010203", "Record.sources"),
        ("22000000000000010401ffffef010203", "Record.sources"),
        ("220000000000000104010000ef010203", "Record.auxiliary"),
        ("220000000000000204000000ef01020304000000", "ReportV3.records"),
    ],
)
def test_numbers_that_lie(message: str, where: str) -> None:
    with pytest.raises((Truncated, Malformed), match=where):
        igmp.parse(bytes.fromhex(message))


def test_refusals_on_build() -> None:
    with pytest.raises(OutOfRange, match=r"Query.delay: 256 does not fit in 8 bits"):
        Query(delay=256, group=GROUP)
    with pytest.raises(OutOfRange, match=r"Record.words: 256 does not fit in 8 bits"):
        Record(kind=1, group=GROUP, auxiliary=bytes(1024)).build()
    with pytest.raises(OutOfRange, match=r"Record.words: the length of 'auxiliary' is not a multiple of 4"):
        Record(kind=1, group=GROUP, auxiliary=bytes(3)).build()
    with pytest.raises(OutOfRange, match=r"QueryV3.number: 65536 does not fit in 16 bits"):
        QueryV3(group=GROUP, sources=[A] * 65536).build()


def test_the_data_path() -> None:
    data = bytearray(Report(type=0x16, group=GROUP).build())
    assert read_igmp(bytes(data), 0, 8) == (0x16, 0)
    data[2:4] = bytes(2)
    fill_igmp(data, 0, b"", 0)
    assert verify_igmp(bytes(data), 0, 8)
    assert data == Report(type=0x16, group=GROUP).build()


@given(st.binary(min_size=8, max_size=60), st.sampled_from([0x11, 0x12, 0x22]))
def test_any_bytes_give_a_message_or_an_error(data: bytes, kind: int) -> None:
    try:
        message = igmp.parse(bytes([kind]) + data)
    except PacketError:
        return
    assert igmp.parse(message.build()) == message
