"""VLAN tags against IEEE 802.1Q."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.vlan.wire import (
    CUSTOMER_TAG,
    SERVICE_TAG,
    Tagged,
    TaggedLlc,
    UndefinedTag,
    append_tag,
    read_tag,
    vlan,
)
from foxpy.wire import OutOfRange, Packet, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

A, B = MacAddress.local(1), MacAddress.local(2)
TAGS = (Tagged, TaggedLlc, UndefinedTag)


@given(st.data())
@pytest.mark.parametrize("tag", TAGS)
def test_laws_of_values(tag: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(tag)))


@given(st.binary(max_size=40), st.sampled_from([0, 4, 40, 1500, 1501, 1535, 0x600, 0x88A8]))
@pytest.mark.parametrize("tag", TAGS)
def test_laws_of_bytes(tag: type[Packet], data: bytes, kind: int) -> None:
    check_bytes(tag, data)
    check_bytes(tag, data[:2] + kind.to_bytes(2, "big") + data)


def test_priority_eligibility_and_network_share_two_bytes() -> None:
    tag = Tagged(pcp=5, dei=True, vid=0xABC, kind=0x0800, body=b"data")
    assert tag.build().hex() == "babc080064617461"
    assert Tagged.parse(tag.build()) == tag
    assert Tagged(vid=1, kind=0x0800).build().hex() == "00010800"
    assert read_tag(tag.build(), 0, 8) == (5, True, 0xABC, 0x0800)
    out = bytearray(b"front")
    append_tag(out, 4, pcp=5, dei=True, vid=0xABC, kind=0x0800)
    assert out + b"data" == b"front" + tag.build()


def test_a_customers_tag_in_a_providers() -> None:
    """IEEE 802.1Q, 9.5: the service tag is the outer one."""
    inner = Tagged(pcp=1, vid=20, kind=0x86DD, body=b"six")
    frame = EthernetII(dst=A, src=B, kind=SERVICE_TAG, body=Tagged(vid=10, kind=CUSTOMER_TAG, body=inner))
    assert frame.build().hex() == "02000000000102000000000288a8000a8100201486dd736978"
    outer = EthernetII.view(frame.build()).open(vlan)
    assert isinstance(outer, Tagged)
    assert (outer.vid, outer.kind) == (10, CUSTOMER_TAG)
    assert outer.open(vlan) == inner


def test_a_length_bounds_the_data_and_splits_off_padding() -> None:
    tag = vlan.parse(bytes.fromhex("000100034242030000"))
    assert tag == TaggedLlc(vid=1, body=b"\x42\x42\x03", pad=bytes(2))
    assert tag.kind == 3
    with pytest.raises(Truncated, match=r"TaggedLlc.body: 4 bytes, 3 left"):
        vlan.parse(bytes.fromhex("00010004424203"))
    with pytest.raises(OutOfRange, match=r"TaggedLlc.kind: 1501"):
        TaggedLlc(vid=1, body=bytes(1501)).build()


@pytest.mark.parametrize(
    ("kind", "tag"), [(0, TaggedLlc), (1500, TaggedLlc), (1501, UndefinedTag), (1535, UndefinedTag), (0x600, Tagged)]
)
def test_what_the_last_two_bytes_mean(kind: int, tag: type[Packet]) -> None:
    assert isinstance(vlan.view(bytes.fromhex("0001") + kind.to_bytes(2, "big") + bytes(1500)), tag)


def test_numbers_that_do_not_fit() -> None:
    with pytest.raises(OutOfRange, match=r"Tagged.vid: 4096 does not fit in 12 bits \(0..4095\)"):
        Tagged(vid=4096, kind=0x0800)
    with pytest.raises(OutOfRange, match=r"Tagged.pcp: 8 does not fit in 3 bits \(0..7\)"):
        Tagged(pcp=8, vid=1, kind=0x0800)
    with pytest.raises(OutOfRange, match=r"Tagged.kind: 1535"):
        Tagged(vid=1, kind=1535)
    with pytest.raises(Truncated, match="needs 4 bytes, 3 left"):
        vlan.parse(bytes(3))
