"""TCP: streams between ports (RFC 9293)."""

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import (
    Configure,
    Consumed,
    HalfClose,
    Hold,
    Observe,
    SendUrgent,
    TcpAddress,
    TcpConnection,
    TcpControl,
    TcpInfo,
    TcpPattern,
)
from foxpy.layers.tcp.events import TcpEvent
from foxpy.layers.tcp.info import TcpConnectionInfo
from foxpy.layers.tcp.layer import Tcp, tcp

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
