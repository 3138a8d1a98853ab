"""IPv6: hosts on any network, named by IPv6 address (RFC 8200)."""
