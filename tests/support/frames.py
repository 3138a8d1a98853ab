"""A frame of every protocol that ``foxpy.decode`` knows, built by the packet classes."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Final

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.checksum import fold
from foxpy.layers.arp.wire import ARP
from foxpy.layers.bgp.wire import Keepalive, Open, Update
from foxpy.layers.dhcp.numbers import Kind, Operation
from foxpy.layers.dhcp.options import (
    DomainName,
    DomainNameServers,
    HostName,
    LeaseTime,
    MessageType,
    RequestedAddress,
    Routers,
    ServerIdentifier,
    SubnetMask,
)
from foxpy.layers.dhcp.wire import DHCP
from foxpy.layers.dns.names import Name
from foxpy.layers.dns.rdata import AAAA, MX, A
from foxpy.layers.dns.wire import DNS, DnsFrame, Edns, Question, Record
from foxpy.layers.ethernet.wire import EthernetII, Ieee8023
from foxpy.layers.gre.wire import Gre, GreChecked
from foxpy.layers.icmp.wire import Echo, Unreachable
from foxpy.layers.icmpv6.neighbours import NeighbourAdvertisement, NeighbourSolicitation, RouterAdvertisement
from foxpy.layers.icmpv6.options import Mtu, PrefixInformation, SourceLinkAddress, TargetLinkAddress
from foxpy.layers.icmpv6.wire import Echo as Echo6
from foxpy.layers.igmp.wire import QueryV3, Report, Type
from foxpy.layers.ipv4.numbers import word_sum
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.ipv6.options import PadN, RouterAlert
from foxpy.layers.ipv6.wire import EncapsulatingSecurity, Fragment, HopByHop, IPv6, pseudo_header
from foxpy.layers.llc.wire import Snap, Unnumbered
from foxpy.layers.ninep.wire import Rversion, Tversion
from foxpy.layers.router_discovery.wire import NEVER_DEFAULT, Entry, RouterSolicitation
from foxpy.layers.router_discovery.wire import RouterAdvertisement as RouterAdvertisement4
from foxpy.layers.rtp.wire import RTP
from foxpy.layers.ssh.binary import BinaryPacket, padding_for
from foxpy.layers.ssh.transport import KexInit, NewKeys
from foxpy.layers.tcp.wire import (
    TCP,
    MaximumSegmentSize,
    NoOperation,
    Sack,
    SackBlock,
    SackPermitted,
    Timestamps,
    WindowScale,
)
from foxpy.layers.udp.wire import UDP
from foxpy.layers.vlan.wire import Tagged
from foxpy.layers.vxlan.wire import VXLAN
from foxpy.wire import Packet

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
A4, B4 = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
A6, B6 = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
NAME: Final = Name("www.example.com")


def ip4(proto: int, body: Packet | bytes, *, mf: bool = False) -> IPv4:
    return IPv4(proto=proto, src=A4, dst=B4, body=body, mf=mf)


def ip6(proto: int, body: Packet | bytes) -> IPv6:
    return IPv6(next=proto, src=A6, dst=B6, body=body)


def frame(kind: int, body: Packet | bytes) -> bytes:
    """An Ethernet frame."""
    return EthernetII(dst=RIGHT, src=LEFT, kind=kind, body=body).build()


def sum4(proto: int, length: int) -> int:
    """The pseudo-header's sum between the two IPv4 hosts."""
    return fold(word_sum(A4) + word_sum(B4) + proto + length)


def sum6(proto: int, length: int) -> int:
    return fold(pseudo_header(A6, B6, proto, length))


def udp(sport: int, dport: int, body: Packet | bytes, *, six: bool = False) -> UDP:
    """A datagram with the right checksum."""
    data = body if isinstance(body, bytes) else body.build()
    length = UDP.MIN + len(data)
    return UDP(pseudo=(sum6 if six else sum4)(17, length), sport=sport, dport=dport, body=data)


Option = NoOperation | MaximumSegmentSize | WindowScale | SackPermitted | Sack | Timestamps


def tcp(sport: int, dport: int, body: bytes, *, options: tuple[Option, ...] = (), flags: int = 0x18) -> TCP:
    """A segment with the right checksum."""

    def segment(pseudo: int) -> TCP:
        return TCP(
            pseudo=pseudo,
            sport=sport,
            dport=dport,
            seq=1000,
            ack=2000,
            flags=flags,
            window=65535,
            options=options,
            body=body,
        )

    return segment(sum4(6, len(segment(0).build())))


