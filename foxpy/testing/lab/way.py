"""What one direction of a link is like."""

from __future__ import annotations

import attrs

from foxpy.layers.faults import FaultConfig
from foxpy.testing.lab.loss import Loss
from foxpy.testing.lab.queues import Discipline, DropTail


@attrs.frozen(kw_only=True)
class Way:
    """One direction of a link: a queue, a transmitter, and a wire on which things happen in the order of the fields.

    Raises ValueError where one is absurd.
    """

    rate: float | None = None
    """Bits a second, of whole frames, Ethernet header and all. None: no limit, and nothing ever waits."""
    queue: Discipline = attrs.field(factory=DropTail)
    """Who may wait for the transmitter; the frame that is being sent does not count."""
    loss: Loss | None = None
    """After the queue: what is lost has taken its time on the link."""
    corrupt: float = 0.0
    """The probability that a frame has one bit flipped."""
    duplicate: float = 0.0
    """The probability that it comes twice."""
    reorder: float = 0.0
    """The probability that it is held back until one to three later ones have passed, or for 100 ms."""
    delay: float = 0.0
    """Seconds of propagation."""
    jitter: float = 0.0
    """Seconds that the delay varies by, to either side and evenly. Does not keep the order."""

    def __attrs_post_init__(self) -> None:
        self.faults()
        FaultConfig(rate=self.rate)

    def faults(self) -> FaultConfig:
        """What happens on the wire, but for the losses."""
        return FaultConfig(
            corrupt=self.corrupt,
            duplicate=self.duplicate,
            reorder=self.reorder,
            delay=self.delay,
            jitter=self.jitter,
        )
