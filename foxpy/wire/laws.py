"""The laws that hold for every packet, as checks for tests: of a value, and of bytes from anywhere.

@given(strategy(IPv4))
def test_values(packet: IPv4) -> None:
    check_value(packet)

@given(st.binary())
def test_bytes(data: bytes) -> None:
    check_bytes(IPv4, data)
"""

from __future__ import annotations

from foxpy.wire.errors import Malformed, PacketError, Truncated
from foxpy.wire.packet import Packet
from foxpy.wire.rules import Rest
from foxpy.wire.values import decided_by_message


def check_value(value: Packet) -> None:
    """Build ``value``, read it back whole, from within a larger buffer and cut off at each byte.

    Raises AssertionError, saying which law is broken.
    """
    spec, data = value._spec, value.build()
    arguments = {argument.name: getattr(value, argument.name) for argument in spec._layout.arguments}
    parsed = spec.parse(data, 0, None, **arguments)
    _same(parsed, value, "parse(build(x)) is not x")
    _same(hash(parsed), hash(value), "equal packets have different hashes")
    _same(parsed.build(), data, "build(parse(b)) is not b")
    _same(spec.view(bytearray(data), 0, None, **arguments).build(), data, "build(view(b)) is not b")
    _same(_all_fields(value, data), _all_fields(parsed, data), "a computed field is not as on the wire")
    _same(
        spec.parse(b"\xa5\x5a\xa5" + data, 3, None, **arguments), value, "it reads differently further inside a buffer"
    )
    check_bytes(spec, data, **arguments)
    open_ended = any(isinstance(each.rule, Rest) for each in spec._layout.variables)
    closed = spec._layout.total is not None or not open_ended
    for size in range(len(data)):
        try:
            spec.parse(data[:size], 0, None, **arguments)
        except (Truncated, Malformed):
            continue
        if closed or size < spec.MIN:
            raise AssertionError(f"{value!r}: reads without an error when cut to {size} of {len(data)} bytes")


def check_bytes(packet: type[Packet], data: bytes, **arguments: object) -> None:
    """Read ``data``, whatever it is: a PacketError or a packet, which a view shows just so and which can be built.

    Raises AssertionError, saying which law is broken.
    """
    try:
        parsed = packet.parse(data, 0, None, **arguments)
    except PacketError as error:
        try:
            _all_fields(packet.view(bytearray(data), 0, None, **arguments), data)
        except PacketError as other:
            _same((type(other), str(other)), (type(error), str(error)), "view and parse fail differently")
            return
        raise AssertionError(f"{packet.__name__}: view reads what parse refuses: {error}") from error
    view = packet.view(bytearray(data), 0, None, **arguments)
    _same(view, parsed, "view(b) is not parse(b)")
    _same(_all_fields(view, data), _all_fields(parsed, data), "a field reads differently through a view")
    _same(packet.parse(parsed.build(), 0, None, **arguments), parsed, "what was read builds to something else")


def _all_fields(packet: Packet, data: bytes) -> list[object]:
    decided = decided_by_message(packet._layout)  # a value that is in no message yet does not know them
    return [data, *(getattr(packet, name) for name in packet._layout.fields if name not in decided)]


def _same(got: object, expected: object, law: str) -> None:
    if got != expected:
        raise AssertionError(f"{law}: {got!r}, {expected!r}")
