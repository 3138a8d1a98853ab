"""What the layers with ports share: between two hosts there is one path of the layer below, for all connections.

A path that a peer began may be forgotten below for room. It can still send then; when the peer speaks again a new one
comes, and takes its place under the same connections. Forgotten or not, it is given back: the layer below may keep
something for whoever can still send.

A path over which something converses (``Paths.settle``) is not given back as soon as nobody needs it: it lies unused
for a while first, so that who comes next goes on with the conversation, and both ends let go of it at about one time.
A layer may keep one a little in any case (``Settling.keep``): who comes next then finds it made.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from foxpy.errors import OpenFailed
from foxpy.protocol import Carrier, Host, Listening, Path, Receiver
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Closed, Forgotten, Report, Status
from foxpy.timers import Timer


class Settling:
    """How long the paths of one layer lie unused before they are given back."""

    __slots__ = ("keep", "runtime", "seconds")

    keep: float
    """Seconds that a path lies unused at least, once a conversation over it has ended."""
    seconds: float
    """0: not at all. Known from ``PathTable.listen`` on, when everything has been interposed."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.keep = 0.0
        self.seconds = 0.0


class SharedPath(Receiver):
    """What takes the packets of one path, for the connections over it."""

    __slots__ = ("_settles", "_settling", "_used", "answerable", "gone", "opened", "picked", "users")

    answerable: bool
    gone: bool
    """The layer below has ended or forgotten the path, or was given it back."""
    opened: bool
    """This side opened the path."""
    picked: bool
    """This side opened it and let the layer below pick our address."""
    users: int
    """Who needs the path: connections that can send, forgotten ones too, and opens under way."""

    def __init__(self, answerable: bool, settling: Settling) -> None:
        self.answerable = answerable
        self.gone = False
        self.opened = False
        self.picked = False
        self.users = 0
        self._settling = settling
        self._used = -math.inf  # when a conversation over it ended; before the first, there is nothing to settle
        self._settles: Timer | None = None

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

    def forgotten(self) -> None:
        """The layer below made room: give the path back, unless somebody needs it."""
        if not self.users:
            self.close()

    @abstractmethod
    def end(self, event: Status) -> None:
        """All connections over it end, and their receivers hear ``event``."""

    # -- giving it back

    def used(self) -> None:
        """A conversation over it has ended now; the peer knows that as well."""
        self._used = self._settling.runtime.now

    def may_stay_silent(self) -> None:
        """A peer began it. What converses below may keep back all that it sends, and then no packet lets go of it."""
        if self._settling.seconds:
            self._look_after(self._settling.seconds)

    def let_go(self) -> None:
        """Give the path back where nobody needs it, once it has settled. Harmless where it is gone."""
        if not self.users:
            settling = self._settling
            left = self._used + max(settling.seconds, settling.keep) - settling.runtime.now
            if self.gone or left <= 0:
                self.close()
            else:
                self._look_after(left)

    def _look_after(self, delay: float) -> None:
        if self._settles is None:
            self._settles = self._settling.runtime.timer(self.let_go)
        self._settles.start(delay)

    def close(self) -> None:
        """Give the path back now. Harmless where it is gone."""
        if self._settles is not None:
            self._settles.end()
            self._settles = None
        self.gone = True
        self.give_back()

    @abstractmethod
    def give_back(self) -> None:
        """Take the path out of the layer's table, and close the one below."""


P = TypeVar("P", bound=SharedPath)


class PathTable(Generic[Host, P]):
    """The paths of one layer over ``over``, by the hosts at their ends."""

    __slots__ = ("_make", "_over", "_paths", "_renew", "settling")

    def __init__(
        self, over: Carrier[Host], make: Callable[[Path[Host]], P], renew: Callable[[P, Path[Host]], None]
    ) -> None:
        """``make`` a path's receiver; or ``renew`` one that there is, for a path that takes a forgotten one's place."""
        self._over = over
        self._make = make
        self._renew = renew
        self.settling = Settling(over.runtime)
        self._paths: dict[Host, dict[Host, P]] = {}  # by peer, then by our address

    def listen(self) -> Listening:
        """Have the paths that peers begin. Raises as ``Paths.listen`` does."""
        self.settling.seconds = self._over.settle  # what is interposed is known by now
        return self._over.listen(self._begun)

    def _begun(self, lower: Path[Host]) -> Receiver:
        path = self.enter(lower)
        path.may_stay_silent()
        return path

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
