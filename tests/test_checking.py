"""What is wrong with a stack file is found by mypy and said in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

from foxpy import checking
from foxpy.checking import CheckingFailed, Finding, check_stack_files
from foxpy.explaining import explain

HEAD: Final = """\
from ipaddress import IPv4Address, IPv4Interface
import attrs
from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.devices.link import link
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.faults import faults
from foxpy.layers.ipv4 import interface, ipv4, point_to_point
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack

@attrs.frozen
class Small(Stack):
    ethernet: Ethernet
    tcp: Tcp[MacAddress]

def build(device: Device[EthernetFrames], packets: Device[IpPackets], address: IPv4Interface) -> Small:
    eth = ethernet(device)
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address))
    datagrams = udp(ip.carrier(17))
"""
RIGHT: Final = "    return Small(eth, tcp(eth.carrier(0x88B5), checksums=False))\n"


@pytest.fixture(autouse=True)
def in_a_folder_with_a_warm_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.getbasetemp())
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "mypy"))


def found(tmp_path: Path, *lines: str, after: str = RIGHT) -> list[Finding]:
    file = tmp_path / "mine.py"
    file.write_text(HEAD + "".join(f"    {line}\n" for line in lines) + after)
    return check_stack_files([file])


def only(findings: list[Finding]) -> str:
    assert len(findings) == 1, findings
    assert findings[0].explanation is not None, findings[0].mypy
    return findings[0].explanation


def test_a_right_stack_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_the_sentence_stands_above_mypys_own_line(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "tcp(eth)")
    place = f"{tmp_path / 'mine.py'}:{HEAD.count(chr(10)) + 1}"
    assert str(finding).splitlines() == [
        f"{place}: tcp() takes a carrier; eth is an Ethernet: write eth.carrier(ethertype), eth.carrier(0x88B5) say",
        f'    {place}: error: Argument 1 to "tcp" has incompatible type "Ethernet"; '
        'expected "Carrier[Never]"  [arg-type]',
    ]


CASES: Final = [
    ("tcp(ip)", "ip is an IPv4 host: write ip.carrier(protocol), which is 6 for TCP and 17 for UDP"),
    ("tcp(datagrams)", "datagrams is a UDP whose hosts are IPv4 addresses: write datagrams.carrier(Port(number))"),
    ("tcp(neighbours)", "put that between with ipv4(interface(neighbours.carrier(), address))"),
    ("tcp(neighbours.carrier())", "only IPv4 goes on it: take the carrier of an ipv4(interface("),
    ("tcp(tcp(ip.carrier(6)))", "TCP has no carrier"),
    ("udp(device)", "put Ethernet on it with eth = ethernet(device)"),
    ("udp(packets)", "ip = ipv4(interface(point_to_point(packets), address))"),
    ("tcp(ethernet)", "ethernet is a function: it is not called; write ethernet(...)"),
    ("arp(ip.carrier(1), eth.carrier(0x0800))", "use a carrier whose hosts are MAC addresses"),
    ("interface(eth, address)", "arp(eth.carrier(0x0806), eth.carrier(0x0800)).carrier()"),
    ("interface(eth.carrier(0x0800), address)", "ARP finds neighbours on an Ethernet"),
    ("interface(neighbours, address)", "write neighbours.carrier()"),
    ("interface(packets, address)", "write point_to_point(packets)"),
    ("interface(device, address)", "put Ethernet and ARP on it"),
    ("interface(ip.carrier(4), address)", "another IPv4 has only remote hosts"),
    ("ipv4(point_to_point(packets))", "write interface(point_to_point(packets), address)"),
    ("ipv4(eth)", "make a link of it first, and an interface(link, address) of that"),
    ("ethernet(packets)", "there is no Ethernet on it; IPv4 goes on it by point_to_point(packets)"),
    ("ethernet(eth)", "it stands on a device itself; give it the device"),
    ("point_to_point(device)", "Ethernet goes on it, by ethernet(device)"),
    ("ethernet(link())", "a device is one station of it; write link().attach()"),
    ("datagrams.carrier(7)", "7 is a plain number: write it like Port(7)"),
    ("ipv4(interface(neighbours.carrier(), address), gateway=7)", "write it like IPv4Address"),
    ("Small(eth)", "Small() is not given tcp"),
    ("faults('eth')", "faults() goes on a protocol or a carrier, and is given a text"),
    ("other: Tcp[IPv4Address] = tcp(datagrams.carrier(Port(7)))", "use a carrier whose hosts are IPv4 addresses"),
]
"""A line of a stack file, and what is said of it."""


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    findings = found(tmp_path, *(line for line, _ in CASES))
    first = HEAD.count("\n") + 1
    assert [finding.line for finding in findings] == list(range(first, first + len(CASES)))
    for finding, (line, explanation) in zip(findings, CASES, strict=True):
        assert explanation in (finding.explanation or ""), line


def test_a_stack_that_is_not_what_build_says(tmp_path: Path) -> None:
    said = only(found(tmp_path, after="    return tcp(eth.carrier(0x88B5))\n"))
    assert said == "the function says that it returns a Small, and returns a TCP whose hosts are MAC addresses"


def test_a_field_of_another_layer(tmp_path: Path) -> None:
    said = only(found(tmp_path, after="    return Small(eth, datagrams)\n"))
    assert said.startswith("Small() takes a TCP whose hosts are MAC addresses; datagrams is a UDP")


def test_a_layer_that_is_not_whole(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("from foxpy.protocol import Sender\nclass Mine(Sender):\n    pass\nMine()\n")
    (finding,) = check_stack_files([file])
    assert finding.explanation is not None
    assert finding.explanation.startswith("Mine is not a whole layer yet: it has to define begin")


def test_other_errors_are_given_in_mypys_words(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "len(7)")
    assert finding.explanation is None
    assert str(finding) == finding.mypy


def test_a_file_that_is_not_python(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def build(:\n")
    findings = check_stack_files([file])
    assert findings
    assert all("[syntax]" in finding.mypy for finding in findings)


def test_files_of_one_name_are_checked_each(tmp_path: Path) -> None:
    files = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "mine.py"
        file.write_text(HEAD + "    tcp(eth)\n" + RIGHT)
        files.append(file)
    assert [finding.path for finding in check_stack_files(files)] == [str(file) for file in files]


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CheckingFailed, match=r"^nowhere\.py: there is no such file$"):
        check_stack_files(["nowhere.py"])


def test_without_mypy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "find_spec", lambda _: None)
    with pytest.raises(CheckingFailed, match="pip install 'foxpy\\[cli\\]'") as caught:
        check_stack_files([])
    assert sys.executable in str(caught.value)


def test_errors_of_no_stack_are_not_explained() -> None:
    assert explain('Argument 1 to "len" has incompatible type "int"; expected "Sized"  [arg-type]') is None
    assert explain("Name 'x' is not defined  [name-defined]") is None
