"""Frames taken apart: layer by layer, each read as the packets that its protocol describes.

``Registry()`` has all protocols that the project knows, and takes a user's own; ``read_frame`` gives the layers of a
frame, ``line`` words them.
"""

from foxpy.decode.layer import Layer
from foxpy.decode.line import Here, line
from foxpy.decode.protocol import Inside, Protocol, Table, protocol, told
from foxpy.decode.reading import read_frame
from foxpy.decode.registry import Registry

__all__ = ["Here", "Inside", "Layer", "Protocol", "Registry", "Table", "line", "protocol", "read_frame", "told"]
