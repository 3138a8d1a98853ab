"""What router discovery counts."""

from __future__ import annotations


class Counters:
    """Messages and entries by what became of them."""

    __slots__ = (
        "advertisements_ignored",
        "advertisements_received",
        "advertisements_sent",
        "bad_code",
        "crowded_out",
        "elsewhere",
        "foreign_routers",
        "malformed",
        "never_default",
        "not_advertising",
        "not_neighbours",
        "solicitations_ignored",
        "solicitations_received",
        "solicitations_sent",
        "unsendable",
        "without_word",
    )

    def __init__(self) -> None:
        self.advertisements_received = 0
        self.advertisements_sent = 0
        self.solicitations_received = 0
        self.solicitations_sent = 0
        # messages that came and were dropped
        self.malformed = 0  # too short, no routers, or entries of less than 8 bytes
        self.bad_code = 0
        self.elsewhere = 0  # on no interface where this runs: the loopback
        self.not_neighbours = 0  # from a host that is not on the link, or may not be
        self.advertisements_ignored = 0  # came to a router, or where no routers are looked for
        self.solicitations_ignored = 0  # came to a host
        self.not_advertising = 0  # solicitations where nothing is advertised
        # routers in advertisements that were not kept
        self.foreign_routers = 0  # not on the link, or no host's address
        self.never_default = 0
        self.crowded_out = 0
        # what was not sent
        self.unsendable = 0
        self.without_word = 0  # packets for a router, to which a host has nothing to say

    def discards(self) -> dict[str, int]:
        """Every reason for which something was dropped or not sent, by name."""
        return {name: getattr(self, name) for name in self.__slots__ if not name.endswith(("_sent", "_received"))}
