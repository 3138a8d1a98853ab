"""Which frames the filters let through, by a machine that runs them; the kernel does so in the interop tests."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.packet.bpf import WHOLE
from foxpy.devices.packet.filter import everything, networks_of, only
from foxpy.errors import InitializationFailed
from tests.devices.packet.machine import Seen, run

OURS = IPv4Address("192.0.2.7")
OTHER = IPv4Address("192.0.2.8")
GROUP = IPv4Address("224.0.0.251")


def ipv4(destination: IPv4Address, source: IPv4Address = OTHER, ethertype: int = 0x0800) -> bytes:
    header = bytes(12) + ethertype.to_bytes(2, "big") + b"\x45" + bytes(11)
    return header + source.packed + destination.packed + b"payload"


def arp(sender: IPv4Address, target: IPv4Address, protocol: int = 0x0800) -> bytes:
    fixed = b"\0\1" + protocol.to_bytes(2, "big") + b"\6\4\0\1"
    return bytes(12) + b"\x08\x06" + fixed + bytes(6) + sender.packed + bytes(6) + target.packed


def wants(frame: bytes, *texts: str, kind: int = 0, tagged: bool = False) -> bool:
    found = run(only(networks_of("eth0", texts)).assemble(), Seen(frame, kind, tagged))
    assert found in (0, WHOLE)
    return found == WHOLE


@pytest.mark.parametrize("frame", [b"", b"x", ipv4(OURS), arp(OURS, OTHER)])
def test_everything_but_what_goes_out(frame: bytes) -> None:
    program = everything().assemble()
    assert run(program, Seen(frame)) == WHOLE
    assert run(program, Seen(frame, tagged=True)) == WHOLE
    assert run(program, Seen(frame, kind=4)) == 0


def test_ipv4_to_an_address() -> None:
    assert wants(ipv4(OURS), "192.0.2.7")
    assert not wants(ipv4(OTHER, OURS), "192.0.2.7")
    assert wants(ipv4(OURS), "198.51.100.1", "192.0.2.7")
    assert not wants(ipv4(OURS), "192.0.2.7", kind=4)
    assert not wants(ipv4(OURS), "192.0.2.7", tagged=True)


@pytest.mark.parametrize("ethertype", [0x86DD, 0x8100, 0x88B5, 0x05DC])
def test_other_protocols_are_not_wanted(ethertype: int) -> None:
    assert not wants(ipv4(OURS, ethertype=ethertype), "0.0.0.0/0")


def test_networks() -> None:
    assert wants(ipv4(GROUP), "192.0.2.7", "224.0.0.0/4")
    assert not wants(ipv4(IPv4Address("240.0.0.1")), "192.0.2.7", "224.0.0.0/4")
    assert wants(ipv4(OURS), "10.0.0.0/8", "192.0.2.0/28", "172.16.0.0/12")
    assert not wants(ipv4(IPv4Address("192.0.2.16")), "10.0.0.0/8", "192.0.2.0/28", "172.16.0.0/12")


def test_arp() -> None:
    assert wants(arp(OTHER, OURS), "192.0.2.7")  # a question for us, an answer to us
    assert wants(arp(OURS, OTHER), "192.0.2.7")  # another claims our address: RFC 5227, section 2.4
    assert wants(arp(OTHER, OTHER), "192.0.2.7")  # an announcement: RFC 5227, section 3
    assert not wants(arp(OTHER, IPv4Address("192.0.2.9")), "192.0.2.7")  # others' business
    assert not wants(arp(OTHER, OURS, protocol=0x809B), "192.0.2.7")


@pytest.mark.parametrize("whole", [ipv4(OURS)[:34], arp(OTHER, OURS)], ids=["ipv4", "arp"])
def test_frames_that_are_cut_short_are_not_wanted(whole: bytes) -> None:
    assert wants(whole, "192.0.2.7")
    for end in range(len(whole)):
        assert not wants(whole[:end], "192.0.2.7")


@given(
    st.lists(st.ip_addresses(v=4).flatmap(lambda ip: st.integers(0, 32).map(lambda bits: (ip, bits))), max_size=8),
    st.ip_addresses(v=4),
)
def test_the_program_agrees_with_the_networks(pairs: list[tuple[IPv4Address, int]], address: IPv4Address) -> None:
    networks = [IPv4Network(pair, strict=False) for pair in pairs]
    program = only(networks).assemble()
    expected = WHOLE if any(address in network for network in networks) else 0
    assert run(program, Seen(ipv4(address))) == expected


def test_three_hundred_addresses_fit() -> None:
    texts = [f"10.0.{number // 256}.{number % 256}" for number in range(300)]
    assert wants(ipv4(IPv4Address("10.0.1.43")), *texts)
    assert not wants(ipv4(IPv4Address("10.0.1.44")), *texts)
    assert wants(arp(OTHER, IPv4Address("10.0.1.43")), *texts)


@pytest.mark.parametrize("text", ["192.0.2.300", "192.0.2.7/24", "2001:db8::1", "foxpy"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InitializationFailed, match=r"packet eth0: addresses=.* write 192\.0\.2\.7, or a network"):
        networks_of("eth0", [text])
