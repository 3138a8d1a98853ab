"""DNS messages beside dnspython's.

It, and not scapy, as it knows the types of records well, refuses what is wrong, and compresses the same names as we do.
It is stricter than we are about what records mean: a digest of a known kind has its size, a service without priority
has no parameters. So those that are drawn here do.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

import dns.edns
import dns.message
import dns.rrset
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.dns.edns import ClientSubnet, Cookie, ExtendedError, OtherOption, Padding, ServerId
from foxpy.layers.dns.names import Name, NameCodec
from foxpy.layers.dns.numbers import RecordClass
from foxpy.layers.dns.rdata import CAA, DS, SSHFP, TLSA, TXT, OtherData, SvcParam
from foxpy.layers.dns.wire import DNS, Edns, Question, Record
from foxpy.wire import Packet
from foxpy.wire.strategies import strategy
from tests.differential.dnspython import CLASSES, theirs
from tests.differential.oracle import agree, ip4s, ip6s, many, u16s

UPDATE: Final = 5
"""The operation whose messages have records without data, which neither side reads as such (RFC 2136)."""

DIGESTS: Final = {1: 20, 2: 32, 4: 48}
FINGERPRINTS: Final = {1: 20, 2: 32}
CERTIFICATES: Final = {1: 32, 2: 64}
"""Sizes of the kinds that have one."""

PRIVATE: Final = st.integers(65280, 65534)
"""Types of records whose data are bytes to both sides (RFC 6895)."""

# dnspython points to names in other case, and we do not: hence no letters in both cases
labels = st.sampled_from([b"www", b"example", b"com", b"Mail", b"_tcp"]) | st.binary(min_size=1, max_size=63).map(
    bytes.lower
)
names = st.lists(labels, max_size=4).map(Name.of)
any_names = NameCodec().strategy()

# -- messages of ours


def sized(kind: type[Packet], what: str, held: str, sizes: Mapping[int, int], **more: Any) -> st.SearchStrategy[Packet]:
    """Records with something of a ``kind`` that has a size, or of one that is not known."""
    known = [
        strategy(kind, **{what: st.just(number), held: st.binary(min_size=size, max_size=size)}, **more)
        for number, size in sizes.items()
    ]
    return st.one_of(*known, strategy(kind, **{what: st.integers(max(sizes) + 1, 255)}, **more))


def parameters(found: dict[int, bytes]) -> list[SvcParam]:
    return [SvcParam(key=key, value=found[key]) for key in sorted(found)]


ports, hints = st.binary(min_size=2, max_size=2), st.binary(min_size=4, max_size=4)
known_keys = st.fixed_dictionaries({}, optional={3: ports, 4: hints})
other_keys = st.dictionaries(st.integers(0x8000, 0xFFFE), st.binary(max_size=20), max_size=3)
services = st.builds(lambda known, others: parameters(known | others), known_keys, other_keys)


def data_with(names: st.SearchStrategy[Name]) -> st.SearchStrategy[Packet]:
    """Data of all types with these names."""
    found: list[st.SearchStrategy[Packet]] = [strategy(OtherData, rtype=PRIVATE)]
    for kind in CLASSES.values():
        of_names = {
            field.name: names for field in kind._layout.fields.values() if isinstance(field.encoding, NameCodec)
        }
        match kind.__name__:
            case "DS":
                found.append(sized(DS, "digest_type", "digest", DIGESTS))
            case "SSHFP":
                found.append(sized(SSHFP, "kind", "fingerprint", FINGERPRINTS))
            case "TLSA":
                found.append(sized(TLSA, "matching", "association", CERTIFICATES))
            case "CAA":
                found.append(strategy(CAA, property=st.from_regex(r"[a-zA-Z0-9]{1,15}", fullmatch=True)))
            case "TXT":
                found.append(strategy(TXT, strings=st.lists(st.binary(max_size=30), min_size=1, max_size=3)))
            case "SVCB" | "HTTPS":
                found.append(strategy(kind, priority=st.integers(1, 0xFFFF), params=services, **of_names))
                found.append(strategy(kind, priority=st.just(0), params=st.just([]), **of_names))
            case _:
                found.append(strategy(kind, **of_names))
    return st.one_of(found)


def records(names: st.SearchStrategy[Name]) -> st.SearchStrategy[Record]:
    """dnspython takes a TTL from 2**31 on for 0, as RFC 2181 says; and types for bytes that have a class IN alone."""
    ttl = st.integers(0, 0x7FFF_FFFF)
    internet = strategy(Record, owner=names, rclass=st.just(RecordClass.IN), ttl=ttl, rdata=data_with(names))
    return internet | strategy(Record, owner=names, ttl=ttl, rdata=strategy(OtherData, rtype=PRIVATE))


@st.composite
def subnets(draw: st.DrawFn) -> ClientSubnet:
    four = draw(st.booleans())
    bits = draw(st.integers(0, 32 if four else 128))
    network = IPv4Network((draw(ip4s), bits), False) if four else IPv6Network((draw(ip6s), bits), False)
    address = network.network_address.packed[: (bits + 7) // 8]
    scope = draw(st.integers(0, network.max_prefixlen))
    return ClientSubnet(family=1 if four else 2, source=bits, scope=scope, address=address)


options = st.one_of(
    strategy(ServerId),
    subnets(),
    strategy(Cookie, server=st.just(b"") | st.binary(min_size=8, max_size=32)),
    strategy(Padding),
    strategy(ExtendedError, text=st.text(max_size=20).filter(lambda text: not text.endswith("\0"))),  # it cuts a 0 off
    strategy(OtherOption, code=st.sampled_from([9, 11, 13, 14]) | st.integers(100, 0xFFFF)),  # it knows some below
)
edns = strategy(Edns, owner=st.just(Name()), options=st.lists(options, max_size=3))


def messages(names: st.SearchStrategy[Name]) -> st.SearchStrategy[DNS]:
    """dnspython writes the Edns record last: it is."""
    some = st.lists(records(names), max_size=3)
    fields: dict[str, st.SearchStrategy[Any]] = {
        "opcode": st.integers(0, 15).filter(lambda opcode: opcode != UPDATE),
        "questions": st.lists(strategy(Question, qname=names), max_size=2),
        "answers": some,
        "authorities": some,
        "additionals": st.builds(lambda found, last: [*found, *last], some, st.lists(edns, max_size=1)),
    }
    return strategy(DNS, **fields)


def compare(data: bytes) -> tuple[DNS, dns.message.Message]:
    message = dns.message.from_wire(data, one_rr_per_rrset=True)
    ours = DNS.parse(data)
    agree(ours, theirs(message, data))
    return ours, message


@many
@given(messages(names))
def test_messages_of_ours(drawn: DNS) -> None:
    data = drawn.build()
    ours, message = compare(data)
    assert ours == drawn
    assert message.to_wire() == data


@many
@given(messages(any_names))
def test_names_in_upper_and_lower_case(drawn: DNS) -> None:
    compare(drawn.build())


# -- messages of dnspython

hosts = st.sampled_from([".", "example.", "www.example.", "ns.www.example.", "a\\.b.example.", "\\000\\255.x."])
numbers = u16s.map(str)
hexes = st.binary(min_size=1, max_size=20).map(bytes.hex)
quoted = st.binary(max_size=20).map(lambda text: '"' + "".join(f"\\{byte:03}" for byte in text) + '"')
types = st.lists(st.sampled_from(["A", "NS", "SOA", "MX", "RRSIG", "CAA", "TYPE65280"]), unique=True).map(" ".join)
hashes = st.text("0123456789abcdefghijklmnopqrstuv", min_size=32, max_size=32)

TEXTS: Final[dict[str, tuple[st.SearchStrategy[str], ...]]] = {
    "A": (ip4s.map(str),),
    "AAAA": (ip6s.map(str),),
    "NS": (hosts,),
    "CNAME": (hosts,),
    "PTR": (hosts,),
    "DNAME": (hosts,),
    "SOA": (hosts, hosts, numbers, numbers, numbers, numbers, numbers),
    "MX": (numbers, hosts),
    "SRV": (numbers, numbers, numbers, hosts),
    "NAPTR": (numbers, numbers, quoted, quoted, quoted, hosts),
    "TXT": (quoted, quoted),
    "HINFO": (quoted, quoted),
    "DS": (numbers, st.just("13 5"), hexes),
    "DNSKEY": (st.sampled_from(["256 3", "257 3"]), st.just("15 AAECAwQ=")),
    "RRSIG": (st.just("MX 13 2 3600 20300101000000 20290101000000"), numbers, hosts, st.just("AAECAwQ=")),
    "NSEC": (hosts, types),
    "NSEC3": (st.just("1 1"), numbers, hexes, hashes, types),
    "NSEC3PARAM": (st.just("1 0"), numbers, hexes),
    "SSHFP": (st.just("4 9"), hexes),
    "TLSA": (st.just("3 1 0"), hexes),
    "SVCB": (st.just("1"), hosts, st.sampled_from(["", "alpn=h2,h3 port=443", "ipv4hint=192.0.2.1 key65280=x"])),
    "HTTPS": (st.just("0"), hosts),
    "CAA": (st.sampled_from(["0 issue", "128 iodef"]), quoted),
    "TYPE65280": (st.binary(max_size=20).map(lambda data: f"\\# {len(data)} {data.hex()}"),),
}
"""Records in the form of zone files, the parts of their data that are drawn."""

rrsets = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda name: st.builds(
        lambda owner, ttl, texts: dns.rrset.from_text(owner, ttl, "IN", name, *texts),
        hosts,
        st.integers(0, 0x7FFF_FFFF),
        st.lists(st.tuples(*TEXTS[name]).map(" ".join), min_size=1, max_size=2),
    )
)


@st.composite
def answers(draw: st.DrawFn) -> dns.message.Message:
    question = draw(hosts), draw(st.sampled_from(["A", "MX", "ANY"]))
    message: dns.message.Message = dns.message.make_query(*question, id=draw(u16s), flags=draw(u16s) & 0x87FF)
    for section in (message.answer, message.authority, message.additional):
        section += draw(st.lists(rrsets, max_size=3))
    if draw(st.booleans()):
        flags = draw(st.integers(0, 0xFFFF))
        cookie = dns.edns.CookieOption(bytes(8), draw(st.just(b"") | st.binary(min_size=8, max_size=32)))
        subnet = dns.edns.ECSOption(str(draw(ip4s | ip6s)), draw(st.integers(0, 32)))
        message.use_edns(0, flags, draw(u16s), options=draw(st.lists(st.sampled_from([cookie, subnet]), max_size=2)))
    return message


@many
@given(answers())
def test_messages_of_dnspython(message: dns.message.Message) -> None:
    data = message.to_wire(max_size=0xFFFF)  # else what the Edns record says
    ours, _ = compare(data)
    assert ours.build() == data
