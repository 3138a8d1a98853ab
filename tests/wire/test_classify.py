"""Choosing the shape of a packet: by ranges, by constants, behind variable fields, and by what is not on the wire."""

from __future__ import annotations

from typing import assert_never

import pytest

from foxpy.wire import (
    Body,
    Classifier,
    Malformed,
    Packet,
    Raw,
    Records,
    Truncated,
    arg,
    const,
    derived,
    field,
    flag,
    rest,
    sized,
    total,
    u5,
    u7,
    u8,
    u16,
)


class Message(Packet):
    """SSH user authentication, reduced: a choice by a byte, then by bytes behind a variable field, then by a bit."""

    number: u8


class Request(Message):
    number: u8 = const(50)
    size: u8 = derived()
    user: Raw = sized(size)
    method: u8


class Password(Request):
    method: u8 = const(1)
    pad: u5 = field(default=0)
    u: flag = field(default=False)
    v: flag = field(default=False)
    change: flag


class ChangePassword(Password, when=Password.change.one_of(True)):
    new: Raw = rest()


class SamePassword(Password):
    old: Raw = rest()


class PublicKey(Request):
    method: u8 = const(2)
    blob: Raw = rest()


class OtherRequest(Request):
    data: Raw = rest()


class Closing(Message):
    number: u8 = const(60)
    asked: arg[int] = field(default=0)


class Info(Closing, when=Closing.asked > 0):
    text: Raw = rest()


class Challenge(Closing):
    data: Raw = rest()


class OtherMessage(Message):
    data: Raw = rest()


message = Classifier[ChangePassword | SamePassword | PublicKey | OtherRequest | Info | Challenge | OtherMessage]()


class Envelope(Packet):
    length: u8 = field(default=5)
    body: Body = rest()


USER = b"\x32\x03fox"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (USER + b"\1\1new", ChangePassword(user=b"fox", change=True, new=b"new")),
        (USER + b"\1\0old", SamePassword(user=b"fox", change=False, old=b"old")),
        (USER + b"\2key", PublicKey(user=b"fox", blob=b"key")),
        (USER + b"\3any", OtherRequest(user=b"fox", method=3, data=b"any")),
        (b"\x3ctext", Challenge(data=b"text")),
        (b"\x3d", OtherMessage(number=61, data=b"")),
    ],
)
def test_nested_choice(data: bytes, expected: Packet) -> None:
    assert message.view(data) == expected
    assert message.parse(data) == expected
    assert message.view(b"??" + data + b"!", 2, 2 + len(data)) == expected
    assert expected.build() == data


def test_an_argument_tells_equal_tags_apart() -> None:
    assert message.view(b"\x3ctext", asked=2) == Info(asked=2, text=b"text")
    assert message.parse(b"\x3ctext", asked=0) == Challenge(data=b"text")


def test_what_the_choice_depends_on_may_be_cut_off() -> None:
    with pytest.raises(Truncated, match="Message: needs 1 bytes, 0 left"):
        message.view(b"")
    with pytest.raises(Truncated, match="Request: needs 3 bytes, 1 left"):
        message.view(b"\x32")
    with pytest.raises(Truncated, match=r"Request.user: 3 bytes, 2 left"):
        message.view(b"\x32\x03fo")


def test_a_classifier_opens_bodies() -> None:
    assert Envelope(body=b"\x3d!").open(message) == OtherMessage(number=61, data=b"!")
    assert Envelope.view(b"\5\x3d!??").open(OtherMessage) == OtherMessage(number=61, data=b"!??"[:2] + b"?")
    with pytest.raises(TypeError, match="OtherMessage has no body to open"):
        OtherMessage(number=1, data=b"").open(message)


def test_members_of_one_branch_share_what_rules_others_out() -> None:
    requests = Classifier[PublicKey | OtherRequest]()
    assert requests.view(USER + b"\2key") == PublicKey(user=b"fox", blob=b"key")
    with pytest.raises(Malformed, match=r"Request.number: 60, not 50"):
        requests.view(b"\x3c\0\0")


def test_a_match_is_exhaustive() -> None:
    def name(data: bytes) -> str:
        found = message.view(data)
        match found:
            case ChangePassword() | SamePassword() | PublicKey(user=b"root"):
                return "known"
            case PublicKey() | OtherRequest() | Info() | Challenge() | OtherMessage():
                return type(found).__name__
            case never:
                assert_never(never)

    assert name(USER + b"\1\1new") == "known"
    assert name(b"\x32\x04root\2") == "known"
    assert name(USER + b"\2") == "PublicKeyView"


def test_a_class_is_read_only_from_bytes_of_its_shape() -> None:
    with pytest.raises(Malformed, match=r"ChangePassword.change: False, but ChangePassword has change == True"):
        ChangePassword.parse(USER + b"\1\0new")
    with pytest.raises(Malformed, match=r"PublicKey.method: 3, not 2"):
        PublicKey.view(USER + b"\3new")


def test_a_value_has_the_shape_of_its_class() -> None:
    with pytest.raises(ValueError, match=r"ChangePassword.change: False, but ChangePassword has change == True"):
        ChangePassword(user=b"fox", change=False, new=b"")


def test_a_union_needs_a_catch_all() -> None:
    with pytest.raises(TypeError, match=r"ChangePassword \| PublicKey has no catch-all"):
        Classifier[ChangePassword | PublicKey]()


