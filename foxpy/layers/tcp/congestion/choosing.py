"""Which congestion control a connection gets: by the name of one that is here, or by what makes another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from foxpy.layers.tcp.congestion.base import CongestionControl, Start
from foxpy.layers.tcp.congestion.bbr import Bbr
from foxpy.layers.tcp.congestion.cubic import Cubic
from foxpy.layers.tcp.congestion.newreno import NewReno
from foxpy.layers.tcp.congestion.none import NoControl
from foxpy.layers.tcp.congestion.vegas import Vegas

Factory: TypeAlias = Callable[[Start], CongestionControl]
"""Makes the congestion control of one connection: a class derived from ``CongestionControl``, or a function."""

ALGORITHMS: Final[dict[str, Factory]] = {
    "none": NoControl,
    "newreno": NewReno,
    "cubic": Cubic,
    "vegas": Vegas,
    "bbr": Bbr,
}
"""By the names that ``TcpConfig.congestion_control`` takes."""


def make(chosen: str | Factory, start: Start) -> CongestionControl:
    """What ``TcpConfig.congestion_control`` chose. Raises TypeError where a factory makes another thing."""
    factory: Callable[[Start], object] = ALGORITHMS[chosen] if isinstance(chosen, str) else chosen
    made = factory(start)
    if not isinstance(made, CongestionControl):
        raise TypeError(f"congestion_control={chosen!r} made {made!r}, which is no CongestionControl")
    return made
