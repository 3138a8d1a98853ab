"""What the layers with ports share: between two hosts there is one path of the layer below, for all connections.

A path that a peer began may be forgotten below for room. It can still send then; when the peer speaks again a new one
comes, and takes its place under the same connections. Forgotten or not, it is given back: the layer below may keep
something for whoever can still send.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from foxpy.errors import OpenFailed
from foxpy.protocol import Carrier, Host, Path, Receiver
from foxpy.status import Aborted, Closed, Forgotten, Report, Status


class SharedPath(Receiver):
    """What takes the packets of one path, for the connections over it."""

    __slots__ = ("answerable", "gone", "opened", "picked", "users")

    answerable: bool
    gone: bool
    """The layer below has ended or forgotten the path, or was given it back."""
    opened: bool
    """This side opened the path."""
    picked: bool
    """This side opened it and let the layer below pick our address."""
    users: int
    """Who needs the path: connections that can send, forgotten ones too, and opens under way."""

    def __init__(self, answerable: bool) -> None:
        self.answerable = answerable
        self.gone = False
        self.opened = False
        self.picked = False
        self.users = 0

    def status(self, event: Status) -> None:
        match event:
            case Report():
                self.reported(event)
            case Forgotten():
                self.gone = True
                self.opened = self.picked = False
                self.forgotten()
            case Closed() | Aborted():
                self.gone = True
                self.end(event)
            case _:
                pass  # a path of packets has neither streams nor room to tell of

    @abstractmethod
    def reported(self, report: Report) -> None:
        """Pass ``report`` on to the connection whose packet it quotes, or count it."""

    @abstractmethod
    def forgotten(self) -> None:
        """The layer below made room: give the path back, unless somebody needs it."""

    @abstractmethod
    def end(self, event: Status) -> None:
        """All connections over it end, and their receivers hear ``event``."""


P = TypeVar("P", bound=SharedPath)


class PathTable(Generic[Host, P]):
    """The paths of one layer over ``over``, by the hosts at their ends."""

    __slots__ = ("_make", "_over", "_paths", "_renew")

    def __init__(
        self, over: Carrier[Host], make: Callable[[Path[Host]], P], renew: Callable[[P, Path[Host]], None]
    ) -> None:
        """``make`` a path's receiver; or ``renew`` one that there is, for a path that takes a forgotten one's place."""
        self._over = over
        self._make = make
        self._renew = renew
        self._paths: dict[Host, dict[Host, P]] = {}  # by peer, then by our address

    def to(self, host: Host, local: Host | None) -> P:
        """The path to ``host`` from ``local``, or from the address that the layer below picks; opened where need be.

        Raises as ``Paths.open`` does.
        """
        known = self._paths.get(host, {})
        for ours, path in known.items():
            if path.picked if local is None else path.opened and ours == local:
                return path
        opened: list[P] = []

        def opening(lower: Path[Host]) -> Receiver:
            opened.append(self.enter(lower))
            return opened[0]

        try:
            self._over.open(host, opening, local)
        except OpenFailed:
            # Open already, because the peer spoke first or from an address that was asked for by name.
            for ours, path in known.items():
                if path.answerable and local in (None, ours):
                    return path
            raise
        opened[0].opened = True
        opened[0].picked = local is None
        return opened[0]

    def enter(self, lower: Path[Host]) -> P:
        """The receiver of the path ``lower``: the one that there is between the same hosts, or else a new one."""
        paths = self._paths.setdefault(lower.peer, {})
        path = paths.get(lower.local)
        if path is None:
            path = paths[lower.local] = self._make(lower)
        else:
            self._renew(path, lower)
        return path

    def drop(self, path: P, peer: Host, local: Host) -> None:
        """``path`` is no more the one between its hosts. Harmless where it is not."""
        paths = self._paths.get(peer)
        if paths is not None and paths.get(local) is path:
            del paths[local]
            if not paths:
                del self._paths[peer]

    def all(self) -> list[P]:
        return [path for paths in self._paths.values() for path in paths.values()]
