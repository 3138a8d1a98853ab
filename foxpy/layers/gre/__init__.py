"""GRE: any protocol over IP (RFC 2784)."""
