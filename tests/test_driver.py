"""trio turning stacks: several on one Scheduler, handing over, errors."""

from __future__ import annotations

import pytest
import trio

from foxpy.devices.device import WIRE, Device, EthernetFrames
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import InitializationFailed, NotInitialized
from foxpy.protocol import Receiver
from foxpy.testing import Collector


async def test_blocks_that_share_a_scheduler_hand_over_when_the_first_ends() -> None:
    segment = link()
    one, other, third = segment.attach(), segment.attach(), segment.attach()
    collector = Collector()
    async with running(one), trio.open_nursery() as nursery:
        ready = trio.Event()

        async def outliving() -> None:
            async with running(other, third):
                other.open(WIRE, lambda _: collector)
                sender = third.send(third.open(WIRE, lambda _: Collector()))
                ready.set()
                await over.wait()
                sender.send(b"after the first driver ended")
                await trio.sleep(1)

        over = trio.Event()
        nursery.start_soon(outliving)
        await ready.wait()
        scope = trio.CancelScope()

        async def short() -> None:
            with scope:
                async with running(segment.attach()):
                    await trio.sleep_forever()

        nursery.start_soon(short)
        await trio.sleep(1)
        scope.cancel()
        over.set()
    assert collector.packets == [b"after the first driver ended"]
    assert segment.scheduler.driver is None


async def test_an_error_in_a_layer_ends_the_block_and_leaves_nothing_initialized() -> None:
    segment = link()
    one, other = segment.attach(), segment.attach()

    class Failing(Receiver):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            raise RuntimeError("a defect in a layer")

    with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="a defect"), flatten_subgroups=True):
        async with running(one, other):
            one.open(WIRE, lambda _: Failing())
            other.send(other.open(WIRE, lambda _: Collector())).send(b"x")
            await trio.sleep_forever()
    with pytest.raises(NotInitialized):
        one.finalize()


async def test_when_one_component_cannot_be_initialized_the_others_are_released() -> None:
    segment = link()
    one = segment.attach()

    class Broken(Device[EthernetFrames]):
        def acquire(self) -> None:
            raise InitializationFailed("no such device")

        def transmit(self, headers: bytearray, payload: bytes) -> None:
            raise AssertionError("was never initialized")

    broken = Broken(segment.attach().runtime, "broken", 1500, 14)
    with pytest.raises(InitializationFailed, match="no such device"):
        async with running(one, broken):
            raise AssertionError("the block must not begin")
    assert segment.stations == []


async def test_timers_keep_their_order_and_their_time() -> None:
    segment = link()
    station = segment.attach()
    fired: list[tuple[float, int]] = []
    began = trio.current_time()
    async with running(station):
        for number, delay in enumerate((3.0, 1.0, 2.0)):
            station.runtime.timer(
                lambda number=number: fired.append((trio.current_time() - began, number))  # type: ignore[misc]  # bound
            ).start(delay)
        await trio.sleep(10)
    assert fired == [(1.0, 1), (2.0, 2), (3.0, 0)]
