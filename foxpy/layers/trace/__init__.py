"""Trace: one line for each packet."""

from foxpy.layers.trace.layer import Trace, Write, trace

__all__ = ["Trace", "Write", "trace"]
