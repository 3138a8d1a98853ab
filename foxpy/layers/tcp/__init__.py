"""TCP: streams between ports (RFC 9293)."""

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import (
    Configure,
    Consumed,
    HalfClose,
    Hold,
    SendUrgent,
    TcpAddress,
    TcpConnection,
    TcpConnectionInfo,
    TcpControl,
    TcpEvent,
    TcpInfo,
    TcpPattern,
)
from foxpy.layers.tcp.layer import Tcp, tcp

__all__ = [
    "Configure",
    "Consumed",
    "HalfClose",
    "Hold",
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
