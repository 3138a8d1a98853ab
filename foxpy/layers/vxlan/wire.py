"""The VXLAN header (RFC 7348, section 5)."""

from __future__ import annotations

from typing import Final

from foxpy.wire import Body, Packet, appender, const, field, flag, reader, rest, u3, u4, u8, u24

PORT: Final = 4789
"""The UDP port that packets are sent to."""


class VXLAN(Packet):
    """An Ethernet frame, without its frame check sequence, of one of many networks."""

    reserved: u4 = field(default=0)  # to be 0, and not looked at
    valid: flag = const(True)  # the I flag: vni is a network
    reserved2: u3 = field(default=0)  # to be 0, and not looked at
    reserved3: u24 = field(default=0)  # to be 0, and not looked at
    vni: u24  # the network
    reserved4: u8 = field(default=0)  # to be 0, and not looked at
    body: Body = rest(default=b"")


read_vxlan = reader(VXLAN.vni)
append_vxlan = appender(VXLAN)
