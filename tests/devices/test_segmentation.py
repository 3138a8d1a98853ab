"""Cutting packets in software: every packet whole, and together what was to be sent."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.finishing import summed
from foxpy.devices.segmentation import completed, segments
from foxpy.layers.tcp.wire import ACK, CWR, FIN, PSH
from foxpy.message import Writer
from foxpy.offload import Kind, Offload
from tests.support.super_frames import LINK, datagram_of, joined, marked_tcp, marked_udp, pseudo, text_of

AT = len(LINK) + 20
OPTIONS = st.sampled_from((b"", bytes((1, 1, 8, 10)) + b"abcdefgh"))


@given(
    size=st.integers(1, 9000),
    segment=st.integers(1, 3000),
    seed=st.integers(0, 1 << 32),
    seq=st.integers(0, 0xFFFFFFFF),
    ident=st.integers(0, 0xFFFF),
    flags=st.integers(0, 0xFF).filter(lambda flags: not flags & 0x20),
    options=OPTIONS,
    ip_options=st.sampled_from((b"", b"\x01\x01\x01\x01")),
    link=st.sampled_from((b"", LINK)),
)
def test_segments_are_the_payload_in_whole_packets(
    size: int, segment: int, seed: int, seq: int, ident: int, flags: int, options: bytes, ip_options: bytes, link: bytes
) -> None:
    """RFC 9293, section 3.1, for the numbers; PSH and FIN belong to the last byte, CWR to one packet (RFC 3168)."""
    segment = max(segment, size // 200)
    payload = random.Random(seed).randbytes(size)
    headers, task = marked_tcp(
        size, segment, seq=seq, ident=ident, flags=flags, options=options, ip_options=ip_options, link=link
    )
    texts = [text_of(frame, len(link)) for frame in joined(segments(headers, payload, task))]
    assert b"".join(text.text for text in texts) == payload
    assert [len(text.text) for text in texts[:-1]] == [segment] * (len(texts) - 1)
    assert 0 < len(texts[-1].text) <= segment
    for number, text in enumerate(texts):
        last, first = number == len(texts) - 1, number == 0
        assert text.seq == (seq + number * segment) & 0xFFFFFFFF
        assert text.ident == (ident + number) & 0xFFFF
        kept = flags & ~(0 if last else PSH | FIN) & ~(0 if first else CWR)
        assert text.flags == kept


@given(size=st.integers(1, 9000), segment=st.integers(1, 3000), seed=st.integers(0, 1 << 32))
def test_datagrams_are_cut_where_they_were_put_together(size: int, segment: int, seed: int) -> None:
    segment = max(segment, size // 200)
    payload = random.Random(seed).randbytes(size)
    headers, task = marked_udp(size, segment)
    datagrams = [datagram_of(frame) for frame in joined(segments(headers, payload, task))]
    assert datagrams == [payload[at : at + segment] for at in range(0, size, segment)]


def test_a_packet_that_is_not_cut_gets_its_checksum() -> None:
    headers, task = marked_tcp(5, 0, flags=ACK | PSH | FIN)
    (frame,) = joined(segments(headers, b"hello", task))
    text = text_of(frame)
    assert (text.text, text.flags) == (b"hello", ACK | PSH | FIN)


def test_what_is_cut_is_filled_up_to_the_least_that_the_link_carries() -> None:
    """IEEE 802.3: 46 bytes behind the header; no length and no checksum knows of them."""
    headers, task = marked_tcp(2001, 1000)
    task.minimum = 46
    frames = joined(segments(headers, bytes(2001), task))
    assert [len(frame) for frame in frames] == [1054, 1054, 60]
    assert [len(text_of(frame).text) for frame in frames] == [1000, 1000, 1]


def test_without_a_checksum_none_is_filled_in() -> None:
    headers, task = marked_tcp(20, 10)
    at = AT + task.checksum
    headers[at : at + 2] = b"\0\0"
    task.checksum = -1
    assert all(frame[at : at + 2] == b"\0\0" for frame in joined(segments(headers, bytes(20), task)))


def test_without_a_network_header_the_sum_is_that_of_the_packet_alone() -> None:
    """TCP on Ethernet: no pseudo-header, and nothing that says how long a packet is."""
    headers, task = marked_tcp(30, 10, link=b"")
    headers = Writer(LINK) + headers[20:]
    headers[len(LINK) + 16 : len(LINK) + 18] = b"\0\0"
    task.network = task.version = 0
    frames = joined(segments(headers, bytes(range(30)), task))
    assert len(frames) == 3
    for number, frame in enumerate(frames):
        assert frame[34:] == bytes(range(10 * number, 10 * number + 10))
        whole = sum(int.from_bytes(frame[at : at + 2], "big") for at in range(14, len(frame), 2))
        assert whole % 0xFFFF == 0


@given(
    size=st.integers(1, 6000),
    segment=st.sampled_from((0, 1, 536, 1448, 1460)),
    kind=st.sampled_from(Kind),
    garbage=st.binary(min_size=2, max_size=2),
    padding=st.integers(0, 8),
)
def test_completing_gives_what_cutting_gives_whatever_the_checksum_was(
    size: int, segment: int, kind: Kind, garbage: bytes, padding: int
) -> None:
    """Also a frame whose checksum is all right already, and one with a link's padding behind it."""
    size = min(size, 200 * segment) if segment else size
    payload = random.Random(size).randbytes(size)
    make = marked_tcp if kind is Kind.TCP else marked_udp
    headers, task = make(size, segment)
    place = AT + task.checksum
    frame = bytes(headers[:place]) + garbage + bytes(headers[place + 2 :]) + payload + bytes(padding)
    assert list(completed(frame, AT, segment)) == joined(segments(headers, payload, task))


@given(
    garbage=st.binary(max_size=120),
    head=st.sampled_from((b"", LINK + b"\x45\0\0\x30\0\0\0\0\x40\x06", LINK + b"\x45\0\0\x30\0\0\0\0\x40\x11")),
    at=st.integers(0, 200),
    segment=st.sampled_from((0, 1, 8, 1460)),
)
def test_completing_gives_back_what_it_cannot_read(garbage: bytes, head: bytes, at: int, segment: int) -> None:
    """Whatever the kernel, or who writes to its other end, says of a frame, nothing raises and nothing grows."""
    frame = head + garbage
    done = list(completed(frame, at, segment))
    assert done == [frame] or sum(len(each) - at for each in done) <= 60 * len(frame)


@pytest.mark.parametrize("payload", [b"", b"\0", b"\xff\xff", b"odd"])
def test_summing_a_frame_whatever_it_is(payload: bytes) -> None:
    frame = b"xx" + pseudo(17, len(payload) + 2).to_bytes(2, "big") + payload
    done = summed(frame, 2, 2)
    assert done[2:4] != b"\0\0"
    padded = done[2:] + b"\0" * (len(done) % 2)
    whole = sum(int.from_bytes(padded[at : at + 2], "big") for at in range(0, len(padded), 2))
    assert (whole + pseudo(17, len(payload) + 2)) % 0xFFFF == 0


def test_a_task_without_a_segment_is_one_packet_however_large() -> None:
    task = Offload(Kind.TCP, 16)
    assert (task.segment, task.minimum, task.network, task.version) == (0, 0, 0, 0)
    headers, task = marked_tcp(60_000, 0)
    assert len(list(segments(headers, bytes(60_000), task))) == 1
