"""The ECN field of the datagrams of one connection ([3168] section 5)."""

from __future__ import annotations

from typing import Final

from foxpy.ecn import NOT_ECT, EcnField
from foxpy.layers.ipv4.headers import Headers

TOS: Final = 1
"""Where in the header the byte is whose two lowest bits are the ECN field."""


class IpEcn(EcnField):
    """What a sender of datagrams stamps, and what those have that come: looked at only where somebody asks."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Headers) -> None:
        super().__init__()
        self._headers = headers

    def arrived(self, frame: bytes, start: int) -> int:
        at = self._headers.of(frame, start)
        return NOT_ECT if at < 0 else frame[at + TOS] & 3
