"""The fragment micro-protocol: messages of any size over packets of a limited one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.device import Device, EthernetFrames
from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.acknowledge import acknowledge
from foxpy.layers.faults import faults
from foxpy.layers.fragment import Fragmentation, FragmentConfig, FragmentInfo, fragment
from foxpy.layers.fragment.wire import Fragment
from foxpy.layers.interposing import interposed
from foxpy.status import Report, Sendable, Trouble
from tests.support.crossing import Crossing

Frames = Device[EthernetFrames]


def info(device: Frames) -> FragmentInfo:
    return interposed(device, Fragmentation).info()


def receiving(config: FragmentConfig | None = None) -> Crossing:
    """Put together on the right; the left is the wire."""
    return Crossing(lambda device: device, lambda device: fragment(device, config=config), mtu=200)


@given(st.integers(68, 300), st.lists(st.integers(0, 3000), max_size=5), st.integers(0, 40))
def test_messages_of_any_size_over_any_mtu(mtu: int, sizes: list[int], headers: int) -> None:
    net = Crossing(fragment, mtu=mtu)
    source = random.Random(mtu)
    messages = [source.randbytes(size) for size in sizes]
    for message in messages:
        # Some of it is what layers above would have put in front.
        writer = net.left.sender.begin(len(message))
        writer += message[:headers]
        net.left.sender.commit(writer, message[headers:])
    net.run()
    assert net.right.heard.packets == messages
    room = mtu + 14 - Fragment.MIN
    assert info(net.left.device).fragments_sent == sum(max(1, -(-size // room)) for size in sizes)
    assert info(net.right.device).received == len(sizes)


@given(st.integers(0, 2**32), st.lists(st.integers(0, 2000), max_size=6))
def test_in_any_order_and_with_duplicates(seed: int, sizes: list[int]) -> None:
    net = Crossing(
        fragment, lambda device: fragment(faults(device, jitter=1.0, delay=1.0, duplicate=0.3)), mtu=200, seed=seed
    )
    source = random.Random(seed)
    # Each fits into no single packet: what does is not cut, and its duplicates are nobody's business here.
    messages = [source.randbytes(300 + size) for size in sizes]
    net.left.send(*messages)
    net.run()
    assert sorted(net.right.heard.packets) == sorted(messages)
    assert net.scheduler.timers.running() == 0


def test_headers_from_above_larger_than_a_fragment() -> None:
    net = Crossing(fragment, mtu=68)
    writer = net.left.sender.begin(400)
    writer += bytes(range(200))
    net.left.sender.commit(writer, bytes(range(200)))
    net.left.send(b"another")
    net.run()
    assert net.right.heard.packets == [bytes(range(200)) * 2, b"another"]


def test_a_message_of_which_a_fragment_is_lost_is_forgotten_after_a_while() -> None:
    net = receiving()
    pieces = [Fragment(message=5, size=20, offset=offset, body=bytes(10)).build() for offset in (0, 10)]
    net.left.send(pieces[0])
    net.run(until=29.9)
    assert info(net.right.device).timed_out == 0
    net.run(until=30.1)
    assert info(net.right.device).timed_out == 1
    net.left.send(pieces[1])
    net.run()
    assert net.right.heard.packets == []
    assert info(net.right.device).timed_out == 2
    assert net.scheduler.timers.running() == 0


def test_closing_before_a_message_is_complete_leaves_no_timer_behind() -> None:
    net = receiving()
    net.left.send(Fragment(message=5, size=20, offset=0, body=bytes(10)).build())
    net.run(until=0.5)
    net.right.close()
    assert info(net.right.device).dropped == 1
    assert net.scheduler.timers.running() == 0


@given(st.binary(max_size=60))
def test_any_bytes_are_counted(data: bytes) -> None:
    net = receiving()
    net.left.send(data)
    net.run()
    told = info(net.right.device)
    assert told.malformed + told.fragments_received == 1


@pytest.mark.parametrize(
    "packet",
    [
        Fragment(message=1, size=9, offset=0, body=b"0123456789").build(),
        Fragment(message=1, size=9, offset=9, body=b"").build(),
        Fragment(message=1, size=9, offset=0, body=b"").build(),
        Fragment(message=1, size=0, offset=1, body=b"").build(),
        Fragment(message=1, size=9, offset=0xFFFF_FFFF, body=b"1").build(),
        Fragment(message=1, size=0xFFFF_FFFF, offset=0, body=b"1").build(),
        Fragment(message=1, size=1, offset=0, body=b"1").build()[:-1],
    ],
)
def test_impossible_fragments_are_malformed(packet: bytes) -> None:
    net = receiving()
    net.left.send(packet)
    net.run()
    assert net.right.heard.packets == []
    assert info(net.right.device).malformed == 1


def test_overlaps_and_floods_are_counted() -> None:
    net = receiving(FragmentConfig(messages=4, largest=1000, memory=1000))
    for message in range(10):
        net.left.send(Fragment(message=message, size=20, offset=5, body=bytes(10)).build())
    net.left.send(Fragment(message=9, size=20, offset=14, body=bytes(6)).build())
    net.run(until=1.0)
    told = info(net.right.device)
    assert (told.pushed_out, told.inconsistent, told.malformed, told.received) == (6, 1, 0, 0)


def test_larger_than_the_largest() -> None:
    net = Crossing(lambda device: fragment(device, 5000))
    assert net.left.sender.limit() == 5000
    net.left.send(bytes(5000))
    with pytest.raises(PacketSize) as caught:
        net.left.send(bytes(5001))
    assert (caught.value.size, caught.value.limit) == (5001, 5000)
    net.run()
    assert net.right.heard.packets == [bytes(5000)]


def test_closed() -> None:
    net = Crossing(fragment)
    net.left.close()
    with pytest.raises(InvalidConnection):
        net.left.send(bytes(5000))


def test_a_layer_below_with_little_room_is_waited_for() -> None:
    def narrow(device: Frames) -> Frames:
        return fragment(acknowledge(faults(device, delay=0.01), window=2, queue=3))

    net = Crossing(narrow, mtu=200)
    message = random.Random(1).randbytes(20_000)
    net.left.send(message)
    assert net.left.sender.limit() == 0
    with pytest.raises(PacketSize):
        net.left.send(b"another")
    net.run(until=60.0)
    assert net.right.heard.packets == [message]
    assert net.left.heard.events == [Sendable(65535)]
    net.left.send(b"another")
    net.run()
    assert net.right.heard.packets == [message, b"another"]


def test_what_is_left_to_send_when_the_connection_closes_is_counted() -> None:
    net = Crossing(lambda device: fragment(acknowledge(device, window=2, queue=3)), mtu=200)
    net.left.send(bytes(20_000))
    net.left.close()
    with pytest.raises(InvalidConnection):
        net.left.send(b"another")
    net.run()
    assert info(net.left.device).unsent == 1
    assert net.right.heard.packets == []


def test_what_is_quoted_is_the_beginning_of_the_message_or_nothing() -> None:
    net = receiving()
    assert net.right.connection.receiver is not None
    for offset in (0, 10):
        quoted = Fragment(message=1, size=30, offset=offset, body=b"0123456789").build()
        net.right.connection.receiver.status(Report(Trouble.HOST_UNREACHABLE, quoted))
    assert net.right.heard.events == [
        Report(Trouble.HOST_UNREACHABLE, b"0123456789"),
        Report(Trouble.HOST_UNREACHABLE, b""),
    ]


@pytest.mark.parametrize(
    "settings", [{"largest": 0}, {"largest": 1 << 32}, {"messages": 0}, {"memory": 100}, {"patience": 0}]
)
def test_absurd_settings_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        FragmentConfig(**settings)
