"""Messages of the DNS against RFC 1035 and those that add to it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.layers.dns.edns import ClientSubnet, Cookie, ExtendedError, OtherOption, Padding, ServerId
from foxpy.layers.dns.names import Name
from foxpy.layers.dns.numbers import Algorithm, Opcode, Problem, Rcode, RecordClass, RecordType
from foxpy.layers.dns.rdata import (
    AAAA,
    CAA,
    CNAME,
    DNSKEY,
    HTTPS,
    MX,
    NAPTR,
    NS,
    NSEC,
    NSEC3,
    PTR,
    RRSIG,
    SOA,
    SRV,
    TXT,
    A,
    OtherData,
    SvcParam,
)
from foxpy.layers.dns.wire import DNS, DnsFrame, Edns, Question, Record
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

Data: TypeAlias = (
    A | NS | CNAME | SOA | PTR | MX | TXT | AAAA | SRV | NAPTR | DNSKEY | RRSIG | NSEC | NSEC3 | CAA | HTTPS | OtherData
)

WWW = b"\3www\7example\3com\0"
EXAMPLE = b"\xc0\x10"
"""A pointer to example.com where the question is for WWW."""


def head(
    questions: int = 0, answers: int = 0, authorities: int = 0, additionals: int = 0, flags: bytes = b"\0\0"
) -> bytes:
    counts = (questions, answers, authorities, additionals)
    return b"\0\0" + flags + b"".join(each.to_bytes(2, "big") for each in counts)


def record(rtype: int, data: bytes, owner: bytes = b"\0", rdlength: int | None = None) -> bytes:
    size = len(data) if rdlength is None else rdlength
    return owner + rtype.to_bytes(2, "big") + b"\0\1" + bytes(4) + size.to_bytes(2, "big") + data


# -- laws


@settings(max_examples=60)
@given(strategy(DNS))
def test_laws_of_messages(packet: DNS) -> None:
    check_value(packet)


@given(strategy(Record))
def test_laws_of_records(packet: Record) -> None:
    check_value(packet)


@given(strategy(Edns))
def test_laws_of_edns(packet: Edns) -> None:
    check_value(packet)


@given(strategy(DnsFrame))
def test_laws_of_frames(packet: DnsFrame) -> None:
    check_value(packet)


@given(
    st.integers(0, 2),
    st.integers(0, 3),
    st.lists(st.sampled_from([b"\0", b"\1a", b"\xc0\x0c", b"\0\1", b"\0\x29", b"\0\5", b"\0\0", b"\2"]), max_size=40),
)
def test_laws_of_bytes(questions: int, answers: int, parts: list[bytes]) -> None:
    data = b"".join(parts)
    check_bytes(DNS, head(questions, answers, 0, 1) + data)
    check_bytes(Record, data)
    check_bytes(DNS, data)


@given(strategy(DNS), st.integers(0, 10_000), st.integers(0, 255))
def test_laws_of_messages_with_a_wrong_byte(packet: DNS, at: int, byte: int) -> None:
    data = bytearray(packet.build())
    data[at % len(data)] = byte
    check_bytes(DNS, bytes(data))


# -- messages


def test_a_query() -> None:
    query = DNS(ident=0xBEEF, rd=True, questions=[Question(qname="www.example.com")])
    assert query.build() == bytes.fromhex("beef 0100 0001 0000 0000 0000") + WWW + b"\0\1\0\1"
    assert DNS.parse(query.build()) == query
    assert query.edns is None


def test_a_response() -> None:
    response = DNS(
        ident=7,
        qr=True,
        aa=True,
        rcode=Rcode.NOERROR,
        questions=[Question(qname="www.example.com", qtype=RecordType.ANY)],
        answers=[
            Record(owner="www.example.com", ttl=300, rdata=CNAME(target="example.com")),
            Record(owner="example.com", ttl=300, rdata=A(address=IPv4Address("192.0.2.1"))),
            Record(owner="example.com", rdata=AAAA(address=IPv6Address("2001:db8::1"))),
        ],
        authorities=[Record(owner="example.com", rdata=NS(host="ns.example.com"))],
        additionals=[Record(owner="ns.example.com", rdata=A(address=b"\xc0\0\2\2"))],
    )
    built = (
        bytes.fromhex("0007 8400 0001 0003 0001 0001")
        + (WWW + b"\0\xff\0\1")
        + (b"\xc0\x0c\0\5\0\1\0\0\1\x2c\0\2" + EXAMPLE)
        + (EXAMPLE + b"\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1")
        + (EXAMPLE + b"\0\x1c\0\1\0\0\0\0\0\x10" + IPv6Address("2001:db8::1").packed)
        + (EXAMPLE + b"\0\2\0\1\0\0\0\0\0\5\2ns" + EXAMPLE)
        + (b"\xc0\x67\0\1\0\1\0\0\0\0\0\4\xc0\0\2\2")
    )
    assert response.build() == built
    assert DNS.parse(built) == response
    found = DNS.parse(b"in front" + built, 8)
    assert found == response
    assert [each.rtype for each in found.answers] == [RecordType.CNAME, RecordType.A, RecordType.AAAA]
    assert [each.rdlength for each in found.answers] == [2, 4, 16]
    assert found.answers[0].rdata == CNAME(target=Name("example.com"))


def test_the_flags() -> None:
    def flags(**given: int) -> str:
        return DNS(**given).build()[2:4].hex()  # type: ignore[arg-type]  # each is an int, and some are flags

    assert flags(qr=True) == "8000"
    assert flags(opcode=Opcode.UPDATE) == "2800"
    assert flags(aa=True) == "0400"
    assert flags(tc=True) == "0200"
    assert flags(rd=True) == "0100"
    assert flags(ra=True) == "0080"
    assert flags(z=1) == "0040"
    assert flags(ad=True) == "0020"
    assert flags(cd=True) == "0010"
    assert flags(rcode=Rcode.NXDOMAIN) == "0003"
    assert DNS.parse(head(flags=b"\x2f\x05")).opcode is Opcode.UPDATE
    assert DNS.parse(head(flags=b"\x2f\x05")).rcode is Rcode.REFUSED
    assert DNS.parse(head(flags=b"\x7b\xff")).opcode == 15
    assert DNS.parse(head(flags=b"\x7b\xff")).rcode == 15


def test_what_lies_behind_a_message_is_not_of_it() -> None:
    assert DNS.parse(head() + b"more") == DNS()


def test_a_message_in_tcp() -> None:
    """Pointers count from the message, not from its size in front (RFC 1035, sections 4.1.4 and 4.2.2)."""
    message = DNS(
        questions=[Question(qname="www.example.com")],
        answers=[Record(owner="www.example.com", rdata=A(address=b"abcd"))],
    )
    built = DnsFrame(message=message).build()
    assert built == b"\0\x31" + message.build()
    assert b"\xc0\x0c\0\1" in built
    assert DnsFrame.view(built).open(DNS) == message
    with pytest.raises(Truncated, match=r"DnsFrame\.message: 49 bytes, 48 left"):
        DnsFrame.parse(built[:-1])


# -- the data of records


@pytest.mark.parametrize(
    ("rdata", "rtype", "data"),
    [
        (A(address=b"\xc0\0\2\1"), 1, "c0000201"),
        (NS(host="a.b"), 2, "0161 0162 00"),
        (CNAME(target="."), 5, "00"),
        (
            SOA(mname="a", rname="b", serial=1, refresh=2, retry=3, expire=4, minimum=5),
            6,
            "0161 00 0162 00 00000001 00000002 00000003 00000004 00000005",
        ),
        (PTR(target="a"), 12, "0161 00"),
        (MX(preference=10, host="a"), 15, "000a 0161 00"),
        (TXT(strings=[b"ab", b""]), 16, "02 6162 00"),
        (TXT(strings=[]), 16, ""),
        (AAAA(address=bytes(15) + b"\1"), 28, "00000000000000000000000000000001"),
        (SRV(priority=1, weight=2, port=443, target="a"), 33, "0001 0002 01bb 0161 00"),
        (
            NAPTR(order=100, preference=10, flags=b"u", services=b"sip+E2U", regexp=b"", replacement="."),
            35,
            "0064 000a 0175 07 7369702b453255 00 00",
        ),
        (DNSKEY(algorithm=Algorithm.RSASHA1, key=b"\1\3"), 48, "0100 03 05 0103"),
        (DNSKEY(entry=True, revoked=True, algorithm=15, key=b"k"), 48, "0181 03 0f 6b"),
        (
            RRSIG(
                covered=RecordType.A,
                algorithm=5,
                labels=3,
                original_ttl=86400,
                expiration=0x3E7A_25A6,
                inception=0x3E53_1A26,
                key_tag=2642,
                signer="example.com",
                signature=b"sig",
            ),
            46,
            "0001 05 03 00015180 3e7a25a6 3e531a26 0a52 07 6578616d706c65 03 636f6d 00 736967",
        ),
        (
            NSEC(next="host.example.com", types=[1, 15, 46, 47, 1234]),
            47,
            "04686f7374 076578616d706c65 03636f6d 00 0006 400100000003 041b"
            + "00" * 26
            + "20",  # RFC 4034, section 4.3
        ),
        (
            NSEC3(salt=b"\xaa\xbb", iterations=12, opt_out=True, next=b"12345", types=[]),
            50,
            "01 01 000c 02aabb 053132333435",
        ),
        (CAA(property="issue", value=b"ca.example.net"), 257, "00 05 6973737565 63612e6578616d706c652e6e6574"),
        (CAA(critical=True, property="tbs", value=b"?"), 257, "80 03 746273 3f"),  # RFC 8659, section 4.5
        (HTTPS(priority=1, target=".", params=[SvcParam(key=1, value=b"\2h2")]), 65, "0001 00 0001 0003 02 6832"),
        (OtherData(rtype=65280, data=b"\1\2"), 65280, "0102"),
    ],
)
def test_data(
    rdata: Data,
    rtype: int,
    data: str,
) -> None:
    built = Record(owner=".", rdata=rdata).build()
    assert built == record(rtype, bytes.fromhex(data))
    found = Record.parse(built)
    assert found.rdata == rdata
    assert isinstance(found.rdata, OtherData) is (rtype == 65280)
    assert found.rtype == rtype
    assert found.rdlength == len(bytes.fromhex(data))


def test_data_of_unknown_types_keep_their_type() -> None:
    found = Record.parse(record(65280, b"\1\2\3"))
    assert found.rdata == OtherData(rtype=65280, data=b"\1\2\3")
    assert found.rtype == 65280
    assert found.build() == record(65280, b"\1\2\3")


def test_which_names_are_compressed() -> None:
    """Those of RFC 1035 and no others, and those others are not pointed to (RFC 3597, section 4)."""
    compressed = DNS(answers=[Record(owner="a.b", rdata=MX(preference=1, host="x.b"))] * 2).build()
    assert compressed[12:] == record(15, b"\0\1\1x\xc0\x0e", b"\1a\1b\0") + record(15, b"\0\1\xc0\x1d", b"\xc0\x0c")
    whole = DNS(answers=[Record(owner="a.b", rdata=SRV(priority=0, weight=0, port=0, target="x.b"))] * 2).build()
    data = bytes(6) + b"\1x\1b\0"
    assert whole[12:] == record(33, data, b"\1a\1b\0") + record(33, data, b"\xc0\x0c")


def test_compressed_names_are_read_wherever_they_are() -> None:
    message = DNS.parse(head(0, 2) + record(33, bytes(6) + b"\1x\xc0\x0c", b"\1b\0") + record(47, b"\xc0\x0c\0\1\x40"))
    assert message.answers[0].rdata == SRV(priority=0, weight=0, port=0, target="x.b")
    assert message.answers[1].rdata == NSEC(next="b", types=[RecordType.A])


def test_compression_beyond_its_reach() -> None:
    """Names behind the first 16 KB are pointed from, and not to."""
    filler = Record(owner="a.example.com", rdata=TXT(strings=[bytes(255)] * 65))
    late = [Record(owner="late.example.com", rdata=NS(host="ns.late.example.com"))] * 2
    message = DNS(answers=[filler, *late])
    built = message.build()
    assert DNS.parse(built) == message
    assert built.count(b"\4late") == 4
    assert built.count(b"\7example") == 1


def test_a_message_of_64_kb() -> None:
    records = [Record(owner=f"host{at}.example.com", rdata=A(address=at.to_bytes(4, "big"))) for at in range(2000)]
    message = DNS(qr=True, answers=records)
    assert DNS.parse(message.build()) == message
    with pytest.raises(OutOfRange, match=r"Record\.rdlength: 65536 does not fit in 16 bits"):
        Record(owner=".", rdata=OtherData(rtype=10, data=bytes(65536))).build()
    with pytest.raises(OutOfRange, match=r"DNS\.ancount: 65536 does not fit in 16 bits"):
        DNS(answers=records[:1] * 65536).build()


# -- EDNS


def test_edns() -> None:
    edns = Edns(payload=4096, extended=1, dnssec=True, options=[Cookie(client=b"8 bytes.")])
    built = DNS(questions=[Question(qname="a")], additionals=[edns]).build()
    assert built[-23:] == b"\0\0\x29\x10\0\1\0\x80\0\0\x0c\0\x0a\0\x08" + b"8 bytes."
    assert DNS.parse(built).edns == edns
    assert Edns().build() == bytes.fromhex("00 0029 04d0 00 00 0000 0000")


@pytest.mark.parametrize(
    ("option", "built"),
    [
        (ServerId(), "0003 0000"),
        (ServerId(ident=b"a1"), "0003 0002 6131"),
        (ClientSubnet(family=1, source=24, address=b"\xc0\0\2"), "0008 0007 0001 18 00 c00002"),
        (Cookie(client=bytes(8), server=b"\1" * 8), "000a 0010 0000000000000000 0101010101010101"),
        (Padding(padding=bytes(3)), "000c 0003 000000"),
        (ExtendedError(info=Problem.BLOCKED, text="no"), "000f 0004 000f 6e6f"),
        (OtherOption(code=65001, data=b"?"), "fde9 0001 3f"),
    ],
)
def test_options(option: ServerId | ClientSubnet | Cookie | Padding | ExtendedError | OtherOption, built: str) -> None:
    edns = Edns(options=[option, option])
    data = bytes.fromhex(built)
    assert edns.build()[11:] == data * 2
    assert Edns.parse(edns.build()).options == (option, option)


def test_edns_that_is_not_right() -> None:
    edns = b"\0\0\x29\4\xd0\0\0\0\0"
    for options, error, fact in (
        (b"\0\3\0\2", Truncated, r"Edns.options: 3 bytes, 2 left"),
        (b"\0\3\0\x63\0", Malformed, r"Edns.options\[0\] > OtherOption: needs 4 bytes, 3 left"),
        (b"\0\5\0\x0c\0\2\0", Malformed, r"Edns.options\[0\] > Padding.length: says 6 bytes, 5 there"),
        (b"\0\x0b\0\x0a\0\7" + bytes(7), Malformed, r"Edns.options\[0\] > Cookie"),
        (b"\0\x2d\0\x0a\0\x29" + bytes(41), Malformed, r"Edns.options\[0\] > Cookie.server"),
    ):
        with pytest.raises(PacketError, match=fact) as caught:
            DNS.parse(head(0, 0, 0, 1) + edns + options)
        assert isinstance(caught.value, error), fact


# -- hostile


def test_counts_with_nothing_behind() -> None:
    for at, section in ((4, "questions"), (6, "answers"), (8, "authorities"), (10, "additionals")):
        data = bytearray(12)
        data[at : at + 2] = b"\xff\xff"
        with pytest.raises(Truncated, match=rf"DNS\.{section}: 65535 elements need \d+ bytes, 0 left"):
            DNS.parse(bytes(data))


def test_names_that_loop() -> None:
    with pytest.raises(Malformed) as caught:
        DNS.parse(head(1) + b"\1a\xc0\x0c\0\1\0\1")
    assert str(caught.value) == (
        "DNS.questions[0] > Question.qname: name pointer does not go strictly backwards (byte 14)"
    )
    with pytest.raises(Malformed) as caught:
        DNS.parse(b"in front" + head(0, 1) + record(5, b"\xc0\x17"), 8)
    assert str(caught.value) == (
        "DNS.answers[0] > Record.rdata > CNAME.target: name pointer does not go strictly backwards (byte 31)"
    )


def test_names_that_point_before_the_message() -> None:
    with pytest.raises(Malformed, match="strictly backwards"):
        DNS.parse(b"\3www\0" + head(1) + b"\xc0\x0c\0\1\0\1", 5)


def test_64_kb_of_pointers() -> None:
    """Each question points to the one before; the chain is refused once it is longer than a name can be."""
    data = bytearray(head(10_000) + b"\0\0\1\0\1")
    last = 12
    for _ in range(9_999):
        at = len(data)
        data += (0xC000 | last).to_bytes(2, "big") + b"\0\1\0\1"
        last = min(at, 0x3FFF)
    with pytest.raises(Malformed, match=r"DNS.questions\[127\] > Question.qname: a name of more than 126 pointers"):
        DNS.parse(bytes(data))


def test_a_long_name_that_all_point_to() -> None:
    """The most that a message can make of few bytes: 255 for each two, with 126 pointers each."""
    data = bytearray(head(10_000) + b"\1x\0" + b"\0\1\0\1")
    last = 12
    for _ in range(124):
        at = len(data)
        data += b"\1y" + (0xC000 | last).to_bytes(2, "big") + b"\0\1\0\1"
        last = at
    for _ in range(10_000 - 125):
        data += (0xC000 | last).to_bytes(2, "big") + b"\0\1\0\1"
    assert len(data) < 65536
    message = DNS.parse(bytes(data))
    assert len(message.questions) == 10_000
    assert len(message.questions[-1].qname.labels) == 125


@pytest.mark.parametrize(
    ("rtype", "data", "rdlength", "fact"),
    [
        (1, b"abcd", 3, r"A: needs 4 bytes, 3 left"),
        (1, b"abcde", None, r"Record\.rdata: A takes 4 of 5 bytes"),
        (1, b"abcd", 5, r"Record\.rdata: 5 bytes, 4 left"),
        (28, b"abcd", None, r"AAAA: needs 16 bytes, 4 left"),
        (2, b"\1a", None, r"NS\.host: a name does not end in the 2 bytes that are left"),
        (2, b"\1a\0", 2, r"NS\.host: a name does not end in the 2 bytes that are left"),
        (2, b"\1a\0\0", None, r"Record\.rdata: NS takes 3 of 4 bytes"),
        (15, b"\0", None, r"MX: needs"),
        (16, b"\3ab", None, r"TXT\.strings\[0\]"),
        (16, b"\0\3ab\0", 4, r"TXT\.strings\[1\]"),
        (6, b"\0\0" + bytes(19), None, r"SOA: needs"),
        (6, b"\0\0" + bytes(21), None, r"Record\.rdata: SOA takes 22 of 23 bytes"),
        (47, b"\0\0\0", None, r"NSEC\.types: a window of 0 bytes"),
        (65, b"\0\1\0\0\1\0\5ab", None, r"HTTPS\.params\[0\] > SvcParam\.value: 5 bytes, 2 left"),
        (257, b"\0\5iss", None, r"CAA\.property: says 5 bytes, 3 left"),
        (257, b"\0\0issue", None, r"CAA\.property: says 0 bytes, 1 are the least"),  # RFC 8659, section 4.1
        (50, b"\1\0\0\0\0\0\0", None, r"NSEC3\.next: says 0 bytes, 1 are the least"),  # RFC 5155, section 3.1.6
    ],
)
def test_lengths_that_lie(rtype: int, data: bytes, rdlength: int | None, fact: str) -> None:
    lying = record(rtype, data, rdlength=rdlength)
    with pytest.raises(PacketError, match=fact):
        Record.parse(lying)
    with pytest.raises(PacketError, match=r"DNS\.answers\[1\]"):
        DNS.parse(head(0, 2) + record(1, b"abcd") + lying)


def test_what_cannot_be_built() -> None:
    with pytest.raises(OutOfRange, match=r"a label of 64 bytes"):
        Question(qname="a" * 64)
    with pytest.raises(OutOfRange, match=r"256 bytes: the length does not fit in 8 bits"):
        TXT(strings=[bytes(256)])
    with pytest.raises(TypeError, match="rdata"):
        Record(owner=".", rdata=Question(qname="."))  # type: ignore[arg-type]  # the test is that it fails
    with pytest.raises(OutOfRange, match=r"Edns\.payload: 65536 does not fit in 16 bits"):
        Edns(payload=65536)


def test_all_members_have_their_types_number() -> None:
    for each in Record.rdata.elements[:-1]:
        assert issubclass(each, Packet)
        assert RecordType[each.__name__] == each._tag


def test_classes() -> None:
    assert Record.parse(b"\0\0\1\0\3" + bytes(4) + b"\0\4abcd").rclass is RecordClass.CH
    assert Record.parse(b"\0\0\1\x80\1" + bytes(4) + b"\0\4abcd").rclass == 0x8001
