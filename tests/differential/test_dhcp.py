"""DHCP messages with options beside scapy's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

import dns.name
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCPOptions, DHCPRevOptions
from scapy.layers.dhcp import DHCP as Options  # noqa: N811

from foxpy.layers.dhcp import options as ours
from foxpy.layers.dhcp.numbers import OptionCode
from foxpy.layers.dhcp.routes import Route, RouteCodec
from foxpy.layers.dhcp.wire import DHCP
from foxpy.layers.dns.names import NamesCodec
from foxpy.wire import Packet
from foxpy.wire.strategies import strategy
from tests.differential.oracle import again, agree, ip4s, many, u8s, u16s, u32s

Fields = dict[str, object]

KINDS: Final = {
    kind._layout.fields["code"].rule.value: kind  # type: ignore[union-attr]  # all but the last have a constant there
    for kind in DHCP._layout.fields["options"].elements
    if issubclass(kind, Packet) and kind is not ours.OtherOption
}
"""Our classes for options, by their codes."""

AS_BYTES: Final = sorted(
    code for code in range(1, 255) if code not in KINDS and isinstance(DHCPOptions.get(code, ""), str)
)
"""Codes of options that are bytes to both sides."""


# -- what scapy has read


def theirs(packet: Any) -> Fields:
    after = packet[Options].options
    end = after.index("end")
    assert set(after[end + 1 :]) <= {"pad"}
    return {
        "op": packet.op,
        "htype": packet.htype,
        "hlen": packet.hlen,
        "hops": packet.hops,
        "xid": packet.xid,
        "secs": packet.secs,
        "broadcast": int(packet.flags) >> 15,
        "reserved": int(packet.flags) & 0x7FFF,
        "ciaddr": IPv4Address(packet.ciaddr),
        "yiaddr": IPv4Address(packet.yiaddr),
        "siaddr": IPv4Address(packet.siaddr),
        "giaddr": IPv4Address(packet.giaddr),
        "chaddr": packet.chaddr,
        "sname": packet.sname.rstrip(b"\0"),
        "file": packet.file.rstrip(b"\0"),
        "magic": int.from_bytes(packet.options, "big"),
        "options": [their_option(each) for each in after[:end]],
        "padding": bytes(len(after) - end - 1),
    }


def their_option(option: Any) -> tuple[str, Fields]:
    if option == "pad":
        return "Pad", {"code": 0}
    name, *values = option
    code = name if isinstance(name, int) else DHCPRevOptions[name][0]
    data = bytes(Options(options=[option]))[2:]
    found: Fields = {"code": code, "length": len(data)}
    if code not in KINDS:
        (value,) = values
        return "OtherOption", found | {"data": value}
    kind = KINDS[code]
    return kind.__name__, found | _value(code, kind, values, data)


def _value(code: int, kind: type[Packet], values: list[Any], data: bytes) -> Fields:
    value: Any = values[0]
    match code:
        case OptionCode.CLIENT_IDENTIFIER:
            return {"htype": value[0], "ident": value[1:]}
        case OptionCode.RELAY_AGENT:
            return {"added": list(_relayed(value))}
        case OptionCode.CLASSLESS_ROUTES | OptionCode.DOMAIN_SEARCH:
            return {"part": data}  # read as routes and names below
    (name,) = kind._layout.fields.keys() - {"code", "length"}
    match name:
        case "addresses":
            return {name: list(map(IPv4Address, values))}
        case "address" | "mask":
            return {name: IPv4Address(value)}
        case "name" | "text":
            return {name: value.decode("utf-8", "surrogateescape")}
        case _:
            return {name: value}


def _relayed(data: bytes) -> Iterator[tuple[str, Fields]]:
    """What a relay agent has added, which is bytes to scapy."""
    while data:
        code, size, value, data = data[0], data[1], data[2 : 2 + data[1]], data[2 + data[1] :]
        name, field, read = RELAYED.get(code, ("OtherRelayOption", "data", bytes))
        yield name, {"code": code, "length": size, field: read(value)}


RELAYED: Final[dict[int, tuple[str, str, Callable[[bytes], object]]]] = {
    1: ("CircuitId", "ident", bytes),
    2: ("RemoteId", "ident", bytes),
    5: ("LinkSelection", "subnet", IPv4Address),
    6: ("SubscriberId", "ident", lambda value: value.decode("utf-8", "surrogateescape")),
    11: ("ServerOverride", "address", IPv4Address),
}


def compare(data: bytes, packet: Any) -> DHCP:
    message = DHCP.parse(data)
    agree(message, theirs(packet))
    routes = [each for name, *found in _pairs(packet) if name == "classless_static_routes" for each in found[0]]
    parts = ours.joined(message.options, OptionCode.CLASSLESS_ROUTES)
    assert [_as_text(route) for route in ours.RouteList.parse(parts).routes] == routes
    for option in message.options:
        if isinstance(option, ours.DomainSearch):
            assert [name.wire for name in ours.SearchList.parse(option.part).names] == list(_names(option.part))
    return message


def _pairs(packet: Any) -> Iterator[tuple[Any, ...]]:
    return (each for each in packet[Options].options if isinstance(each, tuple))


def _as_text(route: Route) -> str:
    return f"{route.destination.network_address}/{route.destination.prefixlen}:{route.router}"


def _names(data: bytes) -> Iterator[object]:
    """dnspython's, as scapy does not know the option."""
    at = 0
    while at < len(data):
        name, size = dns.name.from_wire(data, at)
        yield name.to_wire()
        at += size


