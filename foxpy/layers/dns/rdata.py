"""The data of records (RFC 1035, section 3.3, and where another is named).

Names in what RFC 1035 defines are compressed when they are written, those in all else are not: who does not know the
type could not copy the data (RFC 3597, section 4). All are read whether compressed or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated

from foxpy.layers.dns.bitmap import Types
from foxpy.layers.dns.names import DomainName, PlainName
from foxpy.layers.dns.numbers import AlgorithmField, DigestField, RecordType, TypeField
from foxpy.wire import (
    Field,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    Raw,
    UInt,
    arg,
    derived,
    field,
    flag,
    packets,
    rest,
    sized,
    u6,
    u7,
    u8,
    u16,
    u32,
)
from foxpy.wire.codecs import Counted, Text

Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]
Ip6 = Annotated[FieldAs[IPv6Address, IPv6Address | bytes], Octets(16, IPv6Address)]

CharString = Annotated[Field[bytes], Counted(UInt(8))]
"""At most 255 bytes: RFC 1035's <character-string>."""

CharStrings = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Counted(UInt(8)))]

HashString = Annotated[Field[bytes], Counted(UInt(8), least=1)]

# a byte that is no ASCII is kept, as one bad record is not to make the whole message unreadable
Word = Annotated[Field[str], Text(UInt(8), "ascii", "surrogateescape", least=1)]


class A(Packet, tag=RecordType.A):
    """The address of a host (section 3.4.1); of the class IN."""

    address: Ip4


class NS(Packet, tag=RecordType.NS):
    """A name server of the zone (section 3.3.11)."""

    host: DomainName


class CNAME(Packet, tag=RecordType.CNAME):
    """The name that this one is another for (section 3.3.1)."""

    target: DomainName


class SOA(Packet, tag=RecordType.SOA):
    """Where a zone begins (section 3.3.13)."""

    mname: DomainName  # the server that the zone comes from
    rname: DomainName  # a mailbox; its first label is what stands before the @
    serial: u32  # compared as RFC 1982 says
    refresh: u32  # seconds between looks for a new serial number
    retry: u32  # seconds until the next look, if one has failed
    expire: u32  # seconds until a copy is no longer authoritative
    minimum: u32  # seconds that "no such name" may be kept (RFC 2308, section 4)


class PTR(Packet, tag=RecordType.PTR):
    """Another name, for a name that stands for an address (section 3.3.12)."""

    target: DomainName


class HINFO(Packet, tag=RecordType.HINFO):
    """The machine (section 3.3.2), or why "any" is not answered (RFC 8482, section 4.2)."""

    cpu: CharString
    os: CharString


class MX(Packet, tag=RecordType.MX):
    """A host that takes mail (section 3.3.9)."""

    preference: u16  # the lowest is tried first
    host: DomainName


class TXT(Packet, tag=RecordType.TXT):
    """Text (section 3.3.14)."""

    strings: CharStrings = rest()  # one or more; none is read as well (RFC 6763, section 6.1)


class AAAA(Packet, tag=RecordType.AAAA):
    """The IPv6 address of a host (RFC 3596, section 2.2)."""

    address: Ip6


class SRV(Packet, tag=RecordType.SRV):
    """Where a service is (RFC 2782)."""

    priority: u16  # the lowest is tried first
    weight: u16  # among those of one priority, the share
    port: u16
    target: PlainName  # the root: there is no such service


class NAPTR(Packet, tag=RecordType.NAPTR):
    """A rule to rewrite a name by (RFC 3403, section 4.1)."""

    order: u16  # lower ones first
    preference: u16  # among those of one order, lower ones first
    flags: CharString
    services: CharString
    regexp: CharString
    replacement: PlainName


class DNAME(Packet, tag=RecordType.DNAME):
    """The name that all names below this one are others for (RFC 6672, section 2.1)."""

    target: PlainName


class DS(Packet, tag=RecordType.DS):
    """The digest of a child zone's key (RFC 4034, section 5.1)."""

    key_tag: u16
    algorithm: AlgorithmField
    digest_type: DigestField
    digest: Raw = rest()


