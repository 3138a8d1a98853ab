"""The ECN field of datagrams: RFC 3168, section 5."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from foxpy.ecn import CE, ECT_0, NOT_ECT
from foxpy.layers.ipv4.ecn import IpEcn
from foxpy.layers.ipv4.headers import Headers
from foxpy.layers.ipv4.wire import IPv4


def datagram(ecn: int, options: bytes = b"") -> bytes:
    return IPv4(
        ecn=ecn, ttl=64, proto=6, src=IPv4Address(1), dst=IPv4Address(2), options=options, body=bytes(30)
    ).build()


@pytest.mark.parametrize("ecn", [NOT_ECT, 1, ECT_0, CE])
def test_the_codepoint_of_what_arrives(ecn: int) -> None:
    field = IpEcn(Headers())
    assert field.arrived(bytes(14) + datagram(ecn), 34) == ecn


def test_behind_options() -> None:
    headers = Headers()
    frame = datagram(CE, bytes([1] * 4))
    headers.note(frame, 0)
    assert IpEcn(headers).arrived(frame, 24) == CE


def test_where_no_header_is() -> None:
    """Something interposed has made another packet of it."""
    field = IpEcn(Headers())
    assert field.arrived(bytes(10), 5) == NOT_ECT
    assert field.arrived(bytes(60), 40) == NOT_ECT
