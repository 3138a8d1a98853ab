"""Putting segments together: what could be cut again into the same packets, in order, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.coalescing import FLOWS, Coalescing
from foxpy.devices.port import Port
from foxpy.devices.segmentation import completed, segments
from foxpy.layers.tcp.wire import ACK, FIN, PSH, RST, SYN, URG
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime, Scheduler, Source
from tests.support.super_frames import LINK, joined, marked_tcp, marked_udp, text_of


class Heard(Receiver):
    """Keeps what is handed up, and what is known of it."""

    def __init__(self, runtime: Runtime) -> None:
        self._arriving = runtime.arriving
        self.frames: list[tuple[bytes, int, int]] = []
        """Each with where it is known to be good, -1 where it is not, and the size of its segments."""

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        arriving = self._arriving
        known = arriving.frame is frame
        self.frames.append((frame[start:end], arriving.start if known else -1, arriving.segment if known else 0))

    @property
    def whole(self) -> list[bytes]:
        """The packets that they stand for."""
        return [
            each
            for frame, at, segment in self.frames
            for each in (completed(frame, at, segment) if at >= 0 else (frame,))
        ]


class Burst(Source):
    """Hands up some frames as one batch."""

    def __init__(self, up: Callable[[bytes, int], None], frames: list[bytes]) -> None:
        self._up = up
        self._frames = frames

    def burst(self, budget: int) -> bool:
        for frame in self._frames:
            self._up(frame, 0)
        return False


def heard(*bursts: list[bytes], link: int = len(LINK)) -> Heard:
    """What the layer above hears of ``bursts``."""
    runtime = Runtime(Scheduler(lambda: 0.0), 1)
    port = Port(runtime.arriving)
    above = port.receiver = Heard(runtime)
    coalescing = Coalescing(port, runtime, link)
    for burst in bursts:
        runtime.pump(Burst(coalescing.received, burst), 1000)
    return above


def cut(
    size: int,
    segment: int,
    *,
    seq: int = 1,
    flags: int = ACK,
    ident: int = 7,
    options: bytes = b"",
    df: bool = True,
) -> list[bytes]:
    headers, task = marked_tcp(size, segment, seq=seq, flags=flags, ident=ident, options=options, df=df)
    return joined(segments(headers, random.Random(size).randbytes(size), task))


@given(
    size=st.integers(1, 80_000),
    segment=st.integers(500, 1460),
    flags=st.sampled_from((ACK, ACK | PSH)),
    options=st.sampled_from((b"", bytes((1, 1, 8, 10)) + b"abcdefgh")),
    df=st.booleans(),
)
def test_what_was_cut_is_put_together_again(size: int, segment: int, flags: int, options: bytes, df: bool) -> None:
    size = min(size, 65535 - 60)
    frames = cut(size, segment, flags=flags, options=options, df=df)
    above = heard(frames)
    assert above.whole == frames
    if flags & PSH or size <= segment or size % segment:
        assert len(above.frames) == 1
        frame, at, told = above.frames[0]
        if len(frames) > 1:
            assert (at, told) == (34, segment)
            assert (frame[47] & PSH) == (flags & PSH)


def test_no_packet_grows_beyond_64_kb() -> None:
    frames = [*cut(60_000, 1000), *cut(60_000, 1000, seq=60_001, ident=67)]
    above = heard(frames)
    assert [len(frame) for frame, _, _ in above.frames] == [65054, 55054]
    assert above.whole == frames


def test_the_end_of_the_batch_ends_all_waiting() -> None:
    frames = cut(10_000, 1000)
    above = heard(frames[:4], frames[4:])
    assert [segment for _, _, segment in above.frames] == [1000, 1000]
    assert above.whole == frames


def test_outside_of_a_batch_nothing_waits() -> None:
    runtime = Runtime(Scheduler(lambda: 0.0), 1)
    port = Port(runtime.arriving)
    above = port.receiver = Heard(runtime)
    coalescing = Coalescing(port, runtime, len(LINK))
    frames = cut(2000, 1000)
    for frame in frames:
        coalescing.received(frame)
    assert [frame for frame, _, _ in above.frames] == frames


@pytest.mark.parametrize("flags", [ACK | FIN, ACK | RST, ACK | SYN, ACK | URG, 0, ACK | 0x40, ACK | 0x80])
def test_what_says_more_than_text_goes_up_as_it_is_and_behind_what_came_before(flags: int) -> None:
    before = cut(3000, 1000)
    (other,) = cut(1000, 1000, seq=3001, flags=flags)
    after = cut(2000, 1000, seq=4001)
    above = heard([*before, other, *after])
    assert [segment for _, _, segment in above.frames] == [1000, 0, 1000]
    assert above.whole == [*before, other, *after]


def changed(frame: bytes, at: int, value: int) -> bytes:
    """With another byte, and both checksums right for it."""
    frame = frame[:at] + bytes((value,)) + frame[at + 1 :]
    header = frame[:24] + b"\0\0" + frame[26:34]
    total = sum(int.from_bytes(header[i : i + 2], "big") for i in range(14, 34, 2)) % 0xFFFF
    frame = frame[:24] + (0xFFFF - (total or 0xFFFF)).to_bytes(2, "big") + frame[26:]
    (done,) = completed(frame, 34, 0)
    return done


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (15, 0x04, "DSCP"),
        (15, 0x03, "congestion experienced"),
        (20, 0x00, "may be fragmented"),
        (22, 9, "TTL"),
        (45, 0xEE, "acknowledgement"),
        (49, 0xEE, "window"),
        (41, 0xEE, "sequence"),
    ],
)
def test_packets_that_differ_stay_apart(at: int, value: int, what: str) -> None:
    """As Linux has it: only what cutting would give back is put together."""
    frames = cut(2000, 1000)
    frames[1] = changed(frames[1], at, value)
    text_of(frames[1])
    above = heard(frames)
    assert [frame for frame, _, _ in above.frames] == frames, what


def test_options_that_differ_keep_packets_apart() -> None:
    one = cut(1000, 1000, options=bytes((1, 1, 8, 10)) + b"abcdefgh")
    other = cut(1000, 1000, seq=1001, options=bytes((1, 1, 8, 10)) + b"abcdefgi")
    above = heard([*one, *other])
    assert [frame for frame, _, _ in above.frames] == [*one, *other]


def test_identifications_count_where_there_may_be_fragments() -> None:
    """RFC 6864: of datagrams that must not be fragmented they mean nothing."""
    apart = [*cut(1000, 1000, df=False), *cut(1000, 1000, seq=1001, df=False)]
    assert len(heard(apart).frames) == 2
    alike = [*cut(1000, 1000), *cut(1000, 1000, seq=1001)]
    assert len(heard(alike).frames) == 1


@pytest.mark.parametrize("at", [20 + 5, 34 + 17, 900])
def test_a_damaged_packet_goes_up_unchecked_for_the_layers_to_count(at: int) -> None:
    frames = cut(3000, 1000)
    frames[1] = frames[1][:at] + bytes((frames[1][at] ^ 1,)) + frames[1][at + 1 :]
    above = heard(frames)
    assert [frame for frame, _, _ in above.frames] == frames
    assert [known for _, known, _ in above.frames] == [34, -1, 34]


def test_connections_do_not_mix_and_only_some_wait() -> None:
    frames: dict[int, list[bytes]] = {}
    for port in range(FLOWS + 2):
        headers, task = marked_tcp(3000, 1000)
        headers[35] = port
        headers[34 + 16 : 34 + 18] = (int.from_bytes(headers[50:52], "big")).to_bytes(2, "big")
        frames[port] = joined(segments(headers, bytes(3000), task))
    mixed = [frames[port][number] for number in range(3) for port in frames]
    above = heard(mixed)
    for port, sent in frames.items():
        assert [frame for frame in above.whole if frame[35] == port] == sent
    assert len(above.frames) > len(frames)
    few = [frames[port][number] for number in range(3) for port in range(FLOWS)]
    assert len(heard(few).frames) == FLOWS


def test_what_is_no_plain_tcp_passes_at_once() -> None:
    headers, task = marked_udp(3000, 1000)
    datagrams = joined(segments(headers, bytes(3000), task))
    padded = [frame + bytes(6) for frame in cut(20, 10)]
    headers, task = marked_tcp(2000, 1000, ip_options=b"\x01\x01\x01\x01")
    options = joined(segments(headers, bytes(2000), task))
    arp = [bytes(12) + b"\x08\x06" + bytes(46)]
    frames = [*datagrams, *padded, *options, *arp]
    above = heard(frames)
    assert above.frames == [(frame, -1, 0) for frame in frames]


def test_a_medium_without_a_link_header() -> None:
    frames = [frame[len(LINK) :] for frame in cut(5000, 1000)]
    above = heard(frames, link=0)
    assert [(at, segment) for _, at, segment in above.frames] == [(20, 1000)]


PIECES = st.one_of(
    st.binary(max_size=80),
    st.builds(lambda tail: LINK + b"\x45" + tail, st.binary(max_size=80)),
    st.builds(
        lambda frame, at, value: frame[: at % len(frame)] + bytes((value,)) + frame[at % len(frame) + 1 :],
        st.sampled_from(cut(4000, 1000)),
        st.integers(0, 1053),
        st.integers(0, 255),
    ),
    st.sampled_from(cut(4000, 1000)),
)


@given(st.lists(PIECES, max_size=12))
def test_arbitrary_bytes_go_up_unchanged(frames: list[bytes]) -> None:
    """Nothing raises, nothing is lost, nothing is made up."""
    assert sorted(heard(frames).whole) == sorted(frames)
