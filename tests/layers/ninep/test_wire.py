"""9P2000 messages against section 5 of the Plan 9 manual, byte by byte."""

from __future__ import annotations

from typing import assert_never, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ninep.wire import (
    MAXWELEM,
    NOFID,
    NOTAG,
    ORDWR,
    OREAD,
    QTDIR,
    Message,
    OtherMessage,
    Qid,
    Rattach,
    Rauth,
    Rclunk,
    Rcreate,
    Reply,
    Request,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rremove,
    Rstat,
    Rversion,
    Rwalk,
    Rwrite,
    Rwstat,
    Stat,
    Tattach,
    Tauth,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
    Twstat,
    message,
    reply,
    request,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated, Window
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

MESSAGES: tuple[type[Message], ...] = (*get_args(Request), *get_args(Reply), OtherMessage)

ROOT = Qid(type=QTDIR, version=3, path=0x0102030405060708)
ROOT_BYTES = "80 03000000 0807060504030201"
STAT = Stat(
    type=0x4D, dev=7, qid=ROOT, mode=0x800001ED, atime=1, mtime=2, length=0, name="lib", uid="rob", gid="sys", muid=""
)
STAT_BYTES = f"3800 4d00 07000000 {ROOT_BYTES} ed010080 01000000 02000000 0000000000000000 0300 6c6962 0300 726f62" + (
    " 0300 737973 0000"
)

VECTORS: list[tuple[Message, str]] = [
    (Tversion(msize=8192), "13000000 64 ffff 00200000 0600 395032303030"),
    (Rversion(msize=4096, version="unknown"), "14000000 65 ffff 00100000 0700 756e6b6e6f776e"),
    (Tauth(tag=1, afid=2, uname="rob"), "12000000 66 0100 02000000 0300 726f62 0000"),
    (Rauth(tag=1, aqid=ROOT), f"14000000 67 0100 {ROOT_BYTES}"),
    (Tattach(tag=1, fid=0, uname="rob", aname="/n"), "18000000 68 0100 00000000 ffffffff 0300 726f62 0200 2f6e"),
    (Rattach(tag=1, qid=ROOT), f"14000000 69 0100 {ROOT_BYTES}"),
    (Rerror(tag=1, ename="no"), "0b000000 6b 0100 0200 6e6f"),
    (Tflush(tag=2, oldtag=1), "09000000 6c 0200 0100"),
    (Rflush(tag=2), "07000000 6d 0200"),
    (Twalk(tag=1, fid=0, newfid=1), "11000000 6e 0100 00000000 01000000 0000"),
    (
        Twalk(tag=1, fid=0, newfid=1, wnames=("a", "..")),
        "18000000 6e 0100 00000000 01000000 0200 0100 61 0200 2e2e",
    ),
    (Rwalk(tag=1, wqids=(ROOT,)), f"16000000 6f 0100 0100 {ROOT_BYTES}"),
    (Topen(tag=1, fid=1, mode=OREAD), "0c000000 70 0100 01000000 00"),
    (Ropen(tag=1, qid=ROOT, iounit=8168), f"18000000 71 0100 {ROOT_BYTES} e81f0000"),
    (Tcreate(tag=1, fid=1, name="f", perm=0o644, mode=ORDWR), "13000000 72 0100 01000000 0100 66 a4010000 02"),
    (Rcreate(tag=1, qid=ROOT), f"18000000 73 0100 {ROOT_BYTES} 00000000"),
    (Tread(tag=1, fid=1, offset=1 << 32, count=24), "17000000 74 0100 01000000 0000000001000000 18000000"),
    (Rread(tag=1, data=b"hello"), "10000000 75 0100 05000000 68656c6c6f"),
    (Twrite(tag=1, fid=1, offset=0, data=b"hi"), "19000000 76 0100 01000000 0000000000000000 02000000 6869"),
    (Rwrite(tag=1, count=2), "0b000000 77 0100 02000000"),
    (Tclunk(tag=1, fid=1), "0b000000 78 0100 01000000"),
    (Rclunk(tag=1), "07000000 79 0100"),
    (Tremove(tag=1, fid=1), "0b000000 7a 0100 01000000"),
    (Rremove(tag=1), "07000000 7b 0100"),
    (Tstat(tag=1, fid=1), "0b000000 7c 0100 01000000"),
    (Rstat(tag=1, stat=STAT), f"43000000 7d 0100 3a00 {STAT_BYTES}"),
    (Twstat(tag=1, fid=1, stat=STAT), f"47000000 7e 0100 01000000 3a00 {STAT_BYTES}"),
    (Rwstat(tag=1), "07000000 7f 0100"),
    (OtherMessage(type=106, tag=1, data=b"?"), "08000000 6a 0100 3f"),
]


@pytest.mark.parametrize(("packet", "data"), VECTORS, ids=lambda each: type(each).__name__)
def test_vectors(packet: Message, data: str) -> None:
    wire = bytes.fromhex(data)
    assert packet.build() == wire
    assert message.parse(wire) == packet
    assert message.view(b"?" + wire + b"?", 1) == packet
    check_value(packet)


def test_there_is_a_vector_for_every_message() -> None:
    assert {type(packet)._spec for packet, _ in VECTORS} == set(MESSAGES)


@pytest.mark.parametrize("packet", [Qid, Stat, *MESSAGES])
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@pytest.mark.parametrize("packet", MESSAGES)
@given(data=st.binary(max_size=80), size=st.integers(0, 90))
def test_laws_of_bytes(packet: type[Packet], data: bytes, size: int) -> None:
    number = next((int(wire[9:11], 16) for each, wire in VECTORS if isinstance(each, packet)), 0)
    check_bytes(packet, data)
    check_bytes(packet, bytes([size, 0, 0, 0, number, 1, 0]) + data)
    check_bytes(packet, bytes([7 + len(data), 0, 0, 0, number, 1, 0]) + data)


@given(st.sampled_from(VECTORS), st.integers(0, 70), st.integers(0, 255))
def test_a_byte_that_is_another_gives_a_message_or_an_error(vector: tuple[Message, str], at: int, byte: int) -> None:
    wire = bytearray.fromhex(vector[1])
    wire[at % len(wire)] = byte
    try:
        found = message.parse(wire)
    except PacketError:
        return
    assert message.parse(found.build()) == found


def test_what_servers_read_and_what_clients_read() -> None:
    for packet, data in VECTORS:
        wire = bytes.fromhex(data)
        known = type(packet)._spec
        assert isinstance(request.parse(wire), known if known in get_args(Request) else OtherMessage)
        assert isinstance(reply.parse(wire), known if known in get_args(Reply) else OtherMessage)


def test_a_match_is_exhaustive() -> None:
    def fid(data: bytes) -> int:
        found = request.view(data)
        match found:
            case Tversion() | Tflush() | OtherMessage():
                return NOFID
            case Tauth(afid=number):
                return number
            case Tattach() | Twalk() | Topen() | Tcreate() | Tread() | Twrite():
                return found.fid
            case Tclunk() | Tremove() | Tstat() | Twstat():
                return found.fid
            case never:
                assert_never(never)

    assert fid(Tclunk(tag=1, fid=9).build()) == 9
    assert fid(Tauth(tag=1, afid=8, uname="").build()) == 8
    assert fid(Rflush(tag=1).build()) == NOFID


def test_defaults() -> None:
    assert Tversion(msize=1).tag == NOTAG
    assert Tattach(tag=0, fid=0, uname="").afid == NOFID


def test_data_is_not_copied() -> None:
    wire = bytearray(Rread(tag=1, data=b"hello").build())
    data = Rread.view(wire).data
    assert isinstance(data, Window)
    wire[-1] = ord("!")
    assert bytes(data) == b"hell!"


# -- hostile messages


@pytest.mark.parametrize(
    ("data", "error", "fact"),
    [
        ("06000000 6d 0200", Malformed, "Rflush.size: says 6 bytes, needs 7"),
        ("ffffffff 6d 0200", Truncated, "Rflush.size: says 4294967295 bytes, 7 there"),
        ("08000000 6d 0200 00", Malformed, "Rflush.size: says 8 bytes, takes 7"),
        ("0c000000 75 0100 ffffffff 00", Malformed, r"Rread.data: 4294967295 bytes, 1 left \(byte 11\)"),
        ("0b000000 6b 0100 0300 6e6f", Malformed, "Rerror.ename: says 3 bytes, 2 left"),
        ("0b000000 6b 0100 0200 6e00", Malformed, "Rerror.ename: NUL in a text"),
        ("0b000000 6b 0100 0200 6eff", Malformed, "Rerror.ename: 0xff is not utf-8"),
        ("0c000000 6b 0100 0200 6e6f00", Malformed, "Rerror.size: says 12 bytes, takes 11"),
        ("11000000 6e 0100 00000000 01000000 1100", Malformed, "Twalk.wnames: 17"),
        ("11000000 6e 0100 00000000 01000000 1000", Malformed, "Twalk.wnames: 16 elements need"),
        ("09000000 6f 0100 0100", Malformed, "Rwalk.wqids: 1 elements need 13 bytes, 0 left"),
        (f"43000000 7d 0100 3b00 {STAT_BYTES}", Malformed, "Rstat.stat: 59 bytes, 58 left"),
        (f"43000000 7d 0100 3900 {STAT_BYTES}", Malformed, "Rstat.size: says 67 bytes, takes 66"),
        (f"43000000 7d 0100 3a00 39{STAT_BYTES[2:]}", Malformed, "Rstat.stat > Stat.size: says 59 bytes, 58 there"),
        (f"43000000 7d 0100 3a00 37{STAT_BYTES[2:]}", Malformed, "Rstat.stat > Stat.muid: needs 2 bytes .* 1 left"),
    ],
)
def test_hostile_messages(data: str, error: type[PacketError], fact: str) -> None:
    with pytest.raises(PacketError, match=fact) as caught:
        message.parse(bytes.fromhex(data))
    assert type(caught.value) is error


def test_a_stat_that_says_less_than_its_field_is_refused() -> None:
    wire = bytearray.fromhex(f"44000000 7d 0100 3b00 {STAT_BYTES} 00")
    with pytest.raises(Malformed, match=r"Rstat.stat: Stat takes 58 of 59 bytes"):
        message.parse(wire)


@pytest.mark.parametrize(
    ("make", "fact"),
    [
        (lambda: Rerror(tag=1, ename="a\0b"), "Rerror.ename: .* has a NUL"),
        (lambda: Rerror(tag=1, ename="a" * 65536), "Rerror.ename: 65536 bytes"),
        (lambda: Rerror(tag=1 << 16, ename=""), "Rerror.tag: 65536 does not fit"),
        (lambda: Twalk(tag=1, fid=0, newfid=0, wnames=["a"] * (MAXWELEM + 1)).build(), "Twalk.wnames: 17"),
        (lambda: Rwalk(tag=1, wqids=[ROOT] * (MAXWELEM + 1)).build(), "Rwalk.wqids: 17"),
    ],
)
def test_what_cannot_be_sent(make: object, fact: str) -> None:
    assert callable(make)
    with pytest.raises(OutOfRange, match=fact):
        make()


def refusal(data: bytes) -> PacketError | None:
    try:
        message.parse(data)
    except PacketError as error:
        return error
    return None


@pytest.mark.parametrize(("packet", "data"), VECTORS, ids=lambda each: type(each).__name__)
def test_more_is_waited_for_only_where_it_helps(packet: Message, data: str) -> None:
    """A reader of a stream may wait on Truncated: a message that is all there is never that, whatever is in it."""
    wire = bytes.fromhex(data)
    for size in range(len(wire)):
        with pytest.raises(Truncated):
            message.parse(wire[:size])
    for at in range(7, len(wire)):
        for byte in (0, 1, 0x7F, 0xFF):
            broken = wire[:at] + bytes([byte]) + wire[at + 1 :]
            assert not isinstance(refusal(broken), Truncated), broken.hex()
