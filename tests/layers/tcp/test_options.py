"""The options that go out and come in: their order, their bytes, what SACK blocks ride on (RFC 2018, RFC 7323)."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.options import decode_untrusted, encode
from foxpy.layers.tcp.segment import ACK, SYN, Options
from foxpy.wire import PacketError
from tests.support.tcp_ladder import Ladder, established_by

MSS = "020405b4"
TIMESTAMPS = "080a0000000700000009"


def selective(config: TcpConfig | None = None, *, sack: bool = True, tsval: int | None = None) -> Ladder:
    """An open connection whose peer permits SACK, and offers timestamps where it has a ``tsval``."""
    return established_by(Options(mss=1000, sack_permitted=sack, tsval=tsval), config)


@pytest.mark.parametrize(
    ("options", "wire"),
    [
        (Options(1460, 7, sack_permitted=True, tsval=7, tsecr=9), MSS + "0402" + TIMESTAMPS + "01030307"),
        (Options(1460, 7, tsval=7, tsecr=9), MSS + "0101" + TIMESTAMPS + "01030307"),
        (Options(1460, 7, sack_permitted=True), MSS + "01010402" + "01030307"),
        (Options(1460, sack_permitted=True), MSS + "01010402"),
        (Options(1460, 7), MSS + "01030307"),
        (Options(1460), MSS),
        (Options(tsval=7, tsecr=9), "0101" + TIMESTAMPS),
        (Options(sack=((1, 2),)), "0101050a" + "0000000100000002"),
        (Options(tsval=7, tsecr=9, sack=((1, 2),)), "0101" + TIMESTAMPS + "0101050a" + "0000000100000002"),
    ],
)
def test_the_order_of_linux(options: Options, wire: str) -> None:
    area = encode(options)
    assert area.hex() == wire
    found = decode_untrusted(area, 0, len(area))
    for name in ("mss", "window_scale", "sack_permitted", "tsval", "tsecr", "sack"):
        assert getattr(found, name) == getattr(options, name)


def test_the_largest_area_has_forty_bytes() -> None:
    assert len(encode(Options(tsval=1, tsecr=2, sack=((1, 2), (3, 4), (5, 6))))) == 40
    assert len(encode(Options(sack=((1, 2), (3, 4), (5, 6), (7, 8))))) == 36


@pytest.mark.parametrize("area", ["0101080900000000000000", "01010500", "0101050b0000000100000002", "080a00", "05"])
def test_an_option_of_a_length_that_cannot_be(area: str) -> None:
    """MUST-7."""
    data = bytes.fromhex(area)
    with pytest.raises(PacketError):
        decode_untrusted(data, 0, len(data))


# -- SACK: which blocks are sent, and when


def blocks(peer: Ladder) -> list[tuple[int, int]]:
    """The blocks of the next segment, relative."""
    options = peer.expects(ACK).options
    return [] if options is None else [(peer.peers(left), peer.peers(right)) for left, right in options.sack]


def test_the_first_block_has_what_came_last() -> None:
    """RFC 2018, section 4, and the example of section 7, case 2: the first segment is lost."""
    peer = selective(sack=True)
    for count in range(1, 8):
        peer.sends(ACK, bytes(500), seq=1 + 500 * count)
        assert blocks(peer) == [(501, 1001 + 500 * (count - 1))]


def test_every_other_segment_lost() -> None:
    """RFC 2018, section 7, case 3: the 2nd, 4th, 6th and 8th of eight are lost."""
    peer = selective(sack=True)
    peer.sends(ACK, bytes(500))
    peer.advance(0.1)
    assert blocks(peer) == []
    peer.sends(ACK, bytes(500), seq=1001)
    assert blocks(peer) == [(1001, 1501)]
    peer.sends(ACK, bytes(500), seq=2001)
    assert blocks(peer) == [(2001, 2501), (1001, 1501)]
    peer.sends(ACK, bytes(500), seq=3001)
    assert blocks(peer) == [(3001, 3501), (2001, 2501), (1001, 1501)]
    # "Suppose at this point, the 4th packet is received out of order"
    peer.sends(ACK, bytes(500), seq=1501)
    assert blocks(peer) == [(1001, 2501), (3001, 3501)]
    # "Suppose at this point, the 2nd segment is received"
    peer.sends(ACK, bytes(500), seq=501)
    assert blocks(peer) == [(3001, 3501)]


@pytest.mark.parametrize(("tsval", "most"), [(None, 4), (5, 3)])
def test_as_many_as_there_is_room_for(tsval: int | None, most: int) -> None:
    """Section 3: four blocks, three with timestamps."""
    peer = selective(sack=True, tsval=tsval)
    for count in range(1, 7):
        peer.sends(ACK, bytes(100), seq=1 + 200 * count, options=None if tsval is None else Options(tsval=tsval))
    while len(peer.sent) > 1:
        peer.sent.popleft()
    assert blocks(peer) == [(1 + 200 * count, 101 + 200 * count) for count in range(6, 6 - most, -1)]


def test_none_is_sent_to_a_peer_that_did_not_permit_it() -> None:
    """Section 3: "if the data receiver has received a SACK-Permitted option on the SYN"."""
    for config, permitted in ((None, False), (TcpConfig(sack=False), True)):
        peer = selective(config, sack=permitted)
        peer.sends(ACK, bytes(100), seq=101)
        assert blocks(peer) == []


def test_the_syn_permits_them() -> None:
    for sack in (True, False):
        peer = Ladder(TcpConfig(sack=sack))
        peer.end.open()
        options = peer.expects(SYN).options
        assert options is not None
        assert options.sack_permitted is sack
    for sack in (True, False):
        peer = Ladder()
        peer.sends(SYN, options=Options(mss=1000, sack_permitted=sack))
        options = peer.expects(SYN | ACK).options
        assert options is not None
        assert options.sack_permitted is sack


def test_blocks_ride_on_data_where_there_is_room() -> None:
    """MUST-16: no segment becomes larger than the path carries by them."""
    peer = selective(sack=True, tsval=5)
    peer.sends(ACK, bytes(100), seq=101, options=Options(tsval=6))
    assert blocks(peer) == [(101, 201)]
    peer.end.send(bytes(988))
    full = peer.expects(ACK, length=988).options
    assert full is not None
    assert full.sack == ()
    peer.sends(ACK, seq=1, options=Options(tsval=6))
    peer.end.send(bytes(900))
    assert blocks(peer) == [(101, 201)]
