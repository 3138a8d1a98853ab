"""ICMPv6: echo, errors, neighbours and groups of IPv6 (RFC 4443)."""
