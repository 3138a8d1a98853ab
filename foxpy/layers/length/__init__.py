"""Length: where a packet ends on a medium that pads."""

from foxpy.layers.length.layer import Length, LengthInfo, length

__all__ = ["Length", "LengthInfo", "length"]
