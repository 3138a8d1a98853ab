"""What names things on an Ethernet."""

from __future__ import annotations

from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.errors import BadAddress

LLC: Final = 4
"""Stands for all frames with a length where the ethertype would be (IEEE 802.3), as ETH_P_802_2 does on Linux."""
LOWEST_ETHERTYPE: Final = 0x600


def _ethertype(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value != LLC and not LOWEST_ETHERTYPE <= value <= 0xFFFF:
        raise BadAddress(f"ethertype {value:#06x} is outside 0x0600..0xffff; LLC ({LLC}) stands for 802.3 frames")


@attrs.frozen
class EthernetAddress:
    """One protocol on one station, or on a group of them."""

    host: MacAddress
    ethertype: int = attrs.field(validator=_ethertype)

    def __str__(self) -> str:
        return f"{self.host} ethertype {self.ethertype:#06x}"


@attrs.frozen
class EthernetPattern:
    """One protocol on any station, or on ``host`` alone."""

    ethertype: int = attrs.field(validator=_ethertype)
    host: MacAddress | None = None

    def __str__(self) -> str:
        return f"ethertype {self.ethertype:#06x} from {self.host or 'anyone'}"
