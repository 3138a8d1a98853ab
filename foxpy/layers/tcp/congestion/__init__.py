"""Congestion control: a small base class, a control that does nothing, and one file for each algorithm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.layers.tcp.congestion.base import CongestionControl
from foxpy.layers.tcp.congestion.newreno import NewReno
from foxpy.layers.tcp.congestion.none import NoControl

__all__ = ["ALGORITHMS", "CongestionControl", "NewReno", "NoControl"]

ALGORITHMS: Final[dict[str, Callable[[int, int], CongestionControl]]] = {"none": NoControl, "newreno": NewReno}
"""By the names that ``TcpConfig.congestion_control`` takes: called with the MSS and the segments to begin with."""
