"""What the generator sends, and the program at its own end."""

from __future__ import annotations

import os
from ipaddress import IPv4Address

import pytest

from foxpy.addresses import MacAddress
from foxpy.bench.frames import SMALL, datagram, drop_all_but_arp
from foxpy.checksum import fold, ones_sum
from foxpy.devices.xdp import abi, bpf
from foxpy.layers.ethernet.wire import Ethernet
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp.wire import UDP
from foxpy.testing.namespaces import why_not

SOURCE, TARGET = IPv4Address("10.77.0.1"), IPv4Address("10.77.0.3")


def made() -> bytes:
    return datagram(MacAddress.local(1), MacAddress.local(2), SOURCE, TARGET, 7)


def test_frames_have_64_bytes_with_the_check_sequence() -> None:
    assert len(SMALL) == len(made()) == 60


def test_the_datagram_is_one_that_hosts_take() -> None:
    frame = made()
    ethernet = Ethernet.parse(frame)
    assert (ethernet.dst, ethernet.src) == (MacAddress.local(2), MacAddress.local(1))
    packet = IPv4.parse(frame[14:])
    assert packet.dst == TARGET
    assert ones_sum(frame, 14, 34) == 0xFFFF  # RFC 1071: what is right sums up to all ones
    udp = UDP.parse(frame[34:])
    assert (udp.sport, udp.dport) == (4000, 7)
    pseudo = SOURCE.packed + TARGET.packed + bytes((0, 17)) + frame[38:40]
    assert fold(ones_sum(pseudo, 0, 12) + ones_sum(frame, 34, 60)) == 0xFFFF


@pytest.mark.skipif(why_not() is not None, reason=str(why_not()))
def test_the_gate_drops_all_but_arp() -> None:
    program = bpf.load(drop_all_but_arp())
    try:
        assert bpf.answer_to(program, made()) == abi.DROP
        assert bpf.answer_to(program, SMALL) == abi.DROP
        assert bpf.answer_to(program, SMALL[:12] + b"\x08\x06" + SMALL[14:]) == abi.PASS
        assert bpf.answer_to(program, SMALL[:14]) == abi.DROP
    finally:
        os.close(program)
