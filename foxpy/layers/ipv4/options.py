"""The options of an IPv4 header (RFC 791, section 3.1; RFC 1122, section 3.2.1.8); few datagrams have any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import Final, TypeAlias

import attrs

from foxpy.layers.ipv4.numbers import names_a_host
from foxpy.layers.ipv4.wire import (
    IpOption,
    LooseSourceRoute,
    NoOperation,
    OtherOption,
    RecordRoute,
    RouterAlert,
    StreamId,
    StrictSourceRoute,
    Timestamp,
    ip_options,
)
from foxpy.wire import PacketError, reader

Option: TypeAlias = (
    NoOperation | RecordRoute | Timestamp | LooseSourceRoute | StreamId | StrictSourceRoute | RouterAlert | OtherOption
)

END: Final = 0
NO_OPERATION: Final = 1
"""The kinds without a length."""
COPIED: Final = 0x80
"""Set in the kind of options that belong in every fragment (RFC 791, section 3.1)."""
MILLISECONDS_A_DAY: Final = 86_400_000
STAMPS_ONLY: Final = 0
STAMPS_AND_ADDRESSES: Final = 1
PRESPECIFIED: Final = 3
"""The forms of a timestamp option."""
MOST_OVERFLOWS: Final = 15
"""The overflow count of a timestamp option has 4 bits."""

read_kind = reader(IpOption.kind)
read_length = reader(OtherOption.length)


@attrs.frozen
class Broken:
    """The options are wrong at byte ``at``, counted from where they begin: what a Parameter Problem points to."""

    at: int
    why: str = attrs.field(default="wrong", eq=False)


@attrs.frozen
class SourceRouted:
    """There is a source route, and it is not welcome."""


class BrokenAt(Exception):
    """Where ``each`` can read no further."""

    def __init__(self, at: int) -> None:
        self.at = at


def check(area: bytes, source_routes: bool) -> Broken | SourceRouted | None:
    """What is wrong with the options ``area``; None where they may pass.

    With ``source_routes`` a source route that has been travelled to its end may pass. What this host does not
    understand is passed, as RFC 1122 demands. A second source route is an error (RFC 1812, section 5.2.4.1).
    """
    routed = False
    found: SourceRouted | None = None
    try:
        for at, option in each(area):
            match option:
                case LooseSourceRoute(pointer=pointer, route=route) | StrictSourceRoute(pointer=pointer, route=route):
                    left = len(route) + 4 - pointer
                    if pointer < 4 or 0 < left < 4:
                        return Broken(at + 2)
                    if routed:
                        return Broken(at, "a second source route")
                    routed = True
                    # What is left of the route would be travelled through this host: that is for a router to decide.
                    if not source_routes or left > 0:
                        found = SourceRouted()
                case RecordRoute(pointer=pointer, route=route):
                    left = len(route) + 4 - pointer
                    if pointer < 4 or 0 < left < 4:  # room, but not for an address
                        return Broken(at + 2)
                case Timestamp(pointer=pointer, form=form, stamps=stamps):
                    if form not in (STAMPS_ONLY, STAMPS_AND_ADDRESSES, PRESPECIFIED):
                        return Broken(at + 3)
                    left = len(stamps) + 5 - pointer
                    if pointer < 5 or 0 < left < (4 if form == STAMPS_ONLY else 8):
                        return Broken(at + 2)
                case _:
                    pass
    except BrokenAt as broken:
        return Broken(broken.at)
    return found


def source_route(area: bytes) -> tuple[int, LooseSourceRoute | StrictSourceRoute] | None:
    """The source route among the options ``area``, which are well formed, and where it begins."""
    for at, option in each(area):
        if isinstance(option, LooseSourceRoute | StrictSourceRoute):
            return at, option
    return None


def final(area: bytes, destination: int) -> int:
    """Whom a datagram is for that has the options ``area``, of anybody's making: at the end of its source route."""
    try:
        for _, option in each(area):
            match option:
                case LooseSourceRoute(pointer=pointer, route=route) | StrictSourceRoute(pointer=pointer, route=route):
                    return int.from_bytes(route[-4:], "big") if pointer <= len(route) + 3 else destination
                case _:
                    pass
    except BrokenAt:
        pass
    return destination


