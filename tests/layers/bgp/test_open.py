"""OPEN and its capabilities against RFC 4271, RFC 5492, RFC 4760, RFC 2918, RFC 4724 and RFC 6793."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.bgp.capabilities import (
    Capabilities,
    Forwarding,
    FourOctetAs,
    GracefulRestart,
    Multiprotocol,
    OtherCapability,
    OtherParameter,
    RouteRefreshCapability,
)
from foxpy.layers.bgp.families import Afi, Safi
from foxpy.layers.bgp.wire import Open, bgp
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

CAPABILITIES: list[tuple[Packet, str]] = [
    (Multiprotocol(afi=Afi.IPV6, safi=Safi.UNICAST), "01 04 0002 00 01"),
    (Multiprotocol(afi=16388, safi=71), "01 04 4004 00 47"),
    (RouteRefreshCapability(), "02 00"),
    (
        GracefulRestart(
            restarted=True, time=120, families=[Forwarding(afi=Afi.IPV4, safi=Safi.UNICAST, preserved=True)]
        ),
        "40 06 8078 0001 01 80",
    ),
    (GracefulRestart(notification=True, time=4095), "40 02 4fff"),
    (FourOctetAs(as_number=70000), "41 04 00011170"),
    (OtherCapability(code=70), "46 00"),
    (OtherCapability(code=6, data=b"??"), "06 02 3f3f"),
]
KINDS = (Capabilities, OtherParameter, Forwarding, *dict.fromkeys(type(packet)._spec for packet, _ in CAPABILITIES))
HEAD = "ff" * 16


def opened(parameters: str) -> bytes:
    """An OPEN with these parameters."""
    data = bytes.fromhex(parameters)
    fixed = f"{HEAD} {29 + len(data):04x} 01 04 fde9 00b4 c0000201 {len(data):02x}"
    return bytes.fromhex(fixed) + data


def test_an_open() -> None:
    wire = opened("02 06 01 04 0001 00 01" + "02 02 02 00")
    packet = Open(
        my_as=65001,
        hold_time=180,
        identifier=IPv4Address("192.0.2.1"),
        parameters=[
            Capabilities(capabilities=[Multiprotocol(afi=Afi.IPV4, safi=Safi.UNICAST)]),
            Capabilities(capabilities=[RouteRefreshCapability()]),
        ],
    )
    assert packet.build() == wire
    assert bgp.parse(wire) == bgp.view(wire) == packet
    assert (packet.length, packet.parameters_length, packet.version) == (41, 12, 4)
    check_value(packet)


def test_the_shortest_open_has_29_bytes() -> None:
    packet = Open(my_as=1, hold_time=0, identifier=b"\1\1\1\1")
    assert len(packet.build()) == Open.MIN == 29


@pytest.mark.parametrize(("packet", "data"), CAPABILITIES)
def test_capabilities(packet: Packet, data: str) -> None:
    wire = bytes.fromhex(data)
    assert packet.build() == wire
    assert Capabilities.parse(bytes([2, len(wire)]) + wire).capabilities == (packet,)
    check_value(packet)


def test_a_match_is_exhaustive() -> None:
    def number(capabilities: Capabilities) -> int:
        for each in capabilities.capabilities:
            match each:
                case FourOctetAs(as_number=found):
                    return found
                case Multiprotocol() | RouteRefreshCapability() | GracefulRestart() | OtherCapability():
                    continue
                case never:
                    assert_never(never)
        return 0

    assert number(Capabilities.parse(bytes.fromhex("02 08 02 00 41 04 00011170"))) == 70000


@pytest.mark.parametrize("packet", [Open, *KINDS])
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.lists(st.sampled_from([0, 1, 2, 4, 6, 64, 65, 255]), max_size=30))
def test_laws_of_bytes(data: list[int]) -> None:
    check_bytes(Capabilities, bytes([2, len(data), *data]))
    check_bytes(Open, opened(bytes(data).hex()))
    for kind in KINDS:
        check_bytes(kind, bytes(data))


# -- hostile OPENs


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (opened("")[:19] + b"\3" + opened("")[20:], "Open.version: 3, not 4"),
        (b"\0" + opened("")[1:], "Open.marker|Header.marker"),
        (opened("")[:28] + b"\1", "Open.parameters: 1 bytes, 0 left"),
        (opened("00")[:28] + b"\0\0", "Open.length: says 30 bytes, takes 29"),
        (opened("02"), r"Open.parameters\[0\]"),
        (opened("02 05 01 04 0001 00"), r"Open.parameters\[0\] > Capabilities.capabilities\[0\] > Multiprotocol"),
        (opened("02 06 01 03 0001 00 01"), r"Multiprotocol.length: says 5 bytes, needs 6"),
        (opened("02 03 02 01 00"), r"RouteRefreshCapability.length: says 3 bytes, takes 2"),
        (opened("02 05 40 03 0000 00"), r"GracefulRestart.families\[0\]"),
    ],
)
def test_hostile_opens(data: bytes, fact: str) -> None:
    with pytest.raises(PacketError, match=fact):
        bgp.parse(data)


def test_parameters_have_at_most_255_bytes() -> None:
    with pytest.raises(OutOfRange, match=r"Open.parameters_length: 258 does not fit in 8 bits"):
        Open(
            my_as=1,
            hold_time=0,
            identifier=b"\1\1\1\1",
            parameters=[OtherParameter(kind=9, data=bytes(127)), OtherParameter(kind=9, data=bytes(127))],
        ).build()
    with pytest.raises(OutOfRange, match=r"OtherCapability.length: 256 does not fit in 8 bits"):
        OtherCapability(code=9, data=bytes(256)).build()
    with pytest.raises(Malformed):
        Open.parse(opened("")[:18] + b"\2" + opened("")[19:])
