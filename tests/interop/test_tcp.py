"""Linux's TCP against foxpy's: whole conversations, many at once, refusals, scans."""

from __future__ import annotations

import hashlib
import random
import re
import socket
import subprocess
import time

import pytest

from foxpy.testing.namespaces import Namespace
from tests.support.processes import ServedHost, host


def called(place: Namespace, there: ServedHost, port: int = 7) -> socket.socket:
    """A connection from Linux to one of the host's services."""
    with place.entered():
        calling = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    calling.settimeout(20)
    try:
        calling.connect((there.address, port))
    except OSError:
        calling.close()
        raise
    return calling


@pytest.mark.interop("nc")
def test_nc_half_close_returns_all_that_was_sent(place: Namespace) -> None:
    sent = random.Random(1).randbytes(300_000)
    with host(place, "echo=7") as there:
        # -N shuts the sending half down at the end of the input; what comes back is read until the host ends as well
        done = subprocess.run(
            place.command("nc", "-N", there.address, "7"), input=sent, capture_output=True, timeout=60
        )
    assert done.returncode == 0
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(sent).digest()


@pytest.mark.interop
def test_a_closed_port_refuses_within_50_ms(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        called(place, there).close()  # so that ARP is done
        times = []
        for _ in range(5):
            began = time.perf_counter()
            with pytest.raises(ConnectionRefusedError):
                called(place, there, 8)
            times.append(time.perf_counter() - began)
    assert max(times) < 0.05


@pytest.mark.interop("nmap")
def test_nmap_finds_exactly_the_listening_ports(place: Namespace) -> None:
    with host(place, "echo=7,discard=9,chargen=19,http=80") as there:
        said = place.run("nmap", "-sS", "-n", "-oG", "-", "-p", "1-2000", there.address, timeout=120)
    ports = set(re.findall(r"(\d+)/(\w+)/tcp", said))
    assert ports == {("7", "open"), ("9", "open"), ("19", "open"), ("80", "open")}, said
    assert "Ignored State: closed (1996)" in said, said


@pytest.mark.interop
def test_a_hundred_connections_at_once(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        calling = [called(place, there) for _ in range(100)]
        sent = [random.Random(number).randbytes(20_000) for number in range(100)]
        for wire, data in zip(calling, sent, strict=True):
            wire.sendall(data)
            wire.shutdown(socket.SHUT_WR)
        for wire, data in zip(calling, sent, strict=True):
            with wire:
                assert all_of(wire) == data


@pytest.mark.interop
def test_chargen_stops_when_the_reader_resets(place: Namespace) -> None:
    with host(place, "chargen=19,echo=7") as there:
        with called(place, there, 19) as wire:
            assert wire.recv(74, socket.MSG_WAITALL)[-2:] == b"\r\n"
            # Linger 0: closing sends a reset
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        with called(place, there) as wire:
            wire.sendall(b"still there?")
            assert wire.recv(100) == b"still there?"


def all_of(wire: socket.socket) -> bytes:
    parts = []
    while part := wire.recv(65536):
        parts.append(part)
    return b"".join(parts)
