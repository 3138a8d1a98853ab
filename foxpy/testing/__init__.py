"""For those who test protocols: the conformance kit, virtual time and networks in memory, packet checkers."""

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
