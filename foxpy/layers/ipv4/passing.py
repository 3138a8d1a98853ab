"""What a router does to the options of a datagram on its way (RFC 1812, sections 5.2.3, 5.2.4.1 and 5.3.13).

They stay where they are and as long as they are; what no router knows is passed unchanged. All areas here are well
formed: ``check`` has let them pass, or found nothing but a source route that goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

import attrs

from foxpy.layers.ipv4.options import MOST_OVERFLOWS, Broken, each, is_full, recorded, source_route, stamped
from foxpy.layers.ipv4.wire import RecordRoute, StrictSourceRoute, Timestamp


@attrs.frozen
class Stop:
    """Where a source route leads next."""

    at: int
    """Where the option begins."""
    pointer: int
    """Where the address lies in it, counted from 1; beyond its end where the route ends at this router."""
    destination: int
    strict: bool
    """Whether no other router may come before it."""
    last: bool
    """Whether the route ends at this router, whose address ``destination`` is."""


def next_stop(area: bytes, is_own: Callable[[int], bool]) -> Stop | None:
    """Where the source route leads by which a datagram has come to this router; None where there is none that goes on.

    ``is_own`` tells this router's addresses. A router that is named several times in a row is visited once (RFC 1812,
    section 5.2.3).
    """
    found = source_route(area)
    if found is None or found[1].pointer > len(found[1].route):
        return None
    at, option = found
    pointer, destination = option.pointer, 0
    while pointer <= len(option.route):
        destination = int.from_bytes(option.route[pointer - 4 : pointer], "big")
        if not is_own(destination):
            break
        pointer += 4
    last = pointer > len(option.route)
    return Stop(at, pointer, destination, isinstance(option, StrictSourceRoute), last)


def travelled(area: bytes, stop: Stop, local: IPv4Address) -> bytes:
    """The options behind ``stop``, with the address ``local`` in place of what was visited (RFC 791, section 3.1)."""
    out = bytearray(area)
    pointer = stop.pointer
    if not stop.last:
        out[stop.at + pointer - 1 : stop.at + pointer + 3] = local.packed
        pointer += 4
    out[stop.at + 2] = pointer
    return bytes(out)


def entered(area: bytes, local: IPv4Address, now: int, is_own: Callable[[int], bool]) -> bytes | Broken:
    """The options with this router entered where they ask for it: by ``local``, its address on the next link (RFC 1812,
    section 4.2.2.2), and the time ``now`` in milliseconds. ``is_own`` tells its addresses.

    Broken where not even the routers that found no room can be counted any more (RFC 791, section 3.1).
    """
    out = bytearray(area)
    for at, option in each(area):
        match option:
            case RecordRoute(pointer=pointer, route=route):
                data = recorded(pointer, route, local).build()
            case Timestamp(overflow=overflow):
                if overflow == MOST_OVERFLOWS and is_full(option):
                    return Broken(at + 3)
                data = stamped(option, local, now, is_own).build()
            case _:
                continue
        out[at : at + len(data)] = data
    return bytes(out)
