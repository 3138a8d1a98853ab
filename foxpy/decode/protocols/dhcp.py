"""DHCP for IPv4."""

from __future__ import annotations

from enum import IntEnum

from foxpy.decode.line import Here
from foxpy.decode.protocol import protocol
from foxpy.layers.dhcp.numbers import Operation
from foxpy.layers.dhcp.options import MessageType
from foxpy.layers.dhcp.wire import DHCP, UNKNOWN


def _words(message: DHCP, here: Here) -> str:
    # Not those in other fields: what is there need not be options
    kinds = [each.kind for each in message.options if isinstance(each, MessageType)]
    way = "Request" if message.op == Operation.REQUEST else "Reply"
    name = "".join(f", {kind.name if isinstance(kind, IntEnum) else kind}" for kind in kinds)
    yours = "" if message.yiaddr == UNKNOWN else f", your-IP {message.yiaddr}"
    return f"BOOTP/DHCP, {way} from {message.hardware.hex(':')}{name}{yours}, length {here.size}"


dhcp = protocol("dhcp", DHCP, words=_words)
