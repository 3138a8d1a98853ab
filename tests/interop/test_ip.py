"""Linux's own tools against ARP, IPv4, ICMP and UDP."""

from __future__ import annotations

import re
import socket
import subprocess

import pytest

from foxpy.testing.namespaces import Namespace
from tests.support.processes import host


@pytest.mark.interop("ping")
@pytest.mark.parametrize("size", [0, 56, 1472, 1473, 8000, 65507])
def test_ping(place: Namespace, size: int) -> None:
    with host(place, "echo=7") as there:
        said = place.run("ping", "-c", "20", "-i", "0.01", "-W", "2", "-s", str(size), there.address)
    assert "20 packets transmitted, 20 received, 0% packet loss" in said
    assert "duplicates" not in said


@pytest.mark.interop("ping")
def test_ping_shows_the_bytes_that_were_sent(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        said = place.run("ping", "-c", "3", "-i", "0.01", "-s", "3000", "-p", "f0a5", there.address)
    assert "3 received" in said
    assert "wrong data byte" not in said


@pytest.mark.interop("arping")
def test_arping_finds_one_station(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        said = place.run("arping", "-c", "5", "-W", "0.05", "-i", there.interface, there.address)
    stations = set(re.findall(r"from ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})", said))
    assert len(stations) == 1, said
    assert re.search(r"5 packets transmitted, 5 packets received", said), said


@pytest.mark.interop("traceroute")
@pytest.mark.parametrize("method", [[], ["-I"], ["-T", "-p", "7"]], ids=["udp", "icmp", "tcp"])
def test_traceroute_ends_in_one_hop(place: Namespace, method: list[str]) -> None:
    with host(place, "echo=7") as there:
        said = place.run("traceroute", "-n", "-w", "2", *method, there.address)
    hops = [line.split() for line in said.splitlines() if re.match(r"\s*\d+\s", line)]
    assert [hop[:2] for hop in hops] == [["1", there.address]], said


@pytest.mark.interop
@pytest.mark.parametrize("size", [0, 1, 1472, 1473, 20000, 65507])
def test_udp_echo(place: Namespace, size: int) -> None:
    with host(place, "echo=7") as there:
        with place.entered():
            calling = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with calling:
            calling.settimeout(5)
            calling.connect((there.address, 7))
            for number in range(20):
                sent = bytes((number + index) & 0xFF for index in range(size))
                calling.send(sent)
                assert calling.recv(65536) == sent


@pytest.mark.interop
def test_udp_port_that_nobody_listens_to_is_refused(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        with place.entered():
            calling = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with calling:
            calling.settimeout(5)
            calling.connect((there.address, 4711))
            calling.send(b"anyone?")
            with pytest.raises(ConnectionRefusedError):
                calling.recv(100)


@pytest.mark.interop("nc")
def test_nc_talks_udp(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        done = subprocess.run(
            place.command("nc", "-u", "-w", "1", there.address, "7"),
            input=b"hello fox\n",
            capture_output=True,
            timeout=20,
        )
    assert done.stdout == b"hello fox\n"
