"""What our acknowledgements say of text that came out of order (RFC 2018) or twice (RFC 2883)."""

from __future__ import annotations

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, Options
from tests.support.tcp_ladder import Ladder, established_by

STAMPS = Options(mss=1000, sack_permitted=True, tsval=1)


def receiving(permitted: bool = True, limit: int = 1020) -> Ladder:
    return established_by(Options(mss=1000, sack_permitted=permitted), limit=limit)


def arrives(peer: Ladder, seq: int, size: int = 100) -> list[tuple[int, int]]:
    """Text from ``seq`` on arrives; the blocks of the acknowledgement that is sent for it at once."""
    peer.sends(ACK, bytes(size), seq=seq)
    return blocks(peer)


def blocks(peer: Ladder) -> list[tuple[int, int]]:
    got = peer.expects(ACK, length=0)
    peer.expects_nothing()
    if got.options is None:
        return []
    return [(peer.peers(left), peer.peers(right)) for left, right in got.options.sack]


def test_each_acknowledgement_tells_what_is_held() -> None:
    """RFC 2018, section 4, example, case 2: the first segment is dropped."""
    peer = receiving()
    assert arrives(peer, 101) == [(101, 201)]
    assert arrives(peer, 201) == [(101, 301)]
    assert arrives(peer, 301) == [(101, 401)]
    assert arrives(peer, 1) == []


def test_the_block_that_grew_last_comes_first() -> None:
    """Case 3: every second segment is dropped."""
    peer = receiving()
    assert arrives(peer, 101) == [(101, 201)]
    assert arrives(peer, 301) == [(301, 401), (101, 201)]
    assert arrives(peer, 501) == [(501, 601), (301, 401), (101, 201)]
    assert arrives(peer, 401) == [(301, 601), (101, 201)]


def test_what_there_is_no_room_for_is_not_told() -> None:
    """We never take back what was told: a segment that is not kept is in no block."""
    peer = established_by(Options(mss=1000, sack_permitted=True), TcpConfig(reassembly_segments=2))
    assert arrives(peer, 101) == [(101, 201)]
    assert arrives(peer, 301) == [(301, 401), (101, 201)]
    assert arrives(peer, 501) == [(301, 401), (101, 201)]
    assert peer.end.counters.reassembly_full == 1


def test_a_duplicate_of_what_is_acknowledged() -> None:
    """RFC 2883, section 4.1: the first block, below the acknowledgement number; told once."""
    peer = receiving()
    peer.sends(ACK, bytes(300), seq=1)
    peer.advance(1)
    peer.sent.clear()
    assert arrives(peer, 1) == [(1, 101)]
    assert arrives(peer, 501) == [(501, 601)]


def test_a_duplicate_ahead_of_a_gap() -> None:
    """Section 4.1.2: the DSACK, then what is held."""
    peer = receiving()
    peer.sends(ACK, bytes(300), seq=1)
    peer.advance(1)
    peer.sent.clear()
    assert arrives(peer, 501) == [(501, 601)]
    assert arrives(peer, 101) == [(101, 201), (501, 601)]


def test_a_duplicate_behind_a_gap() -> None:
    """Section 4.1.3: "the second SACK block must be a superset of the first"."""
    peer = receiving()
    arrives(peer, 101, 300)
    assert arrives(peer, 601) == [(601, 701), (101, 401)]
    assert arrives(peer, 201) == [(201, 301), (101, 401), (601, 701)]


def test_part_of_a_segment_is_a_duplicate() -> None:
    """Section 4.2.1: only what is duplicate is told; the rest is taken."""
    peer = receiving()
    peer.sends(ACK, bytes(300), seq=1)
    peer.advance(1)
    peer.sent.clear()
    assert arrives(peer, 201, 200) == [(201, 301)]
    assert len(peer.end.received) == 400


def test_a_segment_that_covers_what_is_held() -> None:
    """Section 4.2.3: the first contiguous duplicate."""
    peer = receiving()
    arrives(peer, 201)
    arrives(peer, 401)
    assert arrives(peer, 101, 600) == [(201, 301), (101, 701)]


def test_no_blocks_for_a_peer_that_did_not_ask() -> None:
    peer = receiving(permitted=False)
    assert arrives(peer, 101) == []
    assert arrives(peer, 101) == []


def test_a_duplicate_is_told_even_where_its_timestamp_is_old() -> None:
    """The original, behind what was sent again for it: PAWS drops it, and the sender learns that it had only been
    late."""
    peer = established_by(STAMPS)
    for tsval in (900, 100):
        peer.sends(ACK, bytes(100), seq=1, options=Options(tsval=tsval))
        peer.advance(1)
    assert peer.end.counters.old_timestamps == 1
    (last,) = list(peer.sent)[-1:]
    assert last.options is not None
    assert [(peer.peers(left), peer.peers(right)) for left, right in last.options.sack] == [(1, 101)]


def test_three_blocks_beside_timestamps() -> None:
    peer = established_by(STAMPS)
    for seq in range(101, 1000, 200):
        peer.sent.clear()
        peer.sends(ACK, bytes(100), seq=seq, options=Options(tsval=5))
    (last,) = peer.sent
    assert last.options is not None
    assert [peer.peers(left) for left, _ in last.options.sack] == [901, 701, 501]
