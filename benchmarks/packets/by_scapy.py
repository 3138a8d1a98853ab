"""The task by scapy. Its addresses are text, which is what its users write."""

from __future__ import annotations

from ipaddress import IPv4Address

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from packets import task
from packets.task import Fields, Three

MACS = (task.DST.hex(":"), task.SRC.hex(":"))
ADDRESSES = (str(IPv4Address(task.IP_SRC)), str(IPv4Address(task.IP_DST)))


def three(b: bytes) -> Three:
    ip = Ether(b).payload
    tcp = ip.payload
    return ip.proto, tcp.sport, tcp.seq


parse = Ether


def fields(frame: Ether) -> Fields:
    ip = frame[IP]
    tcp = frame[TCP]
    return Fields(
        bytes.fromhex(frame.dst.replace(":", "")), bytes.fromhex(frame.src.replace(":", "")), frame.type,
        ip.version, ip.ihl, ip.tos >> 2, ip.tos & 3, ip.len, ip.id, bool(ip.flags.DF), bool(ip.flags.MF), ip.frag,
        ip.ttl, ip.proto, ip.chksum, IPv4Address(ip.src).packed, IPv4Address(ip.dst).packed,
        b"".join(bytes(each) for each in ip.options),
        tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.dataofs, tcp.reserved << 9 | int(tcp.flags), tcp.window, tcp.chksum,
        tcp.urgptr, b"".join(bytes(each) for each in tcp.options), bytes(tcp.payload),
    )  # fmt: skip


def build(payload: bytes) -> bytes:
    frame = (
        Ether(dst=MACS[0], src=MACS[1], type=task.IPV4)
        / IP(src=ADDRESSES[0], dst=ADDRESSES[1], id=task.IDENT, flags="DF", proto=task.TCP)
        / TCP(sport=task.SPORT, dport=task.DPORT, seq=task.SEQ, ack=task.ACK, flags=task.PSH_ACK, window=task.WINDOW)
        / Raw(payload)
    )
    return bytes(frame)
