"""Fast Open ([7413]): data in the SYN, for peers that show by a cookie that they are where they say."""

from __future__ import annotations

from typing import Final, TypeVar

from foxpy.layers.tcp.isn import keyed

K = TypeVar("K")
V = TypeVar("V")

LIFETIME: Final = 3600.0
"""Seconds after which another cookie is given; the one before is good for as long again (section 4.1.2, 5)."""
FORGET: Final = 600.0
"""Seconds for which a peer that did not take data in a SYN is not tried again (section 4.1.3.1)."""
REMEMBERED: Final = 1024
"""Servers whose cookies, and whose refusals, are kept; the ones heard of longest ago make room."""


class FastOpening:
    """What one handshake has of it."""

    __slots__ = ("accepted", "cookie", "early", "heard", "refused", "size")

    def __init__(self, cookie: bytes | None, size: int = 0, *, accepted: bool = False) -> None:
        self.cookie = cookie
        """What our SYN shows, b"" to ask for one, or what our SYN,ACK gives; None: nothing."""
        self.size = size
        """The MSS that the server told the last time."""
        self.accepted = accepted
        """The peer's cookie is good: its data is delivered before the handshake is complete, and ours may go."""
        self.early = False
        """Our SYN carries data."""
        self.refused = False
        """The peer acknowledged our SYN, and not the data in it; or only a SYN without."""
        self.heard = b""
        """The cookie that the server gave."""


class FastOpenCookies:
    """The server's: what it gives, and knows again. A function of the hosts, the hour and a secret."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, ends: str, now: float) -> bytes:
        """For the hosts that ``ends`` names."""
        return self._cookie(ends, int(now / LIFETIME))

    def valid(self, ends: str, cookie: bytes, now: float) -> bool:
        """Whether ``cookie`` was given to these hosts, and not too long ago."""
        hour = int(now / LIFETIME)
        return cookie in (self._cookie(ends, hour), self._cookie(ends, hour - 1))

    def _cookie(self, ends: str, hour: int) -> bytes:
        halves = [keyed(self._secret, b"fastopen", f"{ends} {hour} {half}") for half in (0, 1)]
        return b"".join(half.to_bytes(4, "big") for half in halves)


class FastOpenCache:
    """The client's: cookies by hosts, and the ports at which data in a SYN did no good (sections 4.1.3 and 4.1.3.1)."""

    __slots__ = ("_cookies", "_refused")

    def __init__(self) -> None:
        self._cookies: dict[str, tuple[bytes, int]] = {}
        self._refused: dict[tuple[str, int], float] = {}

    def opening(self, ends: str, port: int, now: float) -> FastOpening | None:
        """For a SYN between the hosts that ``ends`` names to their ``port``; None where it should not be tried."""
        until = self._refused.get((ends, port))
        if until is not None:
            if now < until:
                return None
            del self._refused[(ends, port)]
        cookie, size = self._cookies.get(ends, (b"", 0))
        return FastOpening(cookie, size)

    def learn(self, ends: str, port: int, fast: FastOpening, mss: int, now: float) -> None:
        """A handshake is over; ``mss`` is the peer's."""
        if fast.heard:
            _keep(self._cookies, ends, (fast.heard, min(mss, 1460)))
        elif fast.refused:
            _keep(self._refused, (ends, port), now + FORGET)


def _keep(table: dict[K, V], key: K, value: V) -> None:
    table.pop(key, None)
    if len(table) >= REMEMBERED:
        del table[next(iter(table))]
    table[key] = value
