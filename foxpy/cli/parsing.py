"""Reading what people type: devices, addresses, services, URLs. Mistakes are CommandErrors that say how to write it."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.cli.usage import CommandError
from foxpy.errors import BadAddress
from foxpy.layers.faults import FaultConfig

DEVICE_KINDS: Final = ("link", "tap", "tun", "packet", "xdp", "pcap")
EXAMPLES: Final = {"pcap": "capture.pcap", "packet": "eth0", "xdp": "eth0"}
SERVICES: Final = {"echo": 7, "discard": 9, "chargen": 19, "http": 80}
"""What ``--serve`` can serve, and the port that each has by custom."""


@attrs.frozen
class DeviceSpec:
    """``tap:foxpy0``: a kind of device and its name or file."""

    kind: str
    name: str


@attrs.frozen
class Service:
    """``http=80``: a service and its port."""

    name: str
    port: int


@attrs.frozen
class Url:
    """``http://host:port/path``; the host is read by the stack that will reach it."""

    host: str
    port: int
    path: str


def device(text: str) -> DeviceSpec:
    kind, _, name = text.partition(":")
    if kind not in DEVICE_KINDS:
        raise CommandError(
            f"--device {text}: there is no device {kind!r}; "
            "write link, tap:NAME, tun:NAME, packet:NAME, xdp:NAME or pcap:FILE"
        )
    if kind == "link" and name:
        raise CommandError(f"--device {text}: a link has no name; write link")
    if kind != "link" and not name:
        raise CommandError(f"--device {text}: say which, like {kind}:{EXAMPLES.get(kind, 'foxpy0')}")
    return DeviceSpec(kind, name)


def address(text: str) -> IPv4Interface:
    if "/" not in text:
        raise CommandError(f"--address {text}: the prefix length is missing; write it like {text}/24")
    try:
        return IPv4Interface(text)
    except ValueError as error:
        raise CommandError(f"--address {text}: {error}; write it like 10.0.0.2/24") from None


def gateway(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError as error:
        raise CommandError(f"--gateway {text}: {error}; write it like 10.0.0.1") from None


def mac(text: str) -> MacAddress:
    try:
        return MacAddress.parse(text)
    except BadAddress as error:
        raise CommandError(f"--mac: {error}") from None


def services(text: str) -> list[Service]:
    """``echo=7,http=8080`` or ``echo,http``."""
    found: list[Service] = []
    for part in filter(None, text.split(",")):
        name, _, number = part.partition("=")
        if name not in SERVICES:
            raise CommandError(f"--serve {part}: there is no service {name!r}; there are {', '.join(SERVICES)}")
        if number and not (number.isdecimal() and 0 < int(number) <= 0xFFFF):
            raise CommandError(f"--serve {part}: {number!r} is not a port; write a number from 1 to 65535")
        found.append(Service(name, int(number) if number else SERVICES[name]))
    ports = [service.port for service in found]
    for port in ports:
        if ports.count(port) > 1:
            raise CommandError(f"--serve {text}: port {port} is given to two services")
    return found


def faults(text: str) -> FaultConfig:
    try:
        return FaultConfig.parse(text)
    except ValueError as error:
        raise CommandError(f"--faults {text}: {error}") from None


_URL: Final = re.compile(r"http://(?:\[([^\]/]+)\]|([^:/?#\[\]\s]+))(?::(\d+))?(/[^#\s]*)?(?:#.*)?", re.ASCII)


def url(text: str) -> Url:
    """A host may stand in brackets, which one with colons in it must: ``http://[02:00:00:00:00:01]/bytes/9``."""
    match = _URL.fullmatch(text)
    if match is None:
        raise CommandError(f"{text!r} is not a URL that can be fetched; write it like http://10.0.0.1:80/bytes/1000")
    bracketed, plain, port, path = match.groups()
    number = int(port) if port else 80
    if not 0 < number <= 0xFFFF:
        raise CommandError(f"{text}: port {number} is outside 1..65535")
    return Url(bracketed or plain, number, path or "/")
