"""Rings in plain memory, with a kernel that is played by the test; their indices begin just below 2**32."""

from __future__ import annotations

import struct
from array import array
from collections import deque
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.xdp import fence
from foxpy.devices.xdp.ring import CompletionRing, FillRing, Layout, ReceiveRing, TransmitRing

LAYOUT: Final = Layout(producer=0, consumer=128, entries=320, flags=196)
SIZE: Final = 8
LATE: Final = 2**32 - 5
INDICES: Final = st.sampled_from((0, 5, 2**31 - 3, LATE, 2**32 - 1))


class Pages:
    """The buffer of a ring, and the kernel's hand on it."""

    def __init__(self, start: int = LATE) -> None:
        self.memory = bytearray(LAYOUT.entries + SIZE * 16)
        self.producer = self.consumer = start

    @property
    def producer(self) -> int:
        return int(struct.unpack_from("=I", self.memory, LAYOUT.producer)[0])

    @producer.setter
    def producer(self, index: int) -> None:
        struct.pack_into("=I", self.memory, LAYOUT.producer, index & 0xFFFFFFFF)

    @property
    def consumer(self) -> int:
        return int(struct.unpack_from("=I", self.memory, LAYOUT.consumer)[0])

    @consumer.setter
    def consumer(self, index: int) -> None:
        struct.pack_into("=I", self.memory, LAYOUT.consumer, index & 0xFFFFFFFF)

    def descriptor(self, index: int) -> tuple[int, int, int]:
        """Address, length and options of the descriptor that ``index`` counts."""
        return struct.unpack_from("=QII", self.memory, LAYOUT.entries + 16 * (index % SIZE))

    def arrive(self, address: int, length: int, options: int = 0) -> None:
        struct.pack_into("=QII", self.memory, LAYOUT.entries + 16 * (self.producer % SIZE), address, length, options)
        self.producer += 1

    def address(self, index: int) -> int:
        return int(struct.unpack_from("=Q", self.memory, LAYOUT.entries + 8 * (index % SIZE))[0])

    def complete(self, address: int) -> None:
        struct.pack_into("=Q", self.memory, LAYOUT.entries + 8 * (self.producer % SIZE), address)
        self.producer += 1


# -- receiving


def test_nothing_has_arrived() -> None:
    pages = Pages()
    ring = ReceiveRing(pages.memory, LAYOUT, SIZE)
    assert ring.waiting() == 0
    addresses, lengths = ring.take(64)
    assert (addresses, lengths) == ([], [])
    assert pages.consumer == LATE


def test_frames_are_taken_in_order_past_the_end_of_the_ring_and_of_the_numbers() -> None:
    pages = Pages()
    ring = ReceiveRing(pages.memory, LAYOUT, SIZE)
    for number in range(SIZE):
        pages.arrive(256 + 2048 * number, 60 + number)
    taken = []
    for _ in range(3):
        batch, sizes = ring.take(64)
        taken.append((batch, sizes))
        ring.release()
    # LATE is entry 3 of 8: five frames lie before the end, three behind the beginning.
    assert [len(addresses) for addresses, _ in taken] == [5, 3, 0]
    addresses = [address for batch, _ in taken for address in batch]
    lengths = [length for _, batch in taken for length in batch]
    assert addresses == [256 + 2048 * number for number in range(SIZE)]
    assert lengths == [60 + number for number in range(SIZE)]
    assert pages.consumer == (LATE + SIZE) % 2**32 == 3


def test_no_more_than_asked_for_are_taken() -> None:
    pages = Pages(0)
    ring = ReceiveRing(pages.memory, LAYOUT, SIZE)
    for number in range(6):
        pages.arrive(number, 60)
    addresses, lengths = ring.take(4)
    assert (addresses, lengths) == ([0, 1, 2, 3], [60] * 4)
    assert ring.waiting() == 2
    assert ring.taken().tolist() == [0, 1, 2, 3]
    assert pages.consumer == 0  # the kernel does not write over what is being looked at
    ring.release()
    assert ring.taken().tolist() == []
    assert pages.consumer == 4


def test_options_stand_above_the_length() -> None:
    pages = Pages()
    ring = ReceiveRing(pages.memory, LAYOUT, SIZE)
    pages.arrive(256, 1792, 1)
    addresses, lengths = ring.take(1)
    assert (addresses, lengths) == ([256], [1 << 32 | 1792])


