"""What all fuzz targets share: any bytes give a packet or a PacketError, and the laws of ``foxpy.wire.laws`` hold.

The fuzzer is atheris, libFuzzer for Python: it is led by the branches that the bytes reach. Generated code is compiled
before it starts, and instrumented with the rest. A target is a file of its own; ``fuzz/run.py`` runs them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

import atheris
from hypothesis import HealthCheck, Phase, given, settings

from foxpy.wire import Classifier, Packet, PacketError, Records
from foxpy.wire.laws import check_bytes
from foxpy.wire.strategies import strategy

P = TypeVar("P", bound=Packet)
Target = Callable[[bytes], None]


def packets(*classes: type[Packet], **arguments: object) -> Target:
    """Read the bytes as each of ``classes``; those that want arguments are given them."""

    def check(data: bytes) -> None:
        for each in classes:
            names = {argument.name for argument in each._layout.arguments}
            check_bytes(each, data, **{name: value for name, value in arguments.items() if name in names})

    return check


def chosen(classifier: Classifier[P], **arguments: object) -> Target:
    """Read the bytes as the packet that ``classifier`` takes them for, through a view and at once."""

    def check(data: bytes) -> None:
        try:
            parsed = classifier.parse(data, 0, None, **arguments)
        except PacketError:
            return
        names = {argument.name for argument in parsed._layout.arguments}
        check_bytes(parsed._spec, data, **{name: value for name, value in arguments.items() if name in names})

    return check


def records(area: Records[P]) -> Target:
    """Read the bytes as packets back to back, and build and read again what they were."""

    def check(data: bytes) -> None:
        try:
            found = area.parse(data, 0, len(data))
        except PacketError:
            return
        built = area.build(found)
        assert area.parse(built, 0, len(built)) == found, found

    return check


def fuzz(*targets: Target, seeds: Iterable[bytes] = (), classes: Sequence[type[Packet]] = ()) -> None:
    """Run ``targets`` on what the fuzzer thinks of, as libFuzzer's options on the command line say.

    It begins with ``seeds``, and with packets of ``classes`` that are made from their definitions, which are written
    to the first corpus folder named on the command line.
    """

    def test(data: bytes) -> None:
        for target in targets:
            target(data)

    folders = [Path(each) for each in sys.argv[1:] if not each.startswith("-")]
    found = [*seeds, *(data for each in classes for data in examples(each))]
    for number, data in enumerate(found):
        if folders:
            (folders[0] / f"seed-{number}").write_bytes(data)
    random = Random(1)
    for data in (b"", bytes(64), *found):  # generated code is compiled at its first use: before it is instrumented
        test(data)
        test(bytes(byte if random.random() < 0.9 else random.randrange(256) for byte in data))
    atheris.instrument_all()
    atheris.Setup(sys.argv, test)
    atheris.Fuzz()


def examples(packet: type[Packet], number: int = 20) -> list[bytes]:
    """Packets built from values that hypothesis makes up, the same ones each time."""
    found: list[bytes] = []

    @settings(
        max_examples=number,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy(packet))
    def collect(value: Packet) -> None:
        found.append(value.build())

    collect()
    return found
