"""What names echo sessions."""

from __future__ import annotations

from ipaddress import IPv4Address

import attrs

from foxpy.errors import BadAddress


def _identifier(instance: object, attribute: attrs.Attribute[int | None], value: int | None) -> None:
    if value is not None and not 0 <= value <= 0xFFFF:
        raise BadAddress(f"echo identifier {value} is outside 0..65535")


@attrs.frozen
class IcmpAddress:
    """An echo session with ``host``: a host, a broadcast address or a multicast group.

    Without an ``identifier`` a free one is taken; without ``local`` the route picks this end's address.
    """

    host: IPv4Address
    identifier: int | None = attrs.field(default=None, validator=_identifier)
    local: IPv4Address | None = None

    def __str__(self) -> str:
        return f"{self.host} echo {'any' if self.identifier is None else self.identifier}"


@attrs.frozen
class IcmpPattern:
    """Echo requests of any host, or of ``host`` alone."""

    host: IPv4Address | None = None

    def __str__(self) -> str:
        return f"echo requests from {self.host or 'anyone'}"
