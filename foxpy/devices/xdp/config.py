"""Settings of an AF_XDP socket, checked where they are given."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Final, Literal, TypeAlias

import attrs

from foxpy.devices.xdp import abi
from foxpy.errors import InitializationFailed

Mode: TypeAlias = Literal["native", "generic"]
MODES: Final[dict[Mode, int]] = {"native": abi.MODE_NATIVE, "generic": abi.MODE_GENERIC}

CHUNKS: Final = (2048, 4096)
"""What the kernel takes as bytes of a chunk: powers of two up to a page."""
QUEUES: Final = 4096
ADDRESSES: Final = 256
"""The most addresses of a filter: each costs every frame one comparison in the kernel."""


@attrs.frozen(kw_only=True)
class XdpConfig:
    """Settings of an AF_XDP socket. Raises InitializationFailed for what cannot be."""

    queue: int = 0
    """The receive queue of the interface, from 0."""
    mode: Mode = "native"
    """Where the program runs: in the driver, or ("generic") behind it, which every driver can and is slower."""
    addresses: tuple[IPv4Address, ...] = ()
    """Only these addresses and ARP for them, the rest stays with the kernel; none: all frames are taken."""
    receive: bool = True
    """Attach the program; without it, the socket only sends, for which CAP_NET_RAW is enough."""
    chunks: int = 2048
    """A power of two from 64 to 2**20: half of them to receive, half to send. The memory is locked."""
    chunk: int | None = None
    """Bytes of a chunk, 2048 or 4096; None: the least that holds a frame of the interface's MTU."""
    ring: int = 1024
    """Places of the receive and of the transmit ring: a power of two from 64 to 32768."""
    zero_copy: bool = False
    """Let the card read and write the chunks itself, which its driver must be able to do."""
    frags: bool = False
    """Frames that are larger than a chunk come and go in several, for a large MTU (Linux 6.6)."""
    offload: bool = True
    """Have the kernel fill in checksums where it can (Linux 6.8), unless zero_copy, where only the card could."""
    budget: int = 1024
    """Frames that one system call sends at most, where the kernel lets that be chosen (Linux 6.17)."""
    poison: bool = False
    """Overwrite frames when their chunks are recycled, so that tests find who reads them later."""

    def __attrs_post_init__(self) -> None:
        _require(0 <= self.queue < QUEUES, f"queue {self.queue} is outside 0..{QUEUES - 1}")
        _require(self.mode in MODES, f"mode {self.mode!r} is neither 'native' nor 'generic'")
        _require(_power(self.chunks, 64, 1 << 20), f"{self.chunks} chunks: write a power of two from 64 to 1048576")
        _require(self.chunk in (None, *CHUNKS), f"chunks of {self.chunk} bytes: write 2048, 4096 or None")
        _require(_power(self.ring, 64, 32768), f"a ring of {self.ring}: write a power of two from 64 to 32768")
        _require(1 <= self.budget <= 32768, f"a budget of {self.budget} frames is outside 1..32768")
        _require(
            len(self.addresses) <= ADDRESSES,
            f"{len(self.addresses)} addresses are too many, a filter compares {ADDRESSES} at most; "
            "without addresses all frames are taken",
        )
        _require(not (self.zero_copy and self.mode == "generic"), "zero_copy needs mode 'native': it is the driver's")


def filtered(addresses: str | IPv4Address | Sequence[str | IPv4Address]) -> tuple[IPv4Address, ...]:
    """One or several addresses for a filter. Raises InitializationFailed for what is none."""
    several = [addresses] if isinstance(addresses, str | IPv4Address) else addresses
    found = []
    for each in several:
        try:
            found.append(IPv4Address(each))
        except ValueError:
            raise InitializationFailed(
                f"AF_XDP: {each!r} is not an IPv4 address to share the interface by; write it like 192.0.2.2"
            ) from None
    return tuple(found)


def _power(value: int, least: int, most: int) -> bool:
    return least <= value <= most and value & (value - 1) == 0


def _require(kept: bool, said: str) -> None:
    if not kept:
        raise InitializationFailed(f"AF_XDP: {said}")
