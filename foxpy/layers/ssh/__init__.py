"""SSH: the binary packet and its messages (RFC 4251 to 4254)."""
