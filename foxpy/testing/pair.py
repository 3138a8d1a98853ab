"""Two protocols that can reach each other: what the conformance kit is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Never, TypeAlias

import attrs

from foxpy.devices.device import AnyMedium, Device
from foxpy.protocol import Address, Conn, Pattern, Protocol
from foxpy.runtime import Component


@attrs.frozen
class ProtocolPair(Generic[Address, Pattern, Conn]):
    """Two protocols of a kind on a network of their own, freshly made and not initialized, and what is true of them.

    The protocols may be anything from two devices to two stacks; the flags say which part of the contract applies.
    """

    left: Protocol[Address, Pattern, Conn, Never, object]
    right: Protocol[Address, Pattern, Conn, Never, object]
    left_address: Address
    """Where right finds left when left listens to ``pattern``."""
    right_address: Address
    """Where left finds right when right listens to ``pattern``."""
    pattern: Pattern
    """What either of them listens to, to hear the other."""
    stream: bool = attrs.field(default=False, kw_only=True)
    """A byte stream: what is sent arrives in order, in pieces of any size, and its end is told to the peer.
    Otherwise each packet arrives by itself, whole or not at all."""
    reliable: bool = attrs.field(default=True, kw_only=True)
    """All that is sent on this network arrives; turn it off where the pair loses packets."""
    ordered: bool = attrs.field(default=True, kw_only=True)
    """Packets arrive in the order in which they were sent."""
    held: bool = attrs.field(default=False, kw_only=True)
    """Packets are held back under way, to be late: a close that does not wait drops those."""
    smallest: int = attrs.field(default=0, kw_only=True)
    """The least number of bytes that a packet may have."""
    padding: int = attrs.field(default=0, kw_only=True)
    """Packets of fewer bytes than this may arrive filled up with zeros to this many."""
    sizes: tuple[int, ...] = attrs.field(default=(), kw_only=True)
    """Sizes to carry besides those that are always tried (least, odd, 1000, largest)."""
    bad_addresses: tuple[Address, ...] = attrs.field(default=(), kw_only=True)
    """Addresses that an active open of left refuses with BadAddress."""
    bad_patterns: tuple[Pattern, ...] = attrs.field(default=(), kw_only=True)
    """Patterns that left refuses to listen to with BadAddress."""
    beside: tuple[Component, ...] = attrs.field(default=(), kw_only=True)
    """What else has to run, such as ICMP beside UDP."""
    right_device: Device[AnyMedium] | None = attrs.field(default=None, kw_only=True)
    """The device below right, where hostile frames are fed in; without it that check is left out."""
    patience: float = attrs.field(default=30.0, kw_only=True)
    """Seconds after which what has not happened will not; they cost nothing in virtual time."""
    silence: float = attrs.field(default=1.0, kw_only=True)
    """Seconds in which everything under way arrives."""


MakePair: TypeAlias = Callable[[], ProtocolPair[Address, Pattern, Conn]]
"""Makes a new pair; called inside trio, once for each check. The pair holds nothing before it is initialized."""
