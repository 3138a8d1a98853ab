"""TCP: streams between ports (RFC 9293)."""

from foxpy.layers.tcp.addresses import TcpAddress, TcpPattern
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import TcpConnection
from foxpy.layers.tcp.events import TcpEvent
from foxpy.layers.tcp.info import TcpConnectionInfo
from foxpy.layers.tcp.layer import Tcp, tcp
from foxpy.layers.tcp.requests import Configure, Consumed, HalfClose, Hold, Observe, SendUrgent, TcpControl, TcpInfo

__all__ = [
    "Configure",
    "Consumed",
    "HalfClose",
    "Hold",
    "Observe",
    "SendUrgent",
    "Tcp",
    "TcpAddress",
    "TcpConfig",
    "TcpConnection",
    "TcpConnectionInfo",
    "TcpControl",
    "TcpEvent",
    "TcpInfo",
    "TcpPattern",
    "tcp",
]
