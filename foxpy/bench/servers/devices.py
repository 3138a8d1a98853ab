"""The devices that a server is put on, by name: ``tap:tap0``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.tap import tap

Make: TypeAlias = Callable[[str], Device[EthernetFrames]]

KINDS: Final[dict[str, Make]] = {
    "tap": tap,
    "tap-plain": partial(tap, offloads=False),
}


def device(text: str) -> Device[EthernetFrames]:
    """The device that ``text``, KIND:INTERFACE, names. Raises SystemExit for another."""
    kind, _, name = text.partition(":")
    if kind not in KINDS:
        raise SystemExit(f"{text}: the kinds of device are {', '.join(KINDS)}")
    return KINDS[kind](name)
