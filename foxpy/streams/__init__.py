"""What applications hold: trio's streams, listeners and channels over foxpy's TCP and UDP."""

from foxpy.streams.datagrams import Datagram
from foxpy.streams.tcp import TcpListener, TcpStream, connect_tcp, listen_tcp
from foxpy.streams.udp import UdpChannel, UdpSocket, bind_udp, connect_udp

__all__ = [
    "Datagram",
    "TcpListener",
    "TcpStream",
    "UdpChannel",
    "UdpSocket",
    "bind_udp",
    "connect_tcp",
    "connect_udp",
    "listen_tcp",
]
