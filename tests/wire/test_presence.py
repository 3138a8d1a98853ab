"""Fields that may be absent: flags that are solved from presence, and conditions that it has to agree with."""

from __future__ import annotations

from enum import IntEnum
from ipaddress import IPv4Address
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    Field,
    FieldAs,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    arg,
    const,
    derived,
    field,
    flag,
    inet_checksum,
    present,
    rest,
    size_of,
    sized,
    tail,
    total,
    u3,
    u4,
    u5,
    u8,
    u16,
)
from foxpy.wire.codecs import Counted
from foxpy.wire.encodings import OneOf
from tests.support.packets import check_laws, refusal


class Kind(IntEnum):
    ONE = 1
    TWO = 2


OptU16 = Annotated[Field["int | None"], UInt(16)]
OptU24 = Annotated[Field["int | None"], UInt(24, little=True)]
OptU32 = Annotated[Field["int | None"], UInt(32, little=True)]
OptBool = Annotated[Field["bool | None"], UInt(8, boolean=True)]
OptKind = Annotated[Field["Kind | None"], UInt(16, kind=Kind)]
OptHost = Annotated[FieldAs["IPv4Address | None", "IPv4Address | bytes | None"], Octets(4, IPv4Address)]
OptKey = Annotated[Field["bytes | None"], Octets(3)]
OptName = Annotated[Field["bytes | None"], Counted(UInt(8))]


Name = Annotated[Field[bytes], Counted(UInt(8))]


class Extra(Packet):
    size: u8 = derived()
    data: Raw = sized(size)


OptExtra = Annotated[Field["Extra | None"], OneOf()]


class Gre(Packet):
    """One flag for each field, as in RFC 2890; what is absent takes no bytes."""

    has_sum: flag = derived()
    has_key: flag = derived()
    has_seq: flag = derived()
    spare: u5 = field(default=0)
    version: u8 = const(0)
    check: OptU16 = present(has_sum, default=None)
    reserved: OptU16 = present(has_sum, default=None)
    key: OptU32 = present(has_key, default=None)
    sequence: OptU24 = present(has_seq, default=None)
    body: Body = rest(default=b"")


class Every(Packet):
    """Each kind of field that may be absent, under a total and a checksum."""

    length: u16 = total()
    check: u16 = inet_checksum("whole")
    flags: u4 = field(default=0)
    a: flag = derived()
    b: flag = derived()
    c: flag = derived()
    d: flag = derived()
    host: OptHost = present(a)
    key: OptKey = present(b, default=None)
    name: OptName = present(c, default=None)
    extra: OptExtra = present(d, default=None)
    truth: OptBool = present(a & b, default=None)
    kind: OptKind = present(c | d, default=None)
    last: u8 = field(default=1)


class Conditions(Packet):
    """Conditions on numbers that are given: they decide, and nothing is solved."""

    kind: u8 = field()
    small: OptU16 = present(kind < 4)
    between: OptU16 = present(kind.between(2, 9), default=None)
    some: OptKey = present(kind.one_of(0, 3, 200), default=None)
    no: OptName = present(~(kind > 100), default=b"")
    body: Raw = rest(default=b"")
    crc: Raw = tail(1)


class Behind(Packet):
    """Conditions on a string and on the size of another field; a size that depends on what may be absent."""

    name: Name = field()
    secret: OptName = present(name.one_of(b'it"s {me}', b"fox"), default=None)
    extra: OptU16 = present(size_of(name) > 2, default=None)
    size: u8 = derived()
    padding: Raw = sized(size - size_of(secret), default=b"")


class Expected(Packet):
    """SSH's request success (RFC 4254, section 4): an argument decides."""

    port_expected: arg[bool] = field(default=False)
    number: u8 = const(81)
    port: OptU32 = present(port_expected, default=None)


class Number(Packet):
    """A number that is solved from presence is 0 or 1."""

    spare: u3 = field(default=0)
    there: u5 = derived()
    key: OptU16 = present(there, default=None)


