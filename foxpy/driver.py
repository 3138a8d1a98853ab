"""trio turns the stacks: one task for the timers and in-memory links of a Scheduler, one pump for each kernel device.

Everything below runs synchronously inside these tasks, so a stack needs no locks. Under ``trio.testing.MockClock`` with
autojump the same code runs a whole network in virtual time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

import trio

from foxpy.runtime import Component, Descriptor, Driver, Runtime, Scheduler


def trio_scheduler() -> Scheduler:
    """A Scheduler on trio's clock: real time in a program, virtual time under a MockClock. Call it inside trio."""
    # The clock's own method: trio.current_time would look the running loop up each time.
    return Scheduler(trio.lowlevel.current_clock().current_time)


@asynccontextmanager
async def running(*components: Component) -> AsyncIterator[None]:
    """Run ``components``, the tops of some stacks, while the block runs.

    They are initialized in order, which takes the layers below with them, and finalized in reverse order at the end,
    which aborts what is still open. Raises InitializationFailed, and then nothing is left initialized. An error in
    a layer ends the block.
    """
    with ExitStack() as finalizing:
        for component in components:
            component.initialize()
            finalizing.callback(component.finalize)
        async with AsyncExitStack() as turning:
            for scheduler in {component.runtime.scheduler: None for component in components}:
                await turning.enter_async_context(_turned(scheduler))
            yield


@asynccontextmanager
async def _turned(scheduler: Scheduler) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_TrioDriver(scheduler).turn)
        try:
            yield
        finally:
            nursery.cancel_scope.cancel()


class _TrioDriver(Driver):
    """Turns one Scheduler. Where another driver does so already it waits, and takes over when that one ends."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._awake = trio.Event()
        self._pumps: dict[Descriptor, trio.CancelScope] = {}
        self._nursery: trio.Nursery | None = None
        self._over = trio.Event()

    # -- what the Scheduler asks for

    def wake(self) -> None:
        self._awake.set()

    def watch(self, descriptor: Descriptor, runtime: Runtime) -> None:
        if self._nursery is not None:
            scope = trio.CancelScope()
            self._pumps[descriptor] = scope
            self._nursery.start_soon(self._pump, descriptor, runtime, scope)

    def unwatch(self, descriptor: Descriptor) -> None:
        scope = self._pumps.pop(descriptor, None)
        if scope is not None:
            scope.cancel()
            trio.lowlevel.notify_closing(descriptor.fileno())

    # -- turning

    async def turn(self) -> None:
        scheduler = self._scheduler
        while isinstance(scheduler.driver, _TrioDriver):
            await scheduler.driver._over.wait()
        scheduler.driver = self
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                for descriptor, runtime in scheduler.descriptors.items():
                    self.watch(descriptor, runtime)
                await self._run()
        finally:
            self._nursery = None
            scheduler.driver = None
            self._over.set()

    async def _run(self) -> None:
        scheduler = self._scheduler
        while True:
            more = scheduler.run()
            deadline = scheduler.pending()
            if more or deadline == float("-inf"):
                await trio.lowlevel.checkpoint()
                continue
            # Nothing is awaited between pending() and here, so no wake-up can be missed.
            self._awake = trio.Event()
            with trio.move_on_at(deadline):
                await self._awake.wait()

    async def _pump(self, descriptor: Descriptor, runtime: Runtime, scope: trio.CancelScope) -> None:
        source = descriptor.source()
        with scope:
            while not scope.cancel_called:
                if runtime.attend(source):
                    await trio.lowlevel.checkpoint()
                else:
                    try:
                        await trio.lowlevel.wait_readable(descriptor.fileno())
                    except trio.ClosedResourceError:
                        return
