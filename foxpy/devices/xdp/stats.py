"""What an AF_XDP socket counts, and what a device on one tells."""

from __future__ import annotations

import attrs

from foxpy.devices.device import DeviceInfo


@attrs.frozen
class XdpStatistics:
    """Counts of the kernel since the socket was opened (``XDP_STATISTICS``), and one of our own."""

    rx_dropped: int = 0
    """Frames that did not fit a chunk, or for which none was to be had."""
    rx_invalid_descriptors: int = 0
    tx_invalid_descriptors: int = 0
    rx_ring_full: int = 0
    """Frames dropped as those before them had not been taken."""
    fill_ring_empty: int = 0
    """How often the kernel found no free chunk."""
    tx_ring_empty: int = 0
    """How often the kernel was told to send and found nothing."""
    tx_refused: int = 0
    """Frames that the interface took from the ring and dropped, as its own queue was full."""


@attrs.frozen
class XdpInfo(DeviceInfo):
    """An AF_XDP device now: ``refused`` are frames for which no chunk or no place in the transmit ring was free."""

    kernel: XdpStatistics
    zero_copy: bool
    """The card reads and writes the chunks itself."""
    checksums: bool
    """The kernel fills in checksums of what is sent."""
