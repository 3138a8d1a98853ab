"""What has to hold of any packet that can be defined, for tests of the language's constructs."""

from __future__ import annotations

import pickle

from hypothesis import strategies as st

from foxpy.wire import Packet, PacketError, Window
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


def check_laws(packet: type[Packet], data: st.DataObject, **arguments: object) -> None:
    """The laws for a value of ``packet``, for its bytes with some of them changed, and for any bytes."""
    value = data.draw(strategy(packet, **{name: st.just(each) for name, each in arguments.items()}))
    check_value(value)
    check_kept(value, **arguments)
    broken = bytearray(value.build())
    for _ in range(data.draw(st.integers(1, 3)) if broken else 0):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    check_bytes(packet, bytes(broken), **arguments)
    check_bytes(packet, data.draw(st.binary(max_size=60)), **arguments)


def check_kept(value: Packet, **arguments: object) -> None:
    """Whatever the bytes lie in, the packet is the same; copies outlive the buffer; people can look at it."""
    spec, data = value._spec, value.build()
    around = b"\xa5\x5a" + data + b"\x5a"
    for buffer in (bytearray(around), memoryview(around)):
        stop = len(around) - 1
        for read in (spec.view, spec.parse):
            assert read(buffer, 2, stop, **arguments) == value
            assert read(Window(buffer, 1, stop), 1, None, **arguments) == value
    buffer = bytearray(data)
    view = spec.view(buffer, 0, None, **arguments)
    assert hash(view) == hash(value)
    assert repr(view) == repr(spec.parse(data, 0, None, **arguments))
    copy, pickled = view.copy(), pickle.dumps(view)
    buffer[:] = bytes(len(buffer))
    for kept in (copy, pickle.loads(pickled), pickle.loads(pickle.dumps(value))):
        assert kept == value
        assert kept.build() == data
    assert str(value).startswith(spec.__name__)
    assert f"{spec.__name__}, {len(data)} byte" in value.dump()


def refusal(packet: type[Packet], data: bytes, **arguments: object) -> str:
    """What is said of ``data`` by the error that both readers raise, or that a view's fields do."""
    check_bytes(packet, data, **arguments)
    try:
        packet.parse(data, 0, None, **arguments)
    except PacketError as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError(f"{data.hex()} is read as {packet.__name__}")
