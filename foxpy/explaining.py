"""What mypy's words mean for a stack: which layers do not fit, and what to write for them to fit."""

from __future__ import annotations

import re
from typing import Final

MAC, IP4, ENDPOINT, NEIGHBOUR = "MAC addresses", "IPv4 addresses", "UDP endpoints", "neighbours"

_HOSTS: Final = {"MacAddress": MAC, "IPv4Address": IP4, "UdpEndpoint": ENDPOINT, "NextHop": NEIGHBOUR}
"""How hosts of a type are called."""

_CARRIERS: Final = {
    "EthernetCarrier": ("Ethernet", MAC),
    "IpCarrier": ("IPv4", IP4),
    "UdpCarrier": ("UDP", ENDPOINT),
    "ArpLink": ("ARP", NEIGHBOUR),
}
"""The layers' own carriers: what they are of, and how they name hosts."""

_LINKS: Final = ("IpLink", "ArpLink", "PointToPoint")
_MEDIA: Final = {"EthernetFrames": "Ethernet frames", "IpPackets": "bare IP packets"}

_NAMES: Final = {
    "Ethernet": "an Ethernet",
    "Arp": "an ARP",
    "Ip": "an IPv4 host",
    "Icmp": "an ICMP",
    "Udp": "a UDP",
    "Tcp": "a TCP",
    "Interface": "an interface of an IPv4 host",
    "IpLink": "a link for IPv4",
    "PointToPoint": "a point-to-point link for IPv4",
    "MacAddress": "a MAC address",
    "IPv4Address": "an IPv4 address",
    "IPv4Interface": "an IPv4 address with its prefix",
    "Port": "a Port",
    "str": "a text",
    "int": "a plain number",
}

_TO_MAKE: Final = {
    "MacAddress": 'MacAddress.parse("02:00:00:00:00:01")',
    "IPv4Address": 'IPv4Address("192.0.2.1")',
    "IPv4Interface": 'IPv4Interface("192.0.2.1/24")',
    "Port": "Port(7)",
}
"""How a value of a type is written."""


def explain(message: str, given: str | None = None) -> str | None:
    """What ``message``, an error of mypy without its place, says of a stack; None where it has nothing to do with one.

    ``given`` is the expression that mypy points at.
    """
    for pattern, explanation in _EXPLANATIONS:
        found = pattern.search(message)
        if found is not None:
            return explanation(found, given)
    return None


# -- the messages


def _argument(found: re.Match[str], given: str | None) -> str | None:
    callee, got, expected = found["callee"], found["got"], found["expected"]
    if "[" not in expected:
        expected = expected.partition(" | ")[0]  # the first is the proper one, the others are for convenience
    remedy = _remedy(expected, got, given or "it")
    if remedy is None and not (_known(expected) and _known(got)):
        return None
    shown = f"{given} is" if given else "this is"
    return f"{callee}() takes {_describe(expected)}; {shown} {_describe(got)}" + (f": {remedy}" if remedy else "")


def _returned(found: re.Match[str], given: str | None) -> str:
    return f"the function says that it returns {_describe(found['expected'])}, and returns {_describe(found['got'])}"


def _assigned(found: re.Match[str], given: str | None) -> str | None:
    expected, got = found["expected"], found["got"]
    if not (_known(expected) and _known(got)):
        return None
    remedy = _remedy(expected, got, given or "it")
    said = f"what is declared as {_describe(expected)} is {_describe(got)}"
    return said + (f": {remedy}" if remedy else "")


def _missing(found: re.Match[str], given: str | None) -> str:
    return f"{found['callee']}() is not given {found['names'].replace(chr(34), '')}"


def _not_interposable(found: re.Match[str], given: str | None) -> str:
    return f"{found['callee']}() goes on a protocol or a carrier, and is given {_describe(found['got'])}"


def _incomplete(found: re.Match[str], given: str | None) -> str:
    lacks = found["names"].replace('"', "")
    return f"{found['callee']} is not a whole layer yet: it has to define {lacks}"


def _shape(found: re.Match[str], given: str | None) -> str:
    method, base = found["method"], found["base"].rpartition(".")[2]
    return f"{method} is not as {base} has it: whoever uses a {base} could not call it"


_EXPLANATIONS: Final = (
    (
        re.compile(
            r'^Argument (?:\d+|"\w+") to "(?P<callee>\w+)"(?: of "\w+")? has incompatible type "(?P<got>.+)"; '
            r'expected "(?P<expected>.+)"  \[arg-type\]$'
        ),
        _argument,
    ),
    (re.compile(r'^Incompatible return value type \(got "(?P<got>.+)", expected "(?P<expected>.+)"\)'), _returned),
    (
        re.compile(
            r"^Incompatible types in assignment "
            r'\(expression has type "(?P<got>.+)", variable has type "(?P<expected>.+)"\)'
        ),
        _assigned,
    ),
    (
        re.compile(r'^Missing (?:positional|named) arguments? (?P<names>.+) in call to "(?P<callee>\w+)"'),
        _missing,
    ),
    (
        re.compile(r'^Value of type variable "\w+" of "(?P<callee>\w+)" cannot be "(?P<got>.+)"  \[type-var\]$'),
        _not_interposable,
    ),
    (
        re.compile(r'^Cannot instantiate abstract class "(?P<callee>\w+)" with abstract attributes? (?P<names>.+)  \['),
        _incomplete,
    ),
    (
        re.compile(r'^(?:Signature|Return type ".+"|Argument \d+) of "(?P<method>\w+)" .*supertype "(?P<base>[\w.]+)"'),
        _shape,
    ),
)


