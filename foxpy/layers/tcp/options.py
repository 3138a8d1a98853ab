"""Between the options on the wire and the ones that the machine understands.

What we send is in Linux's order: MSS, SACK-permitted, timestamps, NOP, window scale; what is not offered leaves no gap.
"""

from __future__ import annotations

from foxpy.layers.tcp.segment import Options
from foxpy.layers.tcp.wire import (
    FastOpen,
    MaximumSegmentSize,
    NoOperation,
    Sack,
    SackBlock,
    SackPermitted,
    Timestamps,
    UserTimeout,
    WindowScale,
    tcp_options,
)

_PAD = NoOperation()


def encode(options: Options) -> bytes:
    """The option area, each option aligned as its receivers like it best ([7323] appendix A, [2018] section 3)."""
    values: list[
        MaximumSegmentSize | NoOperation | SackPermitted | Timestamps | WindowScale | Sack | UserTimeout | FastOpen
    ] = []
    permitted = options.sack_permitted
    if options.mss is not None:
        values.append(MaximumSegmentSize(size=options.mss))
    if permitted and options.tsval is not None:
        values.append(SackPermitted())
    elif permitted or options.tsval is not None:
        values += (_PAD, _PAD)
    if options.tsval is not None:
        values.append(Timestamps(value=options.tsval, echo=options.tsecr))
    elif permitted:
        values.append(SackPermitted())
    if options.window_scale is not None:
        values += (_PAD, WindowScale(shift=options.window_scale))
    if options.user_timeout:
        values.append(UserTimeout(value=options.user_timeout))
    if options.fast_open is not None:
        values += (_PAD, _PAD, FastOpen(cookie=options.fast_open))
    if options.sack:
        values += (_PAD, _PAD, Sack(blocks=[SackBlock(left=left, right=right) for left, right in options.sack]))
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
            case SackPermitted():
                found.sack_permitted = True
            case Timestamps(value=value, echo=echo):
                found.tsval = value
                found.tsecr = echo
            case Sack(blocks=blocks):
                found.sack = tuple((block.left, block.right) for block in blocks)
            case UserTimeout(value=value):
                found.user_timeout = value
            case FastOpen(cookie=cookie):
                # "Options with invalid Length values ... MUST be ignored."
                if not cookie or (4 <= len(cookie) <= 16 and len(cookie) % 2 == 0):
                    found.fast_open = cookie
            case _:
                pass
    return found
