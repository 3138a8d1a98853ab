"""Names that refer to earlier ones in the message: the table of names, offsets, and what is read in other places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    Buffer,
    Classifier,
    Codec,
    Field,
    FieldAs,
    ListOf,
    Malformed,
    OutOfRange,
    Packet,
    Raw,
    Records,
    Truncated,
    UInt,
    arg,
    const,
    count,
    derived,
    field,
    flag,
    last_u8,
    oneof,
    packets,
    present,
    rest,
    sized,
    tail,
    u8,
    u16,
    until,
)
from tests.support.packets import check_laws, refusal


class PathCodec(Codec[tuple[bytes, ...]]):
    """Parts of one byte each up to a zero; a byte with the upper bit refers to an earlier place in the message."""

    compresses = True

    @property
    def minimum(self) -> int:
        return 1

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[tuple[bytes, ...], int]:
        parts, after, limit = list[bytes](), -1, pos
        while True:
            if pos >= end:
                raise Truncated("path runs past the end")
            part = buf[pos]
            if part & 0x80:
                after = pos + 1 if after < 0 else after
                pos = origin + (part & 0x7F)
                if pos >= limit:
                    raise Malformed(f"refers to {part & 0x7F}, which is not earlier")
                limit = pos
            elif not part:
                return tuple(parts), pos + 1 if after < 0 else after
            else:
                if len(parts) > 8:
                    raise Malformed("more than 8 parts")
                parts.append(bytes([part]))
                pos += 1

    def write(self, out: bytearray, value: tuple[bytes, ...], names: dict[object, int]) -> None:
        if len(value) > 8 or any(len(part) != 1 or not 0 < part[0] < 0x80 for part in value):
            raise OutOfRange(f"{value!r} is no path")
        for at in range(len(value)):
            known = names.get(value[at:])
            if known is not None:
                out.append(0x80 | known)
                return
            if len(out) < 0x80:
                names[value[at:]] = len(out)
            out += value[at]
        out.append(0)

    def strategy(self) -> st.SearchStrategy[tuple[bytes, ...]]:
        return st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=4).map(tuple)


Path = Annotated[Field[tuple[bytes, ...]], PathCodec()]
OptPath = Annotated[Field["tuple[bytes, ...] | None"], PathCodec()]
Paths = Annotated[FieldAs[tuple[tuple[bytes, ...], ...], Sequence[tuple[bytes, ...]]], ListOf(PathCodec())]


class Link(Packet, tag=1):
    to: Path


class Note(Packet):
    kind: arg[int]
    text: Raw = rest(default=b"")


class Entry(Packet):
    owner: Path
    kind: u8 = derived()
    size: u8 = derived()
    value: oneof[Link | Note] = sized(size, on=kind)


class Stop(Packet):
    code: u8 = const(0)


class Message(Packet):
    """Everything that a message written forwards can have: runs between, padding, presence, ends and tails."""

    ident: u16 = field(default=0)
    number: u8 = derived()
    first: Path = field(default=())
    has_other: flag = derived()
    padded: flag = derived()
    spare: Annotated[Field[int], UInt(6)] = field(default=0)
    entries: packets[Entry] = count(number, default=())
    other: OptPath = present(has_other, default=None)
    paths_size: u8 = derived()
    paths: Paths = sized(paths_size, pad=4, default=())
    word: u8 = field(default=1)
    last: Paths = until((b"z",), default=())
    body: Body = rest(default=b"")
    padding: Raw = tail(last_u8(padded), default=b"")


class Query(Message):
    ident: u16 = const(1)


class Reply(Message, when=Message.first.one_of((b"a",), (b"a", b"b"))):
    pass


class AnyMessage(Message):
    pass


messages = Classifier[Query | Reply | AnyMessage]()


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", [Entry, Message, Query, Reply, Link])
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


A, AB, B = (b"a",), (b"a", b"b"), (b"b",)


def test_what_is_written_once_is_referred_to() -> None:
    message = Message(
        first=AB,
        entries=[Entry(owner=AB, value=Link(to=B)), Entry(owner=A, value=Link(to=A))],
        other=B,
        paths=[AB, A],
        last=[A],
        body=b"!",
    )
    assert message.build().hex() == (
        "0000" "02" "616200" "80"  # a b from byte 3, so that b is at byte 4
        "83" "01" "01" "84"  # an entry: a b, and a link of one byte to b
        "6100" "01" "01" "8b"  # a by itself begins at byte 11
        "84" "02" "838b" "0000" "01" "8b" "7a00" "21"
    )  # fmt: skip
    for data, start in ((message.build(), 0), (b"\x05" * 100 + message.build(), 100)):
        for read in (Message.parse(data, start), Message.view(data, start), Message.view(memoryview(data), start)):
            assert read == message
            assert read.build() == message.build()
    assert [entry.size for entry in Message.parse(message.build()).entries] == [1, 1]


def test_a_part_of_a_message_is_written_anew_elsewhere() -> None:
    entry = Message.parse(Message(first=AB, entries=[Entry(owner=AB, value=Link(to=B))]).build()).entries[0]
    assert entry.build().hex() == "616200010181"
    again = Message(entries=[Entry(owner=B, value=Note(kind=9, text=b"?")), entry])
    assert again.build().hex() == "0000020000620009013f618501018500017a00"
    view = Entry.view(b"\0\0ab\0" + b"\x82\1\1\x82", 5, origin=0)
    assert (view.owner, view.build().hex()) == (AB, "616200010180")
    with pytest.raises(AttributeError, match=r"Entry\.size: is known only in the message"):
        _ = Entry(owner=A, value=Link(to=A)).size


def test_records_are_messages_of_their_own() -> None:
    entries = (Entry(owner=AB, value=Link(to=AB)), Entry(owner=B, value=Link(to=B)))
    data = Records[Entry]().build(entries)
    assert data.hex() == "616200010180" + "6200010180"
    assert Records[Entry]().parse(b"??" + data, 2, len(data) + 2) == entries


def test_choice_by_names_that_are_behind() -> None:
    assert isinstance(messages.parse(b"!" + Message(ident=1).build(), 1), Query)
    assert isinstance(messages.view(b"!" + Message(first=AB).build(), 1), Reply)
    assert isinstance(messages.parse(Message(first=B).build()), AnyMessage)
    assert refusal(Reply, Message(first=B).build()).startswith(
        "Malformed: Reply.first: (b'b',), but Reply has first in"
    )


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (b"\0\0\0\x83", "Malformed: Message.first: refers to 3, which is not earlier (byte 3)"),
        (b"\0\0\0\x84\0", "Malformed: Message.first: refers to 4, which is not earlier (byte 3)"),
        (b"\0\0\0abc", "Truncated: Message.first: path runs past the end (byte 3)"),
        (b"\0\0\1a\0\0\x86", "Malformed: Message.entries[0] > Entry.owner: refers to 6"),
        (b"\0\0\1a\0\0\x83\1\1\x8a", "Malformed: Message.entries[0] > Entry.value > Link.to: refers to 10"),
        (b"\0\0\1a\0\0\x83\1\2\x83\0", "Malformed: Message.entries[0] > Entry.value: Link takes 1 of 2 bytes (byte 9)"),
        (b"\0\0\1" + b"a" * 10 + b"\0", "Malformed: Message.first: more than 8 parts (byte 3)"),
    ],
)
def test_references_that_lead_nowhere(data: bytes, fact: str) -> None:
    assert refusal(Message, data + bytes(8) if "Truncated" not in fact else data).startswith(fact)


def test_what_cannot_be_written_has_its_place() -> None:
    with pytest.raises(OutOfRange, match=r"^Message\.entries\[1\] > Entry\.size: 256 does not fit in 8 bits"):
        Message(entries=[Entry(owner=A, value=Link(to=A)), Entry(owner=A, value=Note(kind=2, text=bytes(256)))]).build()
    with pytest.raises(OutOfRange, match=r"^Message\.padding: its last byte is 0, not its size, 2$"):
        Message(padding=b"\1\0").build()
    with pytest.raises(OutOfRange, match=r"^Entry\.owner: \(b'ab',\) is no path$"):
        Entry(owner=(b"ab",), value=Link(to=A))