class SSHFP(Packet, tag=RecordType.SSHFP):
    """The fingerprint of a host's key (RFC 4255, section 3.1)."""

    algorithm: u8  # 1 RSA, 2 DSS, 3 ECDSA, 4 Ed25519, 6 Ed448
    kind: u8  # 1 SHA-1, 2 SHA-256
    fingerprint: Raw = rest()


class RRSIG(Packet, tag=RecordType.RRSIG):
    """The signature of all records that have this name and one type (RFC 4034, section 3.1)."""

    covered: TypeField  # the type of what is signed
    algorithm: AlgorithmField
    labels: u8  # of the name, without the root's and a wildcard's
    original_ttl: u32  # seconds
    expiration: u32  # seconds since 1970, modulo 2**32
    inception: u32  # seconds since 1970, modulo 2**32
    key_tag: u16
    signer: PlainName  # the zone
    signature: Raw = rest()


class NSEC(Packet, tag=RecordType.NSEC):
    """The next name of the zone: there is none between (RFC 4034, section 4.1)."""

    next: PlainName
    types: Types = rest()


class DNSKEY(Packet, tag=RecordType.DNSKEY):
    """A key of the zone (RFC 4034, section 2.1)."""

    reserved: u7 = field(default=0)
    zone: flag = field(default=True)  # the key signs records
    revoked: flag = field(default=False)  # RFC 5011
    reserved_too: u6 = field(default=0)
    entry: flag = field(default=False)  # the secure entry point: the key signs keys
    protocol: u8 = field(default=3)  # 3, or the key is not to be used
    algorithm: AlgorithmField
    key: Raw = rest()


class NSEC3(Packet, tag=RecordType.NSEC3):
    """The next name of the zone, of names that are hashed (RFC 5155, section 3.2)."""

    hashing: u8 = field(default=1)  # 1: SHA-1
    reserved: u7 = field(default=0)
    opt_out: flag = field(default=False)  # there may be delegations between that are not signed
    iterations: u16 = field(default=0)  # beyond the first
    salt: CharString = field(default=b"")
    next: HashString  # a hash
    types: Types = rest()


class NSEC3PARAM(Packet, tag=RecordType.NSEC3PARAM):
    """How a server is to hash names (RFC 5155, section 4.2)."""

    hashing: u8 = field(default=1)  # 1: SHA-1
    flags: u8 = field(default=0)
    iterations: u16 = field(default=0)  # beyond the first
    salt: CharString = field(default=b"")


class TLSA(Packet, tag=RecordType.TLSA):
    """The certificate of a service (RFC 6698, section 2.1)."""

    usage: u8  # 0 to 3: authority, end entity, trust anchor, end entity alone
    selector: u8  # 0: the certificate, 1: its key
    matching: u8  # 0: the whole, 1: its SHA-256, 2: its SHA-512
    association: Raw = rest()


class SvcParam(Packet):
    """What to know of a service's endpoint (RFC 9460, section 2.2)."""

    key: u16  # 1 alpn, 2 no-default-alpn, 3 port, 4 ipv4hint, 5 ech, 6 ipv6hint
    length: u16 = derived()
    value: Raw = sized(length, default=b"")


class SVCB(Packet, tag=RecordType.SVCB):
    """Where a service is, and how to talk to it (RFC 9460, section 2.2)."""

    priority: u16  # 0: an alias, else the lowest is tried first
    target: PlainName  # the root: the name itself
    params: packets[SvcParam] = rest(default=())  # by rising key, each once: which is not checked


class HTTPS(Packet, tag=RecordType.HTTPS):
    """SVCB of an HTTP origin (RFC 9460, section 9)."""

    priority: u16  # 0: an alias, else the lowest is tried first
    target: PlainName  # the root: the name itself
    params: packets[SvcParam] = rest(default=())  # by rising key, each once: which is not checked


class CAA(Packet, tag=RecordType.CAA):
    """Who may issue certificates (RFC 8659, section 4.1)."""

    critical: flag = field(default=False)  # not to be issued by who does not know the property
    reserved: u7 = field(default=0)
    property: Word  # "issue", "issuewild", "iodef"
    value: Raw = rest(default=b"")


class OtherData(Packet):
    """Of any other type, as bytes (RFC 3597).

    Names in them that are compressed, which only the oldest types have, say nothing outside of the message.
    """

    rtype: arg[int] = field()
    data: Raw = rest(default=b"")
