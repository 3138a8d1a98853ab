"""An on-off source: it sends at a steady rate for a while, is silent for a while, and so on."""

from __future__ import annotations

from foxpy.testing.lab.flows.end import End
from foxpy.testing.lab.flows.flow import Flow, Plan


class OnOff(Flow):
    """Times of sending and of silence are drawn, exponentially distributed; finished when its last piece arrived."""

    def __init__(
        self,
        plan: Plan,
        *,
        rate: float,
        on: float,
        off: float,
        seconds: float,
        piece: int,
    ) -> None:
        if not (rate > 0.0 and on > 0.0 and off >= 0.0 and seconds > 0.0 and piece > 0):
            raise ValueError(
                f"flow {plan.name}: {rate:g} bit/s in pieces of {piece} bytes, "
                f"{on:g} s on, {off:g} s off, for {seconds:g} s"
            )
        super().__init__(plan)
        self._random = plan.random
        self._between = 8.0 * piece / rate
        self._on = on
        self._off = off
        self._seconds = seconds
        self._piece = piece
        self._end = 0.0
        self._silence = 0.0
        self._timer = plan.source.runtime.timer(self._due)

    def open(self, opener: End) -> None:
        now = self.source.runtime.now
        self._end = now + self._seconds
        self._silence = now + self._random.expovariate(1.0 / self._on)
        self._due()

    def stop(self) -> None:
        self._timer.stop()
        super().stop()

    def complete(self) -> None:
        self._timer.stop()
        super().complete()

    def _due(self) -> None:
        """Time for the next piece."""
        opener = self.opener
        if opener is None:
            return
        now = self.source.runtime.now
        if now >= self._end:
            opener.close()
            return
        opener.send(self._piece)
        following = now + self._between
        if following >= self._silence:
            following = self._silence + (self._random.expovariate(1.0 / self._off) if self._off else 0.0)
            self._silence = following + self._random.expovariate(1.0 / self._on)
        self._timer.start_at(min(following, self._end))
