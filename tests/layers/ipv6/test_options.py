"""IPv6 options against RFC 8200, section 4.2 and appendix A, RFC 2711 and RFC 2675."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ipv6.options import (
    AnyOption,
    Ipv6Option,
    JumboPayload,
    OtherOption,
    Pad1,
    PadN,
    RouterAlert,
    padded,
)
from foxpy.layers.ipv6.wire import HopByHop
from foxpy.wire import OutOfRange, Packet, PacketError
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

OPTIONS = (Pad1, PadN, RouterAlert, JumboPayload, OtherOption)


@given(st.data())
@pytest.mark.parametrize("option", OPTIONS)
def test_laws_of_values(option: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(option)))


@given(st.binary(max_size=20), st.sampled_from([0, 1, 5, 0xC2, 0x1E]))
@pytest.mark.parametrize("option", OPTIONS)
def test_laws_of_bytes(option: type[Packet], data: bytes, kind: int) -> None:
    check_bytes(option, data)
    check_bytes(option, bytes([kind]) + data)


def test_options_byte_by_byte() -> None:
    assert Pad1().build().hex() == "00"
    assert PadN().build().hex() == "0100"
    assert PadN(zeros=bytes(3)).build().hex() == "0103000000"
    assert RouterAlert(value=1).build().hex() == "05020001"
    assert JumboPayload(size=0x10000).build().hex() == "c20400010000"
    assert OtherOption(kind=0x3E, data=b"?").build().hex() == "3e013f"
    with pytest.raises(OutOfRange, match=r"OtherOption.length: 256 does not fit in 8 bits"):
        OtherOption(kind=0x3E, data=bytes(256)).build()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "010400000000"),
        ((RouterAlert(value=0),), "050200000100"),
        ((JumboPayload(size=0x12345),), "c20400012345"),
        ((RouterAlert(value=0), JumboPayload(size=1)), "05020000c2040000000101020000"),
        ((OtherOption(kind=0x1E), JumboPayload(size=1)), "1e000100c2040000000101020000"),
        (
            (OtherOption(kind=0x1E, data=b"?"), RouterAlert(value=0), JumboPayload(size=1)),
            "1e013f0005020000c20400000001",
        ),
        ((OtherOption(kind=0x1E, data=b"???"),), "1e033f3f3f00"),
    ],
)
def test_padding_between_and_behind(options: tuple[AnyOption, ...], expected: str) -> None:
    """A router alert at an even offset, a jumbo payload two bytes behind a multiple of 4, and 8n bytes in all."""
    assert HopByHop(next=59, options=padded(*options)).build()[2:].hex() == expected


@given(
    st.lists(
        st.one_of(
            strategy(RouterAlert),
            strategy(JumboPayload),
            st.builds(OtherOption, kind=st.just(0x1E), data=st.binary(max_size=30)),
        ),
        max_size=8,
    )
)
def test_padded_options_lie_as_they_must(options: list[RouterAlert | JumboPayload | OtherOption]) -> None:
    header = HopByHop(next=59, options=padded(*options))
    data = header.build()
    assert len(data) % 8 == 0
    at, meant = 2, []
    for option in HopByHop.parse(data).options:
        match option:
            case RouterAlert():
                assert at % 2 == 0
            case JumboPayload():
                assert at % 4 == 2
            case PadN(zeros=zeros):
                assert len(zeros) <= 5
        if not isinstance(option, Pad1 | PadN):
            meant.append(option)
        at += len(option.build())
    assert meant == options


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 0xC2, 0x1E, 255]), min_size=14, max_size=14))
def test_any_option_area_gives_options_or_an_error(area: list[int]) -> None:
    try:
        header = HopByHop.parse(bytes([59, 1, *area]))
    except PacketError:
        return
    assert all(isinstance(option, Ipv6Option) for option in header.options)
    assert HopByHop.parse(header.build()) == header
