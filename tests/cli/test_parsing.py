"""What people type on the command line, and what they are told when it cannot be."""

from __future__ import annotations

from ipaddress import IPv4Interface

import pytest

from foxpy.addresses import MacAddress
from foxpy.cli import parsing
from foxpy.cli.parsing import DeviceSpec, Service, Url
from foxpy.cli.usage import CommandError


def test_devices() -> None:
    assert parsing.device("link") == DeviceSpec("link", "")
    assert parsing.device("tap:foxpy0") == DeviceSpec("tap", "foxpy0")
    assert parsing.device("pcap:a:b.pcap") == DeviceSpec("pcap", "a:b.pcap")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("eth0", "no device 'eth0'; write link, tap:NAME, tun:NAME, packet:NAME, xdp:NAME or pcap:FILE"),
        ("link:x", "a link has no name"),
        ("tap", "say which, like tap:foxpy0"),
        ("xdp:", "say which, like xdp:eth0"),
        ("pcap:", "say which, like pcap:capture.pcap"),
    ],
)
def test_devices_that_are_none(text: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        parsing.device(text)


def test_addresses() -> None:
    assert parsing.address("10.0.0.2/24") == IPv4Interface("10.0.0.2/24")
    assert parsing.mac("02-00-00-00-00-01") == MacAddress.local(1)
    assert str(parsing.gateway("10.0.0.1")) == "10.0.0.1"


def test_addresses_that_are_none() -> None:
    with pytest.raises(CommandError, match=r"10\.0\.0\.2: the prefix length is missing; write it like 10\.0\.0\.2/24"):
        parsing.address("10.0.0.2")
    with pytest.raises(CommandError, match=r"--address 10\.0\.0/24: .*write it like"):
        parsing.address("10.0.0/24")
    with pytest.raises(CommandError, match=r"--gateway router: .*write it like"):
        parsing.gateway("router")
    with pytest.raises(CommandError, match="--mac: 'zz' is not a MAC address"):
        parsing.mac("zz")


def test_services() -> None:
    assert parsing.services("") == []
    assert parsing.services("echo,http=8080") == [Service("echo", 7), Service("http", 8080)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ssh=22", "no service 'ssh'; there are echo, discard, chargen, http"),
        ("echo=0", "'0' is not a port"),
        ("echo=65536", "'65536' is not a port"),
        ("echo=x", "'x' is not a port"),
        ("echo=80,http", "port 80 is given to two services"),
    ],
)
def test_services_that_are_none(text: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        parsing.services(text)


def test_urls() -> None:
    assert parsing.url("http://10.0.0.1/") == Url("10.0.0.1", 80, "/")
    assert parsing.url("http://10.0.0.1:8080/a?b=c#d") == Url("10.0.0.1", 8080, "/a?b=c")
    assert parsing.url("http://10.0.0.1") == Url("10.0.0.1", 80, "/")
    assert parsing.url("http://[02:00:00:00:00:01]:81/x") == Url("02:00:00:00:00:01", 81, "/x")


@pytest.mark.parametrize(
    "text", ["https://10.0.0.1/", "10.0.0.1", "http://", "http:///x", "http://a b/", "http://a:b/"]
)
def test_urls_that_are_none(text: str) -> None:
    with pytest.raises(CommandError, match="is not a URL that can be fetched"):
        parsing.url(text)
    with pytest.raises(CommandError, match="port 70000 is outside"):
        parsing.url("http://a:70000/")


def test_faults() -> None:
    config = parsing.faults("loss=0.02,delay=20ms")
    assert (config.loss, config.delay) == (0.02, 0.02)
    with pytest.raises(CommandError, match="--faults lost=1: "):
        parsing.faults("lost=1")
