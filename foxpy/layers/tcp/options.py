"""Between the options on the wire and the ones that the machine understands.

What we send is in Linux's order: MSS, SACK-permitted, timestamps, NOP, window scale; what is not offered leaves no gap.
"""

from __future__ import annotations

from foxpy.layers.tcp.segment import Options
from foxpy.layers.tcp.wire import MaximumSegmentSize, NoOperation, WindowScale, tcp_options


def encode(options: Options) -> bytes:
    """The option area of a SYN."""
    values: list[MaximumSegmentSize | NoOperation | WindowScale] = []
    if options.mss is not None:
        values.append(MaximumSegmentSize(size=options.mss))
    if options.window_scale is not None:
        values.append(NoOperation())
        values.append(WindowScale(shift=options.window_scale))
    return tcp_options.build(values)


def decode_untrusted(frame: bytes, start: int, end: int) -> Options:
    """The options in ``frame[start:end]``; unknown ones are passed over (MUST-6), of several the last one counts.

    Raises PacketError for an option whose length cannot be right (MUST-7).
    """
    found = Options()
    for option in tcp_options.parse(frame, start, end):
        match option:
            case MaximumSegmentSize(size=size):
                found.mss = size
            case WindowScale(shift=shift):
                found.window_scale = shift
            case _:
                pass
    return found
