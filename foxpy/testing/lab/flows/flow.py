"""What all flows have: a connection that is opened when its time comes, and what is measured of it."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import attrs

from foxpy.addresses import Port
from foxpy.errors import ProtocolError
from foxpy.layers.tcp import TcpAddress, TcpConfig, TcpConnection, TcpConnectionInfo, TcpPattern
from foxpy.layers.tcp.executor import Executor
from foxpy.protocol import Listening
from foxpy.testing.lab.flows.end import End, Opening, cause
from foxpy.testing.lab.series import Series
from foxpy.transfer import Receiver

if TYPE_CHECKING:
    from foxpy.testing.lab.host import Host


@attrs.frozen
class Sample:
    """A flow at one time, as its opener sees it. Times are virtual seconds, sizes bytes."""

    time: float
    delivered: int
    """Bytes that have arrived at the other application."""
    window: int
    """The congestion window."""
    threshold: int
    """ssthresh."""
    in_flight: int
    """Sent and not acknowledged."""
    rtt: float
    """The smoothed round-trip time, 0 before the first measurement."""
    retransmissions: int


@attrs.frozen
class Plan:
    """Who has a flow with whom: what ``Lab.flow`` gives to what makes it."""

    name: str
    source: Host
    sink: Host
    port: Port
    """Of the sink."""
    config: TcpConfig | None
    """Of the opener's connection; None: that of its host."""
    random: random.Random
    """The flow's own."""
    done: Callable[[Flow], None]
    """To be called once, when the flow is complete."""


class Flow(ABC):
    """One connection between two hosts, and what goes over it. Made by the methods of ``Lab``."""

    def __init__(self, plan: Plan) -> None:
        self.name = plan.name
        self.source = plan.source
        """The host that opens the connection."""
        self.sink = plan.sink
        self.samples: Series[Sample] = Series()
        """At the distance that the lab's ``sampling`` is."""
        self.started: float | None = None
        """When the connection was asked for."""
        self.finished: float | None = None
        """When the last thing that it was made for had happened, or it failed."""
        self.error: ProtocolError | None = None
        """Why it failed."""
        self.may_fail = False
        """Its failure is no error of the run; set it where that is what is being tried."""
        self.opener: End | None = None
        """The end at ``source``, once the connection is open."""
        self.accepter: End | None = None
        self._plan = plan
        self._listening: Listening | None = None
        self._executor: Executor[IPv4Address] | None = None

    def __str__(self) -> str:
        return f"flow {self.name}"

    # -- its course

    def start(self) -> None:
        """Open the connection now. Called by the lab, when the flow's time has come."""
        runtime = self.source.runtime
        self.started = runtime.now
        self._listening = self.sink.stack.tcp.listen(TcpPattern(self._plan.port), self._accepted)
        address = TcpAddress(self.sink.address, self._plan.port)
        try:
            self._executor = self.source.stack.tcp.begin(
                address, self._opened, Opening(self._failed), self._plan.config
            )
        except ProtocolError as error:
            self._failed(error)

    def stop(self) -> None:
        """End the flow in good order: what was given to be sent arrives, and nothing more is. Harmless where over."""
        if self.opener is not None:
            self.opener.cut()

    def abort(self) -> None:
        """End the connection at once, with a reset."""
        if self._executor is not None and self.finished is None:
            self.complete()  # first: the end of an open that is not complete is no failure then
            self._executor.abort()

    def _opened(self, connection: TcpConnection[IPv4Address]) -> Receiver:
        self.opener = End(self, self.source.stack.tcp, connection)
        self.open(self.opener)
        return self.opener

    def _accepted(self, connection: TcpConnection[IPv4Address]) -> Receiver:
        self.accepter = End(self, self.sink.stack.tcp, connection)
        if self._listening is not None:
            self._listening.stop()
        return self.accepter

    def _failed(self, error: BaseException) -> None:
        if self.finished is None:
            self.error = cause(error)
            self.complete()

    def complete(self) -> None:
        """All that it was made for has happened."""
        if self.finished is None:
            self.finished = self.source.runtime.now
            if self._listening is not None:
                self._listening.stop()
            self._plan.done(self)

    # -- what a kind of flow says

    @abstractmethod
    def open(self, opener: End) -> None:
        """The handshake is done at the opener's end."""

    def heard(self, end: End) -> None:
        """Text has arrived at ``end``."""
        return

    def ended(self, end: End) -> None:
        """The peer of ``end`` sends no more. By default, neither does ``end``; all has arrived when the accepter
        hears it."""
        end.close()
        if end is self.accepter:
            self.arrived(end)
            self.complete()

    def arrived(self, end: End) -> None:
        """All has arrived at ``end``: raises AssertionError where it is not what it should be."""
        return

    def over(self, end: End, error: ProtocolError | None) -> None:
        """The connection is over at ``end``."""
        if error is not None and self.finished is None:
            self._failed(error)

    # -- measurements

    @property
    def now(self) -> float:
        """When it finished, or else the time."""
        return self.source.runtime.now if self.finished is None else self.finished

    @property
    def delivered(self) -> int:
        """Bytes that have arrived at the sink's application."""
        return 0 if self.accepter is None else self.accepter.received

    @property
    def duration(self) -> float:
        """Seconds from the start to the finish, or until now: the completion time, the handshake included."""
        return 0.0 if self.started is None else self.now - self.started

    @property
    def goodput(self) -> float:
        """Bits a second of the stream that arrived at the sink, over the flow's duration. Raises its error if it
        failed: what it got until then is no measure of anything."""
        if self.error is not None:
            raise self.error
        return 8.0 * self.delivered / self.duration if self.duration > 0.0 else 0.0

    def goodput_between(self, start: float, end: float) -> float:
        """The same from the sample at or after ``start`` to the last one by ``end``, in virtual seconds.

        Raises ValueError where there are fewer than two samples then.
        """
        found = [sample for sample in self.samples if start <= sample.time <= end]
        if len(found) < 2:
            raise ValueError(f"{self}: {len(found)} samples between {start:g} and {end:g} s; make sampling shorter")
        first, last = found[0], found[-1]
        return 8.0 * (last.delivered - first.delivered) / (last.time - first.time)

    @property
    def info(self) -> TcpConnectionInfo:
        """The opener's end now, or as it was last. Raises ValueError before it is open."""
        if self.opener is None:
            raise ValueError(f"{self} is not open")
        return self.opener.connection.executor.info()

    @property
    def retransmissions(self) -> int:
        """Segments that the opener has sent again."""
        return 0 if self.opener is None else self.info.retransmissions

    def sample(self, now: float) -> None:
        """Take a sample. Called by the lab."""
        if self.opener is None or self.finished is not None:
            return
        info = self.info
        self.samples.take(
            Sample(
                time=now,
                delivered=self.delivered,
                window=info.cwnd,
                threshold=info.ssthresh,
                in_flight=info.snd_nxt - info.snd_una,
                rtt=info.srtt,
                retransmissions=info.retransmissions,
            )
        )
