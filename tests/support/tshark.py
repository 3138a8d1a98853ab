"""What tshark makes of a capture, and what its fields are called here."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from tests.support.processes import foxpy


@attrs.frozen
class Pairs:
    """An object of JSON whose keys may come again: tshark has one for each option, and one for each header."""

    items: tuple[tuple[str, object], ...]


def tshark(capture: Path) -> list[Pairs]:
    """The layers of each packet, by tshark: nothing reassembled, no names looked up, numbers as on the wire."""
    settings = (
        "tcp.desegment_tcp_streams:FALSE",
        "tcp.relative_sequence_numbers:FALSE",
        "ip.defragment:FALSE",
        "ipv6.defragment:FALSE",
    )
    options = [word for setting in settings for word in ("-o", setting)]
    done = subprocess.run(
        ["tshark", "-n", "-r", str(capture), "-T", "json", *options], capture_output=True, check=True, timeout=300
    )
    packets = json.loads(done.stdout, object_pairs_hook=lambda items: Pairs(tuple(items)))
    return [found for packet in packets for found in _named(packet, "layers")]


def _named(value: object, name: str, except_in: tuple[str, ...] = ()) -> Iterator[Pairs]:
    """The objects that lie under ``name``, at any depth, but not within those called as in ``except_in``."""
    if isinstance(value, Pairs):
        for key, each in value.items:
            if key == name and isinstance(each, Pairs):
                yield each
            elif key not in except_in:
                yield from _named(each, name, except_in)


def decoded(capture: Path) -> list[dict[str, object]]:
    """What ``foxpy decode --json`` prints."""
    done = subprocess.run(foxpy("decode", str(capture), "--json"), capture_output=True, check=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


@attrs.frozen
class Agreed:
    """A field of tshark's and a path in one of our layers; ``ours`` makes our value what tshark has."""

    theirs: str
    path: str
    ours: Callable[[object], object] = lambda value: value


def fields(*pairs: str) -> list[Agreed]:
    """``"ttl:ip.ttl"`` and so on: our path, tshark's name."""
    return [Agreed(theirs, path) for path, _, theirs in (pair.partition(":") for pair in pairs)]


def times(factor: int) -> Callable[[object], object]:
    def multiply(value: object) -> object:
        assert isinstance(value, int)
        return value * factor

    return multiply


