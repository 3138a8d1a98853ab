"""Messages of the domain name system (RFC 1035, section 4.1), with EDNS (RFC 6891), over UDP and over TCP."""

from __future__ import annotations

from typing import Annotated

from foxpy.layers.dns.edns import ClientSubnet, Cookie, ExtendedError, OtherOption, Padding, ServerId
from foxpy.layers.dns.names import DomainName, Name
from foxpy.layers.dns.numbers import ClassField, Opcode, OpcodeField, Rcode, RcodeField, RecordClass, TypeField
from foxpy.layers.dns.numbers import RecordType as Type
from foxpy.layers.dns.rdata import (
    AAAA,
    CAA,
    CNAME,
    DNAME,
    DNSKEY,
    DS,
    HINFO,
    HTTPS,
    MX,
    NAPTR,
    NS,
    NSEC,
    NSEC3,
    NSEC3PARAM,
    PTR,
    RRSIG,
    SOA,
    SRV,
    SSHFP,
    SVCB,
    TLSA,
    TXT,
    A,
    OtherData,
)
from foxpy.wire import (
    Body,
    Field,
    Packet,
    UInt,
    const,
    count,
    derived,
    field,
    flag,
    oneof,
    packets,
    sized,
    u1,
    u8,
    u16,
    u32,
)

u15 = Annotated[Field[int], UInt(15)]


class Question(Packet):
    """What is asked for (section 4.1.2)."""

    qname: DomainName
    qtype: TypeField = field(default=Type.A)
    qclass: ClassField = field(default=RecordClass.IN)  # in multicast DNS, its first bit asks for unicast (RFC 6762)


class AnyRecord(Packet):
    """What all records begin with (section 4.1.3)."""

    owner: DomainName
    rtype: TypeField = field()


class Record(AnyRecord):
    """A resource record (section 4.1.3).

    ``rtype`` follows from ``rdata``. Data that are not as their type has them are Malformed, so that the empty ones in
    updates (RFC 2136, section 2.5) are, but for types that are kept as bytes.
    """

    rtype: TypeField = derived()
    rclass: ClassField = field(default=RecordClass.IN)  # in multicast DNS, its first bit flushes caches (RFC 6762)
    ttl: u32 = field(default=0)  # seconds that it may be kept; from 2**31 on it is taken for 0 (RFC 2181, section 8)
    rdlength: u16 = derived()
    rdata: oneof[
        A
        | NS
        | CNAME
        | SOA
        | PTR
        | HINFO
        | MX
        | TXT
        | AAAA
        | SRV
        | NAPTR
        | DNAME
        | DS
        | SSHFP
        | RRSIG
        | NSEC
        | DNSKEY
        | NSEC3
        | NSEC3PARAM
        | TLSA
        | SVCB
        | HTTPS
        | CAA
        | OtherData
    ] = sized(rdlength, on=rtype)


class Edns(AnyRecord):
    """What its sender can do beyond RFC 1035 (RFC 6891, section 6.1.2); one at most, among the additional records."""

    owner: DomainName = field(default=Name())  # the root, and a format error if not
    rtype: TypeField = const(Type.OPT)
    payload: u16 = field(default=1232)  # bytes of a UDP message that the sender takes; below 512 it means 512
    extended: u8 = field(default=0)  # the upper 8 of the 12 bits of a response code
    version: u8 = field(default=0)
    dnssec: flag = field(default=False)  # DO: the sender takes DNSSEC's records (RFC 3225)
    reserved: u15 = field(default=0)
    rdlength: u16 = derived()
    options: packets[ServerId | ClientSubnet | Cookie | Padding | ExtendedError | OtherOption] = sized(
        rdlength, default=()
    )


class DNS(Packet):
    """A message (section 4.1.1). What lies behind its last record is not of it."""

    ident: u16 = field(default=0)
    qr: flag = field(default=False)  # this is a response
    opcode: OpcodeField = field(default=Opcode.QUERY)
    aa: flag = field(default=False)  # authoritative answer
    tc: flag = field(default=False)  # truncated: ask again over TCP
    rd: flag = field(default=False)  # recursion desired
    ra: flag = field(default=False)  # recursion available
    z: u1 = field(default=0)  # must be zero
    ad: flag = field(default=False)  # authentic data (RFC 4035, section 3.2.3)
    cd: flag = field(default=False)  # checking disabled (RFC 4035, section 3.2.2)
    rcode: RcodeField = field(default=Rcode.NOERROR)
    qdcount: u16 = derived()
    ancount: u16 = derived()
    nscount: u16 = derived()
    arcount: u16 = derived()
    questions: packets[Question] = count(qdcount, default=())
    answers: packets[Record] = count(ancount, default=())
    authorities: packets[Record] = count(nscount, default=())
    additionals: packets[Edns | Record] = count(arcount, default=())

    @property
    def edns(self) -> Edns | None:
        """The first of the Edns records, of which there is to be one at most."""
        return next((each for each in self.additionals if isinstance(each, Edns)), None)


class DnsFrame(Packet):
    """A message in a TCP connection, behind its size (section 4.2.2; RFC 7766, section 8)."""

    size: u16 = derived()
    message: Body = sized(size)
