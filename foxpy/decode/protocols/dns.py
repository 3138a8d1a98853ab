"""DNS, over UDP and over TCP; multicast DNS has the same messages."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, protocol
from foxpy.layers.dns.wire import DNS, DnsFrame, Edns, Question, Record
from foxpy.wire import PacketError, reader

SHOWN: Final = 4
"""Answers that a line has room for."""

TELLING: Final = ("address", "host", "target", "mname")
"""Fields of the most frequent records."""

_read_size: Final = reader(DnsFrame.size)


def _words(message: DNS, here: Here) -> str:
    """``4660+ A? www.example.com`` asks, ``4660* 1/0/0 A 192.0.2.1`` answers, as tcpdump has it."""
    opcode = "" if message.opcode == 0 else f" op{_name(message.opcode)}"
    if not message.qr:
        flags = "+" if message.rd else ""
        counts = _counts({"a": message.answers, "n": message.authorities, "au": message.additionals})
        asked = ",".join(map(_question, message.questions))
        return f"DNS {message.ident}{flags}{opcode}{counts} {asked} ({here.size})"
    flags = f"{'*' if message.aa else ''}{'-' if not message.ra else ''}{'|' if message.tc else ''}"
    code = "" if message.rcode == 0 else f" {_name(message.rcode)}"
    sizes = f"{len(message.answers)}/{len(message.authorities)}/{len(message.additionals)}"
    told = ", ".join(map(_record, message.answers[:SHOWN])) + (", ..." if len(message.answers) > SHOWN else "")
    return f"DNS {message.ident}{flags}{opcode}{code} {sizes}{' ' if told else ''}{told} ({here.size})"


def _counts(sections: dict[str, tuple[Record, ...] | tuple[Edns | Record, ...]]) -> str:
    return "".join(f" [{len(records)}{name}]" for name, records in sections.items() if records)


def _question(question: Question) -> str:
    return f"{_name(question.qtype)}? {question.qname}"


def _record(record: Record) -> str:
    """The type, and the first of its data that says what a name stands for."""
    for name in TELLING:
        value: object = getattr(record.rdata, name, None)
        if value is not None:
            return f"{_name(record.rtype)} {value}"
    return _name(record.rtype)


def _name(number: int) -> str:
    return number.name if isinstance(number, IntEnum) else str(number)


dns = protocol("dns", DNS, words=_words)


def _framing(frame: bytes, start: int, end: int) -> int | None:
    """The size of a message, if it can be one (RFC 1035, section 4.2.2)."""
    try:
        (size,) = _read_size(frame, start, end)
    except PacketError:
        return None
    return start + DnsFrame.MIN + size if DNS.MIN <= size <= end - start - DnsFrame.MIN else None


dns_tcp = protocol(
    "dns_tcp",
    DnsFrame,
    title="DNS",
    inside=lambda frame: Inside.named("dns", frame.message),
    words=lambda _, here: here.inner(),
    framing=_framing,
)
