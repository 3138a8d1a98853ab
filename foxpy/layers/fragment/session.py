"""Cutting and reassembling on one connection."""

from __future__ import annotations

import attrs

from foxpy.errors import PacketSize, ProtocolError
from foxpy.layers.fragment.config import FragmentConfig, FragmentCounters
from foxpy.layers.fragment.reassembly import Fate, Reassembly
from foxpy.layers.fragment.wire import Fragment, append_fragment, read_fragment
from foxpy.layers.interposing import Between
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Report, Sendable, Status
from foxpy.wire import PacketError


class FragmentSession(Between):
    """Sends one message at a time; puts together as many as the settings allow."""

    __slots__ = (
        "_at",
        "_config",
        "_counters",
        "_message",
        "_offset",
        "_reassembly",
        "_rest",
        "_runtime",
        "_sending",
        "_size",
        "_timer",
    )

    def __init__(self, config: FragmentConfig, runtime: Runtime, counters: FragmentCounters) -> None:
        self._config = config
        self._counters = counters
        self._runtime = runtime
        # Numbers begin anywhere, so that a peer that was restarted hardly continues a message of its former self.
        self._message = runtime.random.getrandbits(32)
        self._at = 0  # where the first fragment's body begins in the writer
        self._size = 0  # of the message begun
        self._offset = 0  # of the message, up to which it was sent
        self._rest = b""  # its last bytes, while some of them wait for room below; they end at ``_size``
        self._sending = False  # whether that is being done: the layer below may call back
        self._reassembly = Reassembly(config.messages, config.memory)
        self._timer = runtime.timer(self._expired)

    # -- down: send

    def begin(self, size: int) -> Writer:
        self._send_rest()
        space = self._room()
        if size > self._config.largest or self._rest or space < min(size, 1):
            self.below.begin(0)  # raises InvalidConnection if this is why
            limit = self.limit()
            raise PacketSize(f"fragment: a message of {size} bytes, at most {limit} now", size, limit)
        room = min(space, size)
        writer = self.below.begin(room + Fragment.MIN)
        append_fragment(writer, room, message=self._message, size=size, offset=0)
        self._at = len(writer)
        self._size = size
        self._offset = room
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        counters = self._counters
        counters.sent += 1
        counters.fragments_sent += 1
        if self._offset == self._size:
            self._message = (self._message + 1) & 0xFFFF_FFFF
            self.below.commit(writer, payload)
            return
        first = self._offset - (len(writer) - self._at)
        if first < 0:  # not even the headers from above fit into the first fragment
            payload = bytes(writer[self._at :]) + payload
            del writer[self._at :]
            first = self._offset
        self._rest = payload
        self._sending = True
        self.below.commit(writer, payload[:first])
        self._sending = False
        self._send_rest()

    def _send_rest(self) -> None:
        """Send the fragments after the first, as far as the layer below has room for them now."""
        if self._rest and not self._sending:
            self._sending = True
            if self._all_sent():
                self._rest = b""
                self._message = (self._message + 1) & 0xFFFF_FFFF
            self._sending = False

    def _all_sent(self) -> bool:
        rest, size = self._rest, self._size
        begins = size - len(rest)  # offset in the message of the first byte in ``rest``
        below, counters = self.below, self._counters
        while self._offset < size:
            room = max(min(self._room(), size - self._offset), 1)  # no room at all is for ``begin`` to explain
            try:
                writer = below.begin(room + Fragment.MIN)
            except PacketSize:
                return False
            except ProtocolError:  # closed: the rest goes nowhere
                counters.unsent += 1
                return True
            append_fragment(writer, room, message=self._message, size=size, offset=self._offset)
            at = self._offset - begins
            self._offset += room
            counters.fragments_sent += 1
            below.commit(writer, rest[at : at + room])
        return True

    def _room(self) -> int:
        """The largest fragment now, without its header."""
        return min(self.below.limit(), 0xFFFF) - Fragment.MIN

    def limit(self) -> int:
        self._send_rest()
        return 0 if self._rest or self._room() <= 0 else self._config.largest

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        counters = self._counters
        try:
            length, message, size, offset = read_fragment(frame, start, end)
        except PacketError:
            counters.malformed += 1
            return
        stop = start + length
        start += Fragment.MIN
        behind = offset + stop - start
        whole = offset == 0 and behind == size
        if not start <= stop <= end or behind > size or size > self._config.largest or (start == stop and not whole):
            counters.malformed += 1
            return
        counters.fragments_received += 1
        if whole:
            counters.received += 1
            self.above.deliver(frame, start, stop)
            return
        self._reassemble(message, size, offset, frame[start:stop])

    def _reassemble(self, message: int, size: int, offset: int, piece: bytes) -> None:
        counters, reassembly = self._counters, self._reassembly
        fate = reassembly.add(message, size, offset, piece, self._runtime.now)
        if reassembly.pushed_out:
            counters.pushed_out += reassembly.pushed_out
            reassembly.pushed_out = 0
        if not reassembly:
            self._timer.stop()
        elif not self._timer.running:
            self._watch()
        if fate is Fate.COMPLETE:
            counters.received += 1
            frame = reassembly.take()
            self.above.deliver(frame, 0, len(frame))
        elif fate is Fate.DUPLICATE:
            counters.duplicates += 1
        elif fate is Fate.INCONSISTENT:
            counters.inconsistent += 1

    def _watch(self) -> None:
        self._timer.start(self._reassembly.oldest() + self._config.patience - self._runtime.now)

    def _expired(self) -> None:
        # The timer may have been started for a message that has since been completed.
        before = self._runtime.now - self._config.patience + 1e-9
        self._counters.timed_out += self._reassembly.expire(before)
        if self._reassembly:
            self._watch()

    def status(self, event: Status) -> None:
        if isinstance(event, Sendable):
            # It is the room for a packet. Say what room there is for a message, once the last one has gone.
            room = self.limit()
            if room == 0:
                return
            event = Sendable(room)
        elif isinstance(event, Report):
            event = attrs.evolve(event, quoted=_quoted(event.quoted))
        self.above.status(event)

    # -- close and abort

    def end(self) -> None:
        self._counters.dropped += len(self._reassembly)
        self._reassembly.clear()
        self._timer.end()
        if self._rest and not self._sending:
            self._counters.unsent += 1
            self._rest = b""
            self._message = (self._message + 1) & 0xFFFF_FFFF


def _quoted(quoted: bytes) -> bytes:
    """The beginning of the message, if the packet that is quoted held it."""
    try:
        _, _, _, offset = read_fragment(quoted, 0, len(quoted))
    except PacketError:
        return b""
    return quoted[Fragment.MIN :] if offset == 0 else b""
