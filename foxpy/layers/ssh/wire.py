"""SSH messages of all three protocols, as they lie in binary packets: one to a payload, and nothing behind it."""

from __future__ import annotations

from foxpy.layers.ssh.auth import Auth
from foxpy.layers.ssh.binary import BinaryPacket, padding_for
from foxpy.layers.ssh.connection import Connection
from foxpy.layers.ssh.message import OtherMessage, SshMessage
from foxpy.layers.ssh.transport import KeyExchange, Transport
from foxpy.wire import Classifier, Packet, arg, field, oneof, rest

__all__ = ["BinaryPacket", "KeyExchange", "Payload", "SshMessage", "message", "padding_for"]


class Payload(Packet):
    """A payload, when it is not compressed, as its message: what is left behind that is Malformed.

    What a connection knows and a message does not say are the arguments, each as its protocol has it.
    """

    exchange: arg[KeyExchange] = field(default=KeyExchange.NONE)
    pending: arg[str] = field(default="none")
    port_expected: arg[bool] = field(default=False)
    message: oneof[Transport | Auth | Connection | OtherMessage] = rest()


message = Classifier[Transport | Auth | Connection | OtherMessage]()
"""``message.view(payload, pending="password")``: what lies behind the message is not looked at."""
