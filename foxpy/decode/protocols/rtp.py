"""RTP."""

from __future__ import annotations

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, protocol
from foxpy.layers.rtp.wire import RTP


def _words(packet: RTP, here: Here) -> str:
    marker = " *" if packet.marker else ""
    return (
        f"RTP, type {packet.payload_type}, seq {packet.sequence}{marker}, time {packet.timestamp}, "
        f"ssrc {packet.ssrc:#010x}, length {len(packet.body)}"
    )


rtp = protocol("rtp", RTP, inside=lambda packet: Inside.unknown(packet.body), words=_words)
