"""Trace: one line for each packet."""

from foxpy.layers.trace.layer import Trace, Write, framed, trace

__all__ = ["Trace", "Write", "framed", "trace"]
