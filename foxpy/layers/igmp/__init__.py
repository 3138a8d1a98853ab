"""IGMP: which multicast groups a router's neighbours listen to (RFC 3376)."""
