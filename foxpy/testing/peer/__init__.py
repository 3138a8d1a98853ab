"""A scripted TCP peer: a test that reads like the ladder diagrams of RFC 9293, in virtual time.

::

    with scripted(TcpConfig()) as peer:
        peer.send(SYN, seq=100, mss=1460)
        peer.expect(SYN | ACK, ack=101)
        peer.send(ACK)
        peer.app.send(b"hello")
        peer.expect(ACK | PSH, b"hello")
        peer.expect_nothing(for_=0.2)

One end of a link in memory is a foxpy TCP with an application, the other is the script. docs/peer.md has the whole of
it; ``scripted`` and ``Peer`` say what each call means.
"""

from foxpy.layers.tcp.segment import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from foxpy.testing.peer.app import App
from foxpy.testing.peer.arrow import ANY, Arrow
from foxpy.testing.peer.ends import PORT, Ends, Ground, over_ethernet, over_ip
from foxpy.testing.peer.ladder import Ladder, ScriptFailed
from foxpy.testing.peer.peer import Peer
from foxpy.testing.peer.script import scripted

__all__ = [
    "ACK",
    "ANY",
    "CWR",
    "ECE",
    "FIN",
    "PORT",
    "PSH",
    "RST",
    "SYN",
    "URG",
    "App",
    "Arrow",
    "Ends",
    "Ground",
    "Ladder",
    "Peer",
    "ScriptFailed",
    "over_ethernet",
    "over_ip",
    "scripted",
]
