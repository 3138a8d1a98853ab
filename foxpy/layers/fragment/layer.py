"""A micro-protocol that cuts: carries messages of any size over a protocol with a largest packet."""

from __future__ import annotations

from typing import TypeVar

from foxpy.interpose import Interposable, Session
from foxpy.layers.fragment.config import LARGEST, FragmentConfig, FragmentCounters, FragmentInfo
from foxpy.layers.fragment.session import FragmentSession
from foxpy.layers.fragment.wire import Fragment
from foxpy.layers.interposing import Framing, counted
from foxpy.runtime import Runtime
from foxpy.transfer import Connection

L = TypeVar("L", bound=Interposable)

# -- factory


def fragment(layer: L, largest: int = LARGEST, *, config: FragmentConfig | None = None) -> L:
    """Carry messages of up to ``largest`` bytes through ``layer``, a protocol or a carrier, on connections opened from
    now on; gives it back.

    Both ends must have it. A message of which one fragment is lost is lost. A ``config`` says more than ``largest``.
    Counters: ``interposed(layer, Fragmentation).info()``. Raises ValueError for absurd settings.
    """
    return layer.interpose(Fragmentation(config or FragmentConfig(largest=largest)))


class Fragmentation(Framing):
    """Cuts messages on the way down and puts them together on the way up."""

    def __init__(self, config: FragmentConfig) -> None:
        self.config = config
        self.counters = FragmentCounters()

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return FragmentSession(self.config, runtime, self.counters)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(Fragment.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int] | None:
        header = Fragment.view(frame, start, end)
        whole = header.size == header.length - Fragment.MIN
        return (start + Fragment.MIN, start + header.length) if whole else None

    def info(self) -> FragmentInfo:
        return counted(FragmentInfo, self.counters)
