"""The laws hold for every packet that foxpy describes: 30 examples of each here, 10,000 in ``make slow``.

The packets that matter most have tests of their own, with more.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import foxpy
from foxpy.wire import Packet
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.rules import MISSING, argument_default
from foxpy.wire.strategies import strategy

EXAMPLES: Final = int(os.environ.get("FOXPY_EXAMPLES", "30"))

ARGUMENTS: Final = {"rtype": 65280, "words": 3}
"""Arguments that have no default: a record type of DNS that is for private use (RFC 6895), the words of an entry of
router discovery."""


def described() -> Iterator[type[Packet]]:
    """All packets, by the modules that define them."""
    for module in pkgutil.walk_packages(foxpy.__path__, "foxpy."):
        if module.name.startswith(("foxpy.layers.", "foxpy.devices.pcap.")):
            for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(each, Packet) and each.__module__ == module.name and not each.__name__.startswith("_"):
                    yield each


PACKETS: Final = sorted(set(described()), key=lambda each: (each.__module__, each.__name__))

every_packet = pytest.mark.parametrize("packet", PACKETS, ids=lambda each: f"{each.__module__}.{each.__name__}")


def arguments_of(packet: type[Packet]) -> dict[str, object]:
    """What a packet is read with whose arguments have no default."""
    needed = [each for each in packet._layout.arguments if argument_default(each.rule) is MISSING]
    return {each.name: ARGUMENTS[each.name] for each in needed}


def test_there_are_packets() -> None:
    assert len(PACKETS) > 100


@every_packet
def test_values(packet: type[Packet]) -> None:
    known = {name: st.just(value) for name, value in arguments_of(packet).items()}
    settings(max_examples=EXAMPLES)(given(strategy(packet, **known))(check_value))()


@every_packet
def test_bytes(packet: type[Packet]) -> None:
    known = arguments_of(packet)

    def check(data: bytes) -> None:
        check_bytes(packet, data, **known)

    settings(max_examples=EXAMPLES)(given(st.binary(max_size=200))(check))()
