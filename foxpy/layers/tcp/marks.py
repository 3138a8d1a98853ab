"""What ECN adds to the control block ([3168] section 6.1); ``ecn.py`` has the rules."""

from __future__ import annotations

from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(acyclic=True)
class Ecn:
    """ECN on a connection whose ends agreed on it."""

    __slots__ = ("answered", "capable", "reduced")

    def __init__(self, iss: int) -> None:
        self.capable = True
        """New data may go out as ECT(0)."""
        self.reduced = False
        """The congestion window has been reduced, and the peer is to hear of it: CWR."""
        self.answered = iss
        """SND.NXT at the last reduction: what the peer says of data before it has been answered for."""
