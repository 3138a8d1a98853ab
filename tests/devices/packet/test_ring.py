"""Walking rings that a kernel in the test fills: order, wrapping round, giving back, closing in the middle."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.packet.abi import COPY, USER, VLAN_TPID_VALID, VLAN_VALID
from foxpy.devices.packet.ring import BlockWalk, SlotWalk
from tests.devices.packet.rings import Blocks, Slots, Taken

TAG = 0x88A8 << 16 | 0x2007
HEADER = bytes(range(10))


# -- slots


def test_slots_in_order_round_and_round() -> None:
    kernel, taken = Slots(4, 1024), Taken()
    walk = SlotWalk(kernel.memory, 10, taken, 1024)
    assert not walk.burst(64)
    sent = [b"frame %d" % number for number in range(14)]
    for number in range(0, 14, 2):
        assert kernel.put(sent[number], HEADER)
        assert kernel.put(sent[number + 1], HEADER)
        assert not walk.burst(64)
    assert taken.bytes == [HEADER + frame for frame in sent]
    assert not any(kernel.status(number) for number in range(4))


def test_slots_within_the_budget() -> None:
    kernel, taken = Slots(8, 1024), Taken()
    walk = SlotWalk(kernel.memory, 0, taken, 1024)
    for number in range(5):
        kernel.put(b"%d" % number)
    assert walk.burst(2)
    assert taken.bytes == [b"0", b"1"]
    assert [bool(kernel.status(number)) for number in range(5)] == [False, False, True, True, True]
    assert walk.burst(3)  # it cannot know without another look
    assert not walk.burst(1)
    assert len(taken.frames) == 5


def test_a_full_ring_loses_nothing_that_is_in_it() -> None:
    kernel, taken = Slots(4, 1024), Taken()
    walk = SlotWalk(kernel.memory, 0, taken, 1024)
    assert [kernel.put(b"%d" % number) for number in range(6)] == [True] * 4 + [False] * 2
    walk.burst(64)
    assert kernel.put(b"6")
    walk.burst(64)
    assert taken.bytes == [b"0", b"1", b"2", b"3", b"6"]


def test_what_slots_tell_of_a_frame() -> None:
    kernel, taken = Slots(4, 1024), Taken()
    walk = SlotWalk(kernel.memory, 0, taken, 1024)
    kernel.put(b"tagged", status=VLAN_VALID | VLAN_TPID_VALID, tag=TAG)
    kernel.put(b"lon", status=COPY, length=60000)
    walk.burst(64)
    assert taken.frames == [
        (b"tagged", USER | VLAN_VALID | VLAN_TPID_VALID, TAG, True),
        (b"lon", USER | COPY, 0, False),
    ]


def test_a_slot_is_the_kernels_again_before_its_frame_is_handed_up() -> None:
    kernel = Slots(4, 1024)
    seen = []
    walk = SlotWalk(kernel.memory, 0, lambda *_: seen.append(kernel.status(0)), 1024)
    kernel.put(b"one")
    walk.burst(64)
    assert seen == [0]


# -- blocks


def test_blocks_in_order_round_and_round() -> None:
    kernel, taken = Blocks(2, 8192), Taken()
    walk = BlockWalk(kernel.memory, 10, taken, 8192)
    assert not walk.burst(64)
    sent = [[b"frame %d of %d" % (number, block) for number in range(block + 1)] for block in range(5)]
    for frames in sent:
        assert kernel.put(frames, HEADER)
        assert not walk.burst(64)
    assert taken.bytes == [HEADER + frame for frames in sent for frame in frames]
    assert not any(kernel.status(number) for number in range(2))


def test_a_block_is_kept_until_its_last_frame() -> None:
    kernel, taken = Blocks(2, 8192), Taken()
    walk = BlockWalk(kernel.memory, 0, taken, 8192)
    kernel.put([b"0", b"1", b"2"])
    assert walk.burst(2)
    assert kernel.status(0) == USER
    assert walk.burst(1)
    assert kernel.status(0) == 0
    assert not walk.burst(1)
    assert taken.bytes == [b"0", b"1", b"2"]


def test_an_empty_block_is_given_back() -> None:
    kernel, taken = Blocks(2, 8192), Taken()
    walk = BlockWalk(kernel.memory, 0, taken, 8192)
    kernel.put([])
    kernel.put([b"after"])
    assert not walk.burst(64)
    assert taken.bytes == [b"after"]
    assert kernel.put([b"again"])


def test_what_blocks_tell_of_a_frame() -> None:
    kernel, taken = Blocks(2, 8192), Taken()
    walk = BlockWalk(kernel.memory, 0, taken, 8192)
    kernel.put([b"tagged"], status=VLAN_VALID, tag=TAG)
    struct.pack_into("=I", kernel.memory, 48 + 16, 60000)  # longer than what was kept
    walk.burst(64)
    assert taken.frames == [(b"tagged", VLAN_VALID, TAG, False)]


# -- both


@pytest.mark.parametrize("kind", ["slots", "blocks"])
def test_closing_from_inside(kind: str) -> None:
    taken = Taken()

    def take(frame: bytes, status: int, tag: int, whole: bool) -> None:
        taken(frame, status, tag, whole)
        walk.close()

    if kind == "slots":
        slots = Slots(4, 1024)
        walk: SlotWalk | BlockWalk = SlotWalk(slots.memory, 0, take, 1024)
        slots.put(b"1")
        slots.put(b"2")
        memory = slots.memory
    else:
        blocks = Blocks(2, 8192)
        walk = BlockWalk(blocks.memory, 0, take, 8192)
        blocks.put([b"1", b"2"])
        memory = blocks.memory
    assert walk.burst(64)
    assert taken.bytes == [b"1"]
    assert memory.closed


@given(st.lists(st.one_of(st.binary(max_size=400), st.integers(1, 5)), max_size=40))
def test_both_hand_up_what_went_in(events: list[bytes | int]) -> None:
    """Frames that arrive, and bursts of some budget between them."""
    slots, blocks = Slots(4, 512), Blocks(4, 4096)
    of_slots, of_blocks = Taken(), Taken()
    walks = (SlotWalk(slots.memory, 0, of_slots, 512), BlockWalk(blocks.memory, 0, of_blocks, 4096))
    went_in: tuple[list[bytes], list[bytes]] = ([], [])
    for event in events:
        if isinstance(event, int):
            for walk in walks:
                walk.burst(event)
        else:
            if slots.put(event):
                went_in[0].append(event)
            if blocks.put([event]):
                went_in[1].append(event)
    for walk in walks:
        while walk.burst(64):
            pass
    assert (of_slots.bytes, of_blocks.bytes) == went_in
