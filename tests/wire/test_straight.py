"""Which numbers of a mutable view lie straight."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp.wire import UDP
from foxpy.wire import (
    Field,
    Packet,
    Raw,
    UInt,
    computed,
    derived,
    field,
    flag,
    inet_checksum,
    sized,
    u4,
    u8,
    u12,
    u16,
    u16le,
    u64,
)
from foxpy.wire.straight import Straight, straight


class Kind(IntEnum):
    ONE = 1


def found(packet: type[Packet]) -> dict[str, Straight]:
    return straight(packet._layout, packet._program.tests)


def test_a_header_under_its_checksum() -> None:
    each = found(IPv4)
    assert list(each) == ["dscp", "ecn", "ident", "evil", "df", "mf", "frag", "ttl", "proto"]
    assert each["ttl"] == Straight(8, 1, 0, 8, int, 0, 255, checksum=10, high=True)
    assert each["proto"] == Straight(9, 1, 0, 8, int, 0, 255, checksum=10, high=False)
    assert each["df"] == Straight(6, 1, 6, 1, bool, 0, 1, checksum=10, high=True)
    assert each["frag"] == Straight(6, 2, 0, 13, int, 0, 0x1FFF, checksum=10, high=False)


def test_a_checksum_that_may_be_left_out() -> None:
    assert found(UDP)["sport"] == Straight(0, 2, 0, 16, int, 0, 0xFFFF, checksum=6, high=False, zero=0xFFFF)


def test_what_has_followers_does_not() -> None:
    class Followed(Packet):
        summed: u8 = field()
        twice: u16 = computed(summed * 2)
        size: u8 = derived()
        free: u8
        data: Raw = sized(size)

    assert list(found(Followed)) == ["free"]


def test_a_guard_and_a_seed_follow_too() -> None:
    class Seeded(Packet):
        seeding: u8 = field()
        guarded: u8 = field()
        free: u16
        checksum: u16 = inet_checksum("whole", seed=seeding)

    class Guarded(Seeded, when=Seeded.guarded > 3): ...

    assert list(found(Seeded)) == ["guarded", "free"]
    assert list(found(Guarded)) == ["free"]
    assert found(Seeded)["free"].zero == -1


def test_where_it_lies_and_what_it_is_matters() -> None:
    class Mixed(Packet):
        kind: Annotated[Field[Kind], UInt(8, kind=Kind)]
        little: u16le
        huge: u64
        four: u4
        twelve: u12 = field(max=300)
        yes: flag
        rest_of_it: Annotated[Field[int], UInt(7)]
        size: u8 = derived()
        data: Raw = sized(size)
        behind: u8

    assert found(Mixed) == {
        "four": Straight(11, 1, 4, 4, int, 0, 15),
        "twelve": Straight(11, 2, 0, 12, int, 0, 300),
        "yes": Straight(13, 1, 7, 1, bool, 0, 1),
        "rest_of_it": Straight(13, 1, 0, 7, int, 0, 127),
    }
