"""VLAN: the tags by which many networks share one Ethernet (IEEE 802.1Q)."""
