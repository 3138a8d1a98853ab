"""The devices that are measured, by name: ``tap:tap0``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.packet import packet
from foxpy.devices.tap import tap
from foxpy.devices.xdp import xdp

Make: TypeAlias = Callable[[str], Device[EthernetFrames]]

KINDS: Final[dict[str, Make]] = {
    "tap": tap,
    "tap-plain": partial(tap, offloads=False),
    "packet": packet,
    "xdp": xdp,
}


def device(text: str) -> Device[EthernetFrames]:
    """The device that ``text``, KIND:INTERFACE, names. Raises SystemExit for another."""
    kind, _, name = text.partition(":")
    if kind not in KINDS:
        raise SystemExit(f"{text}: the kinds of device are {', '.join(KINDS)}")
    return KINDS[kind](name)
