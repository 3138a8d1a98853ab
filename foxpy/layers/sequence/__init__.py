"""Sequence: packets arrive in the order in which they were sent, and once."""

from foxpy.layers.sequence.layer import Sequence, SequenceInfo, sequence

__all__ = ["Sequence", "SequenceInfo", "sequence"]
