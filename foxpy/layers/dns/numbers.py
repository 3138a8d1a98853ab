"""The numbers of the DNS that have names (IANA's registries; RFC 6895). Others may stand wherever these do."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.wire import Field, UInt


class RecordType(IntEnum):
    """What the data of a record mean, or are asked for (RFC 1035, section 3.2.2, where no other is named)."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    MB = 7
    MG = 8
    MR = 9
    NULL = 10
    WKS = 11
    PTR = 12
    HINFO = 13
    MINFO = 14
    MX = 15
    TXT = 16
    RP = 17  # RFC 1183
    AFSDB = 18  # RFC 1183
    SIG = 24  # RFC 2931
    KEY = 25  # RFC 2535
    AAAA = 28  # RFC 3596
    LOC = 29  # RFC 1876
    SRV = 33  # RFC 2782
    NAPTR = 35  # RFC 3403
    KX = 36  # RFC 2230
    CERT = 37  # RFC 4398
    DNAME = 39  # RFC 6672
    OPT = 41  # RFC 6891
    APL = 42  # RFC 3123
    DS = 43  # RFC 4034
    SSHFP = 44  # RFC 4255
    IPSECKEY = 45  # RFC 4025
    RRSIG = 46  # RFC 4034
    NSEC = 47  # RFC 4034
    DNSKEY = 48  # RFC 4034
    DHCID = 49  # RFC 4701
    NSEC3 = 50  # RFC 5155
    NSEC3PARAM = 51  # RFC 5155
    TLSA = 52  # RFC 6698
    SMIMEA = 53  # RFC 8162
    HIP = 55  # RFC 8005
    CDS = 59  # RFC 7344
    CDNSKEY = 60  # RFC 7344
    OPENPGPKEY = 61  # RFC 7929
    CSYNC = 62  # RFC 7477
    ZONEMD = 63  # RFC 8976
    SVCB = 64  # RFC 9460
    HTTPS = 65  # RFC 9460
    TKEY = 249  # RFC 2930
    TSIG = 250  # RFC 8945
    IXFR = 251  # in questions: what changed in a zone (RFC 1995)
    AXFR = 252  # in questions: a whole zone
    MAILB = 253
    MAILA = 254
    ANY = 255  # in questions: any type (RFC 8482)
    URI = 256  # RFC 7553
    CAA = 257  # RFC 8659


class RecordClass(IntEnum):
    """Which of the name spaces is meant: nearly always the Internet's (RFC 1035, section 3.2.4)."""

    IN = 1
    CS = 2
    CH = 3
    HS = 4
    NONE = 254  # RFC 2136
    ANY = 255  # in questions


class Opcode(IntEnum):
    """The kind of a query (RFC 1035, section 4.1.1)."""

    QUERY = 0
    IQUERY = 1  # obsolete (RFC 3425)
    STATUS = 2
    NOTIFY = 4  # RFC 1996
    UPDATE = 5  # RFC 2136
    DSO = 6  # RFC 8490


class Rcode(IntEnum):
    """What became of a query (RFC 1035, section 4.1.1; from 6 on RFC 2136). An Edns record has eight bits more."""

    NOERROR = 0
    FORMERR = 1  # the server cannot read the query
    SERVFAIL = 2
    NXDOMAIN = 3  # there is no such name
    NOTIMP = 4
    REFUSED = 5
    YXDOMAIN = 6
    YXRRSET = 7
    NXRRSET = 8
    NOTAUTH = 9
    NOTZONE = 10
    DSOTYPENI = 11  # RFC 8490


class Algorithm(IntEnum):
    """Of DNSSEC keys and signatures (RFC 8624)."""

    DELETE = 0  # RFC 8078
    RSASHA1 = 5
    RSASHA1_NSEC3_SHA1 = 7
    RSASHA256 = 8
    RSASHA512 = 10
    ECDSAP256SHA256 = 13
    ECDSAP384SHA384 = 14
    ED25519 = 15
    ED448 = 16


class Digest(IntEnum):
    """Of a key, in a DS record (RFC 8624)."""

    SHA1 = 1
    SHA256 = 2
    SHA384 = 4


class OptionCode(IntEnum):
    """Of what an Edns record has (RFC 6891, section 9)."""

    NSID = 3  # RFC 5001
    CLIENT_SUBNET = 8  # RFC 7871
    EXPIRE = 9  # RFC 7314
    COOKIE = 10  # RFC 7873
    KEEPALIVE = 11  # RFC 7828
    PADDING = 12  # RFC 7830
    EXTENDED_ERROR = 15  # RFC 8914


class Problem(IntEnum):
    """Why an answer is as it is (RFC 8914, section 4)."""

    OTHER = 0
    UNSUPPORTED_DNSKEY_ALGORITHM = 1
    UNSUPPORTED_DS_DIGEST = 2
    STALE_ANSWER = 3
    FORGED_ANSWER = 4
    DNSSEC_INDETERMINATE = 5
    DNSSEC_BOGUS = 6
    SIGNATURE_EXPIRED = 7
    SIGNATURE_NOT_YET_VALID = 8
    DNSKEY_MISSING = 9
    RRSIGS_MISSING = 10
    NO_ZONE_KEY_BIT_SET = 11
    NSEC_MISSING = 12
    CACHED_ERROR = 13
    NOT_READY = 14
    BLOCKED = 15
    CENSORED = 16
    FILTERED = 17
    PROHIBITED = 18
    STALE_NXDOMAIN_ANSWER = 19
    NOT_AUTHORITATIVE = 20
    NOT_SUPPORTED = 21
    NO_REACHABLE_AUTHORITY = 22
    NETWORK_ERROR = 23
    INVALID_DATA = 24


TypeField = Annotated[Field[int], UInt(16, kind=RecordType, open=True)]
ClassField = Annotated[Field[int], UInt(16, kind=RecordClass, open=True)]
OpcodeField = Annotated[Field[int], UInt(4, kind=Opcode, open=True)]
RcodeField = Annotated[Field[int], UInt(4, kind=Rcode, open=True)]
AlgorithmField = Annotated[Field[int], UInt(8, kind=Algorithm, open=True)]
DigestField = Annotated[Field[int], UInt(8, kind=Digest, open=True)]
OptionField = Annotated[Field[int], UInt(16, kind=OptionCode, open=True)]
ProblemField = Annotated[Field[int], UInt(16, kind=Problem, open=True)]
