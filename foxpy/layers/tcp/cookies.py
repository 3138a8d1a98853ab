"""SYN cookies ([4987] section 3.6): handshakes that nothing is remembered of, where too many are half open.

The initial sequence number of the SYN,ACK holds what must be known when its acknowledgement comes: roughly when it was
sent, and the peer's MSS; a keyed hash over both ends and the peer's number shows that it was ours. The other options
need more room: they are in the low bits of our timestamp, which the peer echoes. A peer without timestamps gets neither
window scaling nor SACK.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.config import DEFAULT_MSS
from foxpy.layers.tcp.isn import keyed
from foxpy.layers.tcp.segment import ACK, CWR, ECE, SYN, Options, Segment
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.timestamps import stamp

SLOW: Final = 64.0
"""Seconds for which the slow counter stands: a cookie is good for as long, and up to twice that."""
SIZES: Final = (48, 536, 1220, 1360, 1400, 1440, 1460, 8960)
"""The MSSs that a cookie can tell: the largest that is not above the peer's. Those of IPv4 and IPv6 at their least, of
tunnels and DSL, and of Ethernet with and without timestamps or jumbo frames; the first is the least that we believe."""
BITS: Final = 6
"""Of a timestamp, for the options: four for the window scale, one for SACK and one for ECN."""
_OPTIONS: Final = (1 << BITS) - 1
_UNSCALED: Final = 15
_SACK: Final = 0x10
_ECN: Final = 0x20
_COUNTER_AT: Final = 27
_SIZE_AT: Final = 24
_HASH: Final = (1 << _SIZE_AT) - 1


class SynCookies:
    """Makes cookies and knows them again."""

    __slots__ = ("_secret", "_until")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._until = float("-inf")

    def outstanding(self, now: float) -> bool:
        """Whether the acknowledgement of a cookie may still come: where none was sent lately, none is believed."""
        return now < self._until

    def answer(
        self, ends: str, syn: Segment, offered: Options, window: int, offset: int, now: float, ecn: bool = False
    ) -> SendSegment:
        """The SYN,ACK for ``syn``, from the peer that ``ends`` names. ``offered`` is what we would answer with: MSS,
        window scale, SACK; ``window`` the window; ``offset`` moves our timestamp clock; with ``ecn`` we agree on that.
        """
        self._until = now + 2 * SLOW
        wanted = syn.options or Options()
        told = Options(offered.mss)
        bits = None
        flags = SYN | ACK
        if wanted.tsval is not None and offered.tsval is not None:
            bits = _UNSCALED
            if wanted.window_scale is not None and offered.window_scale is not None:
                bits = min(wanted.window_scale, 14)
                told.window_scale = offered.window_scale
            if wanted.sack_permitted and offered.sack_permitted:
                bits |= _SACK
                told.sack_permitted = True
            if ecn and syn.flags & (ECE | CWR) == ECE | CWR:
                bits |= _ECN
                flags |= ECE
            told.tsval = _marked(stamp(now, offset), bits)
            told.tsecr = wanted.tsval
        mss = DEFAULT_MSS if wanted.mss is None else wanted.mss
        index = max([at for at, size in enumerate(SIZES) if size <= mss], default=0)
        plain = self._plain(ends, syn.seq, int(now / SLOW), index, bits)
        cookie = (plain + self._hidden_by(ends, syn.seq)) & MASK
        return SendSegment(cookie, (syn.seq + 1) & MASK, flags, window, b"", 0, told)

    def syn(self, ends: str, ack: Segment, now: float) -> Segment | None:
        """The SYN whose cookie ``ack`` acknowledges, as far as it matters still; None where it is none of ours."""
        cookie = (ack.ack - 1) & MASK
        first = (ack.seq - 1) & MASK
        options = ack.options or Options()
        bits = None if options.tsval is None else options.tsecr & _OPTIONS
        counter = int(now / SLOW)
        plain = (cookie - self._hidden_by(ends, first)) & MASK
        index = plain >> _SIZE_AT & len(SIZES) - 1
        if plain not in (self._plain(ends, first, sent, index, bits) for sent in (counter, counter - 1)):
            return None
        found = Options(SIZES[index])
        flags = SYN
        if bits is not None:
            if bits & _ECN:
                flags |= ECE | CWR
            found.tsval = options.tsval
            found.window_scale = None if bits & _UNSCALED == _UNSCALED else bits & _UNSCALED
            found.sack_permitted = bits & _SACK != 0
        return Segment(first, 0, flags, ack.window, 0, b"", 0, 0, found)

    def _plain(self, ends: str, first: int, counter: int, index: int, bits: int | None) -> int:
        proof = keyed(self._secret, b"cookie", f"{ends} {first} {counter} {index} {bits}") & _HASH
        return (counter << _COUNTER_AT | index << _SIZE_AT | proof) & MASK

    def _hidden_by(self, ends: str, first: int) -> int:
        """What is added: so cookies of one pair of ends grow with the time, as all initial sequence numbers do, and
        those of others tell nothing."""
        return keyed(self._secret, b"hidden", f"{ends} {first}")


def _marked(value: int, bits: int) -> int:
    """A timestamp at or just before ``value`` with ``bits`` as its lowest: one ahead of the clock would make later ones
    look old ([7323] section 5)."""
    marked = value & ~_OPTIONS | bits
    return (marked if marked <= value else marked - _OPTIONS - 1) & MASK
