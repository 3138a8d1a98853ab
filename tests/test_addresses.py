"""MAC addresses and ports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import BROADCAST, MacAddress, port
from foxpy.errors import BadAddress


@given(st.binary(min_size=6, max_size=6))
def test_text_and_bytes_say_the_same(packed: bytes) -> None:
    address = MacAddress(packed)
    assert MacAddress.parse(str(address)) == address
    assert MacAddress.parse(str(address).upper().replace(":", "-")) == address
    assert int(address).to_bytes(6, "big") == packed
    assert hash(MacAddress(packed)) == hash(address)
    assert eval(repr(address), {"MacAddress": MacAddress}) == address


@pytest.mark.parametrize("text", ["", "02:00:00:00:00", "02:00:00:00:00:00:01", "0g:00:00:00:00:00", "10.0.0.1"])
def test_what_is_no_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadAddress, match=r"MAC address"):
        MacAddress.parse(text)


def test_groups_and_local_addresses() -> None:
    assert BROADCAST.is_group
    assert MacAddress.parse("01:00:5e:00:00:01").is_group
    assert not MacAddress.local(1).is_group
    assert str(MacAddress.local(0x1_2345)) == "02:00:00:01:23:45"
    assert MacAddress.local(1) < MacAddress.local(2) < BROADCAST


@pytest.mark.parametrize("number", [-1, 65536])
def test_ports_have_a_range(number: int) -> None:
    assert port(65535) == 65535
    with pytest.raises(BadAddress, match=rf"port {number} is outside"):
        port(number)
