"""LLC: what the data of an IEEE 802.3 frame is (IEEE 802.2)."""
