"""What an attacker must not be able to read: limits shared by connections or by hosts (CVE-2016-5696), numbers."""

from __future__ import annotations

from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.limit import SLOTS, PeerLimits
from foxpy.testing.peer import ACK, RST, SYN
from tests.support.tcp_attack import attacked, connect
from tests.support.tcp_states import Script

FLOOD = 1000


def challenges_left(peer: Script) -> int:
    """What CVE-2016-5696 counts: the challenges that an attacker can still get on a connection of its own."""
    for _ in range(FLOOD):
        peer.send(RST, seq=peer.seq + 1)
    return len(peer.drain())


def test_each_connection_has_challenges_of_its_own() -> None:
    """As many are left for the attacker whether or not it had a guessed connection challenge too."""
    with attacked() as (peer, attacker):
        for _ in range(FLOOD):
            peer.forge(SYN)
        assert len(peer.drain()) == 10
        assert challenges_left(attacker) == 10


def test_a_connection_that_is_not_there_costs_as_much() -> None:
    with attacked() as (peer, attacker):
        victim = peer.elsewhere(9)
        for _ in range(FLOOD):
            victim.forge(SYN | ACK, ack=1)
        victim.drain()
        assert challenges_left(attacker) == 10


def resets_left(peer: Script, there: bool) -> int:
    """How many resets an attacker gets, after it made segments of another host that belong to a connection, or not."""
    victim = peer.elsewhere(9)
    if there:
        connect(victim)
    for _ in range(FLOOD):
        victim.forge(SYN | ACK, seq=7, ack=1)
    victim.drain()
    attacker = peer.elsewhere(8, 4444)
    for _ in range(FLOOD):
        attacker.send(ACK, ack=1)
    return len(attacker.drain())


def test_the_resets_to_one_host_tell_nothing_of_those_to_another() -> None:
    left = []
    for there in (True, False):
        with attacked(TcpConfig(resets_per_second=500)) as (peer, _):
            left.append(resets_left(peer, there))
    assert left == [500, 500]


# -- the limits themselves


def test_a_peers_limit_is_its_own() -> None:
    limits = PeerLimits(bytes(16))
    allowed = [sum(limits.allow(0.5, f"host {host}", 10, 1.0) for _ in range(50)) for host in range(2)]
    assert allowed == [10, 10]
    assert limits.allow(1.0, "host 0", 10, 1.0)


def test_memory_is_bounded_and_so_is_the_total() -> None:
    limits = PeerLimits(bytes(16))
    assert sum(limits.allow(0.0, f"host {host}", 3, 1.0) for host in range(10_000)) == 3 * SLOTS


def sharing(secret: bytes, now: float) -> set[int]:
    """The hosts whose limit is used up together with that of the attacker."""
    limits = PeerLimits(secret)
    for _ in range(50):
        limits.allow(now, "attacker", 50, 1.0)
    return {host for host in range(2000) if not limits.allow(now, f"host {host}", 50, 1.0)}


def test_who_shares_a_limit_changes_with_each_period_and_each_secret() -> None:
    first = sharing(bytes(16), 0.0)
    assert 0 < len(first) < 30
    assert first != sharing(bytes(16), 1.0)
    assert first != sharing(bytes(range(16)), 0.0)
