"""Settings of ICMP."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class IcmpConfig:
    """Settings of ICMP on one host. Raises ValueError where one is absurd."""

    answer_echo: bool = True
    """Answer echo requests for which nobody listens (RFC 1122, section 3.2.2.6)."""
    answer_groups: bool = False
    """Those to broadcast addresses and multicast groups, too: one request may then call forth many answers."""
    echo_rate: float = attrs.field(default=10_000.0, validator=attrs.validators.ge(0))
    """Echo replies a second that this host sends on its own account, and as many at once."""
    accept_redirects: bool = False
    """Believe gateways that name a better one. Anybody on the link can forge that."""
    error_rate: float = attrs.field(default=1000.0, validator=attrs.validators.ge(0))
    """Error messages a second, to all hosts together; and Redirects, of which a router keeps count apart."""
    error_burst: int = attrs.field(default=50, validator=attrs.validators.ge(1))
    """How many of them at once."""
    error_rate_per_host: float = attrs.field(default=1.0, validator=attrs.validators.ge(0))
    """Error messages a second to one host."""
    error_burst_per_host: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    hosts: int = attrs.field(default=1024, validator=attrs.validators.ge(1))
    """For how many hosts that is kept count of."""
    sessions: int = attrs.field(default=256, validator=attrs.validators.ge(1))
    """How many echo sessions begun by peers are kept, where somebody listens for them."""
