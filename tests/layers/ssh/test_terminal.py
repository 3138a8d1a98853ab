"""Terminal modes against RFC 4254, section 8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.terminal import Mode, ModesCodec, Opcode, terminal_modes
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


class Terminal(Packet):
    modes: terminal_modes


def read(modes: str) -> tuple[Mode, ...]:
    data = bytes.fromhex(modes)
    return Terminal.parse(len(data).to_bytes(4, "big") + data).modes


def test_modes_are_opcodes_with_arguments() -> None:
    terminal = Terminal(modes=[(Opcode.ECHO, 1), (Opcode.TTY_OP_ISPEED, 38400), (159, 0xFFFFFFFF)])
    assert terminal.build().hex() == "00000010" + "3500000001" + "8000009600" + "9fffffffff" + "00"
    assert terminal.modes == (Mode(Opcode.ECHO, 1), Mode(Opcode.TTY_OP_ISPEED, 38400), Mode(159, 0xFFFFFFFF))
    assert read("3500000001 00")[0].opcode is Opcode.ECHO
    assert str(terminal) == "Terminal modes=[ECHO=1, TTY_OP_ISPEED=38400, 159=4294967295]"
    assert Terminal(modes=()).build().hex() == "0000000100"


def test_the_end_may_be_missing() -> None:
    assert read("") == ()
    assert read("3500000001") == (Mode(Opcode.ECHO, 1),)


def test_what_follows_the_end_is_skipped() -> None:
    assert read("3500000001 00 3600000001 ffff") == (Mode(Opcode.ECHO, 1),)


@pytest.mark.parametrize("opcode", [160, 200, 255])
def test_opcodes_that_are_not_defined_stop_the_reading(opcode: int) -> None:
    assert read(f"3500000001 {opcode:02x}") == (Mode(Opcode.ECHO, 1),)
    assert read(f"{opcode:02x} 3500000001 00") == ()


@pytest.mark.parametrize("cut", ["35", "35000000", "3500000001 36", "3500000001 36000000"])
def test_an_argument_that_is_cut_is_malformed(cut: str) -> None:
    with pytest.raises(Malformed, match=r"Terminal.modes: mode \d+ has \d bytes of argument, not 4"):
        read(cut)


def test_a_string_that_is_cut_is_truncated() -> None:
    with pytest.raises(Truncated, match=r"Terminal.modes: says 16 bytes, 1 left"):
        Terminal.parse(bytes.fromhex("0000001035"))


@pytest.mark.parametrize("mode", [(0, 1), (160, 1), (256, 1), (-1, 1), (53, -1), (53, 1 << 32)])
def test_modes_that_cannot_be_sent(mode: tuple[int, int]) -> None:
    with pytest.raises(OutOfRange, match=r"Terminal\.modes"):
        Terminal(modes=[mode])


@given(st.data())
def test_laws_of_values(data: st.DataObject) -> None:
    check_value(data.draw(strategy(Terminal)))


@given(st.binary(max_size=30))
def test_laws_of_bytes(data: bytes) -> None:
    check_bytes(Terminal, data)
    check_bytes(Terminal, len(data).to_bytes(4, "big") + data)


@given(st.lists(st.sampled_from([0, 1, 53, 159, 160, 255]), max_size=25))
def test_any_modes_give_modes_or_an_error(data: list[int]) -> None:
    wire = len(data).to_bytes(4, "big") + bytes(data)
    try:
        modes, after = ModesCodec().read(wire, 0, len(wire), 0)
    except PacketError:
        return
    assert after == len(wire)
    assert len(modes) <= len(data) // 5
