"""Address families, as MP_REACH_NLRI, capabilities and ROUTE-REFRESH name them (RFC 4760, section 3)."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.wire import Field, UInt


class Afi(IntEnum):
    """Of network layer addresses."""

    IPV4 = 1
    IPV6 = 2
    L2VPN = 25


class Safi(IntEnum):
    """What the routes are for (RFC 4760, section 6; RFC 8277; RFC 4364)."""

    UNICAST = 1
    MULTICAST = 2
    MPLS_LABEL = 4
    MPLS_VPN = 128


AfiCode = Annotated[Field["Afi | int"], UInt(16, kind=Afi, open=True)]
SafiCode = Annotated[Field["Safi | int"], UInt(8, kind=Safi, open=True)]
