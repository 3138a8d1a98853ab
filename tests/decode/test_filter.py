"""Filters: what passes, and what is said of those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.decode import Registry
from foxpy.decode.filter import FilterError, compile_filter
from foxpy.decode.filter.syntax import DEPTH, LENGTH
from foxpy.decode.frames import Frame
from foxpy.devices.pcap import ETHERNET, Captured
from foxpy.layers.dns.names import Name
from foxpy.layers.dns.rdata import A
from foxpy.layers.dns.wire import DNS, Question, Record
from tests.support.frames import A4, FRAMES, frame, ip4, udp

REGISTRY = Registry()
READ = {
    name: Frame.read(REGISTRY, number, Captured(number * 10**9, frame, len(frame), ETHERNET))
    for number, (name, frame) in enumerate(FRAMES.items(), 1)
}
DAMAGED = bytearray(FRAMES["udp"])
DAMAGED[-1] ^= 1
READ["damaged"] = Frame.read(REGISTRY, 100, Captured(0, bytes(DAMAGED), len(DAMAGED), ETHERNET))
READ["broken"] = Frame.read(REGISTRY, 101, Captured(0, FRAMES["udp"][:-3], len(FRAMES["udp"]) - 3, ETHERNET))
READ["cut"] = Frame.read(REGISTRY, 102, Captured(0, FRAMES["udp"][:-3], len(FRAMES["udp"]), ETHERNET))


def passing(text: str) -> set[str]:
    test = compile_filter(text, REGISTRY)
    return {name for name, frame in READ.items() if test(frame)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("arp", {"arp", "arp_reply"}),
        ("arp and arp.operation == 2", {"arp_reply"}),
        ("vlan.vid == 7", {"vlan_twice"}),
        ("vlan.vid == 7 and vlan.vid == 8", {"vlan_twice"}),
        ("vlan.vid != 8", {"vlan"}),
        ("vlan and not vlan.vid == 8", {"vlan"}),
        ("tcp.flags & 0x02", {"tcp_syn"}),
        ("tcp.flags & 2 == 2 && tcp.dport == 80", {"tcp_syn"}),
        ("tcp.dport == 80", {"tcp_syn", "tcp_sack"}),
        ("tcp.dport in (79, 80, 81)", {"tcp_syn", "tcp_sack"}),
        ("tcp.options.size == 1460", {"tcp_syn"}),
        ("tcp.options.MaximumSegmentSize", {"tcp_syn"}),
        ("tcp.options.Sack.blocks.left >= 3000", {"tcp_sack"}),
        ("tcp.options.TcpOption.kind == 5", {"tcp_sack"}),
        ("len(tcp.options) > 3", {"tcp_syn"}),
        ('tcp.body contains "HTTP"', {"tcp_sack"}),
        (r'tcp.body contains "\x47\x45T"', {"tcp_sack"}),
        ('tcp.body == "GET / HTTP/1.0"', {"tcp_sack"}),
        ("len(tcp.body) == 14", {"tcp_sack"}),
        ("icmp.Unreachable or icmp.type == 3", {"icmp_unreachable"}),
        ("ethernet.dst == ff:ff:ff:ff:ff:ff", {"snap", "llc"}),
        ("ethernet.dst == FF-FF-FF-FF-FF-FF", {"snap", "llc"}),
        ("arp.tpa == 192.0.2.2 and arp.tha == 00:00:00:00:00:00", {"arp"}),
        ("ipv4.src in 198.51.100.0/24", set()),
        ("igmp and ipv4.src == 192.0.2.0/24", {"igmp", "igmp_v3"}),
        ("igmp.group in (239.0.0.0/8, 1.2.3.4)", {"igmp"}),
        ("icmpv6.target == 2001:db8::2", {"neighbour", "neighbour_answer"}),
        ("icmpv6.NeighbourSolicitation", {"neighbour"}),
        ("ipv6.src in 2001:db8::/32 and udp", {"udp6", "hop_by_hop"}),
        ("ipv6.src == ::1", set()),
        ('dns.questions.qname == "WWW.example.com" and dns.qr', {"dns_answer"}),
        ("dns.answers.rdata.AAAA.address == 2001:db8::2", {"dns_answer"}),
        ('dns.questions.qtype == "A" and not dns.qr', {"dns_query", "dns_tcp"}),
        ("dns and tcp", {"dns_tcp"}),
        ("dns.qdcount + dns.ancount == 4", {"dns_answer"}),
        ("gre.key == 9", {"gre"}),
        ("gre.Gre.key", {"gre"}),
        ('ninep.version contains "2000" and ninep.Tversion', {"ninep"}),
        ("vxlan.vni == 5 and ipv4.proto == 17", {"vxlan"}),
        ("len(vxlan) > 50", {"vxlan"}),
        ("len(rtp.csrc) == 0", {"rtp"}),
        ("frame.number == 1", {"arp"}),
        ("frame.number <= 2", {"arp", "arp_reply"}),
        ("frame.time == 1.0", {"arp"}),
        ("frame.time < 2.5 and frame.time > 0.5", {"arp", "arp_reply"}),
        ("frame.length - frame.captured == 3", {"cut"}),
        ("cut", {"cut"}),
        ("malformed", {"broken"}),
        ("bad_checksum", {"damaged"}),
        ("(arp or vlan) and (arp.operation == 1 or vlan.pcp * 2 == 6)", {"arp", "vlan"}),
        ("ipv4.evil == true", set()),
        ("ipv4.mf", {"ip_fragment"}),
        ("ipv4.frag or ipv6_fragment.offset", {"fragment6"}),
        ("1 < 2 and arp.operation == 2", {"arp_reply"}),
    ],
)
def test_what_passes(text: str, names: set[str]) -> None:
    assert passing(text) == names
    assert passing(f"not ({text})") == READ.keys() - names
    assert passing(f"!(({text}))") == READ.keys() - names


@pytest.mark.parametrize(
    ("text", "fact", "at"),
    [
        ("tpc", "there is no layer 'tpc'; did you mean tcp", 1),
        ("arp or zebra", "there is no layer 'zebra'; there are ", 8),
        ("tcp.dprt == 80", "tcp has no field 'dprt'; did you mean dport", 1),
        ("tcp.options.sise == 1", "tcp.options has no field 'sise'; did you mean size", 1),
        ("tcp.sport.low == 1", "tcp.sport is a number, and has no field 'low'", 1),
        ("frame.size > 3", "there is no frame.size; there are frame.number", 1),
        ("frame", "there is no frame; there are frame.number", 1),
        ("malformed.why", "malformed has no fields", 1),
        ("tcp.dport = 80", "write ==", 11),
        ("tcp.dport == ", "a value is missing; found the end", 14),
        ("tcp dport", "dport does not belong here", 5),
        ("(tcp", "what began with ( ends with ); found the end", 5),
        ("tcp)", ") does not belong here", 4),
        ("tcp.dport in (1, 2", "ends with )", 19),
        ("tcp.dport == 1 == 1", "a comparison has two sides", 16),
        ("tcp.dport < 1 and", "found the end", 18),
        ("80", "80 alone says nothing of a packet", 1),
        ("tcp == 80", "name one of those, or write len(tcp)", 5),
        ("tcp.options == 80", "name one of those, or write len(tcp.options)", 13),
        ("tcp.dport == 10.0.0.1", "tcp.dport is a number, 10.0.0.1 an IP address: they are never equal", 11),
        ("ipv4.src == 02:00:00:00:00:01", "they are never equal", 10),
        ("ipv4.src < 10.0.0.1", "< compares numbers", 10),
        ("tcp.dport contains 3", "contains is for text and bytes", 11),
        ("ipv4.src + 1 == 2", "+ takes numbers; ipv4.src is an IP address", 10),
        ("ipv4.src == 10.0.0.300", "10.0.0.300: ", 13),
        ("ipv4.src in 10.0.0.1/8", "has host bits set", 13),
        ("ethernet.src == 02:00", "'02:00' is neither a name nor a number nor an address", 17),
        ("tcp.dport == 0x", "neither a name nor a number", 14),
        ('tcp.body contains "GET', "the string has no end", 19),
        ("length(tcp) > 3", "there is no function length; there is len(...)", 1),
        ("len(3)", "len(...) takes a layer or a field", 5),
        ("len(tcp", "len(...) ends with )", 8),
        ("tcp.dport == (tcp or udp)", "this is a test, and has no value", 15),
        ("tcp # udp", "'#' is neither", 5),
    ],
)
def test_mistakes_are_explained(text: str, fact: str, at: int) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(text, REGISTRY)
    assert fact in str(caught.value)
    assert f"(at character {at} of " in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2000 + "tcp" + ")" * 2000,
        "not " * 2000 + "tcp",
        "1" + "+1" * 2000 + " == tcp.dport",
        "1" + "&(1" * 1000 + ")" * 1000 + " == tcp.dport",
        "tcp or " * 5000 + "tcp",
    ],
)
def test_there_are_bounds(text: str) -> None:
    with pytest.raises(FilterError, match=f"more than {DEPTH} times|at most {LENGTH}"):
        compile_filter(text, REGISTRY)


def test_an_empty_filter_is_none() -> None:
    for text in ("", "  "):
        with pytest.raises(FilterError, match="the filter is empty; write one like"):
            compile_filter(text, REGISTRY)


def test_long_filters_are_not_deep() -> None:
    ports = " or ".join(f"tcp.dport == {port}" for port in range(100, 500))
    assert passing(ports) == set()
    assert passing(f"{ports} or tcp.dport == 80") == {"tcp_syn", "tcp_sack"}


def test_long_lists_are_compared_in_no_time() -> None:
    """Else a packet that a filter's author never thought of would take a minute."""
    question = Question(qname=Name("a"))
    records = tuple(Record(owner=Name("a"), ttl=ttl, rdata=A(address=A4)) for ttl in range(2000))
    message = DNS(
        questions=(question,),
        answers=records,
        authorities=(Record(ttl=5000, owner=Name("a"), rdata=A(address=A4)),) * 500,
    )
    data = frame(0x0800, ip4(17, udp(53, 1024, message)))
    read = Frame.read(REGISTRY, 1, Captured(0, data, len(data), ETHERNET))
    for text, passes in (
        ("dns.answers.ttl == dns.authorities.ttl", False),
        ("dns.answers.ttl != dns.authorities.ttl", True),
        ("dns.answers.owner == dns.authorities.owner", True),
        ("dns.answers.ttl < dns.authorities.ttl", True),
        ("dns.answers.ttl > dns.authorities.ttl", False),
        ("dns.answers.ttl >= dns.answers.ttl", True),
    ):
        assert compile_filter(text, REGISTRY)(read) == passes


WORDS = (
    "tcp udp ipv4.src tcp.dport tcp.options.size dns.questions.qname malformed frame.length and or not == != < in "
    "contains & + ( ) , 80 0x10 10.0.0.1 10.0.0.0/8 2001:db8::1 02:00:00:00:00:01 'text' len ( tcp )"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_filter_or_a_mistake(text: str) -> None:
    try:
        test = compile_filter(text, REGISTRY)
    except FilterError:
        return
    for read in READ.values():
        assert test(read) in (True, False)
