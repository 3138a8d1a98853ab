"""RTP and RTCP: sound and pictures as they happen (RFC 3550)."""
