"""Frames taken apart: the right layers for good ones, and for any bytes as far as they make sense."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.decode import Inside, Registry, protocol, read_frame
from foxpy.decode.bits import bits
from foxpy.decode.filter import compile_filter
from foxpy.decode.frames import Frame
from foxpy.decode.reading import DEPTH, MESSAGES
from foxpy.decode.rebuilding import What, findings
from foxpy.devices.pcap import ETHERNET, RAW, Captured
from foxpy.layers.arp.wire import ARP
from foxpy.layers.bgp.wire import Keepalive
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.tcp.wire import SackPermitted
from foxpy.layers.udp.wire import UDP
from foxpy.wire import Body, Packet, field, rest, u8, u16
from tests.support.frames import FRAMES, LEFT, RIGHT, frame, ip4, tcp, udp

REGISTRY: Final = Registry()


def read(data: bytes, length: int | None = None, linktype: int = ETHERNET) -> Frame:
    return Frame.read(REGISTRY, 1, Captured(1_500_000_000, data, len(data) if length is None else length, linktype))


def names(found: Frame) -> str:
    return " ".join(layer.protocol.name for layer in found.layers)


@pytest.mark.parametrize(
    ("name", "layers"),
    {
        "arp": "arp",
        "icmp": "ipv4 icmp",
        "icmp_unreachable": "ipv4 icmp",
        "igmp": "ipv4 igmp",
        "igmp_v3": "ipv4 igmp",
        "udp": "ipv4 udp",
        "tcp_syn": "ipv4 tcp",
        "ip_options": "ipv4 icmp",
        "ip_fragment": "ipv4 udp",
        "ip_in_ip": "ipv4 ipv4 udp",
        "dhcp_discover": "ipv4 udp dhcp",
        "dhcp_ack": "ipv4 udp dhcp",
        "dns_query": "ipv4 udp dns",
        "dns_answer": "ipv4 udp dns",
        "dns_tcp": "ipv4 tcp dns_tcp dns",
        "bgp": "ipv4 tcp bgp bgp bgp",
        "ninep": "ipv4 tcp ninep",
        "ssh": "ipv4 tcp ssh ssh ssh_message ssh ssh_message",
        "rtp": "ipv4 udp rtp",
        "vxlan": "ipv4 udp vxlan ethernet ipv4 udp",
        "gre": "ipv4 gre ipv4 icmp",
        "gre_checked": "ipv4 gre ethernet ipv4 icmp",
        "vlan": "vlan ipv4 icmp",
        "vlan_twice": "vlan vlan ipv4 icmp",
        "snap": "llc ipv4 icmp",
        "llc": "llc",
        "icmpv6": "ipv6 icmpv6",
        "neighbour": "ipv6 icmpv6",
        "router": "ipv6 icmpv6",
        "udp6": "ipv6 udp",
        "hop_by_hop": "ipv6 ipv6_hop_by_hop udp",
        "fragment6": "ipv6 ipv6_fragment",
        "esp": "ipv4 esp",
        "unknown": "",
    }.items(),
)
def test_the_layers_of_a_frame(name: str, layers: str) -> None:
    found = read(FRAMES[name])
    assert names(found) == f"ethernet {layers}".strip()
    assert not found.malformed
    assert list(findings(found)) == []


@pytest.mark.parametrize("name", FRAMES)
def test_every_frame_builds_again_to_what_it_is(name: str) -> None:
    found = read(FRAMES[name])
    for layer in found.layers:
        assert layer.packet is not None
        if layer.whole:
            assert layer.packet.build() == FRAMES[name][layer.start : layer.end]
    assert len(found.line().splitlines()) == 1
    assert len(bits(found).split("\n\n")) == 1 + len(found.layers)


def test_an_object_has_every_field() -> None:
    data = FRAMES["tcp_syn"] + b"trailer"
    found = json.loads(read(data).json())
    assert (found["number"], found["time"], found["length"], found["captured"]) == (1, 1.5, len(data), len(data))
    ethernet, ipv4, tcp_layer = found["layers"]
    assert ethernet == {
        "layer": "ethernet",
        "packet": "EthernetII",
        "offset": 0,
        "length": len(data),
        "fields": {"dst": str(RIGHT), "src": str(LEFT), "kind": 0x0800},
        "trailer": b"trailer".hex(),
    }
    assert (ipv4["offset"], ipv4["length"], ipv4["checksum_right"]) == (14, 60, True)
    assert ipv4["fields"]["src"] == "192.0.2.1"
    assert ipv4["fields"]["df"] is False
    assert (tcp_layer["offset"], tcp_layer["length"], tcp_layer["checksum_right"]) == (34, 40, True)
    assert tcp_layer["fields"]["body"] == ""
    assert tcp_layer["fields"]["options"] == [
        {"packet": "MaximumSegmentSize", "kind": 2, "length": 4, "size": 1460},
        {"packet": "SackPermitted", "kind": 4, "length": 2},
        {"packet": "Timestamps", "kind": 8, "length": 10, "value": 5, "echo": 0},
        {"packet": "NoOperation", "kind": 1},
        {"packet": "WindowScale", "kind": 3, "length": 3, "shift": 7},
    ]
    # All fields on the wire, and no argument
    assert [*tcp_layer["fields"]] == [
        *("sport", "dport", "seq", "ack", "doff", "flags", "window", "checksum", "urgent", "options", "body")
    ]


def test_names_and_lists_of_addresses_are_text() -> None:
    dns = json.loads(read(FRAMES["dns_answer"]).json())["layers"][-1]["fields"]
    assert dns["questions"] == [{"packet": "Question", "qname": "www.example.com", "qtype": 1, "qclass": 1}]
    assert [each["rdata"]["packet"] for each in dns["answers"]] == ["A", "AAAA", "MX"]
    assert dns["answers"][1]["rdata"]["address"] == "2001:db8::2"


# -- what is wrong


def test_layers_before_the_fault_are_shown() -> None:
    data = bytearray(FRAMES["udp"])
    data[38:40] = b"\0\3"  # UDP's length
    found = read(bytes(data))
    assert names(found) == "ethernet ipv4 udp"
    assert found.line().endswith("IP 192.0.2.1 > 192.0.2.2: UDP [UDP.length: says 3 bytes, needs 8 (byte 38)]")
    *_, ipv4, broken = json.loads(found.json())["layers"]
    assert ipv4["fields"]["proto"] == 17
    assert broken == {
        "layer": "udp",
        "offset": 34,
        "length": 13,
        "error": {
            "kind": "Malformed",
            "packet": "UDP",
            "field": "length",
            "offset": 38,
            "path": [],
            "message": "UDP.length: says 3 bytes, needs 8 (byte 38)",
        },
    }
    assert "UDP.length: says 3 bytes" in bits(found)


def test_bad_options_leave_the_header() -> None:
    data = bytearray(FRAMES["tcp_syn"])
    data[14 + 20 + 20 + 1] = 0  # the length of the first option
    found = read(bytes(data))
    assert "Flags [S], seq 1000, win 65535, options [bad " in found.line()
    last = json.loads(found.json())["layers"][-1]
    assert (last["packet"], last["fields"]["sport"]) == ("TcpHeader", 40000)
    assert last["error"]["path"] or last["error"]["packet"] == "MaximumSegmentSize"
    assert last["error"]["offset"] == 14 + 20 + 20 + 1


def test_a_frame_that_was_cut_off_is_not_malformed_where_it_is_there() -> None:
    whole = frame(0x0800, ip4(6, tcp(40000, 80, bytes(1000))))
    for kept, layers, malformed in (
        (64, "ethernet ipv4 tcp", False),
        (50, "ethernet ipv4 tcp", True),
        (30, "ethernet ipv4", True),
    ):
        found = read(whole[:kept], len(whole))
        assert (names(found), found.malformed) == (layers, malformed)
        assert found.line().endswith(f"[{kept} of {len(whole)} bytes captured]")
        assert list(findings(found)) == []
    found = read(whole[:64], len(whole))
    assert "length 1000" in found.line()
    *_, last = json.loads(found.json())["layers"]
    assert last["length"] == 1020
    assert last["fields"]["body"] == bytes(10).hex()  # what was captured of it
    assert "checksum_right" not in last
    assert "20 bytes, 16 captured" in read(whole[:50], len(whole)).line()


def test_checksums_that_are_wrong_are_told_as_such() -> None:
    for name, at, layer in (
        ("icmp", 14 + 10, "ipv4"),
        ("icmp", 36, "icmp"),
        ("udp", 40, "udp"),
        ("icmpv6", 57, "icmpv6"),
    ):
        data = bytearray(FRAMES[name])
        data[at] ^= 0x55
        (finding,) = findings(read(bytes(data)))
        assert finding.what is What.CHECKSUM
        assert finding.text.startswith(f"{layer}: checksum is ")
        assert compile_filter("bad_checksum", REGISTRY)(read(bytes(data)))


def test_no_udp_checksum_is_right() -> None:
    data = bytearray(FRAMES["udp"])
    data[40:42] = b"\0\0"
    assert list(findings(read(bytes(data)))) == []


def test_what_is_written_in_another_form_differs() -> None:
    data = bytearray(frame(0x0800, ip4(6, tcp(1, 2, b"", options=(SackPermitted(),)))))
    assert data[-4:] == b"\4\2\0\0"
    data[-1] = 7  # behind the end of options
    differing = [each for each in findings(read(bytes(data))) if each.what is What.DIFFERS]
    assert [each.text for each in differing] == ["tcp: no field (bytes 57-57): 07 was sent, 00 is built"]
    data = bytearray(FRAMES["tcp_syn"])
    data[-4:] = bytes(4)  # no options where some were: the header need not be so long
    differing = [each for each in findings(read(bytes(data))) if each.what is What.DIFFERS]
    assert [each.text for each in differing] == [
        "tcp: doff (from byte 46 on, 40 bytes, not 36): a002ffff1baf0000020405b4... was sent, "
        "9002ffff1baf0000020405b4... is built"
    ]


def test_an_unknown_link_type() -> None:
    found = read(b"\1\2\3", linktype=999)
    assert found.line() == "1 1.500000 link type 999, 0102 03, length 3"
    assert json.loads(found.json())["data"] == "010203"
    assert "nothing is known of link type 999" in bits(found)


def test_bare_packets_of_either_version() -> None:
    assert names(read(FRAMES["udp"][14:], linktype=RAW)) == "ipv4 udp"
    assert names(read(FRAMES["udp6"][14:], linktype=RAW)) == "ipv6 udp"
    assert read(b"", linktype=RAW).malformed


# -- bounds


def test_tunnels_in_tunnels_end_somewhere() -> None:
    packet = b""
    for _ in range(3000):
        packet = ip4(4, packet).build()
    found = read(frame(0x0800, packet))
    assert len(found.layers) == DEPTH
    assert found.line().count("192.0.2.1") == DEPTH - 1
    # No byte is shown twice
    assert len(found.json()) < 3 * len(packet)


def test_many_messages_in_a_segment_end_somewhere() -> None:
    segment = tcp(179, 40000, Keepalive().build() * 3000)
    found = read(frame(0x0800, ip4(6, segment)))
    assert names(found) == "ethernet ipv4 tcp" + " bgp" * MESSAGES
    assert json.loads(found.json())["layers"][2]["trailer"] == (Keepalive().build() * (3000 - MESSAGES)).hex()


def test_only_whole_messages_of_a_segment_are_read() -> None:
    message = Keepalive().build()
    for body, count in (
        (message[:-1], 0),
        (message + message[:5], 1),
        (b"\0" + message, 0),
        (message[3:] + message, 0),
    ):
        found = read(frame(0x0800, ip4(6, tcp(179, 40000, body))))
        assert names(found) == "ethernet ipv4 tcp" + " bgp" * count
        assert not found.malformed


def test_names_from_the_network_command_no_terminal() -> None:
    hostile = b"SSH-2.0-\x1b[2J\x07\xff\r\n"
    line = read(frame(0x0800, ip4(6, tcp(22, 40000, hostile)))).line()
    assert line.isprintable()
    assert "\\x1b[2J" in line


@given(
    st.sampled_from(sorted(FRAMES)),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), max_size=6),
    st.integers(0, 1500),
    st.sampled_from([ETHERNET, RAW]),
    st.integers(0, 40),
)
def test_damaged_frames_are_shown_as_far_as_they_make_sense(
    name: str, changes: list[tuple[int, int]], end: int, linktype: int, missing: int
) -> None:
    data = bytearray(FRAMES[name][14 if linktype == RAW else 0 :])
    for at, value in changes:
        data[at % len(data)] = value
    found = read(bytes(data[: max(end, 1)]), min(max(end, 1), len(data)) + missing, linktype)
    check(found)


@given(st.binary(max_size=200), st.sampled_from([ETHERNET, RAW, 228, 229, 999]), st.integers(0, 300))
def test_any_bytes_are_a_frame(data: bytes, linktype: int, missing: int) -> None:
    check(read(data, len(data) + missing, linktype))


def check(found: Frame) -> None:
    """Whatever the frame is, all ways to show it work."""
    assert found.line().isprintable()
    assert json.loads(found.json())["number"] == 1
    assert bits(found)
    list(findings(found))
    for layer in found.layers:
        assert 0 <= layer.start <= layer.end
        assert layer.packet is not None or layer.error is not None or layer.partial
        if layer.error is not None:
            assert layer.error.packet
            assert layer.error.offset is not None


# -- the page


def test_the_example_on_the_page_works() -> None:
    page = (Path(__file__).parents[2] / "docs" / "decode.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    namespace: dict[str, object] = {"__name__": __name__}
    exec(program, namespace)
    registry = Registry()
    register = namespace["register"]
    assert callable(register)
    register(registry)
    data = frame(0x0800, ip4(17, udp(1024, 9999, b"\0\7\xc8!")))
    found = Frame.read(registry, 1, Captured(0, data, len(data), ETHERNET))
    assert "THERMOMETER Reading sensor=7 kelvin=200" in found.line()
    for text in re.findall(r"^    (\S.*)$", page.split("## Filters")[1].split("\n\n")[1], re.MULTILINE):
        compile_filter(text, registry)


# -- a protocol of one's own


class Reading(Packet):
    """What a thermometer says."""

    sensor: u16
    kelvin: u8
    kind: u8 = field(default=0)
    body: Body = rest(default=b"")


THERMOMETER: Final = protocol(
    "thermometer", Reading, inside=lambda reading: Inside.named("arp", reading.body) if reading.kind else None
)


def test_a_protocol_of_ones_own() -> None:
    registry = Registry()
    registry.add(THERMOMETER, udp=9999, ethertype=0x88B5)
    data = frame(0x0800, ip4(17, udp(1024, 9999, Reading(sensor=7, kelvin=200, body=b"!"))))
    found = Frame.read(registry, 1, Captured(0, data, len(data), ETHERNET))
    assert found.line().endswith(
        "192.0.2.1.1024 > 192.0.2.2.9999: THERMOMETER Reading sensor=7 kelvin=200 body=1 bytes"
    )
    assert json.loads(found.json())["layers"][-1]["fields"] == {"sensor": 7, "kelvin": 200, "kind": 0, "body": "21"}
    assert compile_filter("thermometer.kelvin > 100 and thermometer.Reading", registry)(found)
    assert names(read(data)) == "ethernet ipv4 udp"  # of no other registry
    arp = ARP(operation=1, sha=LEFT, spa=bytes(4), tha=RIGHT, tpa=bytes(4))
    carrying = EthernetII(dst=RIGHT, src=LEFT, kind=0x88B5, body=Reading(sensor=1, kelvin=2, kind=1, body=arp)).build()
    layers = read_frame(registry, registry.protocol("ethernet"), carrying)
    assert [layer.protocol.name for layer in layers] == ["ethernet", "thermometer", "arp"]


def test_what_is_no_protocol() -> None:
    with pytest.raises(ValueError, match="'a b' is no name for a protocol"):
        protocol("a b", UDP)
    with pytest.raises(ValueError, match="over TCP a protocol needs a framing"):
        Registry().add(THERMOMETER, tcp=9999)
    with pytest.raises(KeyError):
        Registry().protocol("thermometer")
