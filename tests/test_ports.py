"""Ephemeral ports (RFC 6056)."""

from __future__ import annotations

import pytest

from foxpy.addresses import Port
from foxpy.errors import BadAddress, OpenFailed
from foxpy.ports import FIRST, LAST, Ports, PortsInUse
from foxpy.runtime import Runtime, Scheduler


def runtime(seed: int = 1) -> Runtime:
    return Runtime(Scheduler(lambda: 0.0), seed)


def never(_: Port) -> bool:
    return False


def test_every_port_lies_in_the_range() -> None:
    ports = Ports(runtime())
    for number in range(2000):
        assert FIRST <= ports.allocate(f"192.0.2.1 192.0.2.2 {number}", never) <= LAST


def test_towards_one_destination_no_port_comes_twice_before_all_have_come() -> None:
    """RFC 6056, section 3.3.4: the sequence of one destination runs through the whole range."""
    ports = Ports(runtime(), Port(5000), Port(5099))
    chosen = [ports.allocate("a b 80", never) for _ in range(100)]
    assert sorted(chosen) == list(range(5000, 5100))
    assert ports.allocate("a b 80", never) == chosen[0]


def test_destinations_and_secrets_have_sequences_of_their_own() -> None:
    firsts = {Ports(runtime()).allocate(f"a b {number}", never) for number in range(200)}
    assert len(firsts) > 190
    assert len({Ports(runtime(seed)).allocate("a b 80", never) for seed in range(200)}) > 190


def test_the_same_seed_gives_the_same_ports() -> None:
    assert Ports(runtime(7)).allocate("a b 1", never) == Ports(runtime(7)).allocate("a b 1", never)


def test_ports_in_use_are_passed_over() -> None:
    ports = Ports(runtime(), Port(5000), Port(5009))
    assert ports.allocate("a b 1", lambda port: port != 5007) == 5007


def test_an_exhausted_range_is_named() -> None:
    asked: list[Port] = []

    def in_use(port: Port) -> bool:
        asked.append(port)
        return True

    with pytest.raises(OpenFailed, match="5000 to 5009"):
        Ports(runtime(), Port(5000), Port(5009)).allocate("a b 1", in_use)
    assert sorted(asked) == list(range(5000, 5010))


@pytest.mark.parametrize(("first", "last"), [(0, 10), (10, 9), (1, 65536), (-5, 5)])
def test_a_range_that_makes_no_sense_is_refused(first: int, last: int) -> None:
    with pytest.raises(BadAddress):
        Ports(runtime(), Port(first), Port(last))


def test_a_port_is_in_use_until_its_last_owner_gives_it_back() -> None:
    in_use = PortsInUse()
    in_use.take(Port(7))
    in_use.take(Port(7))
    in_use.give_back(Port(7))
    assert Port(7) in in_use
    in_use.give_back(Port(7))
    assert Port(7) not in in_use
    in_use.give_back(Port(7))  # as after ``clear``
    in_use.take(Port(9))
    in_use.clear()
    assert Port(9) not in in_use