AGREED: Final[Mapping[str, tuple[str, list[Agreed]]]] = {
    "ethernet": (
        "eth",
        fields("dst:eth.dst", "src:eth.src", "EthernetII.kind:eth.type", "Ieee8023.kind:eth.len"),
    ),
    "arp": (
        "arp",
        fields(
            *("htype:arp.hw.type", "ptype:arp.proto.type", "hlen:arp.hw.size", "plen:arp.proto.size"),
            *("operation:arp.opcode", "sha:arp.src.hw_mac", "spa:arp.src.proto_ipv4"),
            *("tha:arp.dst.hw_mac", "tpa:arp.dst.proto_ipv4"),
        ),
    ),
    "ipv4": (
        "ip",
        [
            *fields(
                *("version:ip.version", "dscp:ip.dsfield.dscp", "ecn:ip.dsfield.ecn", "length:ip.len", "ident:ip.id"),
                *("evil:ip.flags.rb", "df:ip.flags.df", "mf:ip.flags.mf", "ttl:ip.ttl", "proto:ip.proto"),
                *("checksum:ip.checksum", "src:ip.src", "dst:ip.dst"),
            ),
            Agreed("ip.hdr_len", "ihl", times(4)),
            Agreed("ip.frag_offset", "frag"),
        ],
    ),
    "icmp": (
        "icmp",
        fields(
            *("type:icmp.type", "code:icmp.code", "checksum:icmp.checksum", "Echo.ident:icmp.ident"),
            *("Echo.seq:icmp.seq", "Redirect.gateway:icmp.redir_gw"),
            *("number:icmp.num_addrs", "words:icmp.addr_entry_size", "lifetime:icmp.lifetime"),
            *("routers.address:icmp.router_address", "routers.preference:icmp.pref_level"),
        ),
    ),
    "igmp": ("igmp", fields("type:igmp.type", "checksum:igmp.checksum", "group+records.group:igmp.maddr")),
    "udp": (
        "udp",
        fields(
            *("sport:udp.srcport", "dport:udp.dstport", "length:udp.length", "checksum:udp.checksum"),
            "body:udp.payload",
        ),
    ),
    "tcp": (
        "tcp",
        [
            *fields(
                *("sport:tcp.srcport", "dport:tcp.dstport", "seq:tcp.seq_raw", "ack:tcp.ack_raw", "flags:tcp.flags"),
                *("window:tcp.window_size_value", "checksum:tcp.checksum", "urgent:tcp.urgent_pointer"),
                *("options.kind:tcp.option_kind", "options.length:tcp.option_len"),
                *(
                    "options.MaximumSegmentSize.size:tcp.options.mss_val",
                    "options.WindowScale.shift:tcp.options.wscale.shift",
                ),
                *(
                    "options.Timestamps.value:tcp.options.timestamp.tsval",
                    "options.Timestamps.echo:tcp.options.timestamp.tsecr",
                ),
                *("options.Sack.blocks.left:tcp.options.sack_le", "options.Sack.blocks.right:tcp.options.sack_re"),
                "body:tcp.payload",
            ),
            Agreed("tcp.hdr_len", "doff", times(4)),
        ],
    ),
    "vlan": (
        "ieee8021ad+vlan",
        fields(
            *("pcp:ieee8021ad.priority+vlan.priority", "dei:ieee8021ad.dei+vlan.dei", "vid:ieee8021ad.id+vlan.id"),
            "kind:ieee8021ah.etype+vlan.etype",
        ),
    ),
    "ipv6": (
        "ipv6",
        fields(
            *("version:ipv6.version", "dscp:ipv6.tclass.dscp", "ecn:ipv6.tclass.ecn", "flow:ipv6.flow"),
            *("length:ipv6.plen", "next:ipv6.nxt", "hops:ipv6.hlim", "src:ipv6.src", "dst:ipv6.dst"),
        ),
    ),
    "icmpv6": (
        "icmpv6",
        fields(
            *("type:icmpv6.type", "code:icmpv6.code", "checksum:icmpv6.checksum"),
            *("Echo.ident:icmpv6.echo.identifier", "Echo.seq:icmpv6.echo.sequence_number"),
            "NeighbourSolicitation.target:icmpv6.nd.ns.target_address",
            "NeighbourAdvertisement.target:icmpv6.nd.na.target_address",
            *(
                "NeighbourAdvertisement.router:icmpv6.nd.na.flag.r",
                "NeighbourAdvertisement.solicited:icmpv6.nd.na.flag.s",
            ),
            *(
                "NeighbourAdvertisement.override:icmpv6.nd.na.flag.o",
                "RouterAdvertisement.hops:icmpv6.nd.ra.cur_hop_limit",
            ),
            *("RouterAdvertisement.managed:icmpv6.nd.ra.flag.m", "RouterAdvertisement.other:icmpv6.nd.ra.flag.o"),
            "RouterAdvertisement.lifetime:icmpv6.nd.ra.router_lifetime",
            "RouterAdvertisement.reachable:icmpv6.nd.ra.reachable_time",
            "RouterAdvertisement.retransmit:icmpv6.nd.ra.retrans_timer",
            *("options.kind:icmpv6.opt.type", "options.length:icmpv6.opt.length", "options.Mtu.mtu:icmpv6.opt.mtu"),
            *(
                "options.PrefixInformation.bits:icmpv6.opt.prefix.length",
                "options.PrefixInformation.prefix:icmpv6.opt.prefix",
            ),
            "options.PrefixInformation.valid:icmpv6.opt.prefix.valid_lifetime",
            "options.PrefixInformation.preferred:icmpv6.opt.prefix.preferred_lifetime",
            "options.PrefixInformation.on_link:icmpv6.opt.prefix.flag.l",
            "options.PrefixInformation.autonomous:icmpv6.opt.prefix.flag.a",
            "options.SourceLinkAddress.address:icmpv6.opt.src_linkaddr",
            "options.TargetLinkAddress.address:icmpv6.opt.target_linkaddr",
        ),
    ),
    "ipv6_fragment": (
        "ipv6.fraghdr",
        fields(
            *("next:ipv6.fraghdr.nxt", "offset:ipv6.fraghdr.offset", "more:ipv6.fraghdr.more"),
            "ident:ipv6.fraghdr.ident",
        ),
    ),
    "dhcp": (
        "dhcp",
        fields(
            *("op:dhcp.type", "htype:dhcp.hw.type", "hlen:dhcp.hw.len", "hops:dhcp.hops", "xid:dhcp.id"),
            *("secs:dhcp.secs", "broadcast:dhcp.flags.bc", "ciaddr:dhcp.ip.client", "yiaddr:dhcp.ip.your"),
            *("siaddr:dhcp.ip.server", "giaddr:dhcp.ip.relay", "options.length:dhcp.option.length"),
            *("options.MessageType.kind:dhcp.option.dhcp", "options.SubnetMask.mask:dhcp.option.subnet_mask"),
            *(
                "options.Routers.addresses:dhcp.option.router",
                "options.LeaseTime.seconds:dhcp.option.ip_address_lease_time",
            ),
            "options.DomainNameServers.addresses:dhcp.option.domain_name_server",
            "options.RequestedAddress.address:dhcp.option.requested_ip_address",
            "options.ServerIdentifier.address:dhcp.option.dhcp_server_id",
        ),
    ),
    "dns": (
        "dns",
        fields(
            *("ident:dns.id", "qr:dns.flags.response", "opcode:dns.flags.opcode", "tc:dns.flags.truncated"),
            *("rd:dns.flags.recdesired", "cd:dns.flags.checkdisable", "qdcount:dns.count.queries"),
            *("ancount:dns.count.answers", "nscount:dns.count.auth_rr", "arcount:dns.count.add_rr"),
            *("questions.qname:dns.qry.name", "questions.qtype:dns.qry.type", "questions.qclass:dns.qry.class"),
            *(
                "answers.owner+authorities.owner+additionals.owner:dns.resp.name",
                "answers.rdata.A.address:dns.a",
                "answers.rdata.AAAA.address:dns.aaaa",
            ),
            *("answers.rdata.MX.preference:dns.mx.preference", "answers.rdata.MX.host:dns.mx.mail_exchange"),
            *("answers.ttl+authorities.ttl+additionals.ttl:dns.resp.ttl"),
        ),
    ),
}
"""For each layer, what tshark calls it, and its fields."""


