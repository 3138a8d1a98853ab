"""Multicast listener discovery against RFC 2710 and RFC 3810."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.icmpv6.listeners import (
    ListenerDone,
    ListenerQuery,
    ListenerQueryV2,
    ListenerRecord,
    ListenerReport,
    ListenerReportV2,
    RecordKind,
)
from foxpy.layers.icmpv6.wire import icmpv6
from foxpy.wire import Malformed, OutOfRange, Packet, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

GROUP, A, B = IPv6Address("ff02::1:3"), IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
HEX = GROUP.packed.hex()
MESSAGES = (ListenerQuery, ListenerQueryV2, ListenerReport, ListenerDone, ListenerReportV2)


@given(st.data())
@pytest.mark.parametrize("packet", [*MESSAGES, ListenerRecord])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=80), st.sampled_from([130, 131, 132, 143]), st.integers(0, 3))
@pytest.mark.parametrize("packet", [*MESSAGES, ListenerRecord])
def test_laws_of_bytes(packet: type[Packet], data: bytes, kind: int, number: int) -> None:
    check_bytes(packet, data)
    check_bytes(packet, bytes([kind, 0, 0, 0, 0, 0, 0, number]) + data)
    check_bytes(packet, bytes([kind]) + bytes(26) + bytes([number]) + data)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (ListenerQuery(delay=10000, group=IPv6Address(0)), "82000000" "27100000" + "00" * 16),
        (ListenerReport(group=GROUP), "83000000" "00000000" + HEX),
        (ListenerDone(group=GROUP), "84000000" "00000000" + HEX),
        (ListenerQueryV2(delay=0x8000, group=GROUP), "82000000" "80000000" + HEX + "027d0000"),
        (
            ListenerQueryV2(delay=1, group=GROUP, suppress=True, robustness=7, interval=0xFF, sources=[A, B]),
            "82000000" "00010000" + HEX + "0fff0002" + A.packed.hex() + B.packed.hex(),
        ),
        (ListenerReportV2(records=[]), "8f000000" "00000000"),
        (
            ListenerReportV2(
                records=[
                    ListenerRecord(kind=RecordKind.CHANGED_TO_EXCLUDE, group=GROUP),
                    ListenerRecord(kind=RecordKind.BLOCKS, group=GROUP, sources=[A]),
                    ListenerRecord(kind=9, group=GROUP, sources=[B], auxiliary=b"aux!"),
                ]
            ),
            "8f000000" "00000003" "04000000" + HEX + "06000001" + HEX + A.packed.hex() + "09010001" + HEX
            + B.packed.hex() + "61757821",
        ),
    ],
)  # fmt: skip
def test_messages_in_and_out(message: Packet, expected: str) -> None:
    data = message.build()
    assert data[:2].hex() + "0000" + data[4:].hex() == expected
    assert icmpv6.parse(data) == message
    assert icmpv6.view(data) == message


def test_versions_of_queries_are_told_by_size() -> None:
    """RFC 3810, section 8.1."""
    data = ListenerQueryV2(group=GROUP, sources=[A]).build()
    assert isinstance(icmpv6.view(data), ListenerQueryV2)
    assert isinstance(icmpv6.parse(data[:24]), ListenerQuery)
    assert not isinstance(icmpv6.parse(data[:27]), ListenerQueryV2)
    with pytest.raises(Truncated, match=r"ListenerQueryV2.sources"):
        icmpv6.parse(data[:28])


def test_additional_data_is_not_looked_at() -> None:
    """RFC 3810, sections 5.1.12 and 5.2.11."""
    for message in (ListenerQueryV2(group=GROUP, sources=[A]), ListenerReportV2(records=[])):
        assert icmpv6.parse(message.build() + b"additional") == message


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("8300000000000000" + "ff" * 15, r"ListenerReport: needs 24 bytes, 23 left"),
        ("8200000000000000" + HEX + "00000001", r"ListenerQueryV2.sources"),
        ("8200000000000000" + HEX + "0000ffff" + HEX, r"ListenerQueryV2.sources"),
        ("8f000000000000", r"ListenerReportV2: needs 8 bytes, 7 left"),
        ("8f00000000000001", r"ListenerReportV2.records"),
        ("8f0000000000ffff04000000" + HEX, r"ListenerReportV2.records"),
        ("8f0000000000000104000001" + HEX, r"ListenerRecord.sources"),
        ("8f000000000000010401ffff" + HEX, r"ListenerRecord.sources"),
        ("8f0000000000000104010000" + HEX, r"ListenerRecord.auxiliary"),
    ],
)
def test_numbers_that_lie(data: str, where: str) -> None:
    with pytest.raises((Truncated, Malformed), match=where):
        icmpv6.parse(bytes.fromhex(data))


def test_refusals_on_build() -> None:
    with pytest.raises(OutOfRange, match=r"ListenerRecord.words: the length of 'auxiliary' is not a multiple of 4"):
        ListenerRecord(kind=1, group=GROUP, auxiliary=b"?").build()
    with pytest.raises(OutOfRange, match=r"ListenerReportV2.number: 65536 does not fit in 16 bits"):
        ListenerReportV2(records=[ListenerRecord(kind=1, group=GROUP)] * 65536).build()
