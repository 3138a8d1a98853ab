"""9P2000 (Plan 9 manual, section 5): requests ``T...`` and replies ``R...``, all little-endian.

There is no Terror: its number, 106, is refused by servers (error(5)).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

from foxpy.layers.ninep.strings import StringCodec
from foxpy.wire import (
    Body,
    Classifier,
    Field,
    FieldAs,
    ListOf,
    Packet,
    Raw,
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
    u16le,
    u32le,
    u64le,
)

NOTAG: Final = 0xFFFF
"""The tag of Tversion (version(5))."""
NOFID: Final = 0xFFFFFFFF
"""No fid: what ``afid`` is where no authentication is needed (attach(5))."""
MAXWELEM: Final = 16
"""Names in a walk (walk(5))."""

QTDIR: Final = 0x80
QTAPPEND: Final = 0x40
QTEXCL: Final = 0x20
QTAUTH: Final = 0x08
QTTMP: Final = 0x04
QTFILE: Final = 0x00
"""What a qid is of: bits 24 to 31 of the mode (stat(5))."""

OREAD: Final = 0
OWRITE: Final = 1
ORDWR: Final = 2
OEXEC: Final = 3
OTRUNC: Final = 0x10
ORCLOSE: Final = 0x40
"""How a file is opened: one of the four, and two bits (open(5))."""

String = Annotated[Field[str], StringCodec()]
Strings = Annotated[FieldAs[tuple[str, ...], Sequence[str]], ListOf(StringCodec())]


class Qid(Packet):
    """The server's identification of a file: two files with equal ones are the same (intro(5))."""

    type: u8  # QTDIR and so on
    version: u32le  # grows whenever the file is modified
    path: u64le  # unique among all files that exist


class Stat(Packet):
    """What there is to know of a file (stat(5)).

    In a Twstat, the largest number of each field and the empty string say that nothing is to change.
    """

    size: u16le = total(plus=2)  # bytes that follow
    type: u16le = field(default=0)  # of the server, for its kernel
    dev: u32le = field(default=0)  # of the server, for its kernel
    qid: oneof[Qid]
    mode: u32le  # permissions, and the qid's type in the highest byte
    atime: u32le  # seconds since 1970: last read
    mtime: u32le  # seconds since 1970: last write
    length: u64le  # bytes; 0 for directories
    name: String  # / for the root
    uid: String  # the owner
    gid: String  # the group
    muid: String  # who modified it last


class Message(Packet):
    """What all messages begin with."""

    size: u32le = total()  # bytes, these four included
    type: u8
    tag: u16le  # the client's; the reply has that of its request


# -- version(5)


class Tversion(Message):
    """Begins a session: nothing of any earlier one is left."""

    type: u8 = const(100)
    tag: u16le = field(default=NOTAG)
    msize: u32le  # bytes of the longest message that the client will ever send or take
    version: String = field(default="9P2000")


class Rversion(Message):
    """What the server makes of it."""

    type: u8 = const(101)
    tag: u16le = field(default=NOTAG)
    msize: u32le  # at most the client's
    version: String = field(default="9P2000")  # unknown: none that the server understands


# -- attach(5)


class Tauth(Message):
    """Authenticates by reading and writing ``afid``."""

    type: u8 = const(102)
    afid: u32le
    uname: String
    aname: String = field(default="")


class Rauth(Message):
    type: u8 = const(103)
    aqid: oneof[Qid]  # its type has QTAUTH


class Tattach(Message):
    """Makes ``fid`` stand for the root of a file tree."""

    type: u8 = const(104)
    fid: u32le
    afid: u32le = field(default=NOFID)
    uname: String
    aname: String = field(default="")  # which tree


class Rattach(Message):
    type: u8 = const(105)
    qid: oneof[Qid]


# -- error(5), flush(5)


class Rerror(Message):
    """The reply to any request that failed."""

    type: u8 = const(107)
    ename: String


