"""Values and views as objects: comparing, showing, copying, and the buffers beneath."""

from __future__ import annotations

import copy
import pickle

import pytest

from foxpy.wire import (
    Body,
    Out,
    Packet,
    Raw,
    Window,
    arg,
    const,
    derived,
    field,
    flag,
    inet_checksum,
    packets,
    rest,
    sized,
    total,
    u3,
    u4,
    u8,
    u16,
)


class Point(Packet):
    x: u8
    y: u8 = field(default=0)


class Frame(Packet):
    seed: arg[int] = field(default=0)
    version: u4 = const(1)
    last: flag = field(default=False)
    spare: u3 = field(default=0)
    size: u8 = derived()
    length: u16 = total()
    check: u16 = inet_checksum("whole", seed=seed)
    points: packets[Point] = sized(size, default=())
    body: Body = rest(default=b"")


class Other(Frame):
    pass


FRAME = Frame(points=[Point(x=1), Point(x=2, y=3)], body=b"hello")
BUILT = FRAME.build()


def test_equal_fields_make_equal_packets() -> None:
    assert FRAME == Frame.parse(BUILT) == Frame.view(BUILT)
    assert len({FRAME, Frame.parse(BUILT), Frame.view(BUILT)}) == 1
    assert Frame(points=FRAME.points, body=b"hullo") != FRAME
    assert Other(points=FRAME.points, body=b"hello") != FRAME
    assert FRAME != BUILT


def test_computed_fields_and_arguments_do_not_count() -> None:
    assert Frame(seed=3, points=FRAME.points, body=b"hello") == FRAME
    damaged = BUILT[:4] + b"\xff\xff" + BUILT[6:]
    assert Frame.parse(damaged) == FRAME
    assert Frame.parse(damaged).check == 0xFFFF
    assert Frame.parse(damaged).build() == BUILT


def test_computed_fields_of_a_value_are_those_that_it_builds_to() -> None:
    assert (FRAME.version, FRAME.size, FRAME.length) == (1, 4, len(BUILT))
    assert FRAME.check == Frame.view(BUILT).check


def test_values_and_views_are_instances_of_their_class() -> None:
    for packet in (FRAME, Frame.parse(BUILT), Frame.view(BUILT)):
        match packet:
            case Frame(last=False, body=body):
                assert body == b"hello"
            case _:
                raise AssertionError
    assert isinstance(Other(), Frame)


def test_what_is_shown() -> None:
    assert (
        repr(FRAME)
        == "Frame(seed=0, last=False, spare=0, points=(Point(x=1, y=0), Point(x=2, y=3)), body=<5 bytes 68656c6c6f>)"
    )
    assert repr(Frame.view(BUILT)) == repr(FRAME)
    assert str(FRAME) == "Frame points=[Point x=1, Point x=2 y=3] body=5 bytes"
    assert str(Frame(last=True, spare=2)) == "Frame last=True spare=2"


def test_dump() -> None:
    lines = [line.split() for line in FRAME.dump().splitlines()]
    assert lines[0] == ["Frame,", "15", "bytes"]
    assert lines[1] == ["0", "0001....", "version", "=", "1"]
    assert lines[2] == ["0", "....0...", "last", "=", "False"]
    assert lines[3] == ["0", ".....000", "spare", "=", "0"]
    assert lines[4] == ["1", "04", "size", "=", "4"]
    assert lines[5] == ["2-3", "000f", "length", "=", "15"]
    assert lines[7][:3] == ["6-9", "01000203", "points"]
    assert lines[8:11] == [["Point"], ["6", "01", "x", "=", "1"], ["7", "00", "y", "=", "0"]]
    assert lines[11:14] == [["Point"], ["8", "02", "x", "=", "2"], ["9", "03", "y", "=", "3"]]
    assert lines[14] == ["10-14", "68656c6c6f", "body", "=", "5", "bytes"]
    assert Frame.view(BUILT).dump() == FRAME.dump()


def test_values_can_be_copied_and_pickled() -> None:
    assert copy.deepcopy(FRAME) == FRAME
    assert pickle.loads(pickle.dumps(FRAME)) == FRAME
    assert pickle.loads(pickle.dumps(Frame.view(BUILT))).build() == BUILT


def test_a_nested_packet_is_built_once_with_its_envelope() -> None:
    inner = Frame(body=b"in")
    outer = Frame(body=inner)
    assert outer.build() == Frame(body=inner.build()).build()
    assert outer.open(Frame) == inner
    assert Frame.parse(outer.build()).open(Frame).body == b"in"
    assert outer.body == inner.build()


def test_what_a_value_was_given_may_change_afterwards() -> None:
    given = bytearray(b"hello")
    raw = bytearray(b"raw")
    packet, tail = Frame(body=given), Tail(data=raw)
    given[0] = raw[0] = 0
    assert packet.body == b"hello"
    assert tail.data == b"raw"


class Tail(Packet):
    data: Raw = rest()


def test_a_view_shows_its_buffer_as_it_is() -> None:
    buffer = bytearray(BUILT)
    view = Frame.view(buffer)
    buffer[0] |= 0x08
    assert view.last
    assert Frame.view(memoryview(BUILT)) == FRAME


def test_packets_are_read_from_within_windows() -> None:
    window = Window(b"??" + BUILT + b"!!", 2, 2 + len(BUILT))
    assert Frame.parse(window) == Frame.view(window) == FRAME
    shifted = Window(b"??" + BUILT + b"!!", 1, 4 + len(BUILT))
    assert Frame.parse(shifted, 1) == FRAME
    assert Tail.parse(shifted, 1, 3).data == BUILT[:2]


def test_windows() -> None:
    window = Window(b"abcdef", 1, 4)
    assert (len(window), bytes(window)) == (3, b"bcd")
    assert window == b"bcd" == Window(b"bcd", 0, 3)
    assert hash(window) == hash(b"bcd")
    assert window != "bcd"
    assert repr(window) == "<3 bytes 626364>"
    assert repr(Window(bytes(20), 0, 20)) == "<20 bytes 000000000000000000000000...>"


@pytest.mark.parametrize("headroom", [0, 1, 5, 100])
def test_out_grows_in_front(headroom: int) -> None:
    out = Out(headroom)
    expected = b""
    for size in (0, 1, 3, 60, 500):
        piece = bytes([size & 0xFF]) * size
        out.push_bytes(piece)
        expected = piece + expected
        assert (len(out), out.bytes()) == (len(expected), expected)
    at = out.push(2)
    out.buf[at : at + 2] = b"!!"
    assert out.bytes() == b"!!" + expected


def test_a_large_body_moves_no_length() -> None:
    class Sized(Packet):
        length: u16 = total()
        body: Body = rest()

    out = Out(16)
    Sized(body=Sized(body=b"y" * 60000)).push(out)
    assert Sized.parse(out.bytes()).length == 60004
    assert Sized.parse(out.bytes()).open(Sized).length == 60002
