"""BGP-4: routes between autonomous systems (RFC 4271)."""
