"""The length micro-protocol."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.device import WIRE
from foxpy.devices.link import link
from foxpy.layers.interposing import interposed
from foxpy.layers.length import Length, LengthInfo, length
from foxpy.layers.length.wire import Length as Header
from foxpy.runtime import Scheduler
from foxpy.testing import Collector


@given(st.binary(max_size=64), st.integers(0, 60))
def test_what_is_behind_the_length_is_cut(payload: bytes, padding: int) -> None:
    device = length(link(scheduler=Scheduler(lambda: 0.0)).attach())
    device.initialize()
    heard = Collector()
    device.open(WIRE, lambda _: heard)
    device.received(Header(body=payload).build() + bytes(padding))
    assert heard.packets == [payload]


@given(st.binary(max_size=64))
def test_any_bytes_are_delivered_as_they_say_or_counted(data: bytes) -> None:
    device = length(link(scheduler=Scheduler(lambda: 0.0)).attach())
    device.initialize()
    heard = Collector()
    device.open(WIRE, lambda _: heard)
    device.received(data)
    fits = len(data) >= 2 and 2 <= int.from_bytes(data[:2], "big") <= len(data)
    assert len(heard.packets) == fits
    assert interposed(device, Length).info() == LengthInfo(malformed=not fits)
