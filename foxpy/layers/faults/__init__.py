"""Faults: loss, corruption, duplication, reordering, rate, delay and jitter, seeded."""

from foxpy.layers.faults.config import Direction, FaultConfig
from foxpy.layers.faults.layer import FaultInfo, Faults, faults
from foxpy.layers.faults.line import LineInfo

__all__ = ["Direction", "FaultConfig", "FaultInfo", "Faults", "LineInfo", "faults"]
