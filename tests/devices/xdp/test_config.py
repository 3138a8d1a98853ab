"""Settings that cannot be are refused where they are given, by name and with what to write."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

import pytest

from foxpy.devices.xdp import XdpConfig, XdpDevice, xdp
from foxpy.devices.xdp.config import filtered
from foxpy.errors import InitializationFailed
from foxpy.runtime import Runtime, Scheduler


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"queue": -1}, "AF_XDP: queue -1 is outside 0..4095"),
        ({"mode": "offload"}, "AF_XDP: mode 'offload' is neither 'native' nor 'generic'"),
        ({"chunks": 1000}, "AF_XDP: 1000 chunks: write a power of two from 64 to 1048576"),
        ({"chunks": 32}, "AF_XDP: 32 chunks: write a power of two from 64 to 1048576"),
        ({"chunk": 1024}, "AF_XDP: chunks of 1024 bytes: write 2048, 4096 or None"),
        ({"ring": 0}, "AF_XDP: a ring of 0: write a power of two from 64 to 32768"),
        ({"ring": 65536}, "AF_XDP: a ring of 65536: write a power of two from 64 to 32768"),
        ({"budget": 0}, "AF_XDP: a budget of 0 frames is outside 1..32768"),
        ({"zero_copy": True, "mode": "generic"}, "AF_XDP: zero_copy needs mode 'native': it is the driver's"),
        (
            {"addresses": (IPv4Address("192.0.2.1"),) * 257},
            "AF_XDP: 257 addresses are too many, a filter compares 256 at most; without addresses all frames are taken",
        ),
    ],
)
def test_what_cannot_be(settings: Mapping[str, object], told: str) -> None:
    with pytest.raises(InitializationFailed) as caught:
        XdpConfig(**settings)  # type: ignore[arg-type]  # the point: values that mypy refuses, too
    assert str(caught.value) == told


def test_addresses() -> None:
    first, second = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
    assert filtered(()) == ()
    assert filtered("192.0.2.1") == filtered(first) == (first,)
    assert filtered(["192.0.2.1", second]) == (first, second)
    for wrong in ("192.0.2.1/24", "2001:db8::1", "eth0"):
        with pytest.raises(InitializationFailed, match=f"'{wrong}' is not an IPv4 address to share the interface by"):
            filtered([wrong])


def still() -> Runtime:
    return Runtime(Scheduler(lambda: 0.0), seed=1)


def test_the_factory_checks_before_it_needs_a_privilege() -> None:
    with pytest.raises(InitializationFailed, match="names no interface"):
        xdp("a-name-that-is-too-long", runtime=still())
    with pytest.raises(InitializationFailed, match="names no interface"):
        xdp("", runtime=still())
    with pytest.raises(InitializationFailed, match="checksums 'maybe' is none of verify, partial, trust"):
        xdp("veth0", checksums="maybe", runtime=still())  # type: ignore[arg-type]  # the point
    with pytest.raises(InitializationFailed, match="a ring of 7"):
        xdp("veth0", ring=7, runtime=still())


def test_a_device_that_was_never_initialized_tells_nothing_bad() -> None:
    device = xdp("veth0", runtime=still())
    assert isinstance(device, XdpDevice)
    told = device.query()
    assert (told.name, told.received, told.refused) == ("veth0", 0, 0)
    assert told.kernel.rx_dropped == 0
    assert device.offloads.checksums


def test_an_interface_that_is_not_there() -> None:
    with pytest.raises(InitializationFailed, match=r"xdp foxpy-none: there is no such interface .*, there are .*lo"):
        xdp("foxpy-none", runtime=still()).initialize()
