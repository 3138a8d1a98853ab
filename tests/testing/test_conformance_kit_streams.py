"""The conformance kit finds what is wrong with a stream: a TCP whose receivers are told something else."""

from __future__ import annotations

from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.devices.link import link
from foxpy.errors import BrokenByPeer
from foxpy.layers.ethernet import ethernet
from foxpy.layers.tcp import Tcp, TcpAddress, TcpConfig, TcpConnection, TcpPattern
from foxpy.protocol import Handler, Receiver
from foxpy.status import Aborted, Closed, HalfClosed, Status
from foxpy.testing import CHECKS, Check, ContractBroken, ProtocolPair, check_protocol, virtual


def check_named(name: str) -> Check:
    return next(check for check in CHECKS if check.__name__ == name)


class Unaltered(Receiver):
    """Passes everything on."""

    def __init__(self, above: Receiver) -> None:
        self.above = above

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self.above.status(event)


class HidesTheEnd(Unaltered):
    def status(self, event: Status) -> None:
        if not isinstance(event, HalfClosed | Closed):
            self.above.status(event)


class HidesAnAbort(Unaltered):
    def status(self, event: Status) -> None:
        if not isinstance(event, Aborted):
            self.above.status(event)


class CallsAnAbortAnEnd(Unaltered):
    def status(self, event: Status) -> None:
        self.above.status(Closed() if isinstance(event, Aborted) else event)


class CallsAnEndAnAbort(Unaltered):
    def status(self, event: Status) -> None:
        self.above.status(Aborted(BrokenByPeer("gone")) if isinstance(event, HalfClosed) else event)


class TellsTheEndTwice(Unaltered):
    def status(self, event: Status) -> None:
        self.above.status(event)
        if isinstance(event, Aborted):
            self.above.status(event)


class LosesTheLastByte(Unaltered):
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.above.deliver(frame, start, end - 1)


class SwapsHalves(Unaltered):
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        middle = (start + end) // 2
        self.above.deliver(frame, middle, end)
        self.above.deliver(frame, start, middle)


MUTANTS: Final[list[tuple[str, type[Unaltered]]]] = [
    ("the_peer_hears_the_end", HidesTheEnd),
    ("the_peer_hears_the_end", HidesAnAbort),
    ("the_peer_hears_the_end", CallsAnAbortAnEnd),
    ("the_peer_hears_the_end", CallsAnEndAnAbort),
    ("the_peer_hears_the_end", TellsTheEndTwice),
    ("every_size_arrives_whole", LosesTheLastByte),
    ("every_size_arrives_whole", SwapsHalves),
    ("close_waits_for_what_was_sent", LosesTheLastByte),
    ("a_staged_sender_serves_every_packet", SwapsHalves),
]


class AlteredTcp(Tcp[MacAddress]):
    alter: type[Unaltered] = Unaltered

    def attach(self, connection: TcpConnection[MacAddress], handler: Handler[TcpConnection[MacAddress]]) -> Receiver:
        return self.alter(super().attach(connection, handler))


class OpensForEver(AlteredTcp):
    async def active_open(
        self, address: TcpAddress[MacAddress], handler: Handler[TcpConnection[MacAddress]], *, early: bytes = b""
    ) -> TcpConnection[MacAddress]:
        trio.lowlevel.spawn_system_task(super().active_open, address, handler)
        return await trio.sleep_forever()


class ClosesLater(AlteredTcp):
    async def close(self, connection: TcpConnection[MacAddress]) -> None:
        await trio.lowlevel.checkpoint()
        await super().close(connection)


def stream_pair(
    alter: type[Unaltered], kind: type[AlteredTcp] = AlteredTcp
) -> ProtocolPair[TcpAddress[MacAddress], TcpPattern[MacAddress], TcpConnection[MacAddress]]:
    segment = link()
    macs = MacAddress.local(1), MacAddress.local(2)
    left, right = (
        kind(ethernet(segment.attach(), mac).carrier(0x88B5), checksums=False, config=TcpConfig()) for mac in macs
    )
    left.alter = right.alter = alter
    left_address, right_address = (TcpAddress(mac, Port(7)) for mac in macs)
    return ProtocolPair(left, right, left_address, right_address, TcpPattern(Port(7)), stream=True)


@pytest.mark.parametrize(("name", "alter"), MUTANTS)
def test_a_mutant_is_found_by_its_check(name: str, alter: type[Unaltered]) -> None:
    with pytest.raises(ContractBroken) as broken:
        virtual(check_protocol, lambda: stream_pair(alter), [check_named(name)])
    assert broken.value.check == name


@pytest.mark.parametrize(
    ("name", "kind"), [("a_cancelled_active_open_ends", OpensForEver), ("a_cancelled_close_goes_on", ClosesLater)]
)
def test_a_mutant_of_the_operations_is_found_by_its_check(name: str, kind: type[AlteredTcp]) -> None:
    with pytest.raises(ContractBroken) as broken:
        virtual(check_protocol, lambda: stream_pair(Unaltered, kind), [check_named(name)])
    assert broken.value.check == name


def test_an_unaltered_stream_passes() -> None:
    virtual(check_protocol, lambda: stream_pair(Unaltered), [check_named(name) for name, _ in MUTANTS])
