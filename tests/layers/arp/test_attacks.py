"""Floods and lies in ARP: the table is bounded, what is in use is not overwritten for nothing, packets that lie are
dropped (Ripple20: CVE-2020-11914, whose reader went beyond the frame)."""

from __future__ import annotations

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.layers.arp import ArpConfig
from foxpy.layers.arp.wire import REPLY, REQUEST
from tests.support.arp_bench import THEIRS, US, arp_bench

GOOD = bytes.fromhex("0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000201")


async def test_a_flood_of_requests_for_us_is_bounded() -> None:
    async with arp_bench(ArpConfig(neighbours=20, reply_rate=50.0)) as b:
        for number in range(3, 250):
            forged = MacAddress.local(number)
            b.station.say(REQUEST, f"192.0.2.{number}", US, hardware=forged, source=forged)
            await trio.sleep(0.001)
        await trio.sleep(0.1)
        assert len(b.arp.query().neighbours()) <= 20
        assert b.arp.query().replies_sent <= 70


async def test_answers_that_nobody_asked_for_are_not_learned() -> None:
    async with arp_bench() as b:
        before = len(b.arp.query().neighbours())
        for number in range(3, 250):
            forged = MacAddress.local(number)
            b.station.say(REPLY, f"192.0.2.{number}", US, hardware=forged, source=forged)
        await trio.sleep(0.1)
        assert len(b.arp.query().neighbours()) == before
        assert b.arp.query().unsolicited == 247


@pytest.mark.parametrize("at", range(len(GOOD)))
async def test_a_packet_with_any_byte_changed_or_cut(at: int) -> None:
    """Whatever comes of it: the host lives, and knows an honest neighbour that speaks afterwards."""
    async with arp_bench() as b:
        for value in (0, 1, 5, 7, 0x7F, 0xFF):
            changed = bytearray(GOOD)
            changed[at] = value
            b.station.frame(0x0806, bytes(changed))
        b.station.frame(0x0806, GOOD[:at])
        await trio.sleep(5.0)
        b.station.forget()
        b.station.say(REQUEST, "192.0.2.9", US)
        await trio.sleep(0.1)
        assert [reply.target for reply in b.station.replies()] == ["192.0.2.9"]
        assert b.at("192.0.2.9") == THEIRS