def test_a_catch_all_comes_last() -> None:
    with pytest.raises(TypeError, match="OtherMessage takes every packet, so that none after it is ever chosen"):
        Classifier[OtherMessage | PublicKey]()


def test_members_have_a_base_in_common() -> None:
    with pytest.raises(TypeError, match=r"PublicKey \| Envelope have no packet in common"):
        Classifier[PublicKey | Envelope]().view(b"")


class Item(Packet):
    kind: u8


class Stop(Item):
    kind: u8 = const(0)


class Short(Item, when=Item.kind < 4):
    pass


class Long(Item):
    size: u16 = total()
    data: Raw = rest(default=b"")


items = Records[Short | Long](end=Stop, align=4)


def test_records_are_read_up_to_the_end_element() -> None:
    built = items.build([Short(kind=2), Long(kind=9, data=b"ab"), Short(kind=1)])
    assert built.hex() == "0209000561620100"
    assert items.parse(built, 0, len(built)) == (Short(kind=2), Long(kind=9, data=b"ab"), Short(kind=1))
    assert items.parse(b"\1\0\xff\xff", 0, 4) == (Short(kind=1),)
    assert items.parse(b"\1\1", 1, 2) == (Short(kind=1),)
    assert items.parse(b"", 0, 0) == ()
    assert items.build(()) == b""


@pytest.mark.parametrize("area", ["09", "0900", "090002", "090000", "090004", "02ff0100"])
def test_broken_records_are_refused(area: str) -> None:
    with pytest.raises((Truncated, Malformed)):
        items.parse(bytes.fromhex(area), 0, len(area) // 2)


class Nothing(Packet):
    all: Raw = rest(default=b"")


def test_records_of_no_size_are_refused() -> None:
    with pytest.raises(TypeError, match="Nothing may be of no size at all"):
        Records[Nothing]().parse(b"", 0, 0)


class Counting(Packet):
    """A number of one byte or of two, as a bit says."""

    pad: u7 = field(default=0)
    long: flag


class OneByte(Counting):
    long: flag = const(False)
    number: u8


class TwoBytes(Counting):
    long: flag = const(True)
    number: u16


class TwoBytesOfNothing(TwoBytes, when=TwoBytes.number.one_of(0)):
    pass


def test_the_two_values_of_a_boolean_need_no_catch_all() -> None:
    either = Classifier[OneByte | TwoBytes]()
    assert either.parse(b"\0\7") == OneByte(number=7)
    assert either.parse(b"\1\0\7") == TwoBytes(number=7)
    assert either.view(b"\1\0\7").number == 7


def test_one_value_of_a_boolean_is_not_all() -> None:
    with pytest.raises(TypeError, match="no catch-all"):
        Classifier[OneByte | TwoBytesOfNothing]()


class Numbered(Packet):
    mode: arg[int] = field(default=0)
    number: u8


class InModeOne(Numbered):
    mode: arg[int] = const(1)
    value: u8


class InModeTwo(Numbered):
    mode: arg[int] = const(2)
    value: u8


class InNoMode(Numbered):
    value: u8


def test_what_a_member_narrows_an_argument_to_is_not_its_default() -> None:
    numbered = Classifier[InModeOne | InModeTwo | InNoMode]()
    assert numbered.parse(b"\5\6", mode=1) == InModeOne(number=5, value=6)
    assert numbered.view(b"\5\6", mode=2) == InModeTwo(number=5, value=6)
    assert numbered.view(b"\5\6") == InNoMode(number=5, value=6)


class Left(Message):
    number: u8 = const(1)
    size: u8 = derived()
    data: Raw = sized(size)
    name: u8


class Right(Message):
    number: u8 = const(2)
    size: u8 = derived()
    data: Raw = sized(size)
    name: u8


class LeftFive(Left):
    name: u8 = const(5)


class RightFive(Right):
    name: u8 = const(5)


def test_fields_of_one_name_in_two_branches_are_read_from_their_own() -> None:
    five = Classifier[LeftFive | Left | RightFive | Right | OtherMessage]()
    assert five.parse(b"\1\0\5") == LeftFive(data=b"")
    assert five.view(b"\1\1?\6") == Left(data=b"?", name=6)
    assert five.parse(b"\2\1?\5") == RightFive(data=b"?")
    assert five.view(b"\2\0\6") == Right(data=b"", name=6)
    assert five.view(b"\3") == OtherMessage(number=3, data=b"")


def test_the_order_is_that_of_each_union() -> None:
    """``typing`` takes unions of the same members for the same."""

    class Shape(Packet):
        kind: u8

    class Small(Shape, when=Shape.kind < 8):
        pass

    class Even(Shape, when=Shape.kind.one_of(0, 2, 4, 8)):
        pass

    class Any(Shape):
        pass

    one, other = Classifier[Small | Even | Any](), Classifier[Even | Small | Any]()
    assert isinstance(one.parse(b"\2"), Small)
    assert isinstance(other.view(b"\2"), Even)
    assert isinstance(Records[Small | Even | Any]().parse(b"\2", 0, 1)[0], Small)
    assert isinstance(Records[Even | Small | Any]().parse(b"\2", 0, 1)[0], Even)