def way_back(area: bytes, source: IPv4Address) -> tuple[IPv4Address, ...]:
    """The routers by which a datagram came from ``source``, the last first, by the source route in its options
    ``area``, which are well formed; none where there is no such option (RFC 1122, section 3.2.1.8 (c)).

    Of a route that goes on, the part that was travelled counts (RFC 1812, section 4.3.2.6). A source that put itself at
    the beginning is left out, and a route through what is no host is none.
    """
    for _, option in each(area):
        match option:
            case LooseSourceRoute(pointer=pointer, route=route) | StrictSourceRoute(pointer=pointer, route=route):
                travelled = min(pointer - 4, len(route)) & ~3
                passed = [IPv4Address(route[at : at + 4]) for at in range(0, travelled, 4)]
                if passed and passed[0] == source:
                    del passed[0]
                return tuple(reversed(passed)) if all(names_a_host(int(each)) for each in passed) else ()
            case _:
                pass
    return ()


def in_fragments(area: bytes) -> bytes:
    """What of the options ``area``, which are well formed, goes into fragments but the first (RFC 791, section 3.2)."""
    return ip_options.build(option for _, option in each(area) if option.kind & COPIED)


def returned(area: bytes, local: IPv4Address, now: int) -> bytes:
    """The options of an echo reply to a request with ``area``, which is well formed (RFC 1122, section 3.2.2.6).

    The record of the route and the timestamps go on, with this host entered; nothing else is sent back. ``now`` is in
    milliseconds.
    """
    kept: list[Option] = []
    for _, option in each(area):
        match option:
            case RecordRoute(pointer=pointer, route=route):
                kept.append(recorded(pointer, route, local))
            case Timestamp():
                kept.append(stamped(option, local, now, lambda number: number == int(local)))
            case _:
                pass
    return ip_options.build(kept)


def with_time(area: bytes, local: IPv4Address, now: int, is_own: Callable[[int], bool]) -> bytes:
    """The options ``area``, which are well formed, with the time ``now``, in milliseconds, where it is asked for: as
    layers above have what arrives at ``local`` (RFC 1122, section 3.2.1.8 (e)), and as what it sends departs (RFC 1812,
    section 4.2.2.1 (e))."""
    out = bytearray(area)
    for at, option in each(area):
        if isinstance(option, Timestamp):
            data = stamped(option, local, now, is_own).build()
            out[at : at + len(data)] = data
    return bytes(out)


def wants_time(area: bytes) -> bool:
    """Whether a timestamp is among the options ``area``, which are well formed."""
    return any(isinstance(option, Timestamp) for _, option in each(area))


def each(area: bytes) -> Iterator[tuple[int, Option]]:
    """The options but fillers, each with its offset. Raises BrokenAt, unless ``check`` has let them pass."""
    at, end = 0, len(area)
    while at < end:
        (kind,) = read_kind(area, at, end)
        if kind == END:
            return
        if kind == NO_OPERATION:
            at += 1
            continue
        try:
            (length,) = read_length(area, at, end)
        except PacketError:
            raise BrokenAt(at) from None
        try:
            if at + length > end:
                raise BrokenAt(at + 1)
            (option,) = ip_options.parse(area, at, at + length)
        except ValueError:  # a PacketError, or not one option
            raise BrokenAt(at + 1) from None
        yield at, option
        at += length


def recorded(pointer: int, route: bytes, local: IPv4Address) -> RecordRoute:
    """The record with ``local`` at ``pointer``, where there is room."""
    at = pointer - 4
    if at + 4 <= len(route):
        return RecordRoute(pointer=pointer + 4, route=route[:at] + local.packed + route[at + 4 :])
    return RecordRoute(pointer=pointer, route=route)  # it is full: nobody is entered any more


def stamped(option: Timestamp, local: IPv4Address, now: int, is_own: Callable[[int], bool]) -> Timestamp:
    """``option`` with the time ``now``, in milliseconds, and with ``local`` where it has addresses; one that asks for
    certain hosts is answered where the next of them ``is_own``."""
    at, form, stamps = option.pointer - 5, option.form, option.stamps
    # The high bit says that this is not the time since midnight, Universal Time (RFC 791): a stack's clock knows none.
    entry = (now % MILLISECONDS_A_DAY | 0x8000_0000).to_bytes(4, "big")
    if form == STAMPS_AND_ADDRESSES:
        entry = local.packed + entry
    elif form == PRESPECIFIED:
        entry = stamps[at : at + 4] + entry
    pointer, overflow = option.pointer, option.overflow
    if is_full(option):
        overflow = min(overflow + 1, MOST_OVERFLOWS)  # hosts that found no room are counted
    elif form != PRESPECIFIED or is_own(int.from_bytes(stamps[at : at + 4], "big")):
        stamps = stamps[:at] + entry + stamps[at + len(entry) :]
        pointer += len(entry)
    return Timestamp(pointer=pointer, overflow=overflow, form=form, stamps=stamps)


def is_full(option: Timestamp) -> bool:
    """Whether it has no room for another entry; there is none for a part of one where ``check`` has let it pass."""
    return option.pointer > len(option.stamps) + 4
