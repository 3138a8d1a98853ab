"""Settings of a UDP."""

from __future__ import annotations

import attrs

from foxpy.addresses import Port
from foxpy.ports import FIRST, LAST


@attrs.frozen(kw_only=True)
class UdpConfig:
    """Settings of a UDP, for all its connections. Raises ValueError where one is absurd."""

    require_checksums: bool = False
    """Drop datagrams that come without one (RFC 1122, section 4.1.3.4: an application MAY ask for that)."""
    passive_connections: int = attrs.field(default=4096, validator=attrs.validators.ge(1))
    """How many connections begun by peers are kept."""
    first_port: Port = FIRST
    """The first ephemeral port."""
    last_port: Port = LAST
    """The last one."""
