"""Who listens to which port, and for which peers."""

from __future__ import annotations

from functools import partial
from typing import Generic

from foxpy.addresses import Port
from foxpy.demux import Listeners
from foxpy.layers.tcp.addresses import TcpPattern
from foxpy.layers.tcp.connection import TcpConnection
from foxpy.ports import PortsInUse
from foxpy.protocol import Handler, Host, Listening, Receiver


class TcpListeners(Generic[Host]):
    """The listeners of one TCP. Who takes any peer at any address is found by the port alone: that is nearly always
    all there is."""

    __slots__ = ("_anyone", "_particular", "_patterns", "ports")

    ports: PortsInUse
    """Those that anybody listens to."""

    def __init__(self) -> None:
        self._patterns: Listeners[TcpPattern[Host], TcpConnection[Host]] = Listeners(self._stopped)
        self._anyone: dict[Port, Handler[TcpConnection[Host]]] = {}
        self._particular = 0  # patterns of one host, or one of our addresses, alone
        self.ports = PortsInUse()

    def __len__(self) -> int:
        return len(self._patterns)

    def listen(
        self, pattern: TcpPattern[Host], accept: Handler[TcpConnection[Host]]
    ) -> tuple[Listening, Handler[TcpConnection[Host]]]:
        """What stops it, and the handler that ``match`` gives for it: as ``accept``, and no other listening's.

        Raises OpenFailed where someone listens to that very pattern.
        """
        accepting: partial[Receiver] = partial(accept)
        listening = self._patterns.listen(pattern, accepting)
        if self._is_particular(pattern):
            self._particular += 1
        else:
            self._anyone[pattern.port] = accepting
        self.ports.take(pattern.port)
        return listening, accepting

    def _stopped(self, pattern: TcpPattern[Host]) -> None:
        if self._is_particular(pattern):
            self._particular -= 1
        else:
            del self._anyone[pattern.port]
        self.ports.give_back(pattern.port)

    def _is_particular(self, pattern: TcpPattern[Host]) -> bool:
        return pattern.host is not None or pattern.local is not None

    def match(self, port: int, peer: Host, local: Host) -> Handler[TcpConnection[Host]] | None:
        """Who listens to our ``port`` for ``peer``, to whom we are ``local``: the most specific pattern's."""
        ours = Port(port)
        if self._particular and ours in self.ports:
            found = self._patterns.match(
                (TcpPattern(ours, peer, local), TcpPattern(ours, peer), TcpPattern(ours, None, local))
            )
            if found is not None:
                return found
        return self._anyone.get(ours)

    def clear(self) -> None:
        """Nobody listens any more: for ``release``."""
        self._patterns.clear()
        self._anyone.clear()
        self._particular = 0
        self.ports.clear()