def icmp6(message: Callable[[int], Packet]) -> IPv6:
    """``message`` is made of the sum of a pseudo-header."""
    return ip6(58, message(sum6(58, len(message(0).build()))))


def binary(payload: Packet) -> bytes:
    """An SSH packet in clear."""
    data = payload.build()
    return BinaryPacket(payload=data, padding=bytes(padding_for(len(data)))).build()


SYN_OPTIONS: Final = (
    MaximumSegmentSize(size=1460),
    SackPermitted(),
    Timestamps(value=5, echo=0),
    NoOperation(),
    WindowScale(shift=7),
)
SACK_OPTIONS: Final = (NoOperation(), NoOperation(), Sack(blocks=(SackBlock(left=3000, right=4000),)))
QUERY: Final = DNS(ident=4660, rd=True, questions=(Question(qname=NAME),), additionals=(Edns(payload=1232),))
ANSWER: Final = DNS(
    ident=4660,
    qr=True,
    rd=True,
    ra=True,
    questions=(Question(qname=NAME),),
    answers=(
        Record(owner=NAME, ttl=300, rdata=A(address=B4)),
        Record(owner=NAME, ttl=300, rdata=AAAA(address=B6)),
        Record(owner=Name("example.com"), ttl=60, rdata=MX(preference=10, host="mail.example.com")),
    ),
)
KEX: Final = KexInit(
    cookie=bytes(16),
    kex_algorithms=("curve25519-sha256",),
    server_host_key_algorithms=("ssh-ed25519",),
    encryption_client_to_server=("aes128-ctr",),
    encryption_server_to_client=("aes128-ctr",),
    mac_client_to_server=("hmac-sha2-256",),
    mac_server_to_client=("hmac-sha2-256",),
)
DISCOVER: Final = DHCP(
    op=Operation.REQUEST,
    xid=0x01020304,
    broadcast=True,
    chaddr=LEFT.packed + bytes(10),
    options=(MessageType(kind=Kind.DISCOVER), RequestedAddress(address=A4), HostName(name="fox")),
)
DHCP_ACK: Final = DHCP(
    op=Operation.REPLY,
    xid=0x01020304,
    yiaddr=A4,
    siaddr=B4,
    chaddr=LEFT.packed + bytes(10),
    options=(
        MessageType(kind=Kind.ACK),
        ServerIdentifier(address=B4),
        LeaseTime(seconds=3600),
        SubnetMask(mask=IPv4Address("255.255.255.0")),
        Routers(addresses=(B4,)),
        DomainNameServers(addresses=(B4, A4)),
        DomainName(name="example.com"),
    ),
    padding=bytes(20),
)
PING: Final = Echo(type=8, ident=7, seq=3, data=bytes(range(32)))
BGP: Final = (
    Open(my_as=64512, hold_time=180, identifier=A4),
    Keepalive(),
    Update(withdrawn=(IPv4Network("198.51.100.0/24"),)),
)


