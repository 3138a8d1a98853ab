"""Settings of an Ethernet."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class EthernetConfig:
    """Settings of an Ethernet, for all its connections. Raises ValueError where one is absurd."""

    minimum: int = attrs.field(default=46, validator=attrs.validators.ge(0))
    """Payloads are padded with zeros to this many bytes (IEEE 802.3, 4.2.3.3); 0 for a medium that has no minimum."""
    all_groups: bool = True
    """Receive every multicast. IP filters for itself; turn it off to receive joined groups alone."""
    promiscuous: bool = False
    """Receive what is meant for other stations as well."""
    passive_connections: int = attrs.field(default=1024, validator=attrs.validators.ge(1))
    """How many connections begun by peers are kept."""
