"""For those who test protocols and programs that use them, in one process, in virtual time, without privileges.

- here: ``check_protocol``, the conformance kit; ``virtual``, which runs a test in virtual time; ``Collector``;
- ``foxpy.testing.hosts``: whole hosts on a segment in memory; ``foxpy.testing.capture``: what passes through a layer;
- ``foxpy.testing.peer``: a scripted peer in front of a TCP, segment by segment (docs/peer.md);
- ``foxpy.testing.checkers``: what a packet has to be, layer by layer;
- ``foxpy.testing.carriers``: a carrier as a protocol, for the kit; ``foxpy.testing.postbox``: a small whole protocol.
- ``foxpy.testing.namespaces``: Linux as the other end, which needs root.
"""

from foxpy.testing.collector import Acceptor, Collector
from foxpy.testing.conformance import CHECKS, Check, check_protocol
from foxpy.testing.contract import ContractBroken
from foxpy.testing.network import virtual
from foxpy.testing.pair import MakePair, ProtocolPair

__all__ = [
    "CHECKS",
    "Acceptor",
    "Check",
    "Collector",
    "ContractBroken",
    "MakePair",
    "ProtocolPair",
    "check_protocol",
    "virtual",
]