FRAMES: Final[dict[str, bytes]] = {
    "arp": frame(0x0806, ARP(operation=1, sha=LEFT, spa=A4, tha=MacAddress(bytes(6)), tpa=B4)),
    "arp_reply": frame(0x0806, ARP(operation=2, sha=LEFT, spa=A4, tha=RIGHT, tpa=B4)),
    "icmp": frame(0x0800, ip4(1, PING)),
    "icmp_unreachable": frame(0x0800, ip4(1, Unreachable(code=3, quoted=ip4(17, udp(1, 2, b"")).build()))),
    "router_advertisement": frame(
        0x0800,
        ip4(
            1,
            RouterAdvertisement4(
                lifetime=1800,
                routers=[Entry(words=2, address=A4), Entry(words=2, address=B4, preference=NEVER_DEFAULT)],
            ),
        ),
    ),
    "router_solicitation": frame(0x0800, ip4(1, RouterSolicitation())),
    "igmp": frame(0x0800, ip4(2, Report(type=Type.REPORT_V2, group=IPv4Address("239.1.2.3")))),
    "igmp_v3": frame(0x0800, ip4(2, QueryV3(group=IPv4Address("0.0.0.0"), delay=100))),
    "udp": frame(0x0800, ip4(17, udp(1024, 2048, b"hello"))),
    "tcp_syn": frame(0x0800, ip4(6, tcp(40000, 80, b"", options=SYN_OPTIONS, flags=0x02))),
    "tcp_sack": frame(0x0800, ip4(6, tcp(40000, 80, b"GET / HTTP/1.0", options=SACK_OPTIONS))),
    "ip_options": frame(0x0800, IPv4(proto=1, src=A4, dst=B4, options=b"\x94\x04\0\0", body=PING)),
    "ip_fragment": frame(0x0800, ip4(17, udp(1, 2, bytes(100)).build()[:64], mf=True)),
    "ip_in_ip": frame(0x0800, ip4(4, ip4(17, udp(1, 2, b"x")))),
    "dhcp_discover": frame(0x0800, ip4(17, udp(68, 67, DISCOVER))),
    "dhcp_ack": frame(0x0800, ip4(17, udp(67, 68, DHCP_ACK))),
    "dns_query": frame(0x0800, ip4(17, udp(40000, 53, QUERY))),
    "dns_answer": frame(0x0800, ip4(17, udp(53, 40000, ANSWER))),
    "dns_tcp": frame(0x0800, ip4(6, tcp(40000, 53, DnsFrame(message=QUERY.build()).build()))),
    "bgp": frame(0x0800, ip4(6, tcp(179, 40000, b"".join(each.build() for each in BGP)))),
    "ninep": frame(0x0800, ip4(6, tcp(40000, 564, Tversion(msize=8192).build()))),
    "ninep_reply": frame(0x0800, ip4(6, tcp(564, 40000, Rversion(msize=8192).build()))),
    "ssh": frame(0x0800, ip4(6, tcp(40000, 22, b"SSH-2.0-foxpy\r\n" + binary(KEX) + binary(NewKeys())))),
    "rtp": frame(0x0800, ip4(17, udp(5004, 5004, RTP(payload_type=0, sequence=1, timestamp=2, ssrc=3, body=b"sound")))),
    "vxlan": frame(0x0800, ip4(17, udp(50000, 4789, VXLAN(vni=5, body=frame(0x0800, ip4(17, udp(1, 2, b"inside"))))))),
    "gre": frame(0x0800, ip4(47, Gre(kind=0x0800, key=9, body=ip4(1, PING)))),
    "gre_checked": frame(0x0800, ip4(47, GreChecked(kind=0x6558, body=frame(0x0800, ip4(1, PING))))),
    "vlan": frame(0x8100, Tagged(vid=100, pcp=3, kind=0x0800, body=ip4(1, PING))),
    "vlan_twice": frame(0x88A8, Tagged(vid=7, kind=0x8100, body=Tagged(vid=8, kind=0x0800, body=ip4(1, PING)))),
    "snap": Ieee8023(dst=BROADCAST, src=LEFT, body=Snap(kind=0x0800, body=ip4(1, PING))).build(),
    "llc": Ieee8023(
        dst=BROADCAST, src=LEFT, body=Unnumbered(dsap=0x42, ssap=0x42, body=bytes(35)), pad=bytes(8)
    ).build(),
    "icmpv6": frame(0x86DD, icmp6(lambda pseudo: Echo6(pseudo=pseudo, type=128, ident=7, seq=3, data=b"ping"))),
    "neighbour": frame(
        0x86DD,
        icmp6(
            lambda pseudo: NeighbourSolicitation(
                pseudo=pseudo, target=B6, options=(SourceLinkAddress(address=LEFT.packed),)
            )
        ),
    ),
    "neighbour_answer": frame(
        0x86DD,
        icmp6(
            lambda pseudo: NeighbourAdvertisement(
                pseudo=pseudo,
                solicited=True,
                override=True,
                target=B6,
                options=(TargetLinkAddress(address=RIGHT.packed),),
            )
        ),
    ),
    "router": frame(
        0x86DD,
        icmp6(
            lambda pseudo: RouterAdvertisement(
                pseudo=pseudo,
                hops=64,
                lifetime=1800,
                options=(
                    Mtu(mtu=1500),
                    PrefixInformation(
                        bits=64,
                        on_link=True,
                        autonomous=True,
                        valid=86400,
                        preferred=14400,
                        prefix=IPv6Address("2001:db8::"),
                    ),
                ),
            )
        ),
    ),
    "udp6": frame(0x86DD, ip6(17, udp(1024, 2048, b"six", six=True))),
    "hop_by_hop": frame(
        0x86DD,
        ip6(0, HopByHop(next=17, options=(RouterAlert(value=0), PadN()), body=udp(1024, 2048, b"six", six=True))),
    ),
    "fragment6": frame(0x86DD, ip6(44, Fragment(next=17, offset=185, ident=99, body=bytes(40)))),
    "esp": frame(0x0800, ip4(50, EncapsulatingSecurity(spi=1, sequence=2, body=bytes(40)))),
    "unknown": frame(0x88B5, b"of a protocol that nobody knows"),
}
"""Each is whole, of one layer more than the one below it, and builds again to what it is."""