@attrs.frozen
class Comparison:
    """Two readings of one packet."""

    compared: Counter[str]
    """How many values of each of our layers were compared."""
    differences: list[str]


def compare(ours: dict[str, object], theirs: Pairs) -> Comparison:
    """Compare all fields of AGREED. Their order counts, and how many there are."""
    compared: Counter[str] = Counter()
    differences = []
    for name, found, expected in _both(ours, theirs):
        compared[name.partition(".")[0]] += len(found)
        if len(found) != len(expected) or not all(map(_same, found, expected)):
            differences.append(f"packet {ours['number']}: {name}: {found}, tshark {expected}")
    return Comparison(compared, differences)


def _both(ours: dict[str, object], theirs: Pairs) -> Iterator[tuple[str, list[object], list[str]]]:
    """Our name for each field, its values, and tshark's."""
    for field, name in (("number", "frame.number"), ("length", "frame.len"), ("captured", "frame.cap_len")):
        yield f"frame.{field}", [ours[field]], list(_values(theirs, name))
    (time,) = _values(theirs, "frame.time_epoch")
    yield "frame.time", [ours["time"]], [str(float(time))]
    layers = ours["layers"]
    assert isinstance(layers, list)
    for layer, (their_layer, agreed) in AGREED.items():
        mine = [each for each in layers if each["layer"] == layer and "fields" in each]
        objects = [one for name in their_layer.split("+") for one in _named(theirs, name, except_in=QUOTING)]
        for each in agreed:
            if not each.path.count(".") and any(each.path not in one["fields"] for one in mine):
                continue  # a body that the next layer reads
            found = [value for path in each.path.split("+") for one in mine for value in _walk(one, path)]
            expected = [value for name in each.theirs.split("+") for one in objects for value in _values(one, name)]
            yield f"{layer}.{each.path}", [each.ours(value) for value in found if value != ""], expected


def _walk(layer: dict[str, object], path: str) -> Iterator[object]:
    fields = layer["fields"]
    assert isinstance(fields, dict)
    yield from _step({"packet": layer["packet"], **fields}, path.split("."))


def _step(value: object, steps: list[str]) -> Iterator[object]:
    """What lies behind ``steps`` in a value of our JSON; a step may be the class of a part."""
    if isinstance(value, list):
        for each in value:
            yield from _step(each, steps)
    elif not steps:
        yield value
    elif isinstance(value, dict):
        if value["packet"] == steps[0]:
            yield from _step(value, steps[1:])
        elif steps[0] in value:
            yield from _step(value[steps[0]], steps[1:])


def _values(value: object, name: str) -> Iterator[str]:
    """All values called ``name``, but those of packets that are quoted in errors."""
    if isinstance(value, Pairs):
        for key, each in value.items:
            if key == name and isinstance(each, str):
                if each:
                    yield each
            elif key not in PROTOCOLS:
                yield from _values(each, name)


def _same(ours: object, theirs: str) -> bool:
    match ours:
        case int():
            return int(theirs, 0) == ours
        case float():
            return float(theirs) == ours
        case _:
            return str(ours) in (theirs, theirs.replace(":", ""), "." if theirs == "<Root>" else theirs)


QUOTING: Final = ("icmp", "icmpv6")
"""What has other packets in it that are not layers."""
PROTOCOLS: Final = frozenset({"eth", *(name for names, _ in AGREED.values() for name in names.split("+"))})
"""Objects of tshark's that are layers of their own."""
