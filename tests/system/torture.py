"""The whole of it: traffic and blows for some minutes, then calm, in which everything must work, and then rest."""

from __future__ import annotations

from typing import Final

import trio

from foxpy.driver import running
from tests.system.fate import befalls
from tests.system.network import Member, Network
from tests.system.traffic import Traffic

STORM: Final = 200.0
"""Seconds of blows."""
AFTERMATH: Final = 1500.0
"""Seconds after which every conversation must have ended, the one way or the other: the sum of the time for which TCP
keeps trying (``give_up_after``, ``give_up_syn_after``), of keep-alives, and of the slowest applications here."""
SOON: Final = 60.0
"""Seconds within which everything new must work once nothing is wrong any more."""
REST: Final = 1000.0
"""Seconds after which nothing may be left: TIME-WAIT takes 60, ARP forgets after 600."""


class Torture:
    def __init__(self, network: Network, *, users: int = 12, storm: float = STORM) -> None:
        self.network = network
        self.traffic = Traffic(network)
        self._users = users
        self._storm = storm
        self._ends = 0.0

    async def run(self) -> None:
        """All of it. Raises AssertionError, or what a layer let through."""
        network = self.network
        async with running(*(listener.device for listener in network.listeners)):
            await self.storm_and_calm()
            for member in network.members:
                network.stop(member)
            assert_nothing_runs(network)
            assert sum(listener.frames for listener in network.listeners) > 20, "nothing was said"

    async def storm_and_calm(self) -> None:
        """All but the end, in which every host is up."""
        network, traffic = self.network, self.traffic
        self._ends = trio.current_time() + self._storm
        for member in network.members:
            network.start(member)
        async with trio.open_nursery() as servers:
            for member in network.members:
                servers.start_soon(traffic.serve, member)
                servers.start_soon(traffic.collect, member)
                servers.start_soon(traffic.deliver_post, member)
            servers.start_soon(self._watch)
            async with trio.open_nursery() as nursery:
                for member in network.members:
                    nursery.start_soon(befalls, network, member, self._ends)
                for _ in range(self._users):
                    nursery.start_soon(self._use)
            traffic.calm = True
            await self.works()
            traffic.close()
            servers.cancel_scope.deadline = trio.current_time() + 5 * SOON  # keep-alives find who is gone
        assert not servers.cancel_scope.cancelled_caught, "a server does not end"
        await trio.sleep(REST)
        for member in network.members:
            assert_rests(member)
        assert network.scheduler.timers.running() == 0

    async def _watch(self) -> None:
        while not self.traffic.calm:
            await trio.sleep(10.0)
            late = trio.current_time() > self._ends + AFTERMATH
            assert not late or self.traffic.calm, f"a conversation does not end\n{self.network.describe()}"

    async def _use(self) -> None:
        """One user, who does one thing after the other."""
        network, traffic, choose = self.network, self.traffic, self.network.random
        while trio.current_time() < self._ends:
            await trio.sleep(choose.uniform(0.0, self._storm / 2))
            one, other = choose.choice(network.members), choose.choice(network.members)  # perhaps the same one
            await traffic.ping(one, other.number)
            await traffic.scatter(one, other.number, 10)
            await traffic.post(one, other.number, 10)
            await traffic.talk(one, other.number)

    async def works(self) -> None:
        """Everybody reaches everybody, soon."""
        traffic = self.traffic
        await trio.sleep(5.0)  # the slowest listener is back
        async with trio.open_nursery() as nursery:
            for one in self.network.members:
                for other in self.network.members:
                    if one is not other:
                        nursery.start_soon(self._reaches, one, other, traffic)

    async def _reaches(self, one: Member, other: Member, traffic: Traffic) -> None:
        assert one.machine is not None
        assert one.up
        what = f"host {one.number} to host {other.number}"
        if one.machine.ping is not None:
            with trio.move_on_after(SOON) as limit:
                while not await traffic.ping(one, other.number):
                    await trio.sleep(0.5)
            assert not limit.cancelled_caught, f"{what}: no ping\n{self.network.describe()}"
        if one.machine.bind is not None:
            assert await traffic.mark(one, other.number), f"{what}: no datagram\n{self.network.describe()}"
        if one.machine.messages is not None:
            assert await self._posts(one, other), f"{what}: no message"
        if one.machine.connect is not None:
            began = trio.current_time()
            with trio.move_on_after(5 * SOON) as limit:
                # Where few may be half open, one of many that come at once is reset, and tries again.
                while not await traffic.talk(one, other.number, sure=self.network.kind != "cramped"):
                    await trio.sleep(1.0)
            assert not limit.cancelled_caught, f"{what}: no stream, begun at {began}\n{self.network.describe()}"

    async def _posts(self, one: Member, other: Member) -> bool:
        for _ in range(2):  # what a peer's former life was sent may end the first conversation with this one
            arrived = self.traffic.posted(one, other.number)
            with trio.move_on_after(SOON):
                while not arrived():
                    await trio.sleep(0.5)
                return True
        return False


def assert_rests(member: Member) -> None:
    """All is closed and the waiting over: nothing is left at ``member`` but what each layer says that it keeps."""
    machine = member.machine
    assert machine is not None
    host = f"host {member.number}"
    if machine.tcp is not None:
        tcp = machine.tcp.query()
        assert (tcp.connections, tcp.half_open, tcp.time_wait, tcp.listeners) == (0, 0, 0, 0), (host, tcp)
        assert tcp.paths == 0, (host, tcp)
    if machine.udp is not None:
        udp = machine.udp.query()
        # UDP as TCP's carrier is listened to by it.
        assert udp.connections == 0, (host, udp)
        assert udp.paths == 0, (host, udp)
    if machine.ip is not None:
        ip = machine.ip.query()
        assert (ip.fragments.waiting, ip.fragments.memory) == (0, 0), (host, ip)
        assert all(each.enabled for each in ip.interfaces), (host, ip)
    if machine.icmp is not None:
        assert machine.icmp.query().sessions == 0, host
    for arp in machine.arps:
        assert all(neighbour.waiting == 0 for neighbour in arp.query().neighbours()), (host, arp.query().neighbours())


def assert_nothing_runs(network: Network) -> None:
    """All hosts are down: there is no timer, and nobody on the links."""
    assert network.scheduler.timers.running() == 0
    for segment in (network.left, network.right):
        assert len(segment.stations) == 1
    assert len(network.tunnel.stations) == 1
