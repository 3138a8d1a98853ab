"""The network of a laboratory: hosts, the links between them, addresses and routes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path
from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.layers.ipv4 import SetSpecificGateway
from foxpy.layers.tcp import TcpConfig
from foxpy.runtime import Runtime, Scheduler
from foxpy.testing.lab.host import Attachment, Host, HostConfig
from foxpy.testing.lab.link import Link
from foxpy.testing.lab.loss import Loss
from foxpy.testing.lab.queues import Discipline, DropTail
from foxpy.testing.lab.routing import Neighbour, routes
from foxpy.testing.lab.way import Way

NETWORKS: Final = 1 << 16
"""Links that 10.0.0.0/8 has networks of 254 hosts for."""


class Network:
    """Hosts and links. They can be added until ``build``, which the first run or look at a stack brings about."""

    def __init__(self, seed: int, scheduler: Scheduler, keep: int) -> None:
        """``keep``: frames of each direction of each link that captures have at most. Raises ValueError below 0."""
        if keep < 0:
            raise ValueError(f"keep: {keep} frames; write 0 to keep none")
        self.seed = seed
        self.scheduler = scheduler
        self.keep = keep
        self.hosts: list[Host] = []
        self.links: list[Link] = []
        self._neighbours: dict[Host, list[Neighbour]] = {}
        self._built = False

    @property
    def now(self) -> float:
        """Virtual seconds: since the laboratory was made, where it has its own time."""
        return self.scheduler.now()

    def host(self, name: str, config: HostConfig | None = None, *, tcp: TcpConfig | None = None) -> Host:
        """A host. ``tcp`` are the settings of its TCP, in place of those in ``config``.

        Raises ValueError where the name is taken, or the laboratory is at work already.
        """
        self._require_unbuilt("host", name)
        if any(host.name == name for host in self.hosts):
            raise ValueError(f"host {name} is there already")
        runtime = Runtime(self.scheduler, self.seed * 1_000_003 + len(self.hosts) + 1)
        settings = config or HostConfig()
        if tcp is not None:
            settings = attrs.evolve(settings, tcp=tcp)
        host = Host(name, runtime, settings, self.build)
        self.hosts.append(host)
        self._neighbours[host] = []
        return host

    def router(self, name: str, config: HostConfig | None = None) -> Host:
        """A host that forwards IPv4 between its links. The lab sets its routes, and those of all other hosts."""
        settings = config or HostConfig()
        return self.host(name, attrs.evolve(settings, ip=attrs.evolve(settings.ip, forward=True)))

    def link(
        self,
        one: Host,
        other: Host,
        *,
        rate: float | None = None,
        delay: float = 0.0,
        queue: Discipline | None = None,
        loss: Loss | None = None,
        jitter: float = 0.0,
        reorder: float = 0.0,
        duplicate: float = 0.0,
        corrupt: float = 0.0,
        back: Way | None = None,
        mtu: int = 1500,
    ) -> Link:
        """A link between two hosts: ``rate`` in bit/s, times in seconds, probabilities 0 to 1, for each direction.

        See ``Way`` for what each does. Both directions are the same unless ``back`` says what the one from ``other`` to
        ``one`` is like. Raises ValueError where something is absurd, or the laboratory is at work already.
        """
        there = Way(
            rate=rate,
            queue=queue or DropTail(),
            loss=loss,
            corrupt=corrupt,
            duplicate=duplicate,
            reorder=reorder,
            delay=delay,
            jitter=jitter,
        )
        return self.join(one, other, there, back, mtu=mtu)

    def join(self, one: Host, other: Host, there: Way, back: Way | None = None, *, mtu: int = 1500) -> Link:
        """``link``, with the direction from ``one`` to ``other`` in one piece, too."""
        name = f"{one.name}-{other.name}"
        self._require_unbuilt("link", name)
        if one is other or one not in self._neighbours or other not in self._neighbours:
            raise ValueError(f"link {name}: it takes two hosts of this laboratory")
        if mtu < 68:
            raise ValueError(f"link {name}: MTU {mtu} is below 68, the least that IPv4 works with (RFC 791)")
        if len(self.links) >= NETWORKS:
            raise ValueError(f"link {name}: there are {NETWORKS} links, one for each network of 10.0.0.0/8")
        parallel = sum(link.name == name or link.name.startswith(f"{name}.") for link in self.links)
        if parallel:
            name = f"{name}.{parallel + 1}"
        link = Link(name, (one.runtime, other.runtime), there, back or there, mtu, self.seed)
        link.keep(self.keep)
        self._attach(link, one, other)
        self.links.append(link)
        return link

    def _attach(self, link: Link, one: Host, other: Host) -> None:
        number = len(self.links)
        network = IPv4Network((10 << 24 | number << 8, 24))
        ends = [
            Attachment(nic, MacAddress.local(2 * number + end), IPv4Interface((network.network_address + end, 24)))
            for end, nic in enumerate(link.nics, 1)
        ]
        left, right = ends
        for host, peer, own, its in ((one, other, left, right), (other, one, right, left)):
            host.attachments.append(own)
            self._neighbours[host].append(Neighbour(peer, its.address.ip, network))

    def _require_unbuilt(self, what: str, name: str) -> None:
        if self._built:
            raise ValueError(f"{what} {name}: the laboratory is at work; make all hosts and links first")

    def build(self) -> None:
        """Make and initialize the stacks, with the routes that follow from the links. Twice is harmless."""
        if self._built:
            return
        self._built = True
        for host in self.hosts:
            if not host.attachments:
                continue
            stack = host.build()
            for component in stack.components():
                component.initialize()
            for network, gateway in routes(host, self._neighbours).items():
                stack.ip.control(SetSpecificGateway(network, gateway))

    def close(self) -> None:
        """Finalize all stacks: what is still open is aborted. Nothing can be run afterwards; twice is harmless."""
        for host in self.hosts:
            host.end()
        for link in self.links:
            link.end()

    def capture(self, folder: str | os.PathLike[str]) -> Sequence[Path]:
        """Write the last frames of each link into ``folder`` as NAME.pcap; the files' paths. Raises OSError."""
        where = Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        written = []
        for link in self.links:
            path = where / f"{link.name}.pcap"
            link.capture(path)
            written.append(path)
        return written
