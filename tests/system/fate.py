"""What befalls the hosts of a network while applications use it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeAlias

import trio

from foxpy.errors import OpenFailed, ProtocolError
from foxpy.layers.arp import Flush, RemoveNeighbour
from foxpy.layers.ipv4 import AddAddress, DisableInterface, EnableInterface, RemoveAddress, SetInterfaceAddress
from tests.system.machines import LEFT, at, left
from tests.system.network import Member, Network

Blow: TypeAlias = Callable[[Network, Member, random.Random], Awaitable[None]]


async def outage(network: Network, member: Member, choose: random.Random) -> None:
    """Nothing passes for seconds, or for minutes."""
    member.weather.down = True
    await trio.sleep(choose.choice((0.5, 5.0, 20.0, 150.0)))
    member.weather.down = False


async def pause(network: Network, member: Member, choose: random.Random) -> None:
    """The whole stack is finalized, and initialized again as it is."""
    network.stop(member)
    await trio.sleep(choose.choice((0.0, 0.1, 10.0, 60.0)))
    network.start(member)


async def restart(network: Network, member: Member, choose: random.Random) -> None:
    """The host is built anew, with the same addresses and perhaps another network card."""
    network.stop(member)
    await trio.sleep(choose.choice((0.0, 0.1, 10.0, 60.0)))
    network.rebuild(member)
    network.start(member)


async def breaking(network: Network, member: Member, choose: random.Random) -> None:
    """A device is gone for good; after a while somebody starts the host anew."""
    if not member.up:
        return
    choose.choice(member.breaks)(OpenFailed("the device was pulled out"))
    await trio.sleep(choose.choice((0.0, 1.0, 30.0)))
    await choose.choice((pause, restart))(network, member, choose)


async def narrowing(network: Network, member: Member, choose: random.Random) -> None:
    """The link takes small frames alone for a while."""
    member.weather.narrow = choose.choice((590, 1000, 1400))
    await trio.sleep(choose.choice((1.0, 30.0)))
    member.weather.narrow = None


async def forgetting(network: Network, member: Member, choose: random.Random) -> None:
    """ARP forgets its neighbours."""
    if member.machine is not None:
        for arp in member.machine.arps:
            arp.control(choose.choice((Flush(), RemoveNeighbour(left(choose.randint(1, 3))))))


async def moving(network: Network, member: Member, choose: random.Random) -> None:
    """The host has another address for a while, in place of its own or beside it."""
    machine = member.machine
    if machine is None or machine.ip is None or not member.up:
        return
    own, other = at(LEFT, member.number), at(LEFT, 100 + member.number)
    # Whatever is wrong with the host by the end of this, its own address is back.
    with suppress(ProtocolError):
        if choose.random() < 0.5:
            machine.ip.control(SetInterfaceAddress("ip0", other))
        else:
            machine.ip.control(AddAddress("ip0", other))
        await trio.sleep(choose.choice((1.0, 30.0)))
    machine.ip.control(AddAddress("ip0", own))
    machine.ip.control(RemoveAddress("ip0", other))


async def disabling(network: Network, member: Member, choose: random.Random) -> None:
    """The interface is switched off for a while."""
    machine = member.machine
    if machine is None or machine.ip is None or not member.up:
        return
    machine.ip.control(DisableInterface("ip0"))
    await trio.sleep(choose.choice((1.0, 30.0)))
    machine.ip.control(EnableInterface("ip0"))


BLOWS: Final[tuple[Blow, ...]] = (outage, outage, pause, restart, breaking, narrowing, forgetting, moving, disabling)


async def befalls(network: Network, member: Member, until: float) -> None:
    """One blow after the other, until the time ``until``; then nothing is wrong any more."""
    choose = random.Random(network.random.random())
    while trio.current_time() < until:
        await trio.sleep(choose.uniform(0.0, 60.0))
        await choose.choice(BLOWS)(network, member, choose)
    member.weather.clears()
