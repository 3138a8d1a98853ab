"""RED: drop or mark at random, the likelier the longer the queue has been in the mean."""

from __future__ import annotations

import random

import attrs

from foxpy.testing.lab.frames import marked
from foxpy.testing.lab.queues.base import Discipline, Queue


@attrs.frozen(kw_only=True)
class Red(Discipline):
    """S. Floyd and V. Jacobson, "Random Early Detection Gateways for Congestion Avoidance", 1993; see [7567] section 4.

    Sizes are in frames. Raises ValueError where the thresholds are not 0 < least < most <= packets.
    """

    least: float = 5.0
    """The mean from which on frames are dropped: min_th."""
    most: float = 15.0
    """The mean at which the share ``probability`` of them is: max_th."""
    probability: float = 0.1
    """max_p: Floyd's later advice (1997), in place of the 0.02 of the paper."""
    weight: float = 0.002
    """w_q, of one arrival in the mean."""
    packets: int = 100
    """What the queue holds at all."""
    gentle: bool = True
    """From ``most`` to twice that, the share grows to 1 (Floyd, 2000); otherwise it is 1 from ``most`` on."""
    ecn: bool = True
    """Mark what understands it, in place of dropping it ([3168] section 5), below the means at which all is dropped."""

    def __attrs_post_init__(self) -> None:
        if not 0.0 < self.least < self.most <= self.packets:
            raise ValueError(f"RED thresholds {self.least:g} and {self.most:g} in a queue of {self.packets}")
        if not (0.0 < self.probability <= 1.0 and 0.0 < self.weight <= 1.0):
            raise ValueError(f"RED probability {self.probability:g} and weight {self.weight:g}: write 0 to 1")

    def queue(self, generator: random.Random, rate: float) -> Queue:
        return _Red(self, generator, rate)


class _Red(Queue):
    __slots__ = ("_config", "_count", "_idle", "_mean", "_random", "_second")

    def __init__(self, config: Red, generator: random.Random, rate: float) -> None:
        super().__init__()
        self._config = config
        self._random = generator
        self._second = rate / 8.0
        self._mean = 0.0
        self._count = -1
        """Frames since the last that was dropped or marked; -1 while the mean is below ``least``."""
        self._idle: float | None = 0.0
        """Since when the queue has been empty."""

    def offer(self, frame: bytes, now: float) -> None:
        config = self._config
        self._measure(frame, now)
        share = self._share()
        if len(self._waiting) >= config.packets or share >= 1.0:
            self._count = 0
            self.drop()
            return
        if share == 0.0:
            self._count = -1
        else:
            self._count += 1
            if self._chosen(share):
                self._count = 0
                changed = marked(frame) if config.ecn else None
                if changed is None:
                    self.drop()
                    return
                self.marked += 1
                frame = changed
        self.put(frame, now)

    def take(self, now: float) -> bytes | None:
        frame = self.pull(now)
        if not self._waiting and self._idle is None:
            self._idle = now
        return frame

    def _measure(self, frame: bytes, now: float) -> None:
        weight = self._config.weight
        if self._idle is not None:
            # While it was empty the mean sinks as if so many small frames had found it empty (section 4 of the paper).
            self._mean *= (1.0 - weight) ** ((now - self._idle) * self._second / len(frame))
            self._idle = None
        self._mean += weight * (len(self._waiting) - self._mean)

    def _share(self) -> float:
        """The probability that the mean stands for, p_b."""
        config, mean = self._config, self._mean
        if mean < config.least:
            return 0.0
        if mean < config.most:
            return config.probability * (mean - config.least) / (config.most - config.least)
        if config.gentle and mean < 2.0 * config.most:
            return config.probability + (1.0 - config.probability) * (mean - config.most) / config.most
        return 1.0

    def _chosen(self, share: float) -> bool:
        """Spread evenly: the distance between two is uniform, not geometric (p_a, section 7 of the paper)."""
        left = 1.0 - self._count * share
        return left <= 0.0 or self._random.random() < share / left
