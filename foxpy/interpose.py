"""Layers that change packets, or only watch them, and leave every type as it was.

Trace, fault injection and Fox Net's micro-protocols (a checksum, sequencing, fragmentation) fit anywhere in a stack
because they take the addresses, patterns and connections of the layer that they are put on. An Interposer is such a
layer; putting it on a protocol or a carrier gives the same object back, so ``tcp(faults(ip.carrier(6)))`` has the type
of ``tcp(ip.carrier(6))`` by construction.

For each connection an Interposer makes one Session, which holds what belongs to that connection and takes part in both
directions. What is interposed later lies further from the wire.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Self

from foxpy.completing import Completing
from foxpy.runtime import Runtime
from foxpy.transfer import Connection, Receiver, Sender


class Session(ABC):
    """One interposer's part in one connection. Its methods are called once each: ``sender`` first, ``end`` last, unless
    a handler ends the connection that it is given, and then ``end`` comes before ``receiver``."""

    __slots__ = ("drop",)

    drop: Callable[[], None]
    """Lets go of the connection below, as its owner's ``abort`` would: for a session that ends it by itself and tells
    the receiver Aborted. Set before the methods are called."""

    @abstractmethod
    def sender(self, below: Sender) -> Sender:
        """What the layer above sends through; passes on to ``below``, or returns it to take no part."""

    @abstractmethod
    def receiver(self, above: Receiver) -> Receiver:
        """What the layer below delivers to; passes on to ``above``, or returns it to take no part.

        Status events must reach ``above``.
        """

    def end(self) -> None:
        """The connection is over for its owner, in whatever way: closed, aborted, forgotten for room, ended from below
        or with its protocol. Stop the timers, drop what is held; must not raise.

        From now on the session delivers nothing and sends nothing of its own accord. The event that says why may still
        pass, and so does what the owner sends where the connection was only forgotten. Does nothing by default.
        """
        return


class Interposer(ABC):
    """An identity layer or micro-protocol: makes a Session for each connection opened where it was put."""

    converses: bool = False
    """Whether what a session does with a packet depends on what its other end has seen before, as numbers do."""

    @abstractmethod
    def session(self, connection: Connection, runtime: Runtime) -> Session:
        """Its part in ``connection``, which is new. The address, if wanted, is in ``str(connection)``."""


class Interposable(ABC):
    """What an Interposer can be put on."""

    def __init__(self) -> None:
        self.interposers: tuple[Interposer, ...] = ()

    def interpose(self, interposer: Interposer) -> Self:
        """Put ``interposer`` between this and whoever uses it, for connections opened from now on; returns this."""
        self.interposers = (*self.interposers, interposer)
        return self


def staged(
    interposers: Sequence[Interposer],
    connection: Connection,
    sender: Sender,
    runtime: Runtime,
    drop: Callable[[], None],
) -> tuple[Sender, Callable[[Receiver], Receiver]]:
    """The sender for ``connection`` through all ``interposers``, and what wraps the receiver in the same way.

    ``drop`` lets go of ``connection`` for a session that ends it. The sessions are kept with ``connection``, and end
    when its layer calls ``Protocol.detach``.
    """
    sessions = tuple(interposer.session(connection, runtime) for interposer in interposers)
    connection.sessions += sessions
    for session in sessions:
        session.drop = drop
        sender = session.sender(sender)

    def receiving(receiver: Receiver) -> Receiver:
        first = receiver
        for session in reversed(sessions):
            first = session.receiver(first)
        return receiver if first is receiver else Completing(first, runtime)

    return sender, receiving
