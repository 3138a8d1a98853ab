"""VXLAN: Ethernets in UDP (RFC 7348)."""