# -- messages of ours

searches = NamesCodec().strategy().map(lambda names: ours.SearchList(names=names).build())
routes = st.lists(RouteCodec().strategy(), min_size=1, max_size=4)


def _fits(data: bytes) -> bool:
    return len(data) <= 255


def options_of(kind: type[Packet]) -> st.SearchStrategy[Packet]:
    """Lists are not empty: scapy makes nothing of those, and RFC 2132 has one value at least."""
    if kind is ours.DomainSearch:
        return strategy(kind, part=searches.filter(_fits))
    if kind is ours.ClasslessRoutes:
        return strategy(kind, part=routes.map(lambda found: ours.RouteList(routes=found).build()))
    lists = {
        "addresses": st.lists(ip4s, min_size=1, max_size=4),
        "codes": st.lists(u8s, min_size=1, max_size=9),
    }
    return strategy(kind, **{name: lists[name] for name in lists.keys() & kind._layout.fields.keys()})


options = st.one_of(*map(options_of, KINDS.values()), strategy(ours.OtherOption, code=st.sampled_from(AS_BYTES)))
messages = strategy(DHCP, options=st.lists(options, max_size=6), padding=st.integers(0, 40).map(bytes))


@many
@given(messages)
def test_messages_of_ours(message: DHCP) -> None:
    data = message.build()
    packet = BOOTP(data)
    assert compare(data, packet) == message
    assert bytes(again(packet) / again(packet[Options])) == data


# -- messages of scapy

dotted = ip4s.map(str)
texts = st.binary(min_size=1, max_size=20)
subnets = st.builds(lambda number, bits: str(IPv4Network((number, bits), strict=False)), u32s, st.integers(0, 32))

scapy_options = st.one_of(
    st.tuples(st.just("message-type"), u8s),
    st.tuples(st.sampled_from(["subnet_mask", "broadcast_address", "requested_addr", "server_id"]), dotted),
    st.builds(
        lambda name, found: (name, *found),
        st.sampled_from(["router", "name_server", "NTP_server"]),
        st.lists(dotted, min_size=1, max_size=3),
    ),
    st.tuples(st.sampled_from(["hostname", "domain", "error_message", "vendor_class_id", "client_id"]), texts),
    st.tuples(st.sampled_from(["lease_time", "renewal_time", "rebinding_time"]), u32s),
    st.tuples(st.sampled_from(["interface-mtu", "max_dhcp_size"]), u16s),
    st.tuples(st.just("dhcp-option-overload"), u8s),
    st.tuples(st.just("param_req_list"), st.lists(u8s, min_size=1, max_size=9)),
    st.tuples(
        st.just("relay_agent_information"),
        st.binary(max_size=20).map(lambda ident: bytes((1, len(ident))) + ident + b"\x05\x04\xc0\0\2\1"),
    ),
    st.builds(
        lambda found: ("classless_static_routes", list(map(":".join, found))),
        st.lists(st.tuples(subnets, dotted), min_size=1, max_size=3),
    ),
    st.tuples(st.sampled_from(["vendor_specific", "tftp_server_name", "client_FQDN"]), st.binary(max_size=20)),
    st.just("pad"),
)
scapy_headers = st.builds(
    BOOTP,
    op=u8s,
    htype=u8s,
    hlen=st.integers(0, 16),
    hops=u8s,
    xid=u32s,
    secs=u16s,
    flags=u16s,
    ciaddr=dotted,
    yiaddr=dotted,
    siaddr=dotted,
    giaddr=dotted,
    chaddr=st.binary(min_size=16, max_size=16),
    sname=st.binary(max_size=64),
    file=st.binary(max_size=128),
)


@many
@given(scapy_headers, st.lists(scapy_options, max_size=6), st.integers(0, 40))
def test_messages_of_scapy(header: Any, found: list[Any], padding: int) -> None:
    data = bytes(header / Options(options=[*found, "end", *["pad"] * padding]))
    assert compare(data, BOOTP(data)).build() == data
