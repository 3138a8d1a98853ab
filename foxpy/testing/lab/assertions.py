"""What a test says of a run. Each raises AssertionError that tells what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from foxpy.testing.lab.channel import Channel
from foxpy.testing.lab.flows import Flow
from foxpy.testing.lab.lab import Lab


def jain(values: Iterable[float]) -> float:
    """Jain's fairness index (R. Jain, D. Chiu, W. Hawe, DEC-TR-301, 1984): 1 where all are equal,
    1/n where one has all, and 1, too, where nobody has anything.

    Raises ValueError for no values.
    """
    shares = list(values)
    if not shares:
        raise ValueError("fairness among nobody")
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def assert_goodput(flow: Flow, at_least: float, at_most: float = float("inf"), *, since: float | None = None) -> None:
    """``flow`` got between so many bits a second: in all its time, or from the virtual second ``since`` on."""
    goodput = flow.goodput if since is None else flow.goodput_between(since, flow.now)
    assert at_least <= goodput <= at_most, f"{flow}: {goodput / 1e6:.3f} Mbit/s, {flow.retransmissions} retransmissions"


def assert_fair(flows: Sequence[Flow], at_least: float, *, since: float | None = None) -> None:
    """Jain's index of the flows' goodput: in all their time, or from the virtual second ``since`` on."""
    goodputs = [flow.goodput if since is None else flow.goodput_between(since, flow.now) for flow in flows]
    index = jain(goodputs)
    told = ", ".join(f"{flow.name}: {goodput / 1e6:.3f}" for flow, goodput in zip(flows, goodputs, strict=True))
    assert index >= at_least, f"Jain's index is {index:.3f}; Mbit/s: {told}"


def assert_queue(channel: Channel, *, mean: float, peak: float = float("inf")) -> None:
    """Frames waited no longer than ``mean`` seconds in the mean, and none longer than ``peak``."""
    queue = channel.info().queue
    assert queue.mean_delay <= mean, f"{channel.name}: waits of {queue.mean_delay * 1e3:.2f} ms in the mean"
    assert queue.peak_delay <= peak, f"{channel.name}: a wait of {queue.peak_delay * 1e3:.2f} ms"


def assert_nothing_left(lab: Lab) -> None:
    """After ``lab.settle()``: no connection, no listener, no path, nothing in a queue, and no timer running."""
    for host in lab.hosts:
        if host.attachments:
            info = host.stack.tcp.query()
            left = (info.connections, info.half_open, info.time_wait, info.listeners, info.paths)
            assert not any(left), f"host {host}: connections, half open, TIME-WAIT, listeners, paths: {left}"
    for link in lab.links:
        for channel in (link.there, link.back):
            waiting = channel.info().queue.packets
            assert not waiting, f"link {channel.name}: {waiting} frames wait"
    running = lab.scheduler.timers.running()
    assert not running, f"{running} timers run"
