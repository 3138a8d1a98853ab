"""The examples of the documentation do what their pages say.

The layer of docs/your-own-layer.md, the congestion control of docs/congestion.md, the README's program.
"""

from __future__ import annotations

import re
import subprocess
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import pytest

from docs.examples.background import TARGET, Background
from docs.examples.channels import ChannelAddress, ChannelConnection, ChannelPattern, channels
from foxpy.addresses import MacAddress
from foxpy.devices.link import link
from foxpy.layers.ethernet import ethernet
from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.congestion import Factory, Start
from foxpy.testing import CHECKS, Check, ProtocolPair, check_protocol, virtual
from foxpy.testing.hosts import hosts
from foxpy.testing.lab import DropTail, Lab
from tests.support.congestion import ack

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


@pytest.mark.parametrize(
    ("page", "example", "use", "least"),
    [("your-own-layer.md", "channels.py", "chat = ", 6), ("congestion.md", "background.py", "TcpConfig(", 3)],
)
def test_the_page_shows_the_code_of_the_example(page: str, example: str, use: str, least: int) -> None:
    """What the page shows stands in the file; ``...`` on a line of its own leaves something out."""
    text = (ROOT / "docs" / page).read_text()
    source = (ROOT / "docs/examples" / example).read_text()
    shown = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if use not in block]
    assert len(shown) >= least
    for block in shown:
        for part in re.split(r"\n *\.\.\.\n", block):
            for line in filter(None, (line.strip() for line in part.splitlines())):
                assert line.removesuffix(" ...") in source, line


def shares(
    *controls: str | Factory, rate: float = 4e6, queue: int = 50, seconds: float = 20.0
) -> tuple[list[float], float]:
    """Flows on a link of 40 ms, begun 4 s apart: what each gets of its rate in the second half, and the mean queue."""
    lab = Lab(seed=1)
    one, other = lab.host("one"), lab.host("other")
    link = lab.link(one, other, rate=rate, delay=0.02, queue=DropTail(packets=queue))
    flows = [
        lab.bulk(one, other, at=4.0 * number, tcp=TcpConfig(congestion_control=control))
        for number, control in enumerate(controls)
    ]
    lab.run(until=seconds / 2)
    before = [flow.delivered for flow in flows]
    lab.run(until=seconds)
    got = [8 * (flow.delivered - had) / rate / (seconds / 2) for flow, had in zip(flows, before, strict=True)]
    held = [sample.packets for sample in link.there.samples if sample.time > seconds / 2]
    lab.close()
    return got, sum(held) / len(held)


def test_the_background_fills_an_empty_path_and_keeps_its_queue_to_the_target() -> None:
    """25 ms at 4 Mbit/s are 8 packets."""
    (alone,), queue = shares(Background)
    assert alone > 0.9
    assert queue == pytest.approx(TARGET * 4e6 / 8 / 1514, rel=0.2)


def test_the_background_leaves_the_path_to_others() -> None:
    (background, foreground), _ = shares(Background, "cubic")
    assert background < 0.1
    assert foreground > 0.85


def test_the_background_halves_at_a_loss_and_keeps_two_segments() -> None:
    control = Background(Start(1000, 20_000))
    control.loss(20_000, 1000, 0.0)
    assert (control.window, control.ssthresh) == (10_000, 10_000)
    control.undo()
    assert control.window == 20_000
    for number in range(2000):
        control.acknowledged(ack(1000, flight=control.window, round_trip=0.1 if number < 3 else 5.0))
    assert control.window == 2000
