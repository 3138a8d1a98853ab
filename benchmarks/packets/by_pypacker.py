"""The task by pypacker, whose headers are unpacked when a field of theirs is first read."""

from __future__ import annotations

from pypacker.layer3.ip import IP
from pypacker.layer4.tcp import TCP
from pypacker.layer12.ethernet import Ethernet

from packets import task
from packets.task import Fields, Three


def three(b: bytes) -> Three:
    ip = Ethernet(b).upper_layer
    tcp = ip.upper_layer
    return ip.p, tcp.sport, tcp.seq


def parse(b: bytes) -> Ethernet:
    """The frame with every header unpacked, by one read in each."""
    frame = Ethernet(b)
    ip = frame.upper_layer
    _ = frame.type, ip.ttl, ip.upper_layer.seq
    return frame


def fields(frame: Ethernet) -> Fields:
    ip = frame.upper_layer
    tcp = ip.upper_layer
    return Fields(
        frame.dst, frame.src, frame.type,
        ip.v, ip.hl, ip.tos >> 2, ip.tos & 3, ip.len, ip.id, bool(ip.flags & 2), bool(ip.flags & 1), ip.offset,
        ip.ttl, ip.p, ip.sum, ip.src, ip.dst, b"".join(each.bin() for each in ip.opts),
        tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.off, (tcp.off_x2 & 15) << 8 | tcp.flags, tcp.win, tcp.sum, tcp.urp,
        b"".join(each.bin() for each in tcp.opts), bytes(tcp.body_bytes),
    )  # fmt: skip


def build(payload: bytes) -> bytes:
    tcp = TCP(
        sport=task.SPORT, dport=task.DPORT, seq=task.SEQ, ack=task.ACK, flags=task.PSH_ACK, win=task.WINDOW,
        body_bytes=payload,
    )  # fmt: skip
    ip = IP(id=task.IDENT, frag_off=0x4000, p=task.TCP, src=task.IP_SRC, dst=task.IP_DST)
    frame = Ethernet(dst=task.DST, src=task.SRC, type=task.IPV4)
    built: bytes = (frame + ip + tcp).bin()
    return built
