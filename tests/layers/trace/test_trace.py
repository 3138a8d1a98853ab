"""Trace: one line for each packet and event, and nothing changed."""

from __future__ import annotations

from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from foxpy import dissect
from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.link import ip_link, link
from foxpy.errors import TimedOut
from foxpy.layers.arp import arp
from foxpy.layers.carried import Carried, carried, name_of
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import EthernetAddress, ethernet
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.faults import faults
from foxpy.layers.ipv4 import interface, ipv4, point_to_point
from foxpy.layers.sequence import sequence
from foxpy.layers.trace import trace
from foxpy.layers.udp import udp
from foxpy.layers.udp.wire import UDP
from foxpy.runtime import Scheduler
from foxpy.status import Aborted
from foxpy.testing import Collector
from tests.support.crossing import Crossing, Turned

Frames = Device[EthernetFrames]
LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)


def traced(lines: list[str]) -> Crossing:
    return Crossing(lambda device: trace(device, lines.append), lambda device: device)


def test_a_line_has_time_name_direction_and_packet() -> None:
    lines: list[str] = []
    net = traced(lines)
    net.now = 1.5
    frame = EthernetII(dst=RIGHT, src=LEFT, kind=0x88B5, body=b"hello").build()
    net.left.send(frame)
    net.right.send(frame[::-1])
    net.run()
    assert lines[0] == f"1.500000 left out {LEFT} > {RIGHT}, ethertype 0x88b5, 6865 6c6c 6f, length 5"
    assert lines[1].startswith("1.500000 left in ")
    assert len(lines) == 2


@given(st.lists(st.binary(max_size=100), max_size=5), st.integers(0, 20))
def test_it_changes_nothing(packets: list[bytes], headers: int) -> None:
    lines: list[str] = []
    net = traced(lines)
    for packet in packets:
        writer = net.left.sender.begin(len(packet))
        writer += packet[:headers]
        net.left.sender.commit(writer, packet[headers:])
    net.right.send(*packets)
    net.run()
    assert net.right.heard.packets == net.left.heard.packets == packets
    assert len(lines) == 2 * len(packets)
    assert net.left.sender.limit() == net.right.sender.limit()


def test_events_are_told_and_passed_on() -> None:
    lines: list[str] = []
    net = traced(lines)
    event = Aborted(TimedOut("gone"))
    assert net.left.connection.receiver is not None
    net.left.connection.receiver.status(event)
    assert net.left.heard.events == [event]
    assert "Aborted" in lines[0]
    assert "gone" in lines[0]


def test_the_reader_can_be_chosen_and_so_can_the_name() -> None:
    lines: list[str] = []
    net = Crossing(lambda device: trace(device, lines.append, name="wire", decode=dissect.udp))
    net.left.send(UDP(sport=1, dport=2, body=b"x").build())
    net.run()
    assert lines == ["0.000000 wire out 1 > 2: UDP, length 1", "0.000000 wire in 1 > 2: UDP, length 1"]


def test_micro_protocols_above_are_read_as_what_they_are() -> None:
    lines: list[str] = []
    net = Crossing(lambda device: checksum(faults(trace(sequence(trace(device, lines.append)), lines.append))))
    net.left.send(b"hello")
    net.left.heard.packets.clear()
    assert lines[0].startswith("0.000000 left out Crc32 crc=")
    assert lines[1].startswith("0.000000 left out Numbered epoch=")
    assert "number=0" not in lines[0]
    net.right.device.received(b"\0\0")
    assert lines[-1] == "0.000000 right in Sequence [Numbered: needs 14 bytes, 2 left (byte 0)], 0000, length 2"


def test_what_each_layer_carries() -> None:
    scheduler = Scheduler(lambda: 0.0)
    device = link(scheduler=scheduler).attach("eth0")
    eth = ethernet(device, LEFT)
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    host = ipv4(interface(neighbours.carrier(), "192.0.2.1/24"))
    tunnel = point_to_point(ip_link(scheduler=scheduler).attach("tun0"))
    datagrams = udp(host.carrier(17))
    assert [
        carried(layer)
        for layer in (
            device,
            eth,
            eth.carrier(0x0806),
            eth.carrier(0x0800),
            eth.carrier(0x88B5),
            neighbours,
            neighbours.carrier(),
            tunnel,
            host.carrier(1),
            host.carrier(4),
            host.carrier(6),
            host.carrier(17),
            host.carrier(99),
            datagrams,
        )
    ] == [
        Carried.FRAME,
        Carried.BYTES,
        Carried.ARP,
        Carried.IP,
        Carried.BYTES,
        Carried.IP,
        Carried.IP,
        Carried.IP,
        Carried.ICMP,
        Carried.IP,
        Carried.TCP,
        Carried.UDP,
        Carried.BYTES,
        Carried.BYTES,
    ]
    assert carried(ip_link(scheduler=scheduler).attach()) is Carried.IP
    assert [name_of(layer) for layer in (device, eth, eth.carrier(0x0800), datagrams)] == [
        "eth0",
        "ethernet",
        "ethernet ethertype 0x0800",
        "udp",
    ]


def test_a_protocol_that_carries_many_is_read_by_the_connection() -> None:
    lines: list[str] = []
    turned = Turned()
    eth = trace(ethernet(link(scheduler=turned.scheduler).attach(), LEFT), lines.append)
    eth.initialize()
    arp_frames = eth.send(eth.open(EthernetAddress(RIGHT, 0x0806), lambda _: Collector()))
    own_frames = eth.send(eth.open(EthernetAddress(RIGHT, 0x88B5), lambda _: Collector()))
    arp_frames.send(b"short")
    own_frames.send(b"short")
    eth.finalize()
    assert lines[0].startswith("0.000000 ethernet out ARP [ARP: needs 28 bytes")
    assert lines[1] == "0.000000 ethernet out 7368 6f72 74, length 5"
    assert lines[2].endswith("event Closed()")


def test_a_whole_stack_at_every_height() -> None:
    turned = Turned()
    segment = link(scheduler=turned.scheduler)
    lines: list[str] = []
    heard = Collector()

    def build(number: int) -> None:
        device = trace(segment.attach(f"link{number}"), lines.append) if number == 1 else segment.attach()
        eth = ethernet(device, MacAddress.local(number))
        frames = eth.carrier(0x0800)
        neighbours = arp(eth.carrier(0x0806), trace(frames, lines.append) if number == 1 else frames)
        host = ipv4(interface(neighbours.carrier(), f"192.0.2.{number}/24"))
        packets = host.carrier(17)
        packets = trace(packets, lines.append) if number == 1 else packets
        packets.initialize()
        turned.run(until=turned.now + 10)
        if number == 1:
            path = packets.open(IPv4Address("192.0.2.2"), lambda _: heard)
            path.sender.send(UDP(sport=1000, dport=2000, body=b"hi").build())
            turned.run(until=turned.now + 10)

    build(2)
    build(1)
    datagram = "1000 > 2000: UDP, length 2"
    ends = "192.0.2.1.1000 > 192.0.2.2.2000: UDP, length 2"
    told = [line.split(" ", 1)[1] for line in lines]
    assert f"ipv4 protocol 17 out {datagram}" in told
    assert f"ethernet ethertype 0x0800 out IP {ends}" in told
    assert f"link1 out {LEFT} > {RIGHT}, IP {ends}" in told
    assert any("who-has 192.0.2.2 tell 192.0.2.1" in line for line in told)
    assert any("protocol 17 protocol unreachable" in line or "192.0.2.2 is-at" in line for line in told)
