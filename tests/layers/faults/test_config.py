"""The settings of faults, and how people write them."""

from __future__ import annotations

import pytest

from foxpy.layers.faults import FaultConfig


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("", FaultConfig()),
        ("loss=0.02", FaultConfig(loss=0.02)),
        ("loss=2%", FaultConfig(loss=0.02)),
        ("loss=0.02,delay=20ms,rate=10mbit", FaultConfig(loss=0.02, delay=0.02, rate=10e6)),
        (" jitter = 500us , reorder=1 ", FaultConfig(jitter=0.0005, reorder=1.0)),
        ("delay=1.5s,duplicate=.5,corrupt=100%", FaultConfig(delay=1.5, duplicate=0.5, corrupt=1.0)),
        ("delay=0", FaultConfig()),
        ("rate=1gbit/s,queue=50", FaultConfig(rate=1e9, queue=50)),
        ("rate=64Kbit,queue=64kB", FaultConfig(rate=64e3, queue_bytes=64000)),
        ("queue=1MiB", FaultConfig(queue_bytes=1 << 20)),
        ("seed=7,direction=down", FaultConfig(seed=7, direction="down")),
    ],
)
def test_reads_what_people_write(text: str, config: FaultConfig) -> None:
    assert FaultConfig.parse(text) == config


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("los=0.02", ["los:", "loss", "delay"]),
        ("loss", ["loss:", "missing", "loss=0.02"]),
        ("loss=", ["loss:", "missing"]),
        ("=1", ["no such fault"]),
        ("loss=two", ["loss:", "'two'", "2%"]),
        ("loss=1.5", ["loss:", "1.5", "0 to 1"]),
        ("loss=-1", ["loss:", "'-1'"]),
        ("loss=nan", ["loss:", "'nan'"]),
        ("delay=20", ["delay:", "'20'", "20ms"]),
        ("delay=20min", ["delay:", "'20min'", "ms"]),
        ("delay=7200s", ["delay:", "7200", "hour"]),
        ("rate=10mbps", ["rate:", "'10mbps'", "10mbit"]),
        ("rate=0", ["rate:", "10mbit"]),
        ("queue=0", ["queue:", "0", "64kB"]),
        ("queue=much", ["queue:", "'much'", "64kB"]),
        ("queue=5,queue=5kB", ["queue:", "twice"]),
        ("loss=0.1,loss=0.2", ["loss:", "twice"]),
        ("seed=x", ["seed:", "'x'", "7"]),
        ("direction=left", ["direction:", "'left'", "both"]),
    ],
)
def test_says_what_is_wrong_and_what_to_write(text: str, words: list[str]) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # its message is looked at word by word
        FaultConfig.parse(text)
    for word in words:
        assert word in str(caught.value)


def test_settings_are_checked_without_text_as_well() -> None:
    with pytest.raises(ValueError, match="loss: 2 is not a probability"):
        FaultConfig(loss=2.0)
    with pytest.raises(ValueError, match="delay: nan"):
        FaultConfig(delay=float("nan"))
    with pytest.raises(ValueError, match="queue_bytes: 0 holds nothing"):
        FaultConfig(queue_bytes=0)
