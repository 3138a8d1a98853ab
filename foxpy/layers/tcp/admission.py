"""Which connections there are, and who is let in: by a SYN, by the cookie that a SYN got, with data in it (Fast Open).

Every table here is bounded, as strangers cost nothing to invent.
"""

from __future__ import annotations

from typing import Generic

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import TcpConnection
from foxpy.layers.tcp.cookies import SynCookies
from foxpy.layers.tcp.counters import Counters
from foxpy.layers.tcp.executor import Executor
from foxpy.layers.tcp.fastopen import FastOpenCache, FastOpenCookies, FastOpening
from foxpy.layers.tcp.isn import above, initial_numbers, timestamp_offset
from foxpy.layers.tcp.listeners import TcpListeners
from foxpy.layers.tcp.path import HEADER, TcpPath
from foxpy.layers.tcp.segment import ACK, RST, SYN, Options, Segment
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.tcb import LEAST_FOR_OPTIONS, announced_mss, fitting, window_shift
from foxpy.protocol import Handler, Host
from foxpy.runtime import Runtime


class Admission(Generic[Host]):
    """The connections of one TCP, those of them that are bounded by themselves, and what makes more."""

    __slots__ = (
        "_cookies",
        "_counters",
        "_fast",
        "_fast_cache",
        "_fast_cookies",
        "_listeners",
        "_runtime",
        "config",
        "connections",
        "half_open",
        "lingering",
    )

    config: TcpConfig
    """Of the connections that peers begin; who opens one may give it another."""
    connections: dict[Executor[Host], None]
    """All there are, the oldest first, as in the next two."""
    half_open: dict[Executor[Host], Handler[TcpConnection[Host]]]
    """Begun by peers, the handshake not complete; and who listens for them."""
    lingering: dict[Executor[Host], None]
    """In TIME-WAIT."""

    def __init__(self, config: TcpConfig, counters: Counters, listeners: TcpListeners[Host], runtime: Runtime) -> None:
        self.config = config
        self._counters = counters
        self._listeners = listeners
        self._runtime = runtime
        self.connections = {}
        self.half_open = {}
        self.lingering = {}
        self._cookies = SynCookies(runtime.secret)
        self._fast: dict[Executor[Host], None] = {}  # opened by a SYN's cookie, the handshake not complete
        self._fast_cookies = FastOpenCookies(runtime.secret)
        self._fast_cache = FastOpenCache()

    # -- new connections

    def full(self) -> bool:
        """Whether there are as many connections as the settings allow."""
        return len(self.connections) >= self.config.connections

    def enter(
        self,
        path: TcpPath[Host],
        key: int,
        handler: Handler[TcpConnection[Host]],
        config: TcpConfig,
        last: int | None = None,
        iss: int | None = None,
    ) -> Executor[Host]:
        """A new connection on ``path`` between the ports in ``key``; ``last`` is the last sequence number of one before
        it on the same ports, ``iss`` its own where it has one already."""
        runtime = self._runtime
        fresh, offset = initial_numbers(runtime.secret, runtime.now, f"{path.ends} {key}")
        if iss is None:
            iss = fresh
        if last is not None:
            iss = above(iss, last)
        connection = Executor(path, key, config, iss, offset if config.timestamps else 0, handler)
        path.add(connection)
        self.connections[connection] = None
        return connection

    def admit(
        self, path: TcpPath[Host], key: int, accept: Handler[TcpConnection[Host]], last: int | None
    ) -> Executor[Host] | None:
        """A new half-open connection for a SYN; None where there is no room, and the SYN is dropped and counted."""
        if self.full() or path.limit() <= HEADER:
            self._refuse(path, SYN, 0)
            return None
        connection = self.enter(path, key, accept, self.config, last)
        half_open = self.half_open
        half_open[connection] = accept
        if len(half_open) > self.config.backlog:
            # A flood of SYNs must not keep others out for the three minutes that a handshake may take: the oldest,
            # which has had the most time, makes room. A peer that is there gets a reset for its ACK and tries again.
            # Only now: were it the last one over this path, the path would be given back.
            self._counters.half_open_evicted += 1
            next(iter(half_open)).forget()
        return connection

    def _refuse(self, path: TcpPath[Host], flags: int, length: int) -> None:
        self._counters.refused += 1
        path.dropped("refused", flags, length)

    # -- SYN cookies

    def answered_by_cookie(self, path: TcpPath[Host], key: int, syn: Segment) -> bool:
        """Answer ``syn`` without remembering it, if there are too many half-open connections and the settings say so.
        Whether it was."""
        config = self.config
        if len(self.half_open) < config.backlog or not config.syn_cookies:
            return False
        limit = path.limit()
        if limit <= HEADER:
            return False
        ends = f"{path.ends} {key}"
        runtime = self._runtime
        buffer = config.receive_buffer or fitting(path.sender.offloads().window)
        offered = Options(announced_mss(config, limit), window_shift(buffer) if config.window_scaling else None)
        offered.sack_permitted = config.sack
        offset = 0
        if config.timestamps and limit >= LEAST_FOR_OPTIONS:
            offered.tsval = offset = timestamp_offset(runtime.secret, ends)
        ecn = path.lower.ecn is not None and config.ecn != "off"
        answer = self._cookies.answer(ends, syn, offered, min(buffer, 0xFFFF), offset, runtime.now, ecn)
        self._counters.syn_cookies_sent += 1
        path.say(key, answer)
        return True

    def resumed(self, path: TcpPath[Host], key: int, segment: Segment) -> bool:
        """Open the connection whose cookie ``segment`` acknowledges. Whether it does, and somebody listens."""
        now = self._runtime.now
        if not self._cookies.outstanding(now) or segment.flags & (SYN | RST | ACK) != ACK:
            return False
        accept = self._listeners.match(key & 0xFFFF, path.peer, path.local)
        if accept is None:
            return False
        syn = self._cookies.syn(f"{path.ends} {key}", segment, now)
        if syn is None:
            self._counters.syn_cookies_refused += 1
            path.dropped("syn_cookies_refused", segment.flags, segment.end - segment.start)
            return False
        if self.full():
            self._refuse(path, segment.flags, segment.end - segment.start)
            return False
        self._counters.syn_cookies_accepted += 1
        self.enter(path, key, accept, self.config, iss=(segment.ack - 1) & MASK).resume(syn, segment)
        return True

    # -- Fast Open

    def fast_answer(self, connection: Executor[Host], syn: Segment) -> FastOpening | None:
        """What the answer to ``syn`` has of Fast Open ([7413] section 4.2.2); None where that is off, or not asked."""
        config = self.config
        options = syn.options
        if not config.fast_open or options is None or options.fast_open is None:
            return None
        ends = connection.path.ends
        shown = options.fast_open
        now = self._runtime.now
        fresh = self._fast_cookies.make(ends, now)
        if not shown or len(self._fast) >= config.fast_open_pending:
            return FastOpening(fresh)
        if not self._fast_cookies.valid(ends, shown, now):
            self._counters.fast_opens_refused += 1
            return FastOpening(fresh)
        self._counters.fast_opens_accepted += 1
        self._fast[connection] = None
        return FastOpening(None if shown == fresh else fresh, accepted=True)

    def fast_opening(self, connection: Executor[Host]) -> FastOpening | None:
        """What the SYN of ``connection``, which we open, has of Fast Open."""
        return self._fast_cache.opening(connection.path.ends, connection.key >> 16, self._runtime.now)

    def fast_opened(self, connection: Executor[Host], fast: FastOpening) -> None:
        """Remember what a server made of our SYN."""
        mss = connection.machine.tcb.snd.peer_mss
        self._fast_cache.learn(connection.path.ends, connection.key >> 16, fast, mss, self._runtime.now)

    # -- what becomes of them

    def opened(self, connection: Executor[Host]) -> None:
        """``connection`` is open for its application: its handshake is complete, or its SYN had a cookie."""
        self.half_open.pop(connection, None)

    def confirmed(self, connection: Executor[Host]) -> None:
        """The handshake of ``connection``, which a cookie opened, is complete."""
        self._fast.pop(connection, None)

    def unaccepted(self, accept: Handler[TcpConnection[Host]]) -> None:
        """``accept`` takes no further peers: what is half open for it is dropped."""
        for connection in [each for each, handler in self.half_open.items() if handler is accept]:
            connection.forget()

    def lingers(self, connection: Executor[Host]) -> None:
        """``connection`` is in TIME-WAIT: keep it, within bounds."""
        lingering = self.lingering
        lingering[connection] = None
        if len(lingering) > self.config.time_waits:
            self._counters.time_waits_cut += 1
            next(iter(lingering)).forget()

    def removed(self, connection: Executor[Host]) -> None:
        """``connection`` is no more."""
        del self.connections[connection]
        self.half_open.pop(connection, None)
        self._fast.pop(connection, None)
        self.lingering.pop(connection, None)
