"""What can be chosen about the socket: how frames are received, and who shares them."""

from __future__ import annotations

import enum
import mmap
import platform
import sys
from typing import Final, TypeAlias

import attrs

LARGEST_MEMORY: Final = 1 << 30
"""Bytes of kernel memory that a ring may take here: what is more was hardly meant."""


def _power_of_two(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value <= 0 or value & (value - 1):
        raise ValueError(f"{type(instance).__name__}: {attribute.name}={value} is not a power of two")


def _memory(ring: FrameRing | BlockRing) -> None:
    if ring.memory > LARGEST_MEMORY:
        raise ValueError(f"{ring} takes {ring.memory >> 20} MB of kernel memory, at most {LARGEST_MEMORY >> 20} MB")


@attrs.frozen(kw_only=True)
class FrameRing:
    """A ring of one slot for each frame (TPACKET_V2): the kernel announces every frame at once.

    A frame that does not fit its slot, one of 64 KB for example, takes the way through the socket's queue, which costs
    one system call. Raises ValueError for what cannot be.
    """

    count: int = attrs.field(default=2048, validator=_power_of_two)
    """Slots: frames that wait at most before the kernel drops."""
    size: int = attrs.field(default=2048, validator=[_power_of_two, attrs.validators.ge(256)])
    """Bytes of a slot. The kernel takes 92 of them, and the device doubles it until a frame of the MTU fits."""

    def __attrs_post_init__(self) -> None:
        _memory(self)

    @property
    def memory(self) -> int:
        """Bytes of kernel memory."""
        return max(self.count * self.size, mmap.PAGESIZE)


@attrs.frozen(kw_only=True)
class BlockRing:
    """A ring of blocks with as many frames as fit each (TPACKET_V3): the kernel announces full blocks.

    For what comes in bulk and need not be answered: nothing is seen before its block is full or ``timeout`` has passed.
    Frames of any size lie back to back. Raises ValueError for what cannot be.
    """

    blocks: int = attrs.field(default=32, validator=attrs.validators.ge(2))
    size: int = attrs.field(default=1 << 18, validator=[_power_of_two, attrs.validators.ge(1 << 17)])
    """Bytes of a block; 128 KB at least, so that a frame of 64 KB fits."""
    timeout: int = attrs.field(default=1, validator=[attrs.validators.ge(1), attrs.validators.le(1000)])
    """Milliseconds after which a block that is not full is announced all the same."""

    def __attrs_post_init__(self) -> None:
        _memory(self)

    @property
    def memory(self) -> int:
        """Bytes of kernel memory."""
        return self.blocks * self.size


class NoRing(enum.Enum):
    """Each frame by a system call of its own: what works everywhere."""

    NO_RING = "no ring"


NO_RING: Final = NoRing.NO_RING

Ring: TypeAlias = FrameRing | BlockRing | NoRing

FRAMES: Final = FrameRing()
LARGE_FRAMES: Final = FrameRing(count=128, size=1 << 17)
"""For who may not enlarge the socket's queue (CAP_NET_ADMIN): a frame of 64 KB fits its slot."""
BLOCKS: Final = BlockRing()


class Spread(enum.Enum):
    """By what a group of sockets shares the frames of an interface (packet(7), PACKET_FANOUT)."""

    FLOW = 0
    """All frames of a flow go to the same one."""
    TURNS = 1
    """Each in turn."""
    CPU = 2
    """By the CPU that the frame arrived on."""
    RANDOM = 4
    QUEUE = 5
    """By the receive queue of the interface."""


@attrs.frozen
class Fanout:
    """Membership of a group of sockets, in this process and others, each of which gets a share of the frames.

    All members of a group name the same interface, ``spread`` and ``rollover``.
    """

    group: int = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(0xFFFF)])
    spread: Spread = Spread.FLOW
    rollover: bool = False
    """Give frames to another member while the one that they are for is full."""


def rings_work() -> bool:
    """Whether this machine is one whose rings can be read from Python.

    The kernel writes a frame and then its status, on another CPU. Reading them in the opposite order is right only
    where the processor does not reorder loads, and Python has no fence to ask for it.
    """
    return platform.machine() in ("x86_64", "AMD64", "i686", "i386") and sys.byteorder == "little"
