"""Linux's ping with options, types of service and broadcasts."""

from __future__ import annotations

import subprocess

import pytest

from foxpy.testing.namespaces import Namespace
from tests.support.processes import host


@pytest.mark.interop("ping")
def test_the_route_is_recorded_both_ways(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        said = place.run("ping", "-n", "-c", "3", "-i", "0.01", "-W", "2", "-R", there.address)
    assert "3 received" in said
    # The route has the sender, this host as it was entered by the echo server, and the sender again.
    recorded = said.split("RR:", 1)[1].splitlines()[:3]
    assert there.address in "".join(recorded), said


@pytest.mark.interop("ping")
@pytest.mark.parametrize("form", ["tsonly", "tsandaddr"])
def test_the_time_is_entered(place: Namespace, form: str) -> None:
    with host(place, "echo=7") as there:
        said = place.run("ping", "-n", "-c", "3", "-i", "0.01", "-W", "2", "-T", form, there.address)
    assert "3 received" in said
    assert "TS:" in said


@pytest.mark.interop("ping")
def test_an_expedited_ping_is_answered(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        said = place.run("ping", "-c", "3", "-i", "0.01", "-W", "2", "-Q", "0xb8", there.address)
    assert "3 received" in said


@pytest.mark.interop("ping")
def test_a_broadcast_ping_is_not_answered(place: Namespace) -> None:
    with host(place, "echo=7") as there:
        broadcast = there.address.rsplit(".", 1)[0] + ".255"
        with pytest.raises(subprocess.CalledProcessError) as failed:
            place.run("ping", "-b", "-c", "2", "-i", "0.1", "-W", "0.5", broadcast)
        said = place.run("ping", "-c", "1", "-W", "2", there.address)
    assert "2 packets transmitted, 0 received" in failed.value.output
    assert "1 received" in said
