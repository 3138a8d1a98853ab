"""The topology of most experiments: senders and receivers on two sides of one bottleneck."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from foxpy.testing.lab.host import Host, HostConfig
from foxpy.testing.lab.link import Link
from foxpy.testing.lab.network import Network
from foxpy.testing.lab.way import Way


@attrs.frozen
class Dumbbell:
    """Sender n, the left router, the bottleneck, the right router, receiver n."""

    senders: tuple[Host, ...]
    receivers: tuple[Host, ...]
    bottleneck: Link

    @property
    def pairs(self) -> tuple[tuple[Host, Host], ...]:
        """Each sender with its receiver."""
        return tuple(zip(self.senders, self.receivers, strict=True))


def dumbbell(
    lab: Network,
    bottleneck: Way,
    access: Sequence[float],
    *,
    back: Way | None = None,
    config: HostConfig | None = None,
    mtu: int = 1500,
) -> Dumbbell:
    """As many pairs of hosts as there are delays in ``access``: seconds from each sender to the left router.

    Only the bottleneck has a rate and a queue; the round trip of a pair is twice its ``access`` and the bottleneck's
    delay. ``back`` is the bottleneck's other direction, the same unless given. Raises ValueError as ``Lab.host`` and
    ``Lab.link``; the names are sender1, receiver1, and so on, left and right.
    """
    left, right = lab.router("left"), lab.router("right")
    link = lab.join(left, right, bottleneck, back, mtu=mtu)
    senders, receivers = [], []
    for number, delay in enumerate(access, 1):
        sender, receiver = lab.host(f"sender{number}", config), lab.host(f"receiver{number}", config)
        lab.join(sender, left, Way(delay=delay), mtu=mtu)
        lab.join(right, receiver, Way(), mtu=mtu)
        senders.append(sender)
        receivers.append(receiver)
    return Dumbbell(tuple(senders), tuple(receivers), link)
