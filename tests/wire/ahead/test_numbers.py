"""Native properties of mutable views beside the generated ones. Runs where the package is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.arp.wire import ARP
from foxpy.layers.icmp.wire import Echo
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp.wire import UDP
from foxpy.native import COMPILED
from foxpy.wire import (
    Body,
    Mutable,
    Packet,
    PacketError,
    field,
    flag,
    inet_checksum,
    numbers,
    rest,
    u3,
    u8,
    u12,
    u16,
    u24,
)
from foxpy.wire.straight import straight
from foxpy.wire.viewing import view_source

pytestmark = pytest.mark.skipif(not COMPILED, reason="the package is not compiled here")


class IPv4Mut(IPv4, Mutable): ...


class UDPMut(UDP, Mutable): ...


class EchoMut(Echo, Mutable): ...


class ARPMut(ARP, Mutable): ...


class Sums(Packet, Mutable):
    """Nothing in it is certain not to be 0; numbers end at odd and even offsets, and cross bytes."""

    one: u8
    wide: u24
    across: u12
    three: u3
    yes: flag
    checksum: u16 = inet_checksum("whole")
    most: u16 = field(min=3, max=500)
    body: Body = rest()


PACKETS: list[type[Packet]] = [IPv4Mut, UDPMut, EchoMut, ARPMut, Sums]
View = Callable[[bytearray], Packet]


def generated(packet: type[Packet], monkeypatch: pytest.MonkeyPatch) -> View:
    """Makes views that have generated properties alone."""
    with monkeypatch.context() as patch:
        patch.setattr(numbers, "VIEW", None)
        return cast(View, view_source(packet._layout, packet._program.tests).load()["_view"])


def outcome(view: Packet, name: str, value: object) -> object:
    """How an assignment fails, or None; then what is read."""
    try:
        setattr(view, name, value)
    except (PacketError, TypeError, AttributeError, IndexError) as error:
        return type(error), str(error)
    return getattr(view, name), type(getattr(view, name))


def test_views_have_them() -> None:
    assert numbers.VIEW is not None
    view = IPv4Mut.view(bytearray.fromhex("45000014000100004006") + bytes(10))
    assert isinstance(view, numbers.VIEW)
    assert not isinstance(vars(type(view))["ttl"], property)
    assert max(len(straight(each._layout, each._program.tests)) for each in PACKETS) <= numbers.MOST


FILLS = st.one_of(st.sampled_from([b"\0", b"\xff", b"\xff\xfe", b"\0\1"]), st.binary(min_size=1, max_size=60))
VALUES = st.one_of(
    st.integers(-2, 0x1FFFF),
    st.sampled_from([0, 1, 0xFE, 0xFF, 0x100, 0xFFFE, 0xFFFF, 0xFFFFFF, -113, 1 << 62, 1 << 63, 1 << 64, -(1 << 80)]),
    st.booleans(),
    st.sampled_from(["7", None, 7.0, b"7"]),
)


@pytest.mark.parametrize("packet", PACKETS)
def test_they_do_what_the_generated_ones_do(packet: type[Packet], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the bytes and the checksum are, right or wrong, and whatever is assigned."""
    exact = generated(packet, monkeypatch)
    names = list(straight(packet._layout, packet._program.tests))
    assert names

    @given(FILLS, st.integers(0, 1), st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=8))
    def law(fill: bytes, shifted: int, sets: list[tuple[str, object]]) -> None:
        bufs = [frame(packet, fill, shifted) for _ in range(2)]
        try:
            views = [exact(bufs[0]), packet.view(bufs[1])]
        except PacketError:
            return
        for name, value in sets:
            assert outcome(views[1], name, value) == outcome(views[0], name, value)
            assert bufs[1] == bufs[0]

    law()


def frame(packet: type[Packet], fill: bytes, shifted: int) -> bytearray:
    """Bytes that are a packet as to its constants and sizes, and anything else."""
    buf = bytearray((fill * 80)[shifted : 60 + shifted])
    if packet is IPv4Mut:
        buf[0], buf[2:4] = 0x45, b"\0\x3c"
    elif packet is UDPMut:
        buf[4:6] = b"\0\x3c"
    elif packet is EchoMut:
        buf[0:2] = b"\x08\0"
    elif packet is ARPMut:
        buf[:6] = b"\0\1\x08\0\6\4"
    else:
        buf[8:10] = b"\0\x64"
    return buf


@pytest.mark.parametrize("packet", PACKETS)
def test_what_fails_fails_alike(packet: type[Packet], monkeypatch: pytest.MonkeyPatch) -> None:
    exact = generated(packet, monkeypatch)
    for name in straight(packet._layout, packet._program.tests):
        views = [make(frame(packet, b"\7", 0)) for make in (exact, packet.view)]
        errors = []
        for view in views:
            with pytest.raises(AttributeError, match="no deleter") as error:
                delattr(view, name)
            errors.append(str(error.value))
        assert errors[0] == errors[1]


def test_a_buffer_that_has_shrunk() -> None:
    buf = frame(IPv4Mut, b"\7", 0)
    view = IPv4Mut.view(buf)
    del buf[5:]
    with pytest.raises(IndexError):
        view.ttl = 3
    with pytest.raises(IndexError):
        assert view.ttl
    assert view.dscp == buf[1] >> 2


@pytest.mark.parametrize("kind", [memoryview, type("Own", (bytearray,), {})])
def test_a_buffer_that_is_not_a_plain_bytearray(kind: Callable[[bytearray], bytearray]) -> None:
    plain = frame(IPv4Mut, b"\7", 0)
    buf = kind(bytearray(plain))
    for each in (plain, buf):
        view = IPv4Mut.view(each)
        view.ttl -= 1
        view.df = not view.df
        view.frag = 0x1234
    assert bytes(buf) == bytes(plain)
