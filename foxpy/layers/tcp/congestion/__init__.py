"""Congestion control: a small base class, a control that does nothing, and one file for each algorithm."""

from foxpy.layers.tcp.congestion.base import Ack, CongestionControl, Start
from foxpy.layers.tcp.congestion.bbr import Bbr
from foxpy.layers.tcp.congestion.choosing import ALGORITHMS, Factory, make
from foxpy.layers.tcp.congestion.cubic import Cubic
from foxpy.layers.tcp.congestion.newreno import NewReno
from foxpy.layers.tcp.congestion.none import NoControl
from foxpy.layers.tcp.congestion.vegas import Vegas

__all__ = [
    "ALGORITHMS",
    "Ack",
    "Bbr",
    "CongestionControl",
    "Cubic",
    "Factory",
    "NewReno",
    "NoControl",
    "Start",
    "Vegas",
    "make",
]
