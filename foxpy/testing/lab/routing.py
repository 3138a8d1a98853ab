"""Static routes for a laboratory's network: the fewest links to everywhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network

import attrs

from foxpy.testing.lab.host import Host


@attrs.frozen
class Neighbour:
    """What is at the other end of one of a host's links."""

    host: Host
    address: IPv4Address
    network: IPv4Network
    """Of the link between."""


def routes(start: Host, neighbours: Mapping[Host, Sequence[Neighbour]]) -> dict[IPv4Network, IPv4Address]:
    """To each network that ``start`` is not on, the neighbour by which the fewest links lead there.

    Only hosts that forward are passed. Of ways that are equally long the one over the link made first is taken.
    """
    own = {each.network for each in neighbours[start]}
    found: dict[IPv4Network, IPv4Address] = {}
    seen = {start}
    waiting = deque((each.host, each.address) for each in neighbours[start])
    while waiting:
        host, gateway = waiting.popleft()
        if host in seen:
            continue
        seen.add(host)
        if not host.forwards:
            continue
        for each in neighbours[host]:
            if each.network not in own:
                found.setdefault(each.network, gateway)
            waiting.append((each.host, gateway))
    return found
