"""UDP: datagrams between ports (RFC 768)."""

from foxpy.layers.udp.addresses import UdpAddress, UdpPattern
from foxpy.layers.udp.carrier import UdpCarrier, UdpEndpoint
from foxpy.layers.udp.config import UdpConfig
from foxpy.layers.udp.connection import UdpConnection
from foxpy.layers.udp.layer import Udp, udp
from foxpy.layers.udp.requests import SetChecksums, UdpControl, UdpInfo

__all__ = [
    "SetChecksums",
    "Udp",
    "UdpAddress",
    "UdpCarrier",
    "UdpConfig",
    "UdpConnection",
    "UdpControl",
    "UdpEndpoint",
    "UdpInfo",
    "UdpPattern",
    "udp",
]
