"""The task by construct, interpreted, as its documentation would have it.

It has no Internet checksum: the builder puts both into the built bytes, as by hand.
"""

from __future__ import annotations

import struct
from typing import Any

from construct import BitsInteger, BitStruct, Bytes, Const, Flag, Int8ub, Int16ub, Int32ub, Struct, this

from packets import task
from packets.task import Fields, pseudo

PACKET = Struct(
    "ethernet" / Struct("dst" / Bytes(6), "src" / Bytes(6), "kind" / Int16ub),
    "ip" / Struct(
        "first" / BitStruct("version" / Const(4, BitsInteger(4)), "ihl" / BitsInteger(4)),
        "tos" / BitStruct("dscp" / BitsInteger(6), "ecn" / BitsInteger(2)),
        "length" / Int16ub,
        "ident" / Int16ub,
        "bits" / BitStruct("evil" / Flag, "df" / Flag, "mf" / Flag, "frag" / BitsInteger(13)),
        "ttl" / Int8ub,
        "proto" / Int8ub,
        "checksum" / Int16ub,
        "src" / Bytes(4),
        "dst" / Bytes(4),
        "options" / Bytes(this.first.ihl * 4 - 20),
    ),
    "tcp" / Struct(
        "sport" / Int16ub,
        "dport" / Int16ub,
        "seq" / Int32ub,
        "ack" / Int32ub,
        "bits" / BitStruct("doff" / BitsInteger(4), "flags" / BitsInteger(12)),
        "window" / Int16ub,
        "checksum" / Int16ub,
        "urgent" / Int16ub,
        "options" / Bytes(this.bits.doff * 4 - 20),
    ),
    "payload" / Bytes(this.ip.length - this.ip.first.ihl * 4 - this.tcp.bits.doff * 4),
)  # fmt: skip

parse = PACKET.parse


def fields(found: Any) -> Fields:  # a container's attributes are made at run time
    ethernet, ip, tcp = found.ethernet, found.ip, found.tcp
    return Fields(
        ethernet.dst, ethernet.src, ethernet.kind,
        ip.first.version, ip.first.ihl, ip.tos.dscp, ip.tos.ecn, ip.length, ip.ident, ip.bits.df, ip.bits.mf,
        ip.bits.frag, ip.ttl, ip.proto, ip.checksum, ip.src, ip.dst, ip.options,
        tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.bits.doff, tcp.bits.flags, tcp.window, tcp.checksum, tcp.urgent,
        tcp.options, found.payload,
    )  # fmt: skip


def build(payload: bytes) -> bytes:
    size = 20 + len(payload)
    out = bytearray(PACKET.build({
        "ethernet": {"dst": task.DST, "src": task.SRC, "kind": task.IPV4},
        "ip": {
            "first": {"ihl": 5}, "tos": {"dscp": 0, "ecn": 0}, "length": 20 + size, "ident": task.IDENT,
            "bits": {"evil": False, "df": True, "mf": False, "frag": 0}, "ttl": 64, "proto": task.TCP, "checksum": 0,
            "src": task.IP_SRC, "dst": task.IP_DST, "options": b"",
        },
        "tcp": {
            "sport": task.SPORT, "dport": task.DPORT, "seq": task.SEQ, "ack": task.ACK,
            "bits": {"doff": 5, "flags": task.PSH_ACK}, "window": task.WINDOW, "checksum": 0, "urgent": 0,
            "options": b"",
        },
        "payload": payload,
    }))  # fmt: skip
    segment = int.from_bytes(out[34:], "big") + pseudo(task.IP_SRC, task.IP_DST, size)
    struct.pack_into(">H", out, 50, -segment % 0xFFFF)
    struct.pack_into(">H", out, 24, -int.from_bytes(out[14:34], "big") % 0xFFFF)
    return bytes(out)
