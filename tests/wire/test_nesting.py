"""Errors in packets within packets: the way to the field, the byte in the caller's buffer; members of one name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import pytest

from foxpy.wire import (
    Body,
    Field,
    Malformed,
    OutOfRange,
    Packet,
    PacketError,
    Raw,
    UInt,
    Window,
    const,
    count,
    derived,
    field,
    oneof,
    packets,
    rest,
    sized,
    total,
    u8,
    u16,
)
from foxpy.wire.codecs import Text

Name = Annotated[Field[str], Text(UInt(8), "ascii")]


class Leaf(Packet):
    magic: u8 = const(7)
    size: u8 = derived()
    name: Name = field()
    data: Raw = sized(size, default=b"")


class Twig(Packet):
    length: u8 = total()
    leaves: packets[Leaf] = rest(default=())


class Branch(Packet):
    number: u8 = derived()
    twigs: packets[Twig] = count(number, default=())
    one: oneof[Leaf] = field(default=Leaf(name="x"))


class Tree(Packet):
    size: u16 = derived()
    branch: oneof[Branch] = sized(size)
    body: Body = rest(default=b"")


LEAF = Leaf(name="ab", data=b"!")
TREE = Tree(branch=Branch(twigs=[Twig(leaves=[LEAF, LEAF]), Twig(leaves=[LEAF])]), body=LEAF)
DATA = TREE.build()


def test_bytes() -> None:
    leaf = "070102616221"
    assert DATA.hex() == "0019020d" + leaf * 2 + "07" + leaf + "07000178" + leaf


@pytest.mark.parametrize(
    ("at", "value", "message", "path"),
    [
        (
            16,
            6,
            "Tree.branch > Branch.twigs[1] > Twig.leaves[0] > Leaf.data: 1 bytes, 0 left (byte 22)",
            ("Tree.branch", "Branch.twigs[1]", "Twig.leaves[0]"),
        ),
        (
            10,
            9,
            "Tree.branch > Branch.twigs[0] > Twig.leaves[1] > Leaf.magic: 9, not 7 (byte 10)",
            ("Tree.branch", "Branch.twigs[0]", "Twig.leaves[1]"),
        ),
        (
            7,
            0xFF,
            "Tree.branch > Branch.twigs[0] > Twig.leaves[0] > Leaf.name: 0xff is not ascii (byte 7)",
            ("Tree.branch", "Branch.twigs[0]", "Twig.leaves[0]"),
        ),
        (23, 8, "Tree.branch > Branch.one > Leaf.magic: 8, not 7 (byte 23)", ("Tree.branch", "Branch.one")),
        (1, 0x1A, "Tree.branch: Branch takes 25 of 26 bytes (byte 2)", ()),
        (0, 0xFF, "Tree.branch: 65305 bytes, 31 left (byte 2)", ()),
    ],
)
def test_where_it_is_wrong(at: int, value: int, message: str, path: tuple[str, ...]) -> None:
    broken = bytearray(DATA)
    broken[at] = value
    for before in (0, 1, 1000):
        around = bytes(before) + broken + b"\7"
        for buf, start in ((around, before), (Window(memoryview(around), before, len(around)), 0)):
            with pytest.raises(PacketError) as caught:
                Tree.parse(buf, start, start + len(broken))
            error = caught.value
            assert error.path == path
            assert error.offset is not None
            assert str(error).replace(f"(byte {error.offset})", f"(byte {error.offset - before})") == message
            with pytest.raises(PacketError) as again:
                _ = Tree.view(buf, start, start + len(broken)).branch
            assert str(again.value) == str(error)


def test_an_opened_body_keeps_the_place() -> None:
    view = Tree.view(b"??" + DATA[:-1] + b"\x80", 2)
    assert view.open(Leaf).data == b"\x80"
    broken = bytearray(b"??" + DATA)
    broken[-6] = 0
    with pytest.raises(Malformed, match=rf"^Leaf\.magic: 0, not 7 \(byte {len(broken) - 6}\)$"):
        Tree.view(broken, 2).open(Leaf)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: Tree(branch=Branch(twigs=[Twig(), Twig(leaves=[LEAF, Leaf(name="a", data=bytes(256))])])),
            "Tree.branch > Branch.twigs[1] > Twig.leaves[1] > Leaf.size: 256 does not fit in 8 bits (0..255)",
        ),
        (
            lambda: Tree(branch=Branch(twigs=[Twig(leaves=[Leaf(name="a", data=bytes(252))])])),
            "Tree.branch > Branch.twigs[0] > Twig.length: 257 does not fit in 8 bits (0..255)",
        ),
        (lambda: Branch(twigs=[Twig()] * 256), "Branch.number: 256 does not fit in 8 bits (0..255)"),
    ],
)
def test_what_cannot_be_built_has_a_path(build: Callable[[], Packet], message: str) -> None:
    with pytest.raises(OutOfRange) as caught:
        build().build()
    assert str(caught.value) == message
    assert caught.value.offset is None


class Windowed(Packet):
    code: u8
    body: Body = sized(2)


class Holder(Packet):
    first: u8
    many: packets[Windowed] = rest(default=())


def test_copies_keep_no_buffer_at_any_depth() -> None:
    buffer = bytearray(b"\1\2ab\3cd")
    copy = Holder.view(buffer).copy()
    buffer[:] = bytes(len(buffer))
    assert copy.build() == b"\1\2ab\3cd"
    assert copy.many == (Windowed(code=2, body=b"ab"), Windowed(code=3, body=b"cd"))


class Kind(Packet):
    code: u8


class Outer:
    class One(Kind):
        code: u8 = const(1)


class Inner:
    class One(Kind):
        code: u8 = const(2)


class Any(Kind):
    pass


class Both(Packet):
    """Two members that have the same name, as in modules of their own."""

    list: packets[Outer.One | Inner.One | Any] = rest(default=())


def test_members_of_one_name() -> None:
    found = Both.parse(b"\1\2\3").list
    assert [type(each)._spec for each in found] == [Outer.One, Inner.One, Any]