class Tflush(Message):
    """The reply to ``oldtag`` is wanted no more."""

    type: u8 = const(108)
    oldtag: u16le


class Rflush(Message):
    type: u8 = const(109)


# -- walk(5)


class Twalk(Message):
    """Goes down from ``fid``, name by name, and makes ``newfid`` stand for what it comes to."""

    type: u8 = const(110)
    fid: u32le
    newfid: u32le
    nwname: u16le = derived()  # 0 to 16
    wnames: Strings = count(nwname, max=MAXWELEM, default=())  # without slashes


class Rwalk(Message):
    """As many qids as names were walked; fewer than asked for if one was not found."""

    type: u8 = const(111)
    nwqid: u16le = derived()
    wqids: packets[Qid] = count(nwqid, max=MAXWELEM, default=())


# -- open(5)


class Topen(Message):
    type: u8 = const(112)
    fid: u32le
    mode: u8  # OREAD and so on


class Ropen(Message):
    type: u8 = const(113)
    qid: oneof[Qid]
    iounit: u32le = field(default=0)  # bytes that are read or written in one message; 0: not said


class Tcreate(Message):
    """Creates ``name`` in the directory ``fid``, which then stands for the new file, opened."""

    type: u8 = const(114)
    fid: u32le
    name: String
    perm: u32le  # the highest bit: a directory
    mode: u8


class Rcreate(Message):
    type: u8 = const(115)
    qid: oneof[Qid]
    iounit: u32le = field(default=0)


# -- read(5)


class Tread(Message):
    type: u8 = const(116)
    fid: u32le
    offset: u64le  # bytes
    count: u32le  # bytes, at most


class Rread(Message):
    """No bytes: the end of the file. Of a directory, whole Stats."""

    type: u8 = const(117)
    count: u32le = derived()
    data: Body = sized(count)


class Twrite(Message):
    type: u8 = const(118)
    fid: u32le
    offset: u64le  # bytes
    count: u32le = derived()
    data: Body = sized(count)


class Rwrite(Message):
    type: u8 = const(119)
    count: u32le  # bytes that were written


# -- clunk(5), remove(5)


class Tclunk(Message):
    """``fid`` stands for nothing any more."""

    type: u8 = const(120)
    fid: u32le


class Rclunk(Message):
    type: u8 = const(121)


class Tremove(Message):
    """Removes the file, and clunks ``fid`` in any case."""

    type: u8 = const(122)
    fid: u32le


class Rremove(Message):
    type: u8 = const(123)


# -- stat(5)


class Tstat(Message):
    type: u8 = const(124)
    fid: u32le


class Rstat(Message):
    """The size is there twice: the field's own, and that of the Stat."""

    type: u8 = const(125)
    nstat: u16le = derived()
    stat: oneof[Stat] = sized(nstat)


class Twstat(Message):
    """Changes what the Stat says otherwise, all of it or nothing."""

    type: u8 = const(126)
    fid: u32le
    nstat: u16le = derived()
    stat: oneof[Stat] = sized(nstat)


class Rwstat(Message):
    type: u8 = const(127)


class OtherMessage(Message):
    """Of a number that 9P2000 has not."""

    data: Raw = rest(default=b"")


Request: TypeAlias = (
    Tversion | Tauth | Tattach | Tflush | Twalk | Topen | Tcreate | Tread | Twrite | Tclunk | Tremove | Tstat | Twstat
)
Reply: TypeAlias = (
    Rversion
    | Rauth
    | Rattach
    | Rerror
    | Rflush
    | Rwalk
    | Ropen
    | Rcreate
    | Rread
    | Rwrite
    | Rclunk
    | Rremove
    | Rstat
    | Rwstat
)

request = Classifier[Request | OtherMessage]()
"""What servers read."""
reply = Classifier[Reply | OtherMessage]()
"""What clients read."""
message = Classifier[Request | Reply | OtherMessage]()
"""What both send, for whoever listens."""
