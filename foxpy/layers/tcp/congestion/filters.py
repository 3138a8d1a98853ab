"""The largest of the values of late, in a few words of memory."""

from __future__ import annotations

from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(acyclic=True)
class WindowedMax:
    """A running maximum over a window of time, by Kathleen Nichols' algorithm.

    It keeps the best value of the window, of what came after that, and of what came after that: when the best one
    grows old, the next takes its place. Time is any count that does not go back.
    """

    __slots__ = ("_times", "_values", "_window", "value")

    value: float
    """The largest one; 0 before the first."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._values = [0.0, 0.0, 0.0]
        self._times = [0, 0, 0]
        self.value = 0.0

    def update(self, value: float, time: int) -> None:
        """Take in ``value``, of ``time``."""
        values = self._values
        times = self._times
        if value >= values[0] or time - times[2] > self._window:
            values[0] = values[1] = values[2] = value
            times[0] = times[1] = times[2] = time
            self.value = value
            return
        if value >= values[1]:
            values[1] = values[2] = value
            times[1] = times[2] = time
        elif value >= values[2]:
            values[2] = value
            times[2] = time
        age = time - times[0]
        if age > self._window:
            self._drop_best(value, time)
            if time - times[0] > self._window:
                self._drop_best(value, time)
        elif times[1] == times[0] and age > self._window // 4:
            # a quarter of the window without a second best: the newest one has to do
            values[1] = values[2] = value
            times[1] = times[2] = time
        elif times[2] == times[1] and age > self._window // 2:
            values[2] = value
            times[2] = time
        self.value = values[0]

    def _drop_best(self, value: float, time: int) -> None:
        values = self._values
        times = self._times
        values[0], values[1], values[2] = values[1], values[2], value
        times[0], times[1], times[2] = times[1], times[2], time
