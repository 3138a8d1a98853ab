"""Requests and replies on one connection, one after the other."""

from __future__ import annotations

from foxpy.testing.lab.flows.end import End
from foxpy.testing.lab.flows.flow import Flow, Plan
from foxpy.testing.lab.series import Series


class Requests(Flow):
    """The opener asks, the accepter answers; after each answer the opener thinks for a while."""

    def __init__(
        self,
        plan: Plan,
        *,
        count: int,
        request: int,
        reply: int,
        think: float,
    ) -> None:
        if not (count > 0 and request > 0 and reply > 0 and think >= 0.0):
            raise ValueError(
                f"flow {plan.name}: {count} requests of {request} bytes for {reply}, {think:g} s between them"
            )
        super().__init__(plan)
        self.latencies: Series[float] = Series()
        """Seconds from each request to the last byte of its reply."""
        self.answered = 0
        self._random = plan.random
        self._count = count
        self._request = request
        self._reply = reply
        self._think = think
        self._asked = 0.0
        self._served = 0
        self._timer = plan.source.runtime.timer(self._ask)

    def open(self, opener: End) -> None:
        self._ask()

    def stop(self) -> None:
        self._timer.stop()
        super().stop()

    def complete(self) -> None:
        self._timer.stop()
        super().complete()

    def _ask(self) -> None:
        if self.opener is not None:
            self._asked = self.source.runtime.now
            self.opener.send(self._request)

    def heard(self, end: End) -> None:
        if end is self.accepter:
            while end.received >= (self._served + 1) * self._request:
                self._served += 1
                end.send(self._reply)
        elif end.received >= (self.answered + 1) * self._reply:
            self.answered += 1
            now = self.source.runtime.now
            self.latencies.take(now - self._asked)
            if self.answered >= self._count:
                end.close()
            elif self._think:
                self._timer.start(self._random.expovariate(1.0 / self._think))
            else:
                self._ask()

    def arrived(self, end: End) -> None:
        if self.answered < self._served:
            raise AssertionError(f"{self}: {self.answered} of {self._served} replies arrived")
