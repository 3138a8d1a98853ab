"""The Internet checksum (RFC 1071): ones' complement sums of byte ranges."""

from __future__ import annotations

from typing import Final

LONG: Final = 400
"""Bytes from which on halving is quicker than dividing: that takes 5 ns for each 30 bits, an addition less than one."""
LONGEST: Final = 20
"""log2 of the bits of the largest packet. What is longer is divided while it is longer."""
CUTS: Final = tuple((1 << power, (1 << (1 << power)) - 1) for power in range(LONGEST - 1, 9, -1))
"""Where a number is cut in two, again and again, and the masks of what is below."""
HALVES: Final = tuple(CUTS[LONGEST - length :] for length in range(LONGEST + 1))
"""For a number of so many bits, by the bit length of that: those that make it shorter."""


def ones_sum(data: bytes | bytearray, start: int, end: int) -> int:
    """The folded ones' complement sum of ``data[start:end]``, 0 to 0xFFFF; an odd last byte is the high half of a word.

    It is 0 only where every byte is 0; a sum that is a multiple of 0xFFFF is given as 0xFFFF, as adding word by word
    with end-around carry gives it. The sum is not complemented.
    """
    # 2**16 is 1 modulo 65535, so a number in base 2**16 is congruent to the sum of its digits: one division by a
    # small number does what a loop over words would, and does it in C. As 2**1024 is 1, too, a long number is as well
    # the sum of its halves.
    number = int.from_bytes(data[start:end], "big")
    size = end - start
    if size & 1:
        number <<= 8
    if size > LONG:
        for bits, mask in HALVES[min((8 * size).bit_length(), LONGEST)]:
            number = (number >> bits) + (number & mask)
    return (number % 0xFFFF or 0xFFFF) if number else 0


def fold(total: int) -> int:
    """``total``, a sum of 16-bit words below 2**63, with its carries added back in (end-around), 0 to 0xFFFF."""
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total
