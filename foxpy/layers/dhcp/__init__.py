"""DHCP: how a host gets its address from a server (RFC 2131). Its messages are described so far."""
