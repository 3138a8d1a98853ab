"""What a layer above may know of one connection of the layer below."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from foxpy.ecn import EcnField
from foxpy.transfer import Sender

Host = TypeVar("Host", bound=Hashable)  # how a carrier names the machine at the other end; invariant


class Path(Generic[Host]):
    """One connection of the layer below, reduced to what the layer above may know of it."""

    __slots__ = ("_close", "answerable", "ecn", "local", "peer", "pseudo", "sender")

    peer: Host
    local: Host
    """This end as the peer addressed it: for a packet sent to a group, the group."""
    answerable: bool
    """Whether ``sender`` may be used: not where the packet came to a group, or from an address that names no host."""
    pseudo: int
    """The ones' complement sum of the pseudo-header without its length, 0 where the layer below has none."""
    sender: Sender
    ecn: EcnField | None
    """The ECN field of its packets; None where they have none."""

    def __init__(
        self,
        peer: Host,
        local: Host,
        pseudo: int,
        sender: Sender,
        answerable: bool,
        close: Callable[[], None],
        ecn: EcnField | None = None,
    ) -> None:
        self.peer = peer
        self.local = local
        self.pseudo = pseudo
        self.sender = sender
        self.answerable = answerable
        self.ecn = ecn
        self._close = close

    def close(self) -> None:
        """Let go of it. The receiver hears nothing more. Closing twice is harmless."""
        self._close()
