"""The checksum micro-protocol: whole packets pass, damaged ones do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.device import Device, EthernetFrames
from foxpy.errors import PacketSize
from foxpy.layers.checksum import Check, Checksum, ChecksumInfo, checksum
from foxpy.layers.checksum.wire import Crc32, InternetChecksum
from foxpy.layers.faults import faults
from foxpy.layers.interposing import interposed
from foxpy.status import Report, Sendable, Trouble
from tests.support.crossing import Crossing

Frames = Device[EthernetFrames]
CHECKS: list[Check] = ["crc32", "internet"]
HEADERS = {"crc32": Crc32.MIN, "internet": InternetChecksum.MIN}

every_check = pytest.mark.parametrize("check", CHECKS)


def one_end(check: Check) -> Crossing:
    """Checked on the right; the left sends and hears what is on the wire."""
    return Crossing(lambda device: device, lambda device: checksum(device, check=check))


def wire_form(check: Check, packet: bytes) -> bytes:
    net = one_end(check)
    net.right.send(packet)
    net.run()
    return net.left.heard.packets[0]


@every_check
@given(packets=st.lists(st.binary(max_size=200), max_size=10))
def test_what_is_whole_passes(check: Check, packets: list[bytes]) -> None:
    net = Crossing(lambda device: checksum(device, check=check))
    net.left.send(*packets)
    net.run()
    assert net.right.heard.packets == packets
    assert interposed(net.left.device, Checksum).info().sent == len(packets)
    assert interposed(net.right.device, Checksum).info() == ChecksumInfo(0, len(packets), 0, 0)


@every_check
@given(packet=st.binary(max_size=100), headers=st.binary(max_size=30), padding=st.integers(0, 50))
def test_headers_from_above_are_covered_and_padding_is_cut(
    check: Check, packet: bytes, headers: bytes, padding: int
) -> None:
    net = one_end(check)
    writer = net.right.sender.begin(len(headers) + len(packet))
    writer += headers
    net.right.sender.commit(writer, packet)
    net.run()
    (framed,) = net.left.heard.packets
    net.left.send(framed + bytes(padding))
    net.run()
    assert net.right.heard.packets == [headers + packet]


@every_check
@given(data=st.data(), packet=st.binary(max_size=60), padding=st.integers(0, 20))
def test_any_single_corruption_is_detected(check: Check, data: st.DataObject, packet: bytes, padding: int) -> None:
    """One byte changed in any way, anywhere, in the length and in the padding too."""
    whole = wire_form(check, packet) + bytes(padding)
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] ^= data.draw(st.integers(1, 255))
    net = one_end(check)
    net.left.send(bytes(damaged))
    net.run()
    info = interposed(net.right.device, Checksum).info()
    assert net.right.heard.packets == []
    assert info.damaged + info.malformed == 1


@every_check
def test_every_single_bit(check: Check) -> None:
    # 0xFFFD as the last word is what a shorter length would have to leave out for its ones' complement sum to agree.
    whole = wire_form(check, b"some words\xff\xfd") + bytes(6)
    net = one_end(check)
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit >> 3] ^= 1 << (bit & 7)
        net.left.send(bytes(damaged))
    net.run()
    assert net.right.heard.packets == []


@every_check
@given(data=st.binary(max_size=40))
def test_any_bytes_are_counted(check: Check, data: bytes) -> None:
    net = one_end(check)
    net.left.send(data)
    net.run()
    info = interposed(net.right.device, Checksum).info()
    assert info.received + info.damaged + info.malformed == 1


@every_check
def test_cut_short(check: Check) -> None:
    whole = wire_form(check, b"some words")
    net = one_end(check)
    net.left.send(*(whole[:length] for length in range(len(whole))))
    net.run()
    assert interposed(net.right.device, Checksum).info() == ChecksumInfo(0, 0, 0, len(whole))


@every_check
def test_the_header_shows_in_the_limit(check: Check) -> None:
    net = one_end(check)
    limit = net.right.sender.limit()
    assert limit == net.left.sender.limit() - HEADERS[check]
    net.right.send(bytes(limit))
    with pytest.raises(PacketSize):
        net.right.send(bytes(limit + 1))


@every_check
def test_status_is_translated(check: Check) -> None:
    net = one_end(check)
    receiver = net.right.connection.receiver
    assert receiver is not None
    receiver.status(Sendable(100))
    receiver.status(Report(Trouble.HOST_UNREACHABLE, wire_form(check, b"quoted")))
    header = HEADERS[check]
    assert net.right.heard.events == [Sendable(100 - header), Report(Trouble.HOST_UNREACHABLE, b"quoted")]


@every_check
def test_over_a_path_that_corrupts(check: Check) -> None:
    net = Crossing(lambda device: checksum(faults(device, corrupt=0.2, direction="down"), check=check))
    sent = [number.to_bytes(2, "big") * 30 for number in range(1000)]
    net.left.send(*sent)
    net.run()
    assert set(net.right.heard.packets) <= set(sent)
    info = interposed(net.right.device, Checksum).info()
    assert info.damaged + info.malformed == 1000 - len(net.right.heard.packets)
    assert 130 < info.damaged + info.malformed < 270


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(ValueError, match="crc32 or internet"):
        Checksum("md5")  # type: ignore[arg-type]  # what mypy refuses, too
