"""What dnspython has read of a DNS message, as our fields."""

from __future__ import annotations

import io
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final

import dns.edns
import dns.message
import dns.name
import dns.rrset
import dns.wire

from foxpy.layers.dns.wire import Record
from foxpy.wire import Packet

Fields = dict[str, object]

RENAMED: Final = {
    "CAA": {"property": "tag"},
    "MX": {"host": "exchange"},
    "NAPTR": {"services": "service"},
    "NS": {"host": "target"},
    "NSEC": {"types": "windows"},
    "NSEC3": {"types": "windows", "hashing": "algorithm"},
    "NSEC3PARAM": {"hashing": "algorithm"},
    "RRSIG": {"covered": "type_covered"},
    "SSHFP": {"kind": "fp_type"},
    "TLSA": {"matching": "mtype", "association": "cert"},
}
"""What dnspython calls our fields."""

BITS: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "CAA": {"critical": (7, 1), "reserved": (0, 7)},
    "DNSKEY": {"reserved": (9, 7), "zone": (8, 1), "revoked": (7, 1), "reserved_too": (1, 6), "entry": (0, 1)},
    "NSEC3": {"reserved": (1, 7), "opt_out": (0, 1)},
}
"""Our fields that are bits of its ``flags``: the lowest bit, and how many there are."""

HEADER: Final = {
    "qr": (15, 1),
    "opcode": (11, 4),
    "aa": (10, 1),
    "tc": (9, 1),
    "rd": (8, 1),
    "ra": (7, 1),
    "z": (6, 1),
    "ad": (5, 1),
    "cd": (4, 1),
    "rcode": (0, 4),
}

CLASSES: Final = {
    each._tag: each
    for each in Record._layout.fields["rdata"].elements
    if issubclass(each, Packet) and each._tag is not None
}
"""Our classes for data, by their types."""


def theirs(message: dns.message.Message, data: bytes) -> Fields:
    counts, sizes = measured(data)
    found: dict[str, Any] = bits(message.flags, HEADER) | {"ident": message.id} | counts
    found["questions"] = [question(each) for each in message.question]
    found["answers"] = [record(each, sizes) for each in message.answer]
    found["authorities"] = [record(each, sizes) for each in message.authority]
    found["additionals"] = [record(each, sizes) for each in message.additional]
    if message.opt is not None:
        found["additionals"].append(("Edns", edns(message, sizes)))
    return found


def measured(data: bytes) -> tuple[Fields, list[int]]:
    """The numbers of records, and the size of each one's data, neither of which a message of dnspython keeps."""
    parser = dns.wire.Parser(data)
    _, _, *counts = parser.get_struct("!HHHHHH")
    for _ in range(counts[0]):
        parser.get_name(decompress=True)
        parser.get_struct("!HH")
    sizes = []
    for _ in range(sum(counts[1:])):
        parser.get_name(decompress=True)
        *_, size = parser.get_struct("!HHIH")
        parser.get_bytes(size)
        sizes.append(size)
    assert not parser.remaining()
    return dict(zip(("qdcount", "ancount", "nscount", "arcount"), counts, strict=True)), sizes


def bits(number: int, places: Mapping[str, tuple[int, int]]) -> Fields:
    return {name: number >> low & (1 << size) - 1 for name, (low, size) in places.items()}


def question(rrset: dns.rrset.RRset) -> tuple[str, Fields]:
    return "Question", {"qname": rrset.name.to_wire(), "qtype": rrset.rdtype, "qclass": rrset.rdclass}


def record(rrset: dns.rrset.RRset, sizes: list[int]) -> tuple[str, Fields]:
    (rdata,) = rrset
    found: Fields = {"owner": rrset.name.to_wire(), "rtype": rrset.rdtype, "rclass": rrset.rdclass, "ttl": rrset.ttl}
    return "Record", found | {"rdlength": sizes.pop(0), "rdata": data_of(rdata)}


def data_of(rdata: Any) -> tuple[str, Fields]:
    if rdata.rdtype not in CLASSES:
        return "OtherData", {"data": rdata.data}
    ours = CLASSES[rdata.rdtype]
    kind = ours.__name__
    found = bits(getattr(rdata, "flags", 0), BITS.get(kind, {}))
    for name in ours._layout.fields.keys() - found.keys():
        found[name] = value_of(name, getattr(rdata, RENAMED.get(kind, {}).get(name, name)))
    return kind, found


def value_of(name: str, value: Any) -> object:
    match name, value:
        case "address", str():
            return IPv6Address(value) if ":" in value else IPv4Address(value)
        case "property", bytes():
            return value.decode("ascii")
        case "strings", tuple():
            return list(value)
        case "types", tuple():
            return [number for window, held in value for number in set_bits(window << 8, held)]
        case "params", _:
            return [("SvcParam", parameter(key, each)) for key, each in value.items()]
        case _, dns.name.Name():
            return value.to_wire()
        case _:
            return value


def set_bits(first: int, held: bytes) -> list[int]:
    return [first + at for at in range(8 * len(held)) if held[at // 8] & 0x80 >> at % 8]


def parameter(key: int, value: Any) -> Fields:
    data = b"" if value is None else written(value)
    return {"key": key, "length": len(data), "value": data}


def written(value: Any) -> bytes:
    out = io.BytesIO()
    value.to_wire(out)
    return out.getvalue()


def edns(message: dns.message.Message, sizes: list[int]) -> Fields:
    places = {"extended": (24, 8), "version": (16, 8), "dnssec": (15, 1), "reserved": (0, 15)}
    found = bits(message.ednsflags, places) | {"owner": b"\0", "rtype": 41, "payload": message.payload}
    return found | {"rdlength": sizes.pop(0), "options": [option_of(each) for each in message.options]}


def option_of(option: Any) -> tuple[str, Fields]:
    found: Fields = {"code": option.otype, "length": len(written(option))}
    match option:
        case dns.edns.NSIDOption():
            return "ServerId", found | {"ident": option.nsid}
        case dns.edns.ECSOption():
            found |= {"family": option.family, "source": option.srclen, "scope": option.scopelen}
            return "ClientSubnet", found | {"address": option.addrdata}
        case dns.edns.CookieOption():
            return "Cookie", found | {"client": option.client, "server": option.server}
        case dns.edns.EDEOption():
            return "ExtendedError", found | {"info": option.code, "text": option.text or ""}
        case dns.edns.GenericOption(otype=12):
            return "Padding", found | {"padding": option.data}
        case _:
            return "OtherOption", found | {"data": option.data}