# -- what fits where


def _remedy(expected: str, got: str, given: str) -> str | None:
    """What to write in place of ``given``, which is a ``got`` where an ``expected`` belongs."""
    wants, gives = _base(expected), _base(got)
    if got.startswith(("Callable[", "def ", "type[", "overloaded function")):
        return f"it is not called; write {given}(...)"
    if gives == "Segment":
        return f"a device is one station of it; write {given}.attach()"
    if wants in _TO_MAKE and gives in ("str", "int", "bytes"):
        return f"write it like {_TO_MAKE[wants]}"
    if wants == "Carrier":
        return _for_a_carrier(expected, got, given)
    if wants in _LINKS:
        return _for_a_link(got, given)
    if wants == "Interface":
        return _for_an_interface(got, given)
    if wants == "Device":
        return _for_a_device(expected, got, given)
    if wants == "Ip" and gives in ("Ethernet", "Arp", *_LINKS):
        return "give it what ipv4(...) returned"
    return None


def _for_a_carrier(expected: str, got: str, given: str) -> str | None:
    hosts = _hosts(expected)
    named = f", and its hosts are to be {hosts}" if hosts else ""
    match _base(got):
        case "Ethernet" if hosts in (None, MAC):
            return f"write {given}.carrier(ethertype), {given}.carrier(0x88B5) say"
        case "Ip" if hosts in (None, IP4):
            return f"write {given}.carrier(protocol), which is 6 for TCP and 17 for UDP"
        case "Udp" if hosts in (None, ENDPOINT):
            return f"write {given}.carrier(Port(number))"
        case "Arp":
            return f"ARP carries IPv4; put that between with ipv4(interface({given}.carrier(), address)){named}"
        case base if base in _LINKS:
            return f"only IPv4 goes on it: take the carrier of an ipv4(interface({given}, address))"
        case "Tcp":
            return "TCP has no carrier, since it carries streams for applications; use a layer below it"
        case "Device" if "IpPackets" in got:
            return (
                f"put IPv4 on it with ip = ipv4(interface(point_to_point({given}), address)), and take ip.carrier(...)"
            )
        case "Device":
            return f"put Ethernet on it with eth = ethernet({given}), and take eth.carrier(ethertype)"
    if _hosts(got) and hosts:
        return f"they name hosts differently, so use a carrier whose hosts are {hosts}"
    return None


def _for_a_link(got: str, given: str) -> str | None:
    match _base(got):
        case "Arp":
            return f"write {given}.carrier()"
        case "Ethernet":
            return f"ARP finds neighbours on it: arp({given}.carrier(0x0806), {given}.carrier(0x0800)).carrier()"
        case "EthernetCarrier":
            return "ARP finds neighbours on an Ethernet: arp(eth.carrier(0x0806), eth.carrier(0x0800)).carrier()"
        case "Device" if "IpPackets" in got:
            return f"write point_to_point({given})"
        case "Device":
            return f"put Ethernet and ARP on it: eth = ethernet({given}), then arp(eth.carrier(0x0806), ...).carrier()"
        case "Ip" | "IpCarrier":
            return "IPv4 needs neighbours below it, and another IPv4 has only remote hosts"
    return None


def _for_an_interface(got: str, given: str) -> str | None:
    if _base(got) in _LINKS:
        return f"write interface({given}, address)"
    return _for_a_link(got, given) and "make a link of it first, and an interface(link, address) of that"


def _for_a_device(expected: str, got: str, given: str) -> str | None:
    if _base(got) == "Device":
        if "IpPackets" in got:
            return f"there is no Ethernet on it; IPv4 goes on it by point_to_point({given})"
        return f"Ethernet goes on it, by ethernet({given})"
    return "it stands on a device itself; give it the device" if _base(got) in _NAMES else None


# -- words for types


def _base(kind: str) -> str:
    return kind.partition("[")[0].rpartition(".")[2]


def _hosts(kind: str) -> str | None:
    """How a carrier of this type names hosts; None where it is open."""
    if _base(kind) in _CARRIERS:
        return _CARRIERS[_base(kind)][1]
    if _base(kind) in _LINKS:
        return NEIGHBOUR
    inner = kind.partition("[")[2]
    return _HOSTS.get(_base(inner.removesuffix("]")))


def _known(kind: str) -> bool:
    return _base(kind) in (*_NAMES, *_CARRIERS, "Carrier", "Device", "Segment")


def _describe(kind: str) -> str:
    base = _base(kind)
    if base in _CARRIERS:
        of, hosts = _CARRIERS[base]
        return f"a carrier of {of}, whose hosts are {hosts}"
    if base == "Carrier":
        hosts_below = _hosts(kind)
        return f"a carrier whose hosts are {hosts_below}" if hosts_below else "a carrier"
    if base in ("Device", "Segment"):
        carries = _MEDIA.get(_base(kind.partition("[")[2].removesuffix("]")), "packets")
        return f"a {base.lower()} that carries {carries}"
    if base in ("Udp", "Tcp"):
        hosts_above = _hosts(kind)
        return f"{_NAMES[base]} whose hosts are {hosts_above}" if hosts_above else _NAMES[base]
    if kind.startswith(("Callable[", "def ", "overloaded function")):
        return "a function"
    if kind.startswith("type["):
        return f"the class {kind[5:-1]} itself"
    return _NAMES.get(base, f"{'an' if base[:1] in 'AEIOU' else 'a'} {kind}")
