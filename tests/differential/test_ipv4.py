"""IPv4 headers and their options beside scapy's."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import (
    IP,
    IPOption,
    IPOption_EOL,
    IPOption_LSRR,
    IPOption_NOP,
    IPOption_Router_Alert,
    IPOption_RR,
    IPOption_SSRR,
    IPOption_Stream_Id,
    IPOption_Timestamp,
)
from scapy.packet import Raw

from foxpy.layers.ipv4.options import Option
from foxpy.layers.ipv4.wire import (
    IPv4,
    LooseSourceRoute,
    NoOperation,
    OtherOption,
    RecordRoute,
    RouterAlert,
    StreamId,
    StrictSourceRoute,
    Timestamp,
    ip_options,
)
from foxpy.wire.strategies import strategy
from tests.differential.oracle import agree, bodies, ip4s, many, named, rebuilt, u8s, u16s, u32s

# scapy goes by the number alone, the lower five bits of a kind, and takes any class and copied flag with it
KNOWN: Final = set(IPOption.registered_ip_options)
UNKNOWN: Final = [kind for kind in range(256) if kind & 0x1F not in KNOWN]

# the routes of scapy are whole addresses
routes = st.lists(ip4s, max_size=9)
packed = routes.map(lambda route: b"".join(address.packed for address in route))

options = st.one_of(
    strategy(NoOperation),
    strategy(StreamId),
    strategy(RouterAlert),
    *(strategy(route, route=packed) for route in (RecordRoute, LooseSourceRoute, StrictSourceRoute)),
    # scapy reads one entry of a timestamp option: the time, and the address before it unless the form is 0
    strategy(Timestamp, form=st.just(0), stamps=st.binary(min_size=4, max_size=4)),
    strategy(Timestamp, form=st.integers(1, 15), stamps=st.binary(min_size=8, max_size=8)),
    strategy(OtherOption, kind=st.sampled_from(UNKNOWN), data=st.binary(max_size=38)),
)


def _fits(area: bytes) -> bool:
    return len(area) <= 40


areas = st.lists(options, max_size=4).map(ip_options.build).filter(_fits)


def theirs(packet: Any, data: bytes) -> dict[str, object]:
    return {
        "version": packet.version,
        "ihl": packet.ihl,
        "dscp": packet.tos >> 2,
        "ecn": packet.tos & 3,
        "length": packet.len,
        "ident": packet.id,
        "evil": packet.flags.evil,
        "df": packet.flags.DF,
        "mf": packet.flags.MF,
        "frag": packet.frag,
        "ttl": packet.ttl,
        "proto": packet.proto,
        "checksum": packet.chksum,
        "src": IPv4Address(packet.src),
        "dst": IPv4Address(packet.dst),
        "options": data[20 : packet.ihl * 4],
        "body": data[packet.ihl * 4 : packet.len],
    }


def their_options(packet: Any) -> list[tuple[str, dict[str, object]]]:
    found = []
    for option in packet.options:
        if isinstance(option, IPOption_EOL):
            break
        found.append(their_option(option))
    return found


def their_option(option: Any) -> tuple[str, dict[str, object]]:
    kind = option.copy_flag << 7 | option.optclass << 5 | option.option
    fields: dict[str, object] = {"kind": kind}
    if isinstance(option, IPOption_NOP):
        return "NoOperation", fields
    fields["length"] = option.length
    match option:
        case IPOption_RR():  # and the other routes, which are below it
            name = {7: "RecordRoute", 131: "LooseSourceRoute", 137: "StrictSourceRoute"}[kind]
            route = b"".join(IPv4Address(router).packed for router in option.routers)
            return name, fields | {"pointer": option.pointer, "route": route}
        case IPOption_Timestamp():
            address = IPv4Address(option.internet_address).packed if option.flg else b""
            stamps = address + option.timestamp.to_bytes(4, "big")
            more = {"pointer": option.pointer, "overflow": option.oflw, "form": option.flg, "stamps": stamps}
            return "Timestamp", fields | more
        case IPOption_Stream_Id():
            return "StreamId", fields | {"stream": option.security}
        case IPOption_Router_Alert():
            return "RouterAlert", fields | {"value": option.alert}
        case _:
            return "OtherOption", fields | {"data": option.value}


def compare(data: bytes, packet: Any) -> IPv4:
    datagram = IPv4.parse(data)
    agree(datagram, theirs(packet, data))
    assert [named(each) for each in ip_options.parse(data, 20, packet.ihl * 4)] == their_options(packet)
    return datagram


@many
@given(strategy(IPv4, options=areas), bodies)
def test_datagrams_of_ours(datagram: IPv4, behind: bytes) -> None:
    data = datagram.build()
    packet = IP(data + behind)
    assert IPv4.parse(data + behind) == compare(data, packet)
    assert rebuilt(packet, {"ihl", "len", "chksum"}, left_inside={"length"}) == data


addresses = st.lists(ip4s.map(str), max_size=8)

scapy_options = st.one_of(
    st.builds(IPOption_NOP),
    st.builds(IPOption_RR, pointer=u8s, routers=addresses),
    st.builds(IPOption_LSRR, pointer=u8s, routers=addresses),
    st.builds(IPOption_SSRR, pointer=u8s, routers=addresses),
    st.builds(IPOption_Timestamp, pointer=u8s, oflw=st.integers(0, 15), flg=st.just(0), timestamp=u32s),
    st.builds(IPOption_Timestamp, flg=st.sampled_from([1, 3]), internet_address=ip4s.map(str), timestamp=u32s),
    st.builds(IPOption_Stream_Id, security=u16s),
    st.builds(IPOption_Router_Alert, alert=u16s),
    st.builds(
        IPOption,
        copy_flag=st.integers(0, 1),
        optclass=st.integers(0, 3),
        option=st.sampled_from([number for number in range(32) if number not in KNOWN]),
        value=st.binary(max_size=20),
    ),
)

scapy_headers = st.builds(
    IP,
    tos=u8s,
    id=u16s,
    flags=st.integers(0, 7),
    frag=st.integers(0, 0x1FFF),
    ttl=u8s,
    proto=u8s,
    src=ip4s.map(str),
    dst=ip4s.map(str),
    options=st.lists(scapy_options, max_size=3).filter(lambda found: sum(map(len, found)) <= 40),
)


@many
@given(scapy_headers, bodies, bodies)
def test_datagrams_of_scapy(header: Any, body: bytes, behind: bytes) -> None:
    data = bytes(header / Raw(body))
    datagram = compare(data, IP(data + behind))
    assert datagram.build() == data
    read: tuple[Option, ...] = ip_options.parse(data, 20, 20 + len(datagram.options))
    assert ip_options.build(read) == datagram.options