@given(INDICES, st.lists(st.integers(-8, 8), max_size=60))
def test_any_order_of_arriving_and_taking(start: int, steps: list[int]) -> None:
    """Positive steps are frames that arrive, as far as there is room; negative ones are taken."""
    pages = Pages(start)
    ring = ReceiveRing(pages.memory, LAYOUT, SIZE)
    waiting: deque[tuple[int, int]] = deque()
    number = 0
    for step in steps:
        for _ in range(min(step, SIZE - len(waiting))):
            waiting.append((number, 60 + number % 1000))
            pages.arrive(*waiting[-1])
            number += 1
        if step < 0:
            addresses, lengths = ring.take(-step)
            assert ring.taken().tolist() == addresses
            ring.release()
            assert 0 < len(addresses) <= -step or not waiting
            for taken in zip(addresses, lengths, strict=True):
                assert taken == waiting.popleft()
        assert ring.waiting() == len(waiting)
        assert (pages.producer - pages.consumer) % 2**32 == len(waiting)


# -- completions


@given(INDICES, st.lists(st.integers(0, SIZE), max_size=20))
def test_all_completions_are_taken_at_once(start: int, counts: list[int]) -> None:
    pages = Pages(start)
    ring = CompletionRing(pages.memory, LAYOUT, SIZE)
    number = 0
    for count in counts:
        addresses = list(range(number, number + count))
        number += count
        for address in addresses:
            pages.complete(address)
        free = array("Q", [1234])
        ring.take_to(free)
        assert free.tolist() == [1234, *addresses]
        assert pages.consumer == pages.producer


# -- filling


@given(INDICES, st.lists(st.integers(0, SIZE), max_size=20))
def test_chunks_reach_the_kernel_in_order(start: int, counts: list[int]) -> None:
    pages = Pages(start)
    ring = FillRing(pages.memory, LAYOUT, SIZE)
    number = 0
    for count in counts:
        addresses = list(range(number, number + count))
        number += count
        before = pages.producer
        ring.put(memoryview(array("Q", addresses)))
        assert (pages.producer - before) % 2**32 == count
        assert [pages.address(before + index) for index in range(count)] == addresses
        pages.consumer = pages.producer  # the kernel takes them all
        assert ring.room() == SIZE


# -- sending


def test_frames_are_seen_when_they_are_published() -> None:
    pages = Pages()
    ring = TransmitRing(pages.memory, LAYOUT, SIZE)
    assert ring.put(256, 60)
    assert ring.put(2304, 2 << 32 | 1500)
    assert pages.producer == LATE
    assert ring.pending() == 0
    ring.publish()
    assert ring.pending() == 2
    assert pages.producer == LATE + 2
    assert [pages.descriptor(LATE), pages.descriptor(LATE + 1)] == [(256, 60, 0), (2304, 1500, 2)]


def test_a_full_ring_says_so_until_the_kernel_takes_something() -> None:
    pages = Pages()
    ring = TransmitRing(pages.memory, LAYOUT, SIZE)
    for number in range(SIZE):
        assert ring.room() == SIZE - number
        assert ring.put(number, 60)
    assert ring.room() == 0
    assert not ring.put(SIZE, 60)
    ring.publish()
    pages.consumer += 1
    assert ring.room() == 1
    assert ring.pending() == SIZE - 1
    assert ring.put(SIZE, 61)
    assert not ring.put(SIZE, 61)
    assert pages.descriptor(LATE) == (SIZE, 61, 0)


@given(INDICES, st.lists(st.tuples(st.booleans(), st.integers(0, SIZE)), max_size=30))
def test_batches_and_single_frames_come_in_order(start: int, steps: list[tuple[bool, int]]) -> None:
    pages = Pages(start)
    ring = TransmitRing(pages.memory, LAYOUT, SIZE)
    number = 0
    for at_once, count in steps:
        before = pages.producer
        frames = [(256 + 2048 * each, 60 + each % 1000) for each in range(number, number + count)]
        number += count
        if at_once:
            addresses, lengths = (array("Q", [frame[place] for frame in frames]) for place in (0, 1))
            ring.put_all(addresses, lengths)
        else:
            for address, length in frames:
                assert ring.put(address, length)
        ring.publish()
        assert ring.room() == SIZE - count
        sent = [pages.descriptor(before + index) for index in range(count)]
        assert sent == [(address, length, 0) for address, length in frames]
        pages.consumer = pages.producer


# -- the memory below


def test_closing_lets_go_of_the_memory_and_can_be_repeated() -> None:
    pages = Pages()
    ring = FillRing(pages.memory, LAYOUT, SIZE)
    with pytest.raises(BufferError):
        pages.memory.extend(b"\0")  # a ring holds it
    ring.close()
    ring.close()
    pages.memory.extend(b"\0")


def test_machines_whose_order_of_memory_is_known() -> None:
    for machine in ("x86_64", "aarch64"):
        order = fence.fence_of(machine)
        assert order is not None
        order()
        order()  # the lock of aarch64 is held again after each
    assert fence.fence_of("riscv64") is None
