"""Neighbour discovery against RFC 4861, RFC 4191 and RFC 8106."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.icmpv6.neighbours import (
    NeighbourAdvertisement,
    NeighbourSolicitation,
    Preference,
    Redirect,
    RouterAdvertisement,
    RouterSolicitation,
)
from foxpy.layers.icmpv6.options import (
    DnsSearchList,
    Mtu,
    Nonce,
    OtherOption,
    PrefixInformation,
    RecursiveDnsServers,
    RedirectedHeader,
    RouteInformation,
    SourceLinkAddress,
    TargetLinkAddress,
)
from foxpy.layers.icmpv6.wire import icmpv6
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

A, B = IPv6Address("fe80::1"), IPv6Address("2001:db8::2")
MAC = bytes.fromhex("020000000001")
MESSAGES = (RouterSolicitation, RouterAdvertisement, NeighbourSolicitation, NeighbourAdvertisement, Redirect)
OPTIONS = (
    SourceLinkAddress,
    TargetLinkAddress,
    PrefixInformation,
    RedirectedHeader,
    Mtu,
    Nonce,
    RouteInformation,
    RecursiveDnsServers,
    DnsSearchList,
    OtherOption,
)


@given(st.data())
@pytest.mark.parametrize("packet", [*MESSAGES, *OPTIONS])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60), st.sampled_from([1, 2, 3, 4, 5, 14, 24, 25, 31, 200]), st.integers(0, 5))
@pytest.mark.parametrize("option", OPTIONS)
def test_laws_of_bytes_of_options(option: type[Packet], data: bytes, kind: int, units: int) -> None:
    check_bytes(option, data)
    check_bytes(option, bytes([kind, units]) + data)


@given(st.binary(max_size=60), st.integers(133, 137))
@pytest.mark.parametrize("message", MESSAGES)
def test_laws_of_bytes_of_messages(message: type[Packet], data: bytes, kind: int) -> None:
    check_bytes(message, data)
    check_bytes(message, bytes([kind]) + data)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (RouterSolicitation(), "8500000000000000"),
        (RouterSolicitation(options=[SourceLinkAddress(address=MAC)]), "85000000000000000101" + MAC.hex()),
        (
            RouterAdvertisement(
                hops=64,
                managed=True,
                home=True,
                preference=Preference.LOW,
                lifetime=1800,
                reachable=30000,
                retransmit=1000,
                options=[Mtu(mtu=1500)],
            ),
            "8600000040b8070800007530000003e805010000000005dc",
        ),
        (RouterAdvertisement(other=True, preference=Preference.HIGH, lifetime=0), "8600000000480000" + "00" * 8),
        (
            NeighbourSolicitation(target=A, options=[SourceLinkAddress(address=MAC), Nonce(nonce=b"random")]),
            "8700000000000000" + A.packed.hex() + "0101" + MAC.hex() + "0e01" + b"random".hex(),
        ),
        (
            NeighbourAdvertisement(router=True, override=True, target=A, options=[TargetLinkAddress(address=MAC)]),
            "88000000a0000000" + A.packed.hex() + "0201" + MAC.hex(),
        ),
        (NeighbourAdvertisement(solicited=True, target=A), "8800000040000000" + A.packed.hex()),
        (
            Redirect(target=A, destination=B, options=[RedirectedHeader(quoted=b"sixteen bytes...")]),
            "8900000000000000" + A.packed.hex() + B.packed.hex() + "0403" + "00" * 6 + b"sixteen bytes...".hex(),
        ),
    ],
)
def test_messages_in_and_out(message: Packet, expected: str) -> None:
    data = message.build()
    assert data[:2].hex() + "0000" + data[4:].hex() == expected
    assert icmpv6.parse(data) == message
    assert icmpv6.view(data) == message


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (SourceLinkAddress(address=bytes(range(14))), "0102000102030405060708090a0b0c0d"),
        (
            PrefixInformation(bits=64, on_link=True, router=True, valid=0xFFFFFFFF, preferred=14400, prefix=B),
            "030440a0ffffffff0000384000000000" + B.packed.hex(),
        ),
        (
            PrefixInformation(bits=128, autonomous=True, valid=1, preferred=0, prefix=B),
            "03048040000000010000000000000000" + B.packed.hex(),
        ),
        (RouteInformation(bits=0, lifetime=600), "1801000000000258"),
        (
            RouteInformation(bits=64, preference=3, lifetime=600, prefix=B.packed[:8]),
            "1802401800000258" + B.packed[:8].hex(),
        ),
        (
            RecursiveDnsServers(lifetime=1800, servers=[A, B]),
            "1905000000000708" + A.packed.hex() + B.packed.hex(),
        ),
        (
            DnsSearchList(lifetime=1800, domains=b"\3fox\2py\0".ljust(16, b"\0")),
            "1f0300000000070803666f7802707900" + "00" * 8,
        ),
        (OtherOption(kind=200, data=bytes(6)), "c801" + "00" * 6),
    ],
)
def test_options_in_and_out(option: Packet, expected: str) -> None:
    assert option.build().hex() == expected
    assert type(option)._spec.parse(bytes.fromhex(expected)) == option
    message = RouterSolicitation.parse(bytes.fromhex("8500000000000000" + expected))
    assert message.options == (option,)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ("0100" + "00" * 6, r"SourceLinkAddress.address: length -2"),  # RFC 4861, section 4.6: a length of 0 is invalid
        ("c800" + "00" * 6, r"OtherOption.data: length -2"),
        ("0500" + "00" * 6, r"Mtu.length: 0, not 1"),
        ("0502" + "00" * 14, r"Mtu.length: 2, not 1"),
        ("0303" + "00" * 22, r"PrefixInformation"),
        ("0304" + "00" * 29, r"PrefixInformation: needs 32 bytes, 31 left"),
        ("030481" + "00" * 29, r"PrefixInformation.bits: 129, not at most 128"),
        ("0102" + "00" * 6, r"SourceLinkAddress.address: 14 bytes, 6 left"),
        ("0400" + "00" * 6, r"RedirectedHeader"),
        ("0402" + "00" * 7, r"RedirectedHeader"),
        ("1804" + "00" * 30, r"RouteInformation.prefix: 24 bytes, not at most 16"),
        ("1901" + "00" * 6, r"RecursiveDnsServers.servers"),
        ("1902" + "00" * 14, r"RecursiveDnsServers.servers"),
        ("1904" + "00" * 30, r"RecursiveDnsServers.servers"),
        ("1f01" + "00" * 6, r"DnsSearchList.domains"),
        ("c8", r"needs 2 bytes, 1 left"),
        ("0501000000000500" + "0101", r"SourceLinkAddress.address"),
    ],
)
def test_lengths_that_lie(options: str, where: str) -> None:
    for head in ("8500000000000000", "86000000" + "00" * 12, "8700000000000000" + "00" * 16):
        with pytest.raises((Truncated, Malformed), match=where):
            icmpv6.parse(bytes.fromhex(head + options))


def test_refusals_on_build() -> None:
    with pytest.raises(OutOfRange, match=r"SourceLinkAddress.length"):
        SourceLinkAddress(address=bytes(7)).build()
    with pytest.raises(OutOfRange, match=r"PrefixInformation.bits: 129"):
        PrefixInformation(bits=129, valid=0, preferred=0, prefix=B)
    with pytest.raises(OutOfRange, match=r"RecursiveDnsServers.servers"):
        RecursiveDnsServers(lifetime=0, servers=[]).build()
    with pytest.raises(OutOfRange, match=r"RouteInformation.length"):
        RouteInformation(bits=8, lifetime=0, prefix=b"\xfd").build()
    with pytest.raises(OutOfRange, match=r"OtherOption.length: 256 does not fit in 8 bits"):
        OtherOption(kind=200, data=bytes(2046)).build()


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 14, 24, 25, 31, 200]), max_size=64))
def test_any_options_give_options_or_an_error(area: list[int]) -> None:
    try:
        message = RouterSolicitation.parse(bytes.fromhex("8500000000000000") + bytes(area))
    except PacketError:
        return
    assert RouterSolicitation.parse(message.build()) == message
