"""Messages of DHCP against RFC 2131, RFC 2132 and those that add options."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.layers.dhcp.numbers import Kind, Operation, OptionCode, OverloadedFields
from foxpy.layers.dhcp.options import (
    AnyOption,
    BroadcastAddress,
    CircuitId,
    ClasslessRoutes,
    ClientIdentifier,
    DhcpOption,
    DomainName,
    DomainNameServers,
    DomainSearch,
    HostName,
    InterfaceMtu,
    LeaseTime,
    LinkSelection,
    MaximumSize,
    Message,
    MessageType,
    NtpServers,
    OptionArea,
    OtherOption,
    OtherRelayOption,
    Overload,
    Pad,
    ParameterList,
    RebindingTime,
    RelayAgent,
    RemoteId,
    RenewalTime,
    RequestedAddress,
    RouteList,
    Routers,
    SearchList,
    ServerIdentifier,
    ServerOverride,
    SubnetMask,
    SubscriberId,
    VendorClass,
    joined,
)
from foxpy.layers.dhcp.routes import Route
from foxpy.layers.dhcp.wire import DHCP
from foxpy.layers.dns.names import Name
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

MAC = bytes.fromhex("020000000001")
ONE, TWO = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")


def message(options: bytes) -> bytes:
    """A request with these options, or what stands for them."""
    return b"\1\1\6\0" + bytes(24) + MAC + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63" + options


def with_options(*options: AnyOption) -> DHCP:
    return DHCP(op=Operation.REQUEST, chaddr=MAC.ljust(16, b"\0"), options=options)


# -- laws


@settings(max_examples=40)
@given(strategy(DHCP))
def test_laws_of_messages(packet: DHCP) -> None:
    check_value(packet)


@given(strategy(OptionArea))
def test_laws_of_option_areas(packet: OptionArea) -> None:
    check_value(packet)


@given(strategy(SearchList))
def test_laws_of_search_lists(packet: SearchList) -> None:
    check_value(packet)


@given(strategy(RouteList))
def test_laws_of_route_lists(packet: RouteList) -> None:
    check_value(packet)


@given(st.lists(st.sampled_from([*OptionCode, 0, 1, 2, 3, 4, 5, 99, 100]).map(lambda byte: bytes([byte])), max_size=40))
def test_laws_of_bytes(parts: list[bytes]) -> None:
    data = b"".join(parts)
    check_bytes(OptionArea, data)
    check_bytes(DHCP, message(data))
    check_bytes(DHCP, data)


# -- messages


def test_a_discover() -> None:
    built = DHCP(
        op=Operation.REQUEST,
        xid=0x3903F326,
        secs=3,
        broadcast=True,
        chaddr=MAC.ljust(16, b"\0"),
        options=[
            MessageType(kind=Kind.DISCOVER),
            ClientIdentifier(ident=MAC),
            RequestedAddress(address=ONE),
            ParameterList(codes=[OptionCode.SUBNET_MASK, OptionCode.ROUTERS, 6, 119]),
        ],
    ).build()
    assert built == (
        bytes.fromhex("01 01 06 00 3903f326 0003 8000")
        + bytes(16)
        + (MAC + bytes(10))
        + bytes(64 + 128)
        + bytes.fromhex("63825363")
        + bytes.fromhex("35 01 01")
        + (bytes.fromhex("3d 07 01") + MAC)
        + bytes.fromhex("32 04 c0000201")
        + bytes.fromhex("37 04 01 03 06 77")
        + b"\xff"
    )
    found = DHCP.parse(b"front" + built, 5)
    assert found.build() == built
    assert found.kind is Kind.DISCOVER
    assert found.hardware == MAC
    assert found.option(ParameterList) == ParameterList(codes=[1, 3, 6, 119])
    assert found.option(LeaseTime) is None
    assert found.search == ()
    assert found.routes == ()


def test_an_ack() -> None:
    ack = DHCP(op=Operation.REPLY, xid=1, yiaddr=ONE, siaddr=TWO, chaddr=bytes(16), sname=b"boot", file=b"a/b")
    built = ack.build()
    assert built[16:24] == ONE.packed + TWO.packed
    assert built[44:108] == b"boot" + bytes(60)
    assert built[108:236] == b"a/b" + bytes(125)
    assert built[236:] == b"\x63\x82\x53\x63\xff"
    assert DHCP.parse(built) == ack
    assert ack.kind is None


def test_padding_behind_the_end_is_kept() -> None:
    built = message(b"\0\0\x35\1\3\0\xff" + bytes(60))
    found = DHCP.parse(built)
    assert found.options == (Pad(), Pad(), MessageType(kind=Kind.REQUEST), Pad())
    assert found.padding == bytes(60)
    assert found.build() == built


def test_names_that_fill_their_fields() -> None:
    full = DHCP(op=1, chaddr=bytes(16), sname=b"s" * 64, file=b"f" * 128)
    assert DHCP.parse(full.build()) == full
    with pytest.raises(OutOfRange, match=r"DHCP\.sname: 65 bytes do not fit in 64"):
        DHCP(op=1, chaddr=bytes(16), sname=b"s" * 65)


# -- options


@pytest.mark.parametrize(
    ("option", "built"),
    [
        (Pad(), "00"),
        (SubnetMask(mask=IPv4Address("255.255.255.0")), "01 04 ffffff00"),
        (Routers(addresses=[ONE, TWO]), "03 08 c0000201 c0000202"),
        (DomainNameServers(addresses=[ONE]), "06 04 c0000201"),
        (HostName(name="fox"), "0c 03 666f78"),
        (DomainName(name="example.com"), "0f 0b 6578616d706c652e636f6d"),
        (InterfaceMtu(mtu=1500), "1a 02 05dc"),
        (BroadcastAddress(address=IPv4Address("192.0.2.255")), "1c 04 c00002ff"),
        (NtpServers(addresses=[TWO]), "2a 04 c0000202"),
        (RequestedAddress(address=ONE), "32 04 c0000201"),
        (LeaseTime(seconds=3600), "33 04 00000e10"),
        (Overload(fields=OverloadedFields.BOTH), "34 01 03"),
        (MessageType(kind=Kind.ACK), "35 01 05"),
        (ServerIdentifier(address=ONE), "36 04 c0000201"),
        (ParameterList(codes=[1, 3]), "37 02 01 03"),
        (Message(text="no"), "38 02 6e6f"),
        (MaximumSize(size=1472), "39 02 05c0"),
        (RenewalTime(seconds=1800), "3a 04 00000708"),
        (RebindingTime(seconds=3150), "3b 04 00000c4e"),
        (VendorClass(ident=b"fox"), "3c 03 666f78"),
        (ClientIdentifier(htype=0, ident=b"id"), "3d 03 00 6964"),
        (
            RelayAgent(added=[CircuitId(ident=b"eth0"), RemoteId(ident=b"\1"), OtherRelayOption(code=9, data=b"")]),
            "52 0b 01 04 65746830 02 01 01 09 00",
        ),
        (
            RelayAgent(added=[LinkSelection(subnet=ONE), SubscriberId(ident="a"), ServerOverride(address=TWO)]),
            "52 0f 05 04 c0000201 06 01 61 0b 04 c0000202",
        ),
        (OtherOption(code=224, data=b"?"), "e0 01 3f"),
    ],
)
def test_options(option: AnyOption, built: str) -> None:
    data = bytes.fromhex(built)
    assert option.build() == data
    found = OptionArea.parse(data + data + b"\xff").options
    assert found == (option, option)
    assert OptionArea(options=found).build() == data + data + b"\xff"


def test_a_type_that_is_not_known_is_read() -> None:
    found = DHCP.parse(message(b"\x35\1\x63\xff"))
    assert found.kind == 99
    assert found.options == (MessageType(kind=99),)


def test_text_that_is_none_is_kept() -> None:
    (found,) = OptionArea.parse(b"\x0c\4f\xfcr\0\xff").options
    assert found == HostName(name="f\udcfcr\0")
    assert found.build() == b"\x0c\4f\xfcr\0"


def test_all_typed_options_are_of_another_code() -> None:
    members = OptionArea.options.elements
    seen = set()
    for member in members[:-1]:
        assert issubclass(member, Packet)
        code = member._layout.fields["code"].rule
        seen.add(repr(code))
    assert len(seen) == len(members) - 1


# -- lists that are longer than an option


def test_a_search_list() -> None:
    """The example of RFC 3397, section 2, whose list is in one option or in two."""
    whole = b"\3eng\5apple\3com\0\x09marketing\xc0\4"
    names = (Name("eng.apple.com"), Name("marketing.apple.com"))
    assert [each.part for each in DomainSearch.of(names)] == [whole]
    assert with_options(*DomainSearch.of(["eng.apple.com", "marketing.apple.com"])).search == names
    split = with_options(DomainSearch(part=whole[:9]), DomainSearch(part=whole[9:]))
    assert DHCP.parse(split.build()).search == names
    with pytest.raises(PacketError, match=r"SearchList\.names: a name does not end"):
        _ = with_options(DomainSearch(part=whole[:9])).search


def test_a_long_list_of_routes() -> None:
    routes = tuple(Route(IPv4Network((each << 8, 24)), ONE) for each in range(100))
    options = ClasslessRoutes.of(routes)
    assert [len(each.part) for each in options] == [255, 255, 255, 35]
    found = DHCP.parse(with_options(MessageType(kind=Kind.ACK), *options).build())
    assert found.routes == routes
    assert joined(found.options, OptionCode.CLASSLESS_ROUTES) == RouteList(routes=routes).build()
    assert ClasslessRoutes.of([]) == ()


def test_overload() -> None:
    """Options of the message, of file and of sname, in this order (RFC 2131, section 4.1)."""
    more = OptionArea(options=[HostName(name="in-file"), VendorClass(ident=b"1")]).build()
    most = OptionArea(options=[VendorClass(ident=b"2"), SubnetMask(mask=bytes(4))]).build()
    for fields, names in ((1, ["in-file"]), (2, []), (3, ["in-file"])):
        built = DHCP(
            op=1, chaddr=bytes(16), file=more, sname=most, options=[Overload(fields=fields), VendorClass(ident=b"0")]
        ).build()
        found = DHCP.parse(built)
        assert len(found.options) == 2
        assert [each.name for each in found.all_options if isinstance(each, HostName)] == names
        assert (found.option(SubnetMask) is not None) is (fields > 1)
        expected = b"0" + b"1" * (fields != 2) + b"2" * (fields > 1)
        assert joined(found.all_options, OptionCode.VENDOR_CLASS) == expected
    with pytest.raises(PacketError, match=r"OptionArea"):
        _ = DHCP(op=1, chaddr=bytes(16), options=[Overload(fields=OverloadedFields.FILE)]).all_options


# -- hostile


def test_cut_off() -> None:
    whole = message(b"\x35\1\1\xff")
    for size in range(len(whole)):
        with pytest.raises(Truncated):
            DHCP.parse(whole[:size])


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        (b"", r"DHCP\.options\[0\]"),  # no end
        (b"\0", r"DHCP\.options\[1\]"),
        (b"\x35\1\1", r"DHCP\.options\[1\]"),
        (b"\x35", r"DHCP\.options\[0\] > MessageType: needs 3 bytes, 1 left"),
        (b"\x35\2\1\xff", r"MessageType\.length: says 4 bytes, takes 3"),
        (b"\x35\0\1\xff", r"MessageType\.length: says 2 bytes, needs 3"),
        (b"\x35\xff\1\xff", r"MessageType\.length: says 257 bytes, 4 there"),
        (b"\1\3abc\xff", r"SubnetMask\.length: says 5 bytes, needs 6"),
        (b"\3\5abcde\xff", r"Routers\.addresses: 5 bytes are no multiple of 4"),
        (b"\x39\1\0\xff", r"MaximumSize\.length"),
        (b"\x52\4\1\4ab\xff", r"RelayAgent\.added\[0\] > CircuitId\.length: says 6 bytes, 4 there"),
        (b"\x52\1\1\xff", r"RelayAgent\.added\[0\]"),
        (b"\xe0\2a", r"OtherOption\.length: says 4 bytes, 3 there"),
    ],
)
def test_lengths_that_lie(options: bytes, fact: str) -> None:
    with pytest.raises(PacketError, match=fact):
        DHCP.parse(message(options))


def test_64_kb_of_options() -> None:
    """As many as there can be; each is read once."""
    found = DHCP.parse(message(b"\x50\0" * 32_000 + b"\xff"))
    assert len(found.options) == 32_000
    assert len(DHCP.parse(message(bytes(64_000) + b"\xff")).options) == 64_000


def test_what_is_no_dhcp() -> None:
    with pytest.raises(Malformed, match=r"DHCP\.magic: 0, not 1669485411"):
        DHCP.parse(bytes(240) + b"\xff")
    with pytest.raises(Malformed, match=r"DHCP\.hlen: 17"):
        DHCP.parse(b"\1\1\x11" + message(b"\xff")[3:])


def test_what_cannot_be_built() -> None:
    with pytest.raises(OutOfRange, match=r"HostName\.length: 256 does not fit in 8 bits"):
        HostName(name="a" * 256).build()
    with pytest.raises(OutOfRange, match=r"chaddr: needs 16 bytes, got 6"):
        DHCP(op=1, chaddr=MAC)
    with pytest.raises(OutOfRange, match=r"DHCP\.hlen"):
        DHCP(op=1, hlen=17, chaddr=bytes(16))


def test_a_base_is_no_option_of_its_own() -> None:
    """The list is of what can be read; a base class is refused where it is given."""
    with pytest.raises(TypeError, match=r"DHCP\.options"):
        with_options(DhcpOption(code=1))  # type: ignore[arg-type]  # the test is that it fails
