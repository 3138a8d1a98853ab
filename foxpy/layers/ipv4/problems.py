"""Who tells other hosts what was wrong with their datagrams, and of better ways for them: ICMP, once it is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from ipaddress import IPv4Address

from foxpy.status import Trouble


class ProblemReporter(ABC):
    """See ``Ip.report_problems_to``. It decides whether anything may be told at all (RFC 1122, section 3.2.2)."""

    @abstractmethod
    def problem(self, trouble: Trouble, frame: bytes, start: int, end: int, detail: int = 0) -> None:
        """The datagram ``frame[start:end]``, its IP header first, could not be served because of ``trouble``.

        Its header has been checked, and its source could be a host or is this one. ``detail`` is the offset of the
        byte that is wrong, for PARAMETER_PROBLEM, and what the next link carries, for TOO_BIG. Called from inside
        ``deliver``; must not raise.
        """

    @abstractmethod
    def redirect(self, frame: bytes, start: int, end: int, gateway: IPv4Address, local: IPv4Address) -> None:
        """The datagram ``frame[start:end]`` was sent on to ``gateway``, which its source could have sent it to: tell it
        so, from this router's address ``local`` on the network that all three share.

        Its header has been checked, and it has no source route. Called from inside ``deliver``; must not raise.
        """
