"""Settings of ICMP."""

from __future__ import annotations

import attrs


@attrs.frozen
class IcmpConfig:
    """Settings of ICMP on one host."""

    answer_echo: bool = True
    """Answer echo requests for which nobody listens (RFC 1122, section 3.2.2.6)."""
    answer_groups: bool = False
    """Those to broadcast addresses and multicast groups, too: one request may then call forth many answers."""
    echo_rate: float = 10_000.0
    """Echo replies a second that this host sends on its own account, and as many at once."""
    accept_redirects: bool = False
    """Believe gateways that name a better one. Anybody on the link can forge that."""
    error_rate: float = 1000.0
    """Error messages a second, to all hosts together."""
    error_burst: int = 50
    """How many of them at once."""
    error_rate_per_host: float = 1.0
    """Error messages a second to one host."""
    error_burst_per_host: int = 6
    hosts: int = 1024
    """For how many hosts that is kept count of."""
    sessions: int = 256
    """How many echo sessions begun by peers are kept, where somebody listens for them."""
