"""Initial sequence numbers show no structure (CVE group NUMBER:JACK), and have the form of RFC 6528 all the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from foxpy.testing.peer import ACK, RST, SYN, scripted
from tests.support.tcp_states import Script

COUNT = 1000
MASK = 0xFFFF_FFFF


def number_for(peer: Script) -> int:
    """The ISN that a SYN of ``peer`` gets."""
    peer.send(SYN)
    peer.expect(SYN | ACK)
    peer.send(RST)
    assert peer.their_iss is not None
    return peer.their_iss


def of_one_peer(step: float) -> list[int]:
    """Of a thousand ports of one host, ``step`` seconds after each other."""
    with scripted() as peer:
        numbers = []
        for port in range(10_000, 10_000 + COUNT):
            numbers.append(number_for(peer.beside(port)))
            peer.wait(step)
        return numbers


def of_many_peers() -> list[int]:
    """Of the same port of many hosts."""
    with scripted() as peer:
        numbers = []
        for station in range(3, 203):
            other = peer.elsewhere(station)
            numbers += [number_for(other.elsewhere(station, port)) for port in range(4000, 4005)]
            other.leave()
        return numbers


def active() -> list[int]:
    """Of a thousand opens of this side."""
    with scripted(listening=False) as peer:
        numbers = []
        for port in range(10_000, 10_000 + COUNT):
            other = peer.beside(port)
            other.app.open()
            other.expect(SYN)
            assert other.their_iss is not None
            numbers.append(other.their_iss)
            other.send(RST | ACK)
        return numbers


@pytest.fixture(
    scope="module",
    params=[lambda: of_one_peer(0.0), lambda: of_one_peer(0.01), of_many_peers, active],
    ids=["one peer at once", "one peer in time", "many peers", "active"],
)
def numbers(request: pytest.FixtureRequest) -> list[int]:
    """A thousand numbers, in the order in which they were given out."""
    made: Callable[[], list[int]] = request.param
    return made()


def correlation(numbers: Sequence[float], lag: int) -> float:
    mean = sum(numbers) / len(numbers)
    deviations = [number - mean for number in numbers]
    products = sum(a * b for a, b in zip(deviations, deviations[lag:], strict=False))
    return products / sum(deviation * deviation for deviation in deviations)


@pytest.mark.requirement("SHLD-1", "MUST-9")
def test_no_two_are_equal_and_they_spread_over_all_numbers(numbers: list[int]) -> None:
    """Each sixteenth of the space has its share: chi square of 15 degrees of freedom below the 0.1 % point."""
    assert len(numbers) == COUNT == len(set(numbers))
    shares = [sum(number >> 28 == part for number in numbers) for part in range(16)]
    expected = COUNT / 16
    assert sum((share - expected) ** 2 / expected for share in shares) < 37.7


@pytest.mark.requirement("SHLD-1", "MUST-9")
def test_every_bit_is_as_often_one_as_zero(numbers: list[int]) -> None:
    """Within four standard deviations, and of neighbours as often equal as not."""
    bound = 4 * math.sqrt(COUNT) / 2
    for bit in range(32):
        bits = [number >> bit & 1 for number in numbers]
        assert abs(sum(bits) - COUNT / 2) < bound, f"bit {bit}"
        changes = sum(one != other for one, other in pairwise(bits))
        assert abs(changes - COUNT / 2) < bound, f"bit {bit} from one to the next"


@pytest.mark.requirement("SHLD-1", "MUST-9")
def test_none_foretells_those_that_follow(numbers: list[int]) -> None:
    bound = 4 / math.sqrt(COUNT)
    for lag in range(1, 20):
        assert abs(correlation(numbers, lag)) < bound, f"lag {lag}"
    differences = [(later - earlier) & MASK for earlier, later in pairwise(numbers)]
    assert len(set(differences)) == len(differences)
    for lag in range(2, 20):
        assert abs(correlation(differences, lag)) < bound, f"differences, lag {lag}"


def test_they_neither_rise_nor_fall(numbers: list[int]) -> None:
    rising = sum(later > earlier for earlier, later in pairwise(numbers))
    assert abs(rising - COUNT / 2) < 4 * math.sqrt(COUNT / 12)  # of a random series, about a twelfth is the variance


@pytest.mark.requirement("MUST-8")
@pytest.mark.parametrize("seconds", [0.5, 1.0, 100.0])
def test_between_the_same_ports_they_follow_the_clock(seconds: float) -> None:
    """M = 1 for each 4 us, and F the same (RFC 6528 section 3)."""
    with scripted() as peer:
        first = number_for(peer)
        peer.wait(seconds)
        peer.anew()
        later = number_for(peer)
        assert ((later - first) & MASK) == pytest.approx(seconds / 4e-6, abs=1)


@pytest.mark.requirement("MUST-9")
def test_another_secret_makes_other_numbers() -> None:
    def one(seed: int) -> int:
        with scripted(seed=seed) as peer:
            return number_for(peer)

    assert len({one(seed) for seed in range(20)}) == 20


def test_of_nobodys_segments_nothing_is_learnt() -> None:
    """A reset to a stranger has the number that it asked for, or 0."""
    with scripted(listening=False) as peer:
        peer.send(ACK, ack=1234)
        peer.expect(RST, seq=1234)
        peer.send(SYN, seq=peer.seq)
        peer.expect(RST | ACK, seq=0)
