"""The task by dpkt. Parsing reads all headers at once; bit fields are properties. Checksums are made on ``bytes()``."""

from __future__ import annotations

from dpkt.ethernet import Ethernet
from dpkt.ip import IP
from dpkt.tcp import TCP

from packets import task
from packets.task import Fields, Three


def three(b: bytes) -> Three:
    ip = Ethernet(b).data
    return ip.p, ip.data.sport, ip.data.seq


parse = Ethernet


def fields(frame: Ethernet) -> Fields:
    ip = frame.data
    tcp = ip.data
    return Fields(
        frame.dst, frame.src, frame.type,
        ip.v, ip.hl, ip.tos >> 2, ip.tos & 3, ip.len, ip.id, bool(ip.df), bool(ip.mf), ip.offset, ip.ttl, ip.p, ip.sum,
        ip.src, ip.dst, ip.opts,
        tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.off, tcp.flags, tcp.win, tcp.sum, tcp.urp, tcp.opts, tcp.data,
    )  # fmt: skip


def build(payload: bytes) -> bytes:
    tcp = TCP(
        sport=task.SPORT, dport=task.DPORT, seq=task.SEQ, ack=task.ACK, flags=task.PSH_ACK, win=task.WINDOW,
        data=payload,
    )  # fmt: skip
    ip = IP(id=task.IDENT, df=1, p=task.TCP, src=task.IP_SRC, dst=task.IP_DST, data=tcp)
    return bytes(Ethernet(dst=task.DST, src=task.SRC, type=task.IPV4, data=ip))
