"""The exceptions of the Protocol signature, cut by whose fault it is.

The first six are Fox Net's (Biagioni, Harper, Lee: "Signatures for a Network Protocol Stack", figure 3) with their
meaning; the last three are what a peer or the path can do to a connection. A protocol raises nothing else on purpose.
Bytes from the network never raise through a layer: they are dropped and counted.
"""

from __future__ import annotations


class ProtocolError(Exception):
    """Base of every error that a Protocol operation raises deliberately."""


# -- the caller or the environment


class InitializationFailed(ProtocolError):
    """A resource could not be had (device, privilege, address). The message names it and the remedy."""


class NotInitialized(ProtocolError):
    """The protocol was used before ``initialize`` or after the matching ``finalize``. The caller's fault."""


class BadAddress(ProtocolError, ValueError):
    """An address or pattern that no such protocol can serve: a multicast TCP peer, port 70000. The caller's fault."""


class OpenFailed(ProtocolError):
    """An open that was well formed did not succeed: the address is in use, a table is full, there is no route."""


class PacketSize(ProtocolError, ValueError):
    """The packet is larger than ``Sender.limit()`` allows now. Nothing was sent. The caller's fault.

    ``size`` is what was asked for and ``limit`` what the path carries, both in bytes above the raising layer's header.
    """

    def __init__(self, message: str, size: int, limit: int) -> None:
        super().__init__(message)
        self.size = size
        self.limit = limit


class InvalidConnection(ProtocolError):
    """The connection was closed or aborted on this side, or belongs to another protocol. The caller's fault."""


# -- the peer or the network between


class BrokenByPeer(ProtocolError, ConnectionResetError):
    """The peer reset the connection or broke the protocol's rules beyond repair."""


class TimedOut(ProtocolError, TimeoutError):
    """The peer did not answer within the protocol's limits."""


class Refused(OpenFailed, ConnectionRefusedError):
    """The peer is there and will not talk: a reset in answer to a SYN, a port unreachable."""


class Unreachable(OpenFailed, ConnectionError):
    """The network reported that the peer cannot be reached, or no neighbour answered for it."""


# -- the author of a layer


def unwritten(instance: object, method: str) -> NotImplementedError:
    """For a method that a subclass has to write. Compiled classes raise this when it is called: unlike interpreted
    ones, they do not notice that it is missing when an instance is made."""
    return NotImplementedError(f"{type(instance).__name__} has no {method}(), which it has to write")
