"""The states of a connection ([9293] section 3.3.2), each a small class with the data that only it has.

LISTEN is missing on purpose: a listener is not a state of a connection but an entry in the layer's table, so that a SYN
cannot use it up. What the RFC says of LISTEN is in ``stateless.py``.
"""

from __future__ import annotations

import enum
from typing import Final, TypeAlias

from foxpy.mypyc_attributes import mypyc_attr


class Why(enum.Enum):
    """How a connection came to its end."""

    NOT_OPENED = "not opened yet"
    CLOSED = "closed in good order"
    ABORTED = "aborted on this side"
    RESET = "reset by the peer"
    REFUSED = "refused by the peer"
    TIMED_OUT = "timed out"
    UNREACHABLE = "reported unreachable"
    SUPERSEDED = "succeeded by a new connection between the same ports"


@mypyc_attr(acyclic=True)
class Closed:
    """No connection: not yet, or no more. Holds why."""

    __slots__ = ("why",)

    def __init__(self, why: Why) -> None:
        self.why = why


class SynSent:
    """Our SYN is out and nothing came back yet."""

    __slots__ = ()


class SynReceived:
    """SYNs went both ways, ours is not acknowledged. Holds whether it came from LISTEN or from SYN-SENT (MUST-11)."""

    __slots__ = ("passive",)

    def __init__(self, passive: bool) -> None:
        self.passive = passive


class Established:
    """Open both ways."""

    __slots__ = ()


class FinWait1:
    """We closed; our FIN waits behind data, or is out and not acknowledged."""

    __slots__ = ()


class FinWait2:
    """Our FIN is acknowledged, the peer has not closed."""

    __slots__ = ()


class CloseWait:
    """The peer closed, we have not."""

    __slots__ = ()


class Closing:
    """Both closed at once; our FIN is not acknowledged."""

    __slots__ = ()


class LastAck:
    """The peer closed, then we did; our FIN is not acknowledged."""

    __slots__ = ()


class TimeWait:
    """Closed both ways; lingers so that old duplicates die and the peer's FIN can be acknowledged again."""

    __slots__ = ()


State: TypeAlias = (
    Closed | SynSent | SynReceived | Established | FinWait1 | FinWait2 | CloseWait | Closing | LastAck | TimeWait
)

UNOPENED: Final = Closed(Why.NOT_OPENED)
CLOSED: Final = Closed(Why.CLOSED)
"""In good order."""
# States without data need but one instance each; compare them with ``is``.
SYN_SENT: Final = SynSent()
ESTABLISHED: Final = Established()
FIN_WAIT_1: Final = FinWait1()
FIN_WAIT_2: Final = FinWait2()
CLOSE_WAIT: Final = CloseWait()
CLOSING: Final = Closing()
LAST_ACK: Final = LastAck()
TIME_WAIT: Final = TimeWait()

_NAMES: Final[dict[type[State], str]] = {
    Closed: "CLOSED",
    SynSent: "SYN-SENT",
    SynReceived: "SYN-RECEIVED",
    Established: "ESTABLISHED",
    FinWait1: "FIN-WAIT-1",
    FinWait2: "FIN-WAIT-2",
    CloseWait: "CLOSE-WAIT",
    Closing: "CLOSING",
    LastAck: "LAST-ACK",
    TimeWait: "TIME-WAIT",
}


def name(state: State) -> str:
    """The state's name as the RFC writes it."""
    return _NAMES[type(state)]
