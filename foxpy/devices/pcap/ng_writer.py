"""Writing pcapng captures (draft-ietf-opsawg-pcapng)."""

from __future__ import annotations

from typing import Final

from foxpy.devices.pcap.ng_wire import (
    LittleEnd,
    LittleEnhanced,
    LittleInterface,
    LittleResolution,
    LittleSection,
    little_options,
)
from foxpy.devices.pcap.writer import PcapWriter

LATEST: Final = 0xFFFF_FFFF_FFFF_FFFF
"""The last time stamp that there is; in nanoseconds it is in the year 2554."""


class PcapngWriter(PcapWriter):
    """Writes packets to a capture of one section, a little-endian one, with one interface; as PcapWriter otherwise.

    Times before 1970 or after 2554 become the first or the last that the format can express.
    """

    def _header(self, linktype: int) -> bytes:
        exponent = 9 if self._per_second == 1_000_000_000 else 6
        options = little_options.build([LittleResolution(exponent=exponent), LittleEnd()])
        interface = LittleInterface(linktype=linktype, snaplen=self._snaplen, options=options)
        return LittleSection().build() + interface.build()

    def _append(self, out: bytearray, units: int, packet: bytes, length: int) -> None:
        units = min(max(units, 0), LATEST)
        out += LittleEnhanced(high=units >> 32, low=units & 0xFFFF_FFFF, original=length, packet=packet).build()
