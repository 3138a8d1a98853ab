"""Shapes that only their size tells apart."""

from __future__ import annotations

import pytest

from foxpy.wire import Classifier, Mutable, Packet, Truncated, field, oneof, packets, rest, sized, u8


class Old(Packet):
    kind: u8
    number: u8


class New(Old, by_size=True):
    more: u8


class Newest(New, when=New.kind.one_of(7), by_size=True):
    most: u8


class NewestMut(Newest, Mutable): ...


any_age = Classifier[Newest | New | Old]()


class Envelope(Packet):
    size: u8 = field()
    inside: oneof[New | Old] = sized(size)
    behind: u8


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\1\2", Old(kind=1, number=2)),
        (b"\1\2\3", New(kind=1, number=2, more=3)),
        (b"\1\2\3\4", New(kind=1, number=2, more=3)),
        (b"\7\2\3", New(kind=7, number=2, more=3)),
        (b"\7\2\3\4", Newest(kind=7, number=2, more=3, most=4)),
    ],
)
def test_a_shape_is_chosen_where_its_bytes_are_there(data: bytes, expected: Packet) -> None:
    around = b"front" + data + b"behind"
    for found in (any_age.parse(data), any_age.view(data), any_age.view(around, 5, 5 + len(data))):
        assert found == expected
    assert any_age.parse(expected.build()) == expected


def test_too_few_for_any() -> None:
    with pytest.raises(Truncated, match=r"needs \d bytes, 1 left"):
        any_age.parse(b"\1")


def test_a_field_bounds_what_is_inside() -> None:
    assert Envelope.parse(b"\2\1\2\3") == Envelope(size=2, inside=Old(kind=1, number=2), behind=3)
    assert Envelope.parse(b"\3\1\2\3\4") == Envelope(size=3, inside=New(kind=1, number=2, more=3), behind=4)


def test_a_mutable_packet_is_chosen_as_its_base() -> None:
    mutable = Classifier[NewestMut | Old]()
    assert isinstance(mutable.view(bytearray(b"\7\2\3\4")), NewestMut)
    assert isinstance(mutable.view(bytearray(b"\7\2\3")), Old)


def test_what_takes_less_is_the_catch_all() -> None:
    with pytest.raises(TypeError, match=r"Old takes every packet, so that none after it is ever chosen"):
        Classifier[Old | New]()
    with pytest.raises(TypeError, match=r"New has no catch-all"):
        Classifier[Newest | New]()


def test_elements_of_a_list_do_not_show_their_size() -> None:
    with pytest.raises(TypeError, match=r"Ages.list: New is chosen by_size, which elements of a list do not show"):

        class Ages(Packet):
            list: packets[New | Old] = rest()
