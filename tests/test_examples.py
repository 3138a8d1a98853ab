"""The layer of docs/your-own-layer.md keeps the contract, and the README's program does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import pytest

from docs.examples.channels import ChannelAddress, ChannelConnection, ChannelPattern, channels
from foxpy.addresses import MacAddress
from foxpy.devices.link import link
from foxpy.layers.ethernet import ethernet
from foxpy.testing import CHECKS, Check, ProtocolPair, check_protocol, virtual
from foxpy.testing.hosts import hosts

ROOT: Final = Path(__file__).parent.parent

every_check: Final = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


def over_ethernet() -> ProtocolPair[ChannelAddress[MacAddress], ChannelPattern, ChannelConnection[MacAddress]]:
    segment = link()
    devices = segment.attach(), segment.attach()
    stations = [ethernet(device) for device in devices]
    left, right = (channels(station.carrier(0x88B5)) for station in stations)
    return ProtocolPair(
        left,
        right,
        ChannelAddress(stations[0].address, 5),
        ChannelAddress(stations[1].address, 5),
        ChannelPattern(5),
        right_device=devices[1],
    )


@every_check
def test_channels_keep_the_contract_over_ethernet(check: Check) -> None:
    virtual(check_protocol, over_ethernet, [check])


def over_ip() -> ProtocolPair[ChannelAddress[IPv4Address], ChannelPattern, ChannelConnection[IPv4Address]]:
    one, other = hosts(2)
    left, right = (channels(host.ip.carrier(253)) for host in (one, other))
    return ProtocolPair(
        left,
        right,
        ChannelAddress(one.address, 5),
        ChannelAddress(other.address, 5),
        ChannelPattern(5),
        right_device=other.device,
    )


@every_check
def test_channels_keep_the_contract_over_ip(check: Check) -> None:
    virtual(check_protocol, over_ip, [check])


def test_the_program_of_the_readme_runs() -> None:
    programs = re.findall(r"```python\n(import trio.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(programs) == 1
    done = subprocess.run([sys.executable, "-c", programs[0]], cwd=ROOT, capture_output=True, text=True, check=True)
    size, _, _, time = done.stdout.split()
    assert int(size) == 60_000
    assert float(time) > 0.1


def test_the_page_shows_the_code_of_the_example() -> None:
    """What the page shows stands in the file; ``...`` on a line of its own leaves something out."""
    page = (ROOT / "docs/your-own-layer.md").read_text()
    source = (ROOT / "docs/examples/channels.py").read_text()
    shown = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "chat = " not in block]
    assert len(shown) >= 6
    for block in shown:
        for part in re.split(r"\n *\.\.\.\n", block):
            for line in filter(None, (line.strip() for line in part.splitlines())):
                assert line.removesuffix(" ...") in source, line