ALL = (Gre, Every, Conditions, Behind, Number)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


@given(st.data(), st.booleans())
def test_laws_with_an_argument(data: st.DataObject, expected: bool) -> None:
    check_laws(Expected, data, port_expected=expected)


def test_a_flag_is_solved_from_presence() -> None:
    assert Gre(key=1, body=b"!").build().hex() == "40000100000021"
    assert Gre(check=1, reserved=2, sequence=0x030405).build().hex() == "a00000010002050403"
    view = Gre.view(bytes.fromhex("a00000010002050403"))
    assert (view.check, view.key, view.sequence, bytes(view.body)) == (1, None, 0x030405, b"")
    assert Gre(key=0).has_key is True
    assert Number(key=1).build().hex() == "010001"


def test_what_two_fields_say_has_to_agree() -> None:
    with pytest.raises(OutOfRange, match=r"^Gre\.reserved: present iff has_sum$"):
        Gre(check=1).build()
    with pytest.raises(OutOfRange, match=r"^Gre\.reserved: present iff has_sum$"):
        Gre(reserved=1).build()
    with pytest.raises(OutOfRange, match=r"^Every\.truth: present iff \(a\) and \(b\)$"):
        Every(host=b"abcd", key=b"key").build()


def test_conditions_decide() -> None:
    packet = Conditions(kind=3, small=1, between=2, some=b"abc", crc=b"!")
    assert packet.build().hex() == "03000100026162630021"
    assert Conditions(kind=200, small=None, some=b"abc", no=None, crc=b"!").build().hex() == "c861626321"
    with pytest.raises(OutOfRange, match=r"^Conditions\.small: present iff kind < 4$"):
        Conditions(kind=4, small=1, between=1, crc=b"!").build()
    with pytest.raises(OutOfRange, match=r"^Conditions\.some: present iff kind in \(0, 3, 200\)$"):
        Conditions(kind=0, small=1, crc=b"!").build()
    with pytest.raises(OutOfRange, match=r"^Conditions\.no: present iff not \(kind > 100\)$"):
        Conditions(kind=101, small=None, crc=b"!").build()
    with pytest.raises(OutOfRange, match=r"^Behind\.secret: present iff name in \(b'it's \{me\}', b'fox'\)$") as caught:
        Behind(name=b"fox", extra=1).build()
    assert caught.value.field == "secret"


def test_an_argument_decides() -> None:
    assert Expected(port_expected=True, port=2).build().hex() == "5102000000"
    assert Expected.parse(b"\x51").port is None
    assert refusal(Expected, b"\x51\2\0", port_expected=True) == (
        "Truncated: Expected.port: needs 4 bytes, 2 left (byte 1)"
    )
    with pytest.raises(OutOfRange, match=r"^Expected\.port: present iff port_expected$"):
        Expected(port=2).build()


def test_what_is_there_is_checked() -> None:
    with pytest.raises(OutOfRange, match=r"^Gre\.key: 4294967296 does not fit in 32 bits"):
        Gre(key=1 << 32)
    with pytest.raises(OutOfRange, match=r"^Every\.key: needs 3 bytes, got 2"):
        Every(host=None, key=b"ab")
    with pytest.raises(OutOfRange, match=r"^Every\.kind: 3 is no Kind"):
        Every(host=None, kind=3)  # type: ignore[arg-type]  # the wrong twin of a Kind
    with pytest.raises(TypeError, match=r"^Every\.extra: 1 is none of Extra"):
        Every(host=None, extra=1)  # type: ignore[arg-type]  # the wrong twin of an Extra
    assert refusal(Gre, b"\xe0\0\0\1") == "Truncated: Gre.reserved: needs 2 bytes, 0 left (byte 4)"
    assert refusal(Gre, b"\0\1") == "Malformed: Gre.version: 1, not 0 (byte 1)"
    assert refusal(Every, b"\0\x08\0\0\3\0\0\3") == "Malformed: Every.kind: needs 2 bytes, 1 left (byte 7)"
