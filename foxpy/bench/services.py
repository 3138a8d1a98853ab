"""What every server of the benchmarks offers, by number.

Over TCP:

- 7: echo
- 8: echo for short connections; Linux's server answers them one after the other
- 9: sink. Takes an 8-byte count and that many bytes, answers the count
- 10: hash. Takes an 8-byte count and that many bytes, answers their SHA-256 (not Linux's in C)
- 19: source. Takes an 8-byte count, sends that many bytes of PATTERN, over and over

Over UDP 7 is echo too (and 8, by Linux's server many datagrams a call), over IP protocol 253. UDP 9 and protocol 254
take portions: each packet begins with the portion's number, 4 bytes, and how many packets it has, 1 byte; the last one
that comes is answered with those five. 253 and 254 are the protocols for experiments (RFC 3692).
"""

from __future__ import annotations

import hashlib
from typing import Final

ECHO: Final = 7
SHORT: Final = 8
SINK: Final = 9
HASH: Final = 10
SOURCE: Final = 19
IP_ECHO: Final = 253
IP_SINK: Final = 254
PATTERN: Final = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(2048))


def pattern(size: int) -> bytes:
    """The first ``size`` bytes of PATTERN, over and over."""
    return (PATTERN * (size // len(PATTERN) + 1))[:size]
