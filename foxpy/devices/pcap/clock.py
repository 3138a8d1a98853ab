"""How an interface in a pcapng capture tells the time."""

from __future__ import annotations


class Clock:
    """The time stamps of one interface (section 4.2, options if_tsresol and if_tsoffset), and its other properties."""

    __slots__ = ("_offset", "_per_second", "linktype", "snaplen")

    def __init__(self, linktype: int, snaplen: int) -> None:
        self.linktype = linktype
        self.snaplen = snaplen
        """Bytes that are kept of a packet; 0: all."""
        self._per_second = 10**6  # unless the interface says otherwise
        self._offset = 0

    def resolve(self, base: int, exponent: int) -> None:
        """Time stamps count units of ``base ** -exponent`` seconds."""
        self._per_second = base**exponent

    def shift(self, seconds: int) -> None:
        """``seconds``, in two's complement of 64 bits, are to be added to time stamps."""
        self._offset = (seconds - (seconds >> 63 << 64)) * 1_000_000_000

    def nanoseconds(self, stamp: int) -> int:
        """A time stamp as nanoseconds since 1970, rounded down."""
        return stamp * 1_000_000_000 // self._per_second + self._offset
